import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { AppProfile, ProfileRequest } from "#api/contract";
import { assigned } from "../arguments.ts";
import { findApp } from "../client/apps.ts";
import { path } from "../client/client.ts";
import { type AppOptions, examples, openSession, type Register, type Session, withApp } from "../command.ts";
import { profileLines } from "../output/doctor-text.ts";
import { printable } from "../output/text.ts";
import { CliError, wrongUse } from "../problems.ts";
import type { Shell } from "../shell.ts";

export const registerProfile: Register = (program, shell) => {
  const group = program
    .command("profile")
    .summary("how an app's target is spoken to")
    .description(
      "How an app's target wants to be spoken to: what its template says, what lockstep doctor found, and what you say, which wins.",
    );
  show(group.command("show"), shell);
  load(group.command("load"), shell);
  set(group.command("set"), shell);
  unset(group.command("unset"), shell);
  reset(group.command("reset"), shell);
};

const openApp = async (reference: string | undefined, flags: AppOptions, shell: Shell) => {
  const session = await openSession(flags, shell);
  const app = await findApp(session.client, reference ?? flags.app);
  return { session, app, address: path`/lockstep/v1/apps/${app.id}/profile` };
};

const textOf = (
  { template, found, foundCounts, own, effective }: AppProfile,
  { style }: Session,
  isWhole: boolean,
): string => {
  const part = (title: string, profile: object): readonly string[] =>
    Object.keys(profile).length === 0 ? [] : [style.bold(title), profileLines(profile)];
  const elsewhere = foundCounts ? "" : ", which is not the app's address, so it does not count";
  const parts = [
    ...part("From the template", template),
    ...(found === null
      ? []
      : part(`Found at ${printable(found.baseUrl)} on ${found.at.slice(0, 10)}${elsewhere}`, found.profile)),
    ...part("Set by you", own),
  ];
  if (isWhole) return [...parts, ...part("In effect", effective)].join("\n");
  return parts.length === 0 ? "Nothing is set: the target is spoken to as usual." : parts.join("\n");
};

const change = async (
  reference: string | undefined,
  flags: AppOptions,
  shell: Shell,
  bodyOf: (now: AppProfile) => ProfileRequest,
): Promise<void> => {
  const { session, address } = await openApp(reference, flags, shell);
  const now = (await session.client.ask("GET", address)) as AppProfile;
  const saved = (await session.client.ask("PUT", address, { body: bodyOf(now) })) as AppProfile;
  await session.print(saved, () => textOf(saved, session, false));
};

const show = (bare: Command, shell: Shell): void => {
  const command = withApp(
    bare
      .description("Shows the profile of an app's target: where each member comes from, and what is in effect.")
      .argument("[app]", "the app; may be left out when there is one"),
  );
  examples(command, [["profile show Wiki", "what is in effect, and who says so"]]);
  command.action(async (reference: string | undefined, flags: AppOptions) => {
    const { session, address } = await openApp(reference, flags, shell);
    const profile = (await session.client.ask("GET", address)) as AppProfile;
    await session.print(profile, () => textOf(profile, session, true));
  });
};

const load = (bare: Command, shell: Shell): void => {
  const command = withApp(
    bare
      .description(
        "Gives an app what lockstep doctor --save wrote. It counts as found: for the address at which it was found, and below what you set.",
      )
      .argument("<file>", "file of lockstep doctor --save"),
  );
  examples(command, [["profile load profile.json --app Wiki", "what an examination without a server found"]]);
  command.action(async (file: string, flags: AppOptions) => {
    const found = await readFound(file, shell);
    await change(undefined, flags, shell, () => ({ found }));
  });
};

const readFound = async (file: string, shell: Shell): Promise<NonNullable<ProfileRequest["found"]>> => {
  const unusable = (why: string) => new CliError("FileUnreadable", `${file} cannot be used: ${why}`);
  let given: unknown;
  try {
    given = JSON.parse(await readFile(resolve(shell.cwd, file), "utf8"));
  } catch (error) {
    throw unusable(error instanceof SyntaxError ? "it is not JSON." : (error as Error).message);
  }
  const { baseUrl, at, profile } = (given ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof baseUrl === "string" && typeof at === "string" && typeof profile === "object" && profile !== null)
    return { baseUrl, at, profile };
  throw unusable('it should hold {"baseUrl", "at", "profile"}, as lockstep doctor --save writes it.');
};

const set = (bare: Command, shell: Shell): void => {
  const command = withApp(
    bare
      .description("Sets members of the profile by hand. What you set wins over the template and over what was found.")
      .argument("<name=value...>", "members and their values; lists as JSON"),
  );
  examples(command, [
    ["profile set updateUsers=put --app Wiki", "changes as whole accounts"],
    [
      "profile set requestsPerSecond=50 requestsAtOnce=8",
      "your own limits, which win over what the target tells or teaches",
    ],
    ["profile set 'filterable=[\"userName\"]'", "what it can be searched by"],
  ]);
  command.action(async (assignments: readonly string[], flags: AppOptions) => {
    const members = Object.fromEntries(assignments.map(assigned));
    await change(undefined, flags, shell, ({ own }) => ({ own: { ...own, ...members } }));
  });
};

const unset = (bare: Command, shell: Shell): void => {
  const command = withApp(
    bare
      .description("Takes back members that you set, so that what was found, or the template, counts again.")
      .argument("<name...>", "members by the names that profile show has"),
  );
  examples(command, [
    ["profile unset requestsPerSecond --app Wiki", "what the target tells, or teaches, counts again"],
  ]);
  command.action(async (given: readonly string[], flags: AppOptions) => {
    await change(undefined, flags, shell, ({ own }) => {
      const absent = given.find((name) => !Object.hasOwn(own, name));
      const set = Object.keys(own).join(", ");
      if (absent !== undefined)
        throw wrongUse(`You have not set ${absent}. ${set === "" ? "You have set nothing." : `Set by you: ${set}.`}`);
      return { own: Object.fromEntries(Object.entries(own).filter(([name]) => !given.includes(name))) };
    });
  });
};

interface ResetFlags extends AppOptions {
  readonly found?: boolean;
  readonly own?: boolean;
}

const reset = (bare: Command, shell: Shell): void => {
  const command = withApp(
    bare
      .description("Forgets what was found and what you set, so that the template alone counts.")
      .argument("[app]", "the app; may be left out when there is one")
      .option("--found", "only what was found")
      .option("--own", "only what you set"),
  );
  examples(command, [
    ["profile reset Wiki", "back to the template"],
    ["profile reset Wiki --found", "keeps what you set"],
  ]);
  command.action(async (reference: string | undefined, flags: ResetFlags) => {
    const isBoth = flags.found === flags.own;
    await change(reference, flags, shell, () => ({
      ...(isBoth || flags.found === true ? { found: null } : {}),
      ...(isBoth || flags.own === true ? { own: {} } : {}),
    }));
  });
};
