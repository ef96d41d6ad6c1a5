import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { discover, whyNotToAsk } from "./provider.ts";
import { allRequirements } from "./requirements/index.ts";
import { failureText, judge, type Verdict } from "./run.ts";
import { Exhausted, exchangeLines, openWire, Unanswered } from "./wire.ts";

const tokenVariable = "CONFORMANCE_TOKEN";

const usage = `Asks a SCIM 2.0 service provider for what RFC 7643, 7644 and 9865 demand, one requirement after the other.

  npm run conformance -- URL [options]

  URL                base address of the provider, such as http://127.0.0.1:8401/scim/v2
  --token-file FILE  file with the bearer token; otherwise the variable ${tokenVariable} has it
  --only PREFIX      only requirements whose id or subject begins so; may be given several times
  --json             one line of JSON for each requirement instead of text
  --list             show the requirements and ask nobody
  --yes              also for a host other than this machine: users and groups are made there and removed again

It ends with 0 if no MUST is broken, with 1 if one is, and with 2 if it could not be run.`;

class Refusal extends Error {}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

const targetOf = (text: string | undefined, isAllowed: boolean): URL => {
  if (text === undefined) throw new Refusal(usage);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Refusal(`${text} is no http or https address.`);
  if (url.username !== "" || url.search !== "") {
    throw new Refusal("Give the base address alone: no user name and no query; the token comes from --token-file.");
  }
  if (loopback.test(url.hostname) || isAllowed) return url;
  throw new Refusal(
    `${url.hostname} is not this machine. The run makes some hundreds of users and groups there and removes them again${
      url.protocol === "http:" ? ", and the token would travel unencrypted" : ""
    }. If that is what you want, say --yes.`,
  );
};

const tokenOf = (file: string | undefined): string => {
  const given = file === undefined ? (process.env[tokenVariable] ?? "") : readFileSync(file, "utf8");
  const token = given.trim();
  if (token === "") throw new Refusal(`There is no token: name a file with --token-file or set ${tokenVariable}.`);
  if (/[^\x21-\x7e]/.test(token)) throw new Refusal("The token has blanks or characters that no header can carry.");
  return token;
};

const jsonOf = ({ requirement, outcome, left }: Verdict): string => {
  const { id, section, subject, level, title } = requirement;
  const failure =
    outcome.kind === "failed"
      ? {
          asked: outcome.wanted,
          got: outcome.got,
          exchange: outcome.answer === null ? [] : exchangeLines(outcome.answer),
        }
      : {};
  const reason = outcome.kind === "skipped" ? { reason: outcome.reason } : {};
  return JSON.stringify({ id, section, subject, level, title, outcome: outcome.kind, ...reason, ...failure, left });
};

const lineOf = (verdict: Verdict): string => {
  const { requirement, outcome } = verdict;
  if (outcome.kind === "passed") return `passed   ${requirement.id}`;
  if (outcome.kind === "skipped") return `SKIPPED  ${requirement.id}  (${outcome.reason})`;
  return `${requirement.level === "MUST" ? "FAILED" : "differs"}   ${failureText(verdict)}`;
};

type Counts = { passed: number; failed: number; differs: number; skipped: number };

const countOf = ({ requirement, outcome }: Verdict): keyof Counts =>
  outcome.kind === "failed" && requirement.level !== "MUST" ? "differs" : outcome.kind;

/** Counts by subject, then in all. */
const summary = (verdicts: readonly Verdict[]): readonly string[] => {
  const rows = new Map<string, Counts>();
  const total: Counts = { passed: 0, failed: 0, differs: 0, skipped: 0 };
  for (const verdict of verdicts) {
    const { subject } = verdict.requirement;
    const row = rows.get(subject) ?? { passed: 0, failed: 0, differs: 0, skipped: 0 };
    rows.set(subject, row);
    row[countOf(verdict)]++;
    total[countOf(verdict)]++;
  }
  const line = (name: string, counts: Counts) =>
    [name.padEnd(24), ...Object.values(counts).map((count) => String(count || ".").padStart(8))].join("");
  return [
    ["".padEnd(24), ...["passed", "FAILED", "differs", "skipped"].map((word) => word.padStart(8))].join(""),
    ...[...rows].map(([name, counts]) => line(name, counts)),
    line("in all", total),
  ];
};

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      "token-file": { type: "string" },
      only: { type: "string", multiple: true, default: [] },
      json: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const say = (text: string) => process.stdout.write(`${text}\n`);
  if (values.help) {
    say(usage);
    return 0;
  }
  const isWanted = (name: string) => values.only.length === 0 || values.only.some((prefix) => name.startsWith(prefix));
  const chosen = allRequirements.filter(({ id, subject }) => isWanted(id) || isWanted(subject));
  if (chosen.length === 0)
    throw new Refusal(`No requirement begins with ${values.only.join(" or ")}; --list shows them.`);
  if (values.list) {
    for (const { id, level, title } of chosen) say(`${id.padEnd(52)} ${level.padEnd(7)} ${title}`);
    return 0;
  }
  if (positionals.length > 1) throw new Refusal("Give one address.");
  const wire = openWire({ baseUrl: targetOf(positionals[0], values.yes).href, token: tokenOf(values["token-file"]) });
  const provider = await discover(wire);
  const obstacle = await whyNotToAsk(wire, provider);
  if (obstacle !== null) throw new Refusal(obstacle);
  const verdicts: Verdict[] = [];
  for (const requirement of chosen) {
    const verdict = await judge(requirement, wire, provider);
    verdicts.push(verdict);
    say(values.json ? jsonOf(verdict) : lineOf(verdict));
  }
  const left = verdicts.flatMap((verdict) => verdict.left);
  if (!values.json) {
    say(`\n${summary(verdicts).join("\n")}\n`);
    if (left.length > 0) say(`Could not be removed: ${left.join(", ")}`);
    say(`${wire.sent} requests were sent to ${wire.baseUrl}.`);
  }
  return verdicts.some((verdict) => countOf(verdict) === "failed") ? 1 : 0;
};

try {
  process.exitCode = await main();
} catch (error) {
  const isExpected = error instanceof Refusal || error instanceof Unanswered || error instanceof Exhausted;
  const { code, message } = error as NodeJS.ErrnoException;
  if (!isExpected && !code?.startsWith("ERR_PARSE_ARGS") && code !== "ENOENT" && code !== "EACCES") throw error;
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}
