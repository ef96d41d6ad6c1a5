import type { OnDemandResult, ProvisionRequest } from "#api/contract";
import { findJob } from "../client/apps.ts";
import { path } from "../client/client.ts";
import { type AppOptions, examples, openSession, type Register, withApp } from "../command.ts";
import { onDemandText } from "../output/on-demand-text.ts";
import { exitCodes } from "../problems.ts";

interface ProvisionFlags extends AppOptions {
  readonly dryRun?: boolean;
  readonly group?: boolean;
  readonly exchanges?: boolean;
}

export const registerProvision: Register = (program, shell) => {
  const command = withApp(
    program
      .command("provision")
      .summary("provision one person now, every step explained")
      .description(
        "Provisions one user or group on demand, ahead of everything else, and shows the five steps with their values. Exit code 1 if not all of it was done.",
      )
      .argument("<user>", "id or user principal name; with --group, id or display name of a group")
      .option("--dry-run", "write nothing: show what would be done")
      .option("--group", "the argument is a group")
      .option("--exchanges", "show the requests to the app and its answers"),
  );
  examples(command, [
    ["provision ada@contoso.example", "one person, now"],
    ["provision ada@contoso.example --dry-run", "only show what would be done"],
    ["provision Engineering --group --app ThousandEyes", "a group, into one of several apps"],
  ]);
  command.action(async (who: string, flags: ProvisionFlags) => {
    const session = await openSession(flags, shell);
    const { app, job } = await findJob(session.client, flags.app);
    const dry = flags.dryRun === true;
    const body: ProvisionRequest = flags.group === true ? { group: who, dry } : { user: who, dry };
    const result = (await session.client.ask("POST", path`/lockstep/v1/jobs/${job.jobId}/provision`, {
      body,
    })) as OnDemandResult;
    await session.print(result, () =>
      onDemandText(result, app.displayName, { ...session, exchanges: flags.exchanges === true }),
    );
    const { errorInformation } = result.entry.provisioningStatusInfo;
    if (result.action === "fail" || errorInformation?.errorCode === "TargetIgnoredChange")
      shell.exitCode = exitCodes.failure;
  });
};
