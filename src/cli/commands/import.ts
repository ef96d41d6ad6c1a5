import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { ImportLine, ImportProgress, ImportSummary } from "#api/contract";
import { oneOf } from "../arguments.ts";
import { examples, openSession, type Register, type ServerOptions, type Session, withServer } from "../command.ts";
import { watchInterrupts } from "../interrupts.ts";
import { counted } from "../output/amounts.ts";
import { importSummaryText, progressOfImport, progressOfSending } from "../output/import-text.ts";
import { openProgress, type ProgressView } from "../output/progress-view.ts";
import { styleFor } from "../output/style.ts";
import { openProblemFile, type ProblemFile } from "../problem-file.ts";
import { CliError, exitCodes, wrongUse } from "../problems.ts";
import type { Shell } from "../shell.ts";

interface ImportFlags extends ServerOptions {
  readonly dryRun?: boolean;
  readonly complete?: boolean;
  readonly yes?: boolean;
  readonly anchor?: string;
  readonly source?: string;
  readonly format?: string;
  readonly problems?: string;
  readonly strict?: boolean;
}

export const registerImport: Register = (program, shell) => {
  const command = withServer(
    program
      .command("import")
      .summary("bring people and groups into the directory from a file")
      .description(
        "Imports people and groups from a CSV, LDIF or JSON file. Bad rows are reported and do not stop the others; importing the same file again changes nothing.",
      )
      .argument("<file>", "CSV, LDIF or JSON file")
      .option("--dry-run", "show what would change, and change nothing")
      .option("--complete", "the file is complete: people of this source whom it lacks are removed")
      .option("--yes", "remove them without asking")
      .option(
        "--anchor <column>",
        "column that recognises a person from one import to the next (default: the last one used, or a guess)",
      )
      .option(
        "--source <name>",
        "name of the source that the people belong to (default: the file's name without its ending)",
      )
      .option("--format <format>", "csv, ldif or json (default: a guess)", oneOf(["csv", "ldif", "json"]))
      .option(
        "--problems <file>",
        "write every problem into this file: CSV, or JSON lines if its name ends in .json, .jsonl or .ndjson",
      )
      .option("--strict", "exit code 1 if any row had a problem"),
  );
  examples(command, [
    ["import people.csv --dry-run", "what it would change"],
    ["import people.csv", "do it"],
    ["import export.ldif --anchor entryUUID --source ad", "people recognised by a column that you name"],
    ["import people.csv --complete", "remove who is no longer in the file, after asking"],
  ]);
  command.action(async (file: string, flags: ImportFlags) => runImport(file, flags, shell));
};

interface Outcome {
  readonly summary: ImportSummary | null;
  /** How many objects wait for a confirmed removal. */
  readonly unconfirmed: number | null;
}

const runImport = async (file: string, flags: ImportFlags, shell: Shell): Promise<void> => {
  const location = resolve(shell.cwd, file);
  const bytes = await sizeOf(location, file);
  const session = await openSession(flags, shell);
  const output = session.json ? shell.stderr : shell.stdout;
  const view = openProgress(output, shell.clock, styleFor(output, shell.env), session.json && output.isTTY !== true);
  const problems = flags.problems === undefined ? null : await openProblemFile(resolve(shell.cwd, flags.problems));
  const send = (confirmRemovals: number | undefined, kept: ProblemFile | null) =>
    sendFile({ file, location, bytes, flags, session, shell, view, confirmRemovals, problems: kept });
  let outcome: Outcome;
  try {
    outcome = await send(undefined, problems);
    if (outcome.unconfirmed !== null && (await mayRemove(outcome.unconfirmed, flags, shell))) {
      const first = outcome.summary;
      outcome = await send(outcome.unconfirmed, null);
      if (outcome.summary !== null && first !== null)
        outcome = { ...outcome, summary: together(first, outcome.summary) };
    }
  } finally {
    view.end();
    await problems?.close();
  }
  await tell(outcome, file, flags, session);
  const complained = flags.strict === true && (outcome.summary?.problemCount ?? 0) > 0;
  if (outcome.unconfirmed !== null) {
    const message = `${counted(outcome.unconfirmed, "object")} of this source are missing in ${file} and would be removed; nobody was removed.`;
    if (shell.ask === null) throw wrongUse(`${message} To remove them, run it again with --yes.`);
    throw new CliError("Interrupted", message);
  }
  const { summary } = outcome;
  if (summary !== null && isUseless(summary)) {
    throw new CliError(
      "NothingImported",
      `Nothing in ${file} could be used. See the problems above; docs/importing.md tells which forms are read.`,
    );
  }
  shell.exitCode = complained ? exitCodes.failure : exitCodes.ok;
};

const sizeOf = async (location: string, file: string): Promise<number> => {
  try {
    const found = await stat(location);
    if (found.isDirectory()) throw new Error("it is a folder");
    return found.size;
  } catch (error) {
    throw new CliError("FileUnreadable", `${file} cannot be read: ${(error as Error).message}`);
  }
};

