import type { Command } from "commander";
import { assigned } from "../arguments.ts";
import { findApp } from "../client/apps.ts";
import { path } from "../client/client.ts";
import { type AppOptions, examples, openSession, type Register, type Session, withApp } from "../command.ts";
import { facts } from "../output/table.ts";
import { printable } from "../output/text.ts";
import type { Shell } from "../shell.ts";

type Settings = Readonly<Record<string, unknown>>;

/** What the engine heeds and no other command shows. */
const shown: readonly string[] = ["intervalSeconds", "guard", "extraMembers", "readBack"];

export const registerSettings: Register = (program, shell) => {
  const group = program
    .command("settings")
    .summary("how an app's job goes about its work")
    .description(
      "Settings of an app's job: how often it runs, what the guard lets pass, whether writes are read back.",
    );
  show(group.command("show"), shell);
  set(group.command("set"), shell);
};

const openApp = async (reference: string | undefined, flags: AppOptions, shell: Shell) => {
  const session = await openSession(flags, shell);
  const app = await findApp(session.client, reference ?? flags.app);
  return { session, address: path`/lockstep/v1/apps/${app.id}/settings` };
};

const print = async (session: Session, settings: Settings): Promise<void> => {
  const own = Object.fromEntries(shown.map((name) => [name, settings[name]]));
  await session.print(own, () => facts(rowsOf(own)));
};

/** `guard.percent` for a setting within a setting. */
const rowsOf = (settings: Settings, before = ""): readonly (readonly [string, string])[] =>
  Object.entries(settings).flatMap(([name, value]) =>
    typeof value === "object" && value !== null
      ? rowsOf(value as Settings, `${before}${name}.`)
      : [[`${before}${name}`, printable(String(value))] as const],
  );

const show = (bare: Command, shell: Shell): void => {
  const command = withApp(
    bare
      .description("Shows the settings of an app's job.")
      .argument("[app]", "the app; may be left out when there is one"),
  );
  examples(command, [["settings show ThousandEyes", "all of them"]]);
  command.action(async (reference: string | undefined, flags: AppOptions) => {
    const { session, address } = await openApp(reference, flags, shell);
    await print(session, (await session.client.ask("GET", address)) as Settings);
  });
};

const set = (bare: Command, shell: Shell): void => {
  const command = withApp(
    bare
      .description("Changes settings of an app's job; those that are not named stay.")
      .argument("<name=value...>", "settings by the names that settings show has"),
  );
  examples(command, [
    ["settings set readBack=always --app Wiki", "look at the target after each write"],
    ["settings set guard.percent=10 guard.absolute=50", "ask before more than a tenth, or 50, lose their accounts"],
    ["settings set intervalSeconds=300", "a cycle every five minutes, besides those that changes start"],
  ]);
  command.action(async (assignments: readonly string[], flags: AppOptions) => {
    const { session, address } = await openApp(undefined, flags, shell);
    const body: Record<string, unknown> = {};
    for (const [name, value] of assignments.map(assigned)) {
      const [outer = "", inner] = name.split(".", 2);
      body[outer] = inner === undefined ? value : { ...(body[outer] as object | undefined), [inner]: value };
    }
    await print(session, (await session.client.ask("PUT", address, { body })) as Settings);
  });
};
