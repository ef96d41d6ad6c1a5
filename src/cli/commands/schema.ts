import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { SchemaCheck, SchemaDiff, SchemaDiffRequest, SchemaVersion, SchemaVersionPage } from "#api/contract";
import { wholeNumber } from "../arguments.ts";
import { type AppOptions, examples, type Register, withApp } from "../command.ts";
import { changesText, checkText, historyText } from "../output/schema-text.ts";
import { CliError, exitCodes } from "../problems.ts";
import { type ChangeFlags, carryOut, type JobSession, openJob, readSchema, withChange } from "../schema/change.ts";
import { readDocument } from "../schema/document-file.ts";
import { type Shell, writeAll } from "../shell.ts";

export const registerSchema: Register = (program, shell) => {
  const group = program
    .command("schema")
    .summary("mappings and filters as a file, and their history")
    .description("Everything about an app's mappings, filters and attributes as one JSON document, and its history.");
  exportOne(group.command("export"), shell);
  importOne(group.command("import"), shell);
  check(group.command("check"), shell);
  history(group.command("history"), shell);
  diff(group.command("diff"), shell);
  rollback(group.command("rollback"), shell);
  reset(group.command("reset"), shell);
};

const exportOne = (bare: Command, shell: Shell): void => {
  const command = withApp(
    bare
      .description(
        "Writes the document in the form that Microsoft Graph has for it. It holds no secrets and no people.",
      )
      .option("--version <version>", "an earlier version; see schema history")
      .option("-o, --output <file>", "into this file, in place of standard output"),
  );
  examples(command, [
    ["schema export -o schema.json", "into a file"],
    ["schema export --version v1.3", "as it once was"],
  ]);
  command.action(async (flags: AppOptions & { readonly version?: string; readonly output?: string }) => {
    const job = await openJob(flags, shell);
    const { schema, version } = await readSchema(job, flags.version);
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    if (flags.output === undefined) return writeAll(shell.stdout, text);
    const { output } = flags;
    try {
      await writeFile(resolve(shell.cwd, output), text);
    } catch (error) {
      throw new CliError("FileUnreadable", `${output} cannot be written: ${(error as Error).message}`);
    }
    await job.session.print({ version, file: output }, () => `Version ${version} was written to ${output}.`);
  });
};

const FILE = "a document as schema export writes it; - is standard input";

const importOne = (bare: Command, shell: Shell): void => {
  const command = withChange(
    bare
      .description("Saves a document in place of the app's mappings, filters and attributes, if all of it is right.")
      .argument("<file>", FILE),
  );
  examples(command, [
    ["schema import schema.json --dry-run", "what would change, and for whom"],
    ["schema import schema.json", "asks where people would leave"],
  ]);
  command.action(async (file: string, flags: ChangeFlags) => {
    const schema = await readDocument(file, shell);
    const job = await openJob(flags, shell);
    const { version } = await readSchema(job);
    const note = file === "-" ? "schema import" : `schema import ${file}`;
    await carryOut(job, { flags, draft: { schema }, from: version, note, movesPeople: true }, shell);
  });
};

const check = (bare: Command, shell: Shell): void => {
  const command = withApp(
    bare
      .description(
        "Names everything that is wrong with a document, and what it would change. Exit code 1 if anything is.",
      )
      .argument("<file>", FILE),
  );
  examples(command, [["schema check schema.json", "saves nothing"]]);
  command.action(async (file: string, flags: AppOptions) => {
    const schema = await readDocument(file, shell);
    const job = await openJob(flags, shell);
    const result = (await job.session.client.ask("POST", `${job.base}/schema/check`, {
      body: { schema },
    })) as SchemaCheck;
    await job.session.print(result, () => checkText(result, job.session));
    if (result.problems.length > 0) shell.exitCode = exitCodes.failure;
  });
};

const history = (bare: Command, shell: Shell): void => {
  const command = withApp(
    bare
      .description("Lists the versions that were saved, newest first.")
      .option("--limit <number>", "at most so many", wholeNumber(1, 1000), 50),
  );
  examples(command, [["schema history", "what was saved when, and why"]]);
  command.action(async (flags: AppOptions & { readonly limit: number }) => {
    const job = await openJob(flags, shell);
    const { version } = await readSchema(job);
    const value = await versionsOf(job, flags.limit);
    await job.session.print({ value }, () => historyText(value, version, job.session));
  });
};

const versionsOf = async ({ session, base }: JobSession, limit: number): Promise<readonly SchemaVersion[]> => {
  const answer = await session.client.ask("GET", `${base}/schema/versions`, { query: { limit } });
  return (answer as SchemaVersionPage).value;
};

const isVersion = (text: string): boolean => /^v?\d+(\.\d+)?$/i.test(text);

const diff = (bare: Command, shell: Shell): void => {
  const command = withApp(
    bare
      .description("Shows what differs between two versions, or a version and a file.")
      .argument("[from]", "a version or a file (default: the version before the saved one)")
      .argument("[to]", "a version or a file (default: the saved one)"),
  );
  examples(command, [
    ["schema diff", "what the last save changed"],
    ["schema diff v1.2", "what changed since"],
    ["schema diff v1.2 schema.json", "between a version and a file"],
  ]);
  command.action(async (from: string | undefined, to: string | undefined, flags: AppOptions) => {
    const job = await openJob(flags, shell);
    const body: SchemaDiffRequest = {
      from: from === undefined ? await previous(job) : await sideOf(from, shell),
      ...(to === undefined ? {} : { to: await sideOf(to, shell) }),
    };
    const result = (await job.session.client.ask("POST", `${job.base}/schema/diff`, { body })) as SchemaDiff;
    await job.session.print(result, () =>
      result.changes.length === 0 ? "Nothing is different." : changesText(result.changes, job.session),
    );
  });
};

const sideOf = async (text: string, shell: Shell): Promise<unknown> =>
  isVersion(text) || text === "template" ? text : readDocument(text, shell);

const previous = async (job: JobSession): Promise<string> => {
  const [, before] = await versionsOf(job, 2);
  if (before !== undefined) return before.version;
  throw new CliError("NotFound", "Only one version was saved so far. Compare it with a file: schema diff FILE.");
};

const rollback = (bare: Command, shell: Shell): void => {
  const command = withChange(
    bare
      .description("Brings back an earlier version, as a new one.")
      .argument("<version>", "such as v1.3; see schema history"),
  );
  examples(command, [
    ["schema rollback v1.3 --dry-run", "what would change, and for whom"],
    ["schema rollback v1.3", "asks where people would leave"],
  ]);
  command.action(async (version: string, flags: ChangeFlags) => {
    const job = await openJob(flags, shell);
    const saved = await readSchema(job);
    const { version: wanted } = await readSchema(job, version);
    const change = { flags, draft: { version: wanted }, from: saved.version, movesPeople: true };
    await carryOut(job, { ...change, note: `schema rollback ${wanted}` }, shell);
  });
};

const reset = (bare: Command, shell: Shell): void => {
  const command = withChange(
    bare.description("Brings back what the app's template proposes: its mappings and attributes, and no filters."),
  );
  examples(command, [["schema reset --dry-run", "what would change, and for whom"]]);
  command.action(async (flags: ChangeFlags) => {
    const job = await openJob(flags, shell);
    const { version } = await readSchema(job);
    await carryOut(
      job,
      { flags, draft: { template: true }, from: version, note: "schema reset", movesPeople: true },
      shell,
    );
  });
};
