// node bench/target.ts [--limit N] [--calls N] [--members N] [--only pace|groups] [--json]
// How a target's budget is used, through the real client and real sockets; and what a large group costs.
import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { usualProfile } from "#core";
import { openHttpClient } from "#http";
import { systemClock } from "#runtime";
import { openBudgetRegistry, openScimTarget, type Target } from "#targets";
import { startScimTestProcess } from "#test/wire/scim-test-process.ts";
import { quantile } from "./figures.ts";
import type { LimitedCounts, LimitedTarget } from "./limited-targets.ts";

const { values } = parseArgs({
  options: {
    limit: { type: "string", default: "50" },
    calls: { type: "string", default: "10000" },
    members: { type: "string", default: "100000" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const limit = Number(values.limit);
const calls = Number(values.calls);
const latency = 20;
/** Callers that never stop asking. */
const callers = 64;
/** Milliseconds between two urgent requests. */
const urgentEvery = 500;
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Where the client has the limit from. */
type Known = "declared" | "told" | "learned";

interface PaceFigures {
  readonly known: Known;
  readonly kind: LimitedTarget["kind"];
  /** Part of what the target allowed in the time. */
  readonly used: number;
  /** Refusals in 10,000 calls. */
  readonly refused: number;
  /** Milliseconds of an urgent request while everybody else waits. */
  readonly urgentMedian: number | null;
  readonly urgentP95: number | null;
}

interface GroupFigures {
  readonly members: number;
  /** Requests that the group took, and seconds. */
  readonly requests: number;
  readonly seconds: number;
  /** The same for one member more, and one fewer. */
  readonly oneRequests: readonly number[];
  readonly oneMilliseconds: readonly number[];
  /** Of the engine's process, which made the group and these changes and nothing else; and what it had before. */
  readonly peakMebibytes: number;
  readonly restingMebibytes: number;
}

const options = { lane: "bulk" as const };

/** Asks until so many calls have been served, with an urgent request now and then. */
const drive = async (target: Target): Promise<{ readonly seconds: number; readonly urgent: readonly number[] }> => {
  let left = calls;
  const began = performance.now();
  const call = async (): Promise<void> => {
    while (left-- > 0) if (!(await target.get("User", "u1", options)).ok) left += 1;
  };
  const urgent: number[] = [];
  const interrupt = async (): Promise<void> => {
    while (left > 0) {
      await systemClock.sleep(urgentEvery);
      const asked = performance.now();
      await target.get("User", "u1", { lane: "onDemand" });
      urgent.push(performance.now() - asked);
    }
  };
  void interrupt();
  await Promise.all(Array.from({ length: callers }, call));
  return { seconds: (performance.now() - began) / 1000, urgent };
};

const ways: readonly (readonly [Known, LimitedTarget])[] = (["declared", "told", "learned"] as const).flatMap((known) =>
  (["fixed", "sliding", "bucket"] as const).map(
    (kind) => [known, { kind, limit, tells: known === "told" ? "headers" : "nothing", latency }] as const,
  ),
);

/** All ways side by side: each target has a budget of its own, and together they ask for little. */
const measurePace = async (): Promise<readonly PaceFigures[]> => {
  const child = fork(here("limited-targets.ts"), [JSON.stringify(ways.map(([, target]) => target))]);
  const [urls] = (await once(child, "message")) as [readonly string[]];
  const http = openHttpClient({ clock: systemClock, allowedHosts: [] });
  const budgets = openBudgetRegistry(systemClock, Math.random);
  const shared = { clock: systemClock, http, budgets, random: Math.random };
  const credentials = { kind: "bearer", token: "bench-token-8123" } as const;
  const counts = async (): Promise<readonly LimitedCounts[]> => {
    child.send("counts");
    const [answer] = (await once(child, "message")) as [readonly LimitedCounts[]];
    return answer;
  };
  try {
    const driven = await Promise.all(
      ways.map(([known], at) => {
        const profile = { ...usualProfile, requestsPerSecond: known === "declared" ? limit : null };
        return drive(openScimTarget({ ...shared, baseUrl: urls[at] ?? "", credentials, profile }));
      }),
    );
    const counted = await counts();
    return ways.map(([known, { kind }], at) => {
      const { seconds, urgent } = driven[at]!;
      const { refused } = counted[at]!;
      const served = calls + urgent.length;
      return {
        known,
        kind,
        used: served / (limit * seconds),
        refused: (refused * 10_000) / (served + refused),
        urgentMedian: quantile(urgent, 0.5),
        urgentP95: quantile(urgent, 0.95),
      };
    });
  } finally {
    child.disconnect();
    await http.close();
  }
};

const lastDocument = async (parameters: readonly string[]): Promise<unknown> => {
  const { stdout } = await promisify(execFile)(process.execPath, parameters, { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
};

const measureGroup = async (): Promise<GroupFigures> => {
  const database = process.env.TEST_DATABASE_URL;
  if (!database) {
    const again = [here("target.ts"), "--only", "groups", "--members", values.members, "--json"];
    const measured = await lastDocument([here("../test/with-postgres.ts"), "--", process.execPath, ...again]);
    return (measured as { readonly group: GroupFigures }).group;
  }
  const folder = mkdtempSync(join(tmpdir(), "lockstep-bench-"));
  const target = await startScimTestProcess();
  const engine = (...parameters: string[]) =>
    lastDocument([here("group-process.ts"), "--folder", folder, "--database", database, ...parameters]);
  try {
    const { jobId } = (await engine("--make", values.members, "--target", target.baseUrl)) as {
      readonly jobId: string;
    };
    return (await engine("--job", jobId, "--target", target.baseUrl)) as GroupFigures;
  } finally {
    await target.end();
    rmSync(folder, { recursive: true, force: true });
  }
};

const cells = (label: string, ...all: readonly string[]): string =>
  `${label.padEnd(24)}${all.map((cell) => cell.padStart(14)).join("")}`;

const paceTable = (all: readonly PaceFigures[]): string =>
  [
    cells(`${limit} a second, ${calls} calls`, "used %", "429 in 10,000", "urgent ms", "urgent p95"),
    ...all.map(({ known, kind, used, refused, urgentMedian, urgentP95 }) =>
      cells(
        `${known}, ${kind}`,
        (used * 100).toFixed(1),
        refused.toFixed(1),
        urgentMedian?.toFixed(0) ?? "-",
        urgentP95?.toFixed(0) ?? "-",
      ),
    ),
    `Aim where the limit is known: 95 % and 1. The target takes ${latency} ms to answer.`,
  ].join("\n");

const groupTable = (figures: GroupFigures): string =>
  [
    `A group of ${figures.members} members`,
    `  made with                 ${figures.requests} requests in ${figures.seconds.toFixed(1)} s, ${(figures.members / figures.seconds).toFixed(0)} members/s`,
    `  one member more, fewer    ${figures.oneRequests.join(" and ")} request(s), ${figures.oneMilliseconds.map((ms) => ms.toFixed(0)).join(" and ")} ms`,
    `  memory of the engine      ${figures.peakMebibytes.toFixed(0)} MiB at most, ${figures.restingMebibytes.toFixed(0)} before`,
  ].join("\n");

const pace = values.only === "groups" ? null : await measurePace();
const group = values.only === "pace" ? null : await measureGroup();
const tables = [...(pace === null ? [] : [paceTable(pace)]), ...(group === null ? [] : [groupTable(group)])];
process.stdout.write(values.json ? `${JSON.stringify({ pace, group })}\n` : `${tables.join("\n\n")}\n`);
