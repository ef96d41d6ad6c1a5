import { join } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import type { SandboxMode, SandboxProfile } from "#app";
import { wholeNumber } from "../arguments.ts";
import { dataFolder } from "../client/find-server.ts";
import { examples, printerOf, type Register, withJson } from "../command.ts";
import { watchInterrupts } from "../interrupts.ts";
import { facts } from "../output/table.ts";
import { wrongUse } from "../problems.ts";

interface SandboxFlags {
  readonly json?: boolean;
  readonly data?: string;
  readonly port: number;
  readonly memory?: boolean;
  readonly profile: SandboxProfile["kind"];
  readonly mode?: SandboxMode;
  readonly publicUrl?: string;
  readonly rateLimit?: number | "off";
}

const rateLimit = (text: string): number | "off" => {
  if (text.toLowerCase() === "off") return "off";
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 1_000_000) return value;
  throw new InvalidArgumentError('It must be a number of requests a minute, or "off".');
};

/** ThousandEyes' own limit, in requests a minute. */
const usualLimit = 240;

const publicUrl = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.username || url?.password) throw new InvalidArgumentError("It must not hold a user name or a password.");
  if (url !== null && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "") return url.href;
  throw new InvalidArgumentError("It must be an address such as https://scim.contoso.example/scim/v2.");
};

/** Options that one profile has and the other has not. */
const ownOptions = [
  ["--rate-limit", "rateLimit", "thousandeyes"],
  ["--mode", "mode", "generic"],
  ["--public-url", "publicUrl", "generic"],
] as const;

/** @throws CliError `WrongUse` for an option of the other profile */
const profileOf = (flags: SandboxFlags): SandboxProfile => {
  for (const [option, name, profile] of ownOptions) {
    if (flags[name] === undefined || flags.profile === profile) continue;
    throw wrongUse(`${option} belongs to the profile ${profile}. Leave it out, or say --profile ${profile}.`);
  }
  return flags.profile === "generic"
    ? { kind: "generic", mode: flags.mode ?? null, publicUrl: flags.publicUrl ?? null }
    : { kind: "thousandeyes", rateLimit: flags.rateLimit ?? usualLimit };
};

const factsOf = (profile: SandboxProfile, mode: SandboxMode | null): readonly (readonly [string, string])[] => {
  if (profile.kind === "generic") return [["profile", `generic SCIM 2.0, ${mode}`]];
  return [["rate limit", profile.rateLimit === "off" ? "none" : `${profile.rateLimit} requests a minute`]];
};

export const registerSandbox: Register = (program, shell) => {
  const command = program
    .command("sandbox")
    .summary("start a sandbox tenant alone: ThousandEyes, or any SCIM 2.0 service")
    .description(
      "Starts a SCIM service provider to rehearse with: one with the rules of a ThousandEyes tenant, or one that serves all of SCIM 2.0. Its state survives a restart.",
    )
    .addOption(
      new Option("--profile <name>", "whose rules the tenant follows")
        .choices(["thousandeyes", "generic"])
        .default("thousandeyes"),
    )
    .addOption(
      new Option(
        "--mode <name>",
        "generic only: to the letter of the RFCs, or also as Entra's client writes (default: as the tenant has it; compat for a new one)",
      ).choices(["strict", "compat"]),
    )
    .option(
      "--public-url <url>",
      "generic only: SCIM base address that clients use when a proxy stands before it",
      publicUrl,
    )
    .option("--port <number>", "port; the next free one if it is taken", wholeNumber(0, 65535), 8401)
    .option("--data <dir>", "folder that keeps the tenant (default: sandbox, or sandbox-generic, in the data folder)")
    .option("--memory", "keep nothing: the tenant is gone when the sandbox stops")
    .option("--rate-limit <n|off>", `thousandeyes only: requests a minute (default: ${usualLimit})`, rateLimit);
  examples(withJson(command), [
    ["sandbox", "a ThousandEyes tenant that survives a restart"],
    ["sandbox --profile generic --mode strict", "all of SCIM 2.0, to the letter"],
    ["sandbox --memory --port 0 --json", "a throw-away tenant for a test, on any free port"],
    ["sandbox --rate-limit off", "without the limit of 240 requests a minute"],
  ]);
  command.action(async (flags: SandboxFlags) => {
    const { print, style } = printerOf(flags.json === true, shell);
    const profile = profileOf(flags);
    if (flags.memory === true && flags.data !== undefined) {
      throw wrongUse("--memory keeps nothing, and --data names a folder that keeps the tenant. Leave one of them out.");
    }
    const interrupts = watchInterrupts(shell, () => undefined);
    try {
      const { startSandbox } = await import("#app");
      const folder = profile.kind === "generic" ? "sandbox-generic" : "sandbox";
      const kept =
        flags.data === undefined ? join(dataFolder(undefined, shell.cwd), folder) : dataFolder(flags.data, shell.cwd);
      const data = flags.memory === true ? null : kept;
      const running = await startSandbox({ data, port: flags.port, profile });
      try {
        const { baseUrl, token, web, signInLink, mode } = running;
        const page = web === null ? {} : { web, signInLink };
        await print({ baseUrl, token, ...page }, () => {
          const rows = facts(
            [
              ["SCIM base URL", baseUrl],
              ["token", token],
              ...(web === null ? [] : [["page", web] as const]),
              ...(signInLink === null ? [] : [["sign in once", signInLink] as const]),
              ...factsOf(profile, mode),
              ["kept in", data ?? "memory only"],
            ],
            "  ",
          );
          return `${style.bold("The sandbox tenant is up.")} Ctrl-C stops it.\n${rows}`;
        });
        await interrupts.happened;
      } finally {
        await running.stop();
      }
    } finally {
      interrupts.end();
    }
  });
};
