import type { CycleReport, RunLine } from "#api/contract";
import { findJob } from "../client/apps.ts";
import { path } from "../client/client.ts";
import { type AppOptions, examples, openSession, type Register, withApp } from "../command.ts";
import { watchInterrupts } from "../interrupts.ts";
import { cycleAdvice, cycleSummary, progressOfCycle } from "../output/cycle.ts";
import { openProgress } from "../output/progress-view.ts";
import { styleFor } from "../output/style.ts";
import { CliError, exitCodes } from "../problems.ts";
import type { Shell } from "../shell.ts";

export const registerRun: Register = (program, shell) => {
  const command = withApp(
    program
      .command("run")
      .summary("run a cycle now and watch it")
      .description(
        "Runs a cycle of an app's job now, shows its progress and ends with a summary. Exit code 0 if the cycle succeeded, 1 if anything failed. Ctrl-C leaves the cycle running in the server.",
      )
      .argument("[app]", "the app; may be left out when there is one"),
  );
  examples(command, [
    ["run", "the only app"],
    ["run ThousandEyes --json", "the report of the cycle as JSON"],
  ]);
  command.action(async (app: string | undefined, flags: AppOptions) => runCycle(app ?? flags.app, flags, shell));
};

const runCycle = async (reference: string | undefined, flags: AppOptions, shell: Shell): Promise<void> => {
  const session = await openSession(flags, shell);
  const { job } = await findJob(session.client, reference);
  const output = session.json ? shell.stderr : shell.stdout;
  const view = openProgress(output, shell.clock, styleFor(output, shell.env), session.json && output.isTTY !== true);
  const interrupts = watchInterrupts(shell, () => undefined);
  let report: CycleReport | null = null;
  /** A cycle that was under way already is watched first. */
  let hadWork = false;
  try {
    const lines = session.client.stream("POST", path`/lockstep/v1/jobs/${job.jobId}/run`, {
      signal: interrupts.signal,
    });
    for await (const line of lines as AsyncGenerator<RunLine>) {
      if ("progress" in line) {
        view.show(progressOfCycle(line.progress));
        hadWork ||= line.progress.cycle.counts.total > 0;
      } else if ("report" in line) report = line.report;
    }
  } catch (error) {
    if (!interrupts.signal.aborted) throw error;
    throw new CliError("Interrupted", "The cycle goes on in the server; watch it with: npx lockstep status");
  } finally {
    view.end();
    interrupts.end();
  }
  if (report === null)
    throw new CliError("StreamBroken", "The server ended its answer before the cycle did. See npx lockstep status.");
  const done = report;
  await session.print(done, () => {
    if (done.state === "succeeded" && done.counts.total === 0 && done.counts.done === 0)
      return hadWork ? "The cycle that was under way is done; nothing more was due." : "Nothing was due.";
    const advice = cycleAdvice(done);
    return `${cycleSummary(done, shell.clock.now(), session.style)}${advice.map((line) => `\n${line}`).join("")}`;
  });
  shell.exitCode = done.state === "succeeded" && done.counts.failed === 0 ? exitCodes.ok : exitCodes.failure;
};
