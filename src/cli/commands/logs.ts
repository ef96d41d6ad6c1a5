import type { LogPage, ProvisioningEntry } from "#api/contract";
import { oneOf, timeOrAge, wholeNumber } from "../arguments.ts";
import { findApp } from "../client/apps.ts";
import type { Query } from "../client/client.ts";
import { gatherEntries } from "../client/log-entries.ts";
import { type AppOptions, examples, openSession, type Register, type Session, withApp } from "../command.ts";
import { watchInterrupts } from "../interrupts.ts";
import { entriesTable, entryLine, entryText } from "../output/entry-text.ts";
import { wrongUse } from "../problems.ts";
import { type Shell, writeAll } from "../shell.ts";

interface LogFlags extends AppOptions {
  readonly user?: string;
  readonly search?: string;
  readonly since?: string;
  readonly status?: string;
  readonly action?: string;
  readonly code?: string;
  readonly cycle?: string;
  readonly limit: number;
  readonly steps?: boolean;
  readonly follow?: boolean;
}

const POLL_MILLISECONDS = 1_000;

export const registerLogs: Register = (program, shell) => {
  const command = withApp(
    program
      .command("logs")
      .summary("what was done for whom, and why")
      .description("Shows the provisioning log, the newest entries last.")
      .option("--user <user>", "of one person: id, user principal name or display name")
      .option("--search <text>", "with this in a name or an id")
      .option("--since <time>", "from this time on: ISO 8601, or an age such as 30m, 2h, 7d")
      .option(
        "--status <status>",
        "success, failure, skipped or warning",
        oneOf(["success", "failure", "skipped", "warning"]),
      )
      .option(
        "--action <action>",
        "create, update, disable, delete, stagedDelete or other",
        oneOf(["create", "update", "disable", "delete", "stagedDelete", "other"]),
      )
      .option("--code <code>", "with this code, such as TargetIgnoredChange")
      .option("--cycle <id>", "of one cycle")
      .option("--limit <number>", "at most so many entries", wholeNumber(1, 100_000), 50)
      .option("--steps", "with every step and value")
      .option("--follow", "go on with new entries as they come"),
  );
  examples(command, [
    ["logs", "the last 50 entries"],
    ["logs --status failure --since 1h", "what failed in the last hour"],
    ["logs --user ada@contoso.example --steps", "everything about one person"],
    ["logs --follow --json", "new entries as they come, one JSON object a line"],
  ]);
  command.action(async (flags: LogFlags) => showLogs(flags, shell));
};

const showLogs = async (flags: LogFlags, shell: Shell): Promise<void> => {
  const since = flags.since === undefined ? undefined : timeOrAge(flags.since, shell.clock.now());
  if (since === null)
    throw wrongUse(
      `--since is neither a time nor an age: "${flags.since}". Examples: 2025-01-31, 2025-01-31T08:00:00Z, 30m, 2h, 7d.`,
    );
  const session = await openSession(flags, shell);
  const app = flags.app === undefined ? undefined : (await findApp(session.client, flags.app)).id;
  const { user, search, status, action, code, cycle } = flags;
  const query: Query = { app, user, search, status, action, code, cycle, since };
  const entries = await gatherEntries(session.client, query, flags.limit);
  if (flags.follow !== true) return printEntries(entries, flags, session);
  for (const entry of entries.toReversed()) await follow(entry, flags, session, shell);
  await followNew(query, entries, flags, session, shell);
};

const printEntries = async (entries: readonly ProvisioningEntry[], flags: LogFlags, session: Session): Promise<void> =>
  session.print({ value: entries } satisfies Omit<LogPage, "next">, () => {
    if (entries.length === 0) return "The log has no such entry.";
    const oldestFirst = entries.toReversed();
    if (flags.steps !== true) return entriesTable(oldestFirst, session);
    return oldestFirst.map((entry) => entryText(entry, session)).join("\n\n");
  });

const follow = async (entry: ProvisioningEntry, flags: LogFlags, session: Session, shell: Shell): Promise<void> => {
  const text = session.json
    ? JSON.stringify(entry)
    : flags.steps === true
      ? `${entryText(entry, session)}\n`
      : entryLine(entry, session);
  await writeAll(shell.stdout, `${text}\n`);
};

/** Asks again and again for what is as new as the newest entry seen, and shows what was not shown yet. */
const followNew = async (
  query: Query,
  seen: readonly ProvisioningEntry[],
  flags: LogFlags,
  session: Session,
  shell: Shell,
): Promise<void> => {
  const interrupts = watchInterrupts(shell, () => undefined);
  let since = seen[0]?.activityDateTime ?? query.since ?? shell.clock.now().toISOString();
  let shown = new Set(seen.filter((entry) => entry.activityDateTime === since).map((entry) => entry.id));
  try {
    while (!interrupts.signal.aborted) {
      await shell.clock.sleep(POLL_MILLISECONDS, interrupts.signal);
      if (interrupts.signal.aborted) return;
      const entries = await gatherEntries(session.client, { ...query, since }, Number.POSITIVE_INFINITY);
      const fresh = entries.filter((entry) => !shown.has(entry.id)).toReversed();
      for (const entry of fresh) await follow(entry, flags, session, shell);
      const newest = entries[0]?.activityDateTime ?? since;
      if (newest !== since) shown = new Set();
      since = newest;
      for (const entry of entries) if (entry.activityDateTime === since) shown.add(entry.id);
    }
  } finally {
    interrupts.end();
  }
};
