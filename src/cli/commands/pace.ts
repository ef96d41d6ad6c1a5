import type { AppSettings } from "#api/contract";
import { wholeNumber } from "../arguments.ts";
import { findApp } from "../client/apps.ts";
import { path } from "../client/client.ts";
import { type AppOptions, examples, openSession, type Register, withApp } from "../command.ts";
import { facts } from "../output/table.ts";

const usual = "default";

/** The word takes a limit back. */
interface PaceFlags extends AppOptions {
  readonly perSecond?: number | typeof usual;
  readonly perMinute?: number | typeof usual;
  readonly atOnce?: number | typeof usual;
}

const limitUpTo =
  (most: number) =>
  (text: string): number | typeof usual =>
    text.trim().toLowerCase() === usual ? usual : wholeNumber(1, most)(text);

export const registerPace: Register = (program, shell) => {
  const command = withApp(
    program
      .command("pace")
      .summary("show or set how fast an app may be asked")
      .description(
        `Shows the limits that you have set for an app's requests, or sets some of them; those that are not named stay. A rate of yours wins over the template's, over a lower one that the target tells, and over what was learned from its refusals. "${usual}" takes a limit back.`,
      )
      .argument("[app]", "the app; may be left out when there is one")
      .option("--per-second <number>", "requests a second, at most", limitUpTo(100_000))
      .option("--per-minute <number>", "requests a minute, at most", limitUpTo(1_000_000))
      .option("--at-once <number>", "requests under way at a time, at most", limitUpTo(1000)),
  );
  examples(command, [
    ["pace", "what is set for the only app"],
    ["pace ThousandEyes --per-minute 480", "more than the template says, as agreed with the vendor"],
    ["pace Wiki --per-second 5 --at-once 2", "gently"],
    ["pace Wiki --per-second default", "what the target tells, or teaches, counts again"],
  ]);
  command.action(async (reference: string | undefined, flags: PaceFlags) => {
    const session = await openSession(flags, shell);
    const app = await findApp(session.client, reference ?? flags.app);
    const where = path`/lockstep/v1/apps/${app.id}/settings`;
    const before = (await session.client.ask("GET", where)) as AppSettings;
    const body = changesOf(before, flags);
    const saved = body === null ? before : ((await session.client.ask("PUT", where, { body })) as AppSettings);
    await session.print(limitsOf(saved), () => limitsText(app.displayName, saved));
  });
};

const names = [
  ["requestsPerSecond", "perSecond", "a second"],
  ["requestsPerMinute", "perMinute", "a minute"],
  ["requestsAtOnce", "atOnce", "at once"],
] as const;

/** The profile is saved as a whole. A limit a minute may also stand beside it, from before; there is one place for it now. */
const changesOf = (before: AppSettings, flags: PaceFlags): Partial<AppSettings> | null => {
  const given = names.flatMap(([name, flag]) => (flags[flag] === undefined ? [] : [[name, flags[flag]] as const]));
  if (given.length === 0) return null;
  const asked = Object.fromEntries(given);
  const profile = Object.fromEntries(
    Object.entries<unknown>({ ...before.profile, ...asked }).filter(([, value]) => value !== usual),
  );
  return { profile, ...("requestsPerMinute" in asked ? { requestsPerMinute: null } : {}) };
};

const limitsOf = ({ profile, requestsPerMinute }: AppSettings) => ({
  requestsPerSecond: profile.requestsPerSecond ?? null,
  requestsPerMinute: requestsPerMinute ?? profile.requestsPerMinute ?? null,
  requestsAtOnce: profile.requestsAtOnce ?? null,
});

const limitsText = (app: string, settings: AppSettings): string => {
  const limits = limitsOf(settings);
  const set = names.flatMap(([name, , unit]) =>
    limits[name] === null ? [] : [[unit, `${limits[name]} requests at most`] as const],
  );
  if (set.length === 0)
    return `You have set no limit for ${app}: what its template says counts, and what the target tells or teaches.`;
  return `Limits for ${app}, set by you:\n${facts(set, "  ")}`;
};
