import { expect, test } from "vitest";
import type { OnceSummary, RunningServer, StartOptions, StartReporter } from "#app";
import { exitCodes } from "../problems.ts";
import { progressOf } from "../sample-answers.ts";
import type { Shell } from "../shell.ts";
import { openClock, openOutput } from "../test-shell.ts";
import { runStart, type StartFlags } from "./start.ts";

const summary: OnceSummary = {
  inScope: 4,
  inStep: 4,
  created: 4,
  updated: 0,
  disabled: 0,
  deleted: 0,
  skipped: 1,
  failed: 0,
  held: 0,
  requests: 9,
  seconds: 1.5,
};

const sandbox = {
  baseUrl: "http://127.0.0.1:8401/scim/v2",
  token: "t",
  web: "http://127.0.0.1:8401/",
  signInLink: "http://127.0.0.1:8401/links/x",
};

interface Scene {
  readonly flags?: Partial<StartFlags>;
  readonly first?: Promise<OnceSummary | null>;
  /** What happens while the server starts. */
  readonly during?: (interrupt: () => void, report: StartReporter, options: StartOptions) => void;
}

const play = async ({ flags = {}, first = Promise.resolve(summary), during }: Scene) => {
  const clock = openClock();
  const stdout = openOutput();
  const stderr = openOutput();
  const killed: number[] = [];
  let listener: () => void = () => undefined;
  const shell = {
    stdout,
    stderr,
    env: {},
    cwd: "/project",
    clock,
    onInterrupt: (given: () => void) => {
      listener = given;
      return () => undefined;
    },
    kill: (code: number) => killed.push(code),
    exitCode: exitCodes.ok,
  } as unknown as Shell;
  let stops = 0;
  const started: StartOptions[] = [];
  const startServer = async (options: StartOptions, report: StartReporter): Promise<RunningServer> => {
    started.push(options);
    during?.(() => listener(), report, options);
    options.signal.throwIfAborted();
    const stop = async () => {
      stops += 1;
    };
    return { url: "http://127.0.0.1:8400", tokenFile: "/d/token", data: "/d", sandbox, firstCycle: first, stop };
  };
  const done = runStart(
    { port: 8400, sandboxPort: 8401, sample: true, logLevel: "warn", data: "/d", ...flags },
    shell,
    startServer,
  );
  return { done, shell, stdout, stderr, started, killed, clock, interrupt: () => listener(), stops: () => stops };
};

test("--once --json prints the line of a ready server and the counts, and ends with 0 when all is in step", async () => {
  const scene = await play({
    flags: { once: true, json: true },
    during: (_, report) => report.say("Opening the database."),
  });
  await scene.done;
  expect(scene.stdout.written.map((line) => JSON.parse(line))).toEqual([
    { url: "http://127.0.0.1:8400", tokenFile: "/d/token", data: "/d", sandbox },
    summary,
  ]);
  expect([scene.shell.exitCode, scene.stops(), scene.stderr.written]).toEqual([0, 1, ["Opening the database.\n"]]);
  expect(scene.started[0]).toMatchObject({ data: "/d", port: 8400, sandboxPort: 8401, sample: true, once: true });
});

test.each([
  ["failed", { ...summary, failed: 1 }],
  ["held", { ...summary, held: 1 }],
  ["in step", { ...summary, inStep: 3 }],
])("--once ends with 1 when not all is well: %s", async (_, first) => {
  const scene = await play({ flags: { once: true }, first: Promise.resolve(first) });
  await scene.done;
  expect([scene.shell.exitCode, scene.stops()]).toEqual([1, 1]);
});

test("--once ends with 0 and counts of nothing where no job is active", async () => {
  const scene = await play({ flags: { once: true, json: true }, first: Promise.resolve(null) });
  await scene.done;
  expect(scene.shell.exitCode).toBe(0);
  expect(Object.values(JSON.parse(scene.stdout.written[1]!))).toEqual(Array.from({ length: 11 }, () => 0));
});

test("a directory of one's own takes the place of the sample", async () => {
  const scene = await play({ flags: { once: true, directory: "people.csv" } });
  await scene.done;
  expect(scene.started[0]).toMatchObject({ sample: false, directory: "people.csv" });
});

test("it stays up until Ctrl-C, tells what to try next, and stops in order with exit code 0", async () => {
  const first = Promise.resolve(summary);
  const scene = await play({ first, during: (_, report) => report.progress(progressOf(4)) });
  while (!scene.stdout.written.some((text) => text.includes("Try next"))) await first;
  expect(scene.stops()).toBe(0);
  scene.interrupt();
  await scene.done;
  const out = scene.stdout.written.join("");
  expect(out).toMatch(/^Provisioning: 4\/4 \(100%\)/);
  expect(out).toContain("All 4 accounts are in step.\n  created   4\n");
  expect(out.match(/npx lockstep .* --data \/d/g)?.length).toBe(5);
  expect([scene.shell.exitCode, scene.stops(), scene.killed]).toEqual([0, 1, []]);
});

test("an interrupt during the start aborts it; a second Ctrl-C ends the process, the same one passed on does not", async () => {
  const scene = await play({ during: (interrupt) => interrupt() });
  await scene.done;
  expect([scene.shell.exitCode, scene.stops()]).toEqual([130, 0]);
  scene.interrupt();
  expect(scene.killed).toEqual([]);
  scene.clock.advance(600);
  scene.interrupt();
  expect(scene.killed).toEqual([130]);
});
