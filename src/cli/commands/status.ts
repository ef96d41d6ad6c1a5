import { chooseApp, readStatus } from "../client/apps.ts";
import { type AppOptions, examples, openSession, type Register, withApp } from "../command.ts";
import { statusText } from "../output/status-text.ts";

export const registerStatus: Register = (program, shell) => {
  const command = withApp(
    program
      .command("status")
      .summary("how the server and its jobs are doing")
      .description("Shows the server, and for each app the true counts: in scope, in step, pending, failed and held.")
      .argument("[app]", "one app alone"),
  );
  examples(command, [
    ["status", "everything"],
    ["status ThousandEyes --json", "one app, for programs"],
  ]);
  command.action(async (positional: string | undefined, flags: AppOptions) => {
    const session = await openSession(flags, shell);
    const status = await readStatus(session.client);
    const reference = positional ?? flags.app;
    const app = reference === undefined ? null : chooseApp(status.apps, reference);
    await session.print(app ?? status, () =>
      statusText(app === null ? status : { ...status, apps: [app] }, { ...session, now: shell.clock.now() }),
    );
  });
};
