import type { OnceSummary, RunningSandboxAddress, RunningServer, startServer as start } from "#app";
import { wholeNumber } from "../arguments.ts";
import { dataFolder } from "../client/find-server.ts";
import { examples, type Register, withJson } from "../command.ts";
import { watchInterrupts } from "../interrupts.ts";
import { progressOfCycle } from "../output/cycle.ts";
import { openProgress } from "../output/progress-view.ts";
import { allInStep, nextSteps, onceSummary } from "../output/start-text.ts";
import { styleFor } from "../output/style.ts";
import { exitCodes } from "../problems.ts";
import { type Shell, writeAll } from "../shell.ts";

export interface StartFlags {
  readonly json?: boolean;
  readonly data?: string;
  readonly port: number;
  readonly sandboxPort: number;
  readonly sample: boolean;
  readonly directory?: string;
  readonly once?: boolean;
  readonly logLevel: string;
}

export const registerStart: Register = (program, shell) => {
  const command = program
    .command("start")
    .summary("start the server, and a sandbox tenant beside it")
    .description(
      "Starts the server and a ThousandEyes sandbox tenant. The first start makes a sample organisation, provisions it and stays up; later starts go on where the last one was.",
    )
    .option("--data <dir>", "data folder (default: .lockstep here or in a folder above)")
    .option("--port <number>", "port of the server; the next free one if it is taken", wholeNumber(0, 65535), 8400)
    .option("--sandbox-port <number>", "port of the sandbox tenant", wholeNumber(0, 65535), 8401)
    .option("--no-sample", "start with an empty directory")
    .option("--directory <file>", "begin with your own people from a CSV, LDIF or JSON file in place of the sample")
    .option("--once", "end after the first cycle; exit code 0 only if all is in step")
    .option("--log-level <level>", "level of the server's own log: silent, error, warn, info, debug", "warn");
  examples(withJson(command), [
    ["start", "everything, with the sample organisation"],
    ["start --no-sample --port 9000", "an empty directory on another port"],
    ["start --directory people.csv", "your own people in place of the sample"],
    ["start --once --json", "one cycle, its counts as the last line"],
  ]);
  command.action(async (flags: StartFlags) => runStart(flags, shell, (await import("#app")).startServer));
};

/** Starts the server, tells how it goes, and stays until the first cycle (`once`) or an interrupt ends it. Sets the shell's exit code. */
export const runStart = async (flags: StartFlags, shell: Shell, startServer: typeof start): Promise<void> => {
  const json = flags.json === true;
  const once = flags.once === true;
  const output = json ? shell.stderr : shell.stdout;
  const style = styleFor(output, shell.env);
  const view = openProgress(output, shell.clock, style, json && output.isTTY !== true);
  // Later cycles run in the background; their progress is for `lockstep status`.
  let settled = false;
  const interrupts = watchInterrupts(shell, () => view.say("Stopping … (Ctrl-C again ends at once)"));
  try {
    const running = await startServer(
      {
        data: dataFolder(flags.data, shell.cwd),
        port: flags.port,
        sandboxPort: flags.sandboxPort,
        sample: flags.sample && flags.directory === undefined,
        ...(flags.directory === undefined ? {} : { directory: flags.directory }),
        once,
        logLevel: flags.logLevel,
        signal: interrupts.signal,
      },
      {
        say: (line) => view.say(line),
        progress: (progress) => {
          if (!settled) view.show(progressOfCycle(progress));
        },
      },
    );
    try {
      if (json) await writeAll(shell.stdout, `${JSON.stringify(readyLine(running))}\n`);
      const first = await Promise.race([running.firstCycle, interrupts.happened]);
      settled = true;
      view.end();
      if (first !== null && !json) view.say(onceSummary(first, style));
      if (once) {
        const summary = first ?? nothingToDo;
        shell.exitCode = interrupts.signal.aborted
          ? exitCodes.interrupted
          : allInStep(summary)
            ? exitCodes.ok
            : exitCodes.failure;
        if (json && !interrupts.signal.aborted)
          await writeAll(shell.stdout, `${JSON.stringify(summaryLine(summary))}\n`);
        else if (first === null && !interrupts.signal.aborted)
          view.say("There was nothing to run: no app's provisioning is active.");
      } else if (!interrupts.signal.aborted) {
        if (!json) view.say(nextSteps(running, flags.data, style));
        await interrupts.happened;
      }
    } finally {
      await running.stop();
      if (!json && interrupts.signal.aborted) view.say("Stopped. Everything is kept; start again to go on.");
    }
  } catch (error) {
    view.end();
    if (!interrupts.signal.aborted) throw error;
    shell.exitCode = exitCodes.interrupted;
  } finally {
    interrupts.end();
  }
};

/** Where no job is active. */
const nothingToDo: OnceSummary = {
  inScope: 0,
  inStep: 0,
  created: 0,
  updated: 0,
  disabled: 0,
  deleted: 0,
  skipped: 0,
  failed: 0,
  held: 0,
  requests: 0,
  seconds: 0,
};

const sandboxLine = ({ baseUrl, token, web, signInLink }: RunningSandboxAddress) => ({
  baseUrl,
  token,
  web,
  signInLink,
});

const readyLine = ({ url, tokenFile, data, sandbox }: RunningServer) => ({
  url,
  tokenFile,
  data,
  sandbox: sandbox === null ? null : sandboxLine(sandbox),
});

const summaryLine = (summary: OnceSummary): OnceSummary => ({
  inScope: summary.inScope,
  inStep: summary.inStep,
  created: summary.created,
  updated: summary.updated,
  disabled: summary.disabled,
  deleted: summary.deleted,
  skipped: summary.skipped,
  failed: summary.failed,
  held: summary.held,
  requests: summary.requests,
  seconds: summary.seconds,
});
