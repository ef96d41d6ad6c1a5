import type { CountAnswer, ObjectsRequest } from "#api/contract";
import { findJob } from "../client/apps.ts";
import { path } from "../client/client.ts";
import { type AppOptions, examples, openSession, type Register, withApp } from "../command.ts";
import { counted } from "../output/amounts.ts";

export const registerRetry: Register = (program, shell) => {
  const command = withApp(
    program
      .command("retry")
      .summary("try now what failed")
      .description("Makes failed objects due now: those that are named by id, or all of them.")
      .argument("[ids...]", "ids of objects; all that failed when left out"),
  );
  examples(command, [
    ["retry", "all that failed"],
    ["retry 7c1f3a52-… --app ThousandEyes", "one object of one app"],
  ]);
  command.action(async (ids: readonly string[], flags: AppOptions) => {
    const session = await openSession(flags, shell);
    const { job } = await findJob(session.client, flags.app);
    const body: ObjectsRequest = { ids: ids.length === 0 ? "all" : ids };
    const answer = (await session.client.ask("POST", path`/lockstep/v1/jobs/${job.jobId}/retry`, {
      body,
    })) as CountAnswer;
    await session.print(answer, () =>
      answer.count === 0
        ? "Nothing that failed is waiting."
        : `${counted(answer.count, "object")} will be tried again now.`,
    );
  });
};