interface Sending {
  readonly file: string;
  readonly location: string;
  readonly bytes: number;
  readonly flags: ImportFlags;
  readonly session: Session;
  readonly shell: Shell;
  readonly view: ProgressView;
  readonly confirmRemovals: number | undefined;
  readonly problems: ProblemFile | null;
}

const sendFile = async (sending: Sending): Promise<Outcome> => {
  const { file, location, bytes, flags, session, shell, view, confirmRemovals } = sending;
  const began = shell.clock.now().getTime();
  const stream = createReadStream(location);
  let sent = 0;
  let answered = false;
  stream.on("data", (chunk) => {
    sent += chunk.length;
    if (!answered) view.show(progressOfSending(sent, bytes));
  });
  const query = {
    name: basename(file),
    format: flags.format,
    source: flags.source,
    anchor: flags.anchor,
    complete: flags.complete,
    dryRun: flags.dryRun,
    confirmRemovals,
  };
  let summary: ImportSummary | null = null;
  let unconfirmed: number | null = null;
  let streamed = 0;
  let latest: ImportProgress | null = null;
  const seconds = () => (shell.clock.now().getTime() - began) / 1000;
  const interrupts = watchInterrupts(shell, () => undefined);
  try {
    const lines = session.client.stream("POST", "/lockstep/v1/imports", {
      query,
      body: stream,
      signal: interrupts.signal,
    });
    for await (const line of lines as AsyncGenerator<ImportLine>) {
      answered = true;
      if ("progress" in line) {
        latest = line.progress;
        view.show(progressOfImport(latest, seconds()));
      }
      if ("problem" in line) {
        streamed += 1;
        await sending.problems?.write(line.problem);
      }
      if ("summary" in line && line.summary !== undefined) {
        summary = line.summary;
        const rows = summary.users.read + summary.groups.read;
        if (latest !== null) view.show(progressOfImport({ ...latest, bytes: latest.totalBytes, rows }, seconds()));
      }
      if ("needsConfirmation" in line) unconfirmed = line.needsConfirmation.remove;
    }
  } catch (error) {
    if (!interrupts.signal.aborted) throw error;
    throw new CliError(
      "Interrupted",
      "The import was stopped. What it had done is kept; importing the file again does the rest.",
    );
  } finally {
    interrupts.end();
    stream.destroy();
    view.end();
  }
  if (summary === null && unconfirmed === null)
    throw new CliError(
      "StreamBroken",
      "The server ended its answer before the import did. Importing the file again does the rest.",
    );
  if (streamed === 0 && sending.problems !== null)
    for (const problem of summary?.problems ?? []) await sending.problems.write(problem);
  return { summary, unconfirmed };
};

const mayRemove = async (count: number, flags: ImportFlags, shell: Shell): Promise<boolean> => {
  if (flags.yes === true) return true;
  if (shell.ask === null) return false;
  const reply = await shell.ask(
    `${counted(count, "object")} of this source are missing in the file and would be removed. Continue? [y/N] `,
  );
  return /^y(es)?$/i.test(reply);
};

/** The second round found nothing new but the removals: the caller hears what both did. */
const together = (first: ImportSummary, second: ImportSummary): ImportSummary => {
  const sum = (one: ImportSummary["users"], other: ImportSummary["users"]) => ({
    ...other,
    added: one.added + other.added,
    changed: one.changed + other.changed,
    unchanged: one.unchanged,
    restored: one.restored + other.restored,
    removed: one.removed + other.removed,
  });
  return {
    ...second,
    users: sum(first.users, second.users),
    groups: sum(first.groups, second.groups),
    links: {
      managersChanged: first.links.managersChanged + second.links.managersChanged,
      membersAdded: first.links.membersAdded + second.links.membersAdded,
      membersRemoved: first.links.membersRemoved + second.links.membersRemoved,
    },
    sample: [...first.sample, ...second.sample.filter((change) => change.change === "remove")],
  };
};

const tell = async (
  { summary, unconfirmed }: Outcome,
  file: string,
  flags: ImportFlags,
  session: Session,
): Promise<void> => {
  if (session.json) {
    const waiting = unconfirmed === null ? {} : { needsConfirmation: { remove: unconfirmed } };
    await session.print({ ...summary, ...waiting }, () => "");
  } else if (summary !== null) {
    await session.print(null, () =>
      importSummaryText(summary, { ...session, file, problemFile: flags.problems ?? null }),
    );
  }
};

/** True when no row of a file came to anything: random bytes, another kind of document, nothing but bad rows. */
const isUseless = ({ users, groups, links }: ImportSummary): boolean =>
  [users, groups].every(
    ({ added, changed, unchanged, restored, removed }) => added + changed + unchanged + restored + removed === 0,
  ) && links.managersChanged + links.membersAdded + links.membersRemoved === 0;
