import type { Command } from "commander";
import type { ObjectType, ScopeFilters } from "#api/contract";
import { gather, wholeNumber } from "../arguments.ts";
import { type AppOptions, examples, type Register, withApp } from "../command.ts";
import { scopeText } from "../output/moves-text.ts";
import { filterListText } from "../output/schema-text.ts";
import { printable } from "../output/text.ts";
import { wrongUse } from "../problems.ts";
import { type ChangeFlags, carryOut, openJob, previewScope, readSchema, withChange } from "../schema/change.ts";
import { type TypeFlags, typeOf, withType } from "../schema/object-type.ts";
import type { Shell } from "../shell.ts";

const FILTER = `clauses with AND between them, such as 'department EQUALS "Sales" AND country EQUALS DE'; give it again for others, of which one must hold`;

export const registerFilter: Register = (program, shell) => {
  const group = program
    .command("filter")
    .summary("scoping filters: who gets an account")
    .description("Scoping filters: who of those assigned gets an account. Whoever falls out loses it.");
  list(group.command("list"), shell);
  count(group.command("count"), shell);
  set(group.command("set"), shell);
  clear(group.command("clear"), shell);
};

const filtersOf = (type: ObjectType, filters: readonly string[]): ScopeFilters => ({ [type]: filters });

const list = (bare: Command, shell: Shell): void => {
  const command = withApp(bare.description("Lists the filters, in the form that filter set takes."));
  examples(command, [["filter list", "of the only app"]]);
  command.action(async (flags: AppOptions) => {
    const job = await openJob(flags, shell);
    const { version, objects } = await readSchema(job);
    const value = objects.map(({ type, filters }) => ({ type, filters }));
    await job.session.print({ version, value }, () => filterListText(value, job.session));
  });
};

interface CountFlags extends AppOptions, TypeFlags {
  readonly filter?: readonly string[];
  readonly first: number;
}

const count = (bare: Command, shell: Shell): void => {
  const command = withApp(
    withType(
      bare
        .description(
          "Counts who is in scope. With --filter it names who would leave and who would enter if these were the filters, why, and what would become of their accounts. Nothing is saved.",
        )
        .option("--filter <filter>", FILTER, gather)
        .option("--first <number>", "name at most so many of each", wholeNumber(0, 10_000), 100),
      "the filters",
    ),
  );
  examples(command, [
    ["filter count", "who is in scope now"],
    [`filter count --filter 'department EQUALS "Sales"'`, "if only Sales were"],
    ["filter count --filter 'country EQUALS DE' --filter 'country EQUALS AT'", "either of the two"],
  ]);
  command.action(async ({ filter, first, ...flags }: CountFlags) => {
    const type = typeOf(flags);
    const job = await openJob(flags, shell);
    const draft = filter === undefined ? {} : { filters: filtersOf(type, filter) };
    const value = (await previewScope(job, { ...draft, first })).filter((one) => one.objectType === type);
    await job.session.print({ value }, () => {
      if (value.length === 0) return `This app does not provision ${type === "User" ? "users" : "groups"}.`;
      const texts = value.map((one) => scopeText(one, filter !== undefined, job.session)).join("\n\n");
      return filter === undefined ? texts : `${texts}\n\nNothing was saved. To save it: ${saving(filter, flags)}`;
    });
  });
};

/** The command that saves these filters, as a shell takes it. */
const saving = (filters: readonly string[], flags: AppOptions & TypeFlags): string => {
  const quoted = (text: string) => `'${printable(text).replaceAll("'", "'\\''")}'`;
  const app = flags.app === undefined ? [] : ["--app", quoted(flags.app)];
  const type = flags.groupObjects === true ? ["--groups"] : [];
  return [
    "npx lockstep filter set",
    ...filters.flatMap((filter) => ["--filter", quoted(filter)]),
    ...type,
    ...app,
  ].join(" ");
};

interface SetFlags extends ChangeFlags, TypeFlags {
  readonly filter?: readonly string[];
}

const set = (bare: Command, shell: Shell): void => {
  const command = withChange(
    withType(
      bare
        .description("Replaces the filters. Names who leaves and who enters first, and asks where anybody leaves.")
        .option("--filter <filter>", FILTER, gather),
      "the filters",
    ),
  );
  examples(command, [
    [`filter set --filter 'department EQUALS "Sales"' --dry-run`, "look first"],
    ["filter set --filter 'country EQUALS DE' --filter 'country EQUALS AT'", "either of the two"],
  ]);
  command.action(async (flags: SetFlags) => {
    const { filter } = flags;
    if (filter === undefined) throw wrongUse("Give one --filter or more; filter clear lets everybody pass.");
    await change(flags, filter, "filter set", shell);
  });
};

const clear = (bare: Command, shell: Shell): void => {
  const command = withChange(
    withType(bare.description("Removes the filters: everybody who is assigned passes."), "the filters"),
  );
  examples(command, [["filter clear --dry-run", "look who would enter"]]);
  command.action((flags: ChangeFlags & TypeFlags) => change(flags, [], "filter clear", shell));
};

const change = async (
  flags: ChangeFlags & TypeFlags,
  filters: readonly string[],
  note: string,
  shell: Shell,
): Promise<void> => {
  const job = await openJob(flags, shell);
  const { version } = await readSchema(job);
  const draft = { filters: filtersOf(typeOf(flags), filters) };
  await carryOut(job, { flags, draft, from: version, note, movesPeople: true }, shell);
};
