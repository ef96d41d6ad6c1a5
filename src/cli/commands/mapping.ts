import type { Command } from "commander";
import type { MappingTest, MappingTestRequest, ObjectMapping, ObjectType, SchemaAnswer } from "#api/contract";
import { parseExpression, toGraphSource } from "#core/expressions";
import { oneOf, wholeNumber } from "../arguments.ts";
import { type AppOptions, examples, type Register, withApp } from "../command.ts";
import { mappingTestText } from "../output/mapping-test-text.ts";
import { mappingListText } from "../output/schema-text.ts";
import { CliError, exitCodes, wrongUse } from "../problems.ts";
import { type ChangeFlags, caretUnder, carryOut, openJob, readSchema, withChange } from "../schema/change.ts";
import { readDocument } from "../schema/document-file.ts";
import {
  definitionOf,
  type MappingChange,
  objectMappingOf,
  objectOf,
  spelled,
  withMapping,
  withObjectMapping,
} from "../schema/edit.ts";
import type { Shell } from "../shell.ts";

export const registerMapping: Register = (program, shell) => {
  const group = program
    .command("mapping")
    .summary("attribute mappings: look, try, change")
    .description("Attribute mappings: what each attribute of an app's accounts is made from.");
  list(group.command("list"), shell);
  test(group.command("test"), shell);
  set(group.command("set"), shell);
  remove(group.command("remove"), shell);
  actions(group.command("actions"), shell);
  toggle(group.command("enable"), true, shell);
  toggle(group.command("disable"), false, shell);
};

/** Flags of commands that are about users unless told. */
export interface TypeFlags {
  readonly groupObjects?: boolean;
}

export const withType = (command: Command, what: string): Command =>
  command.option("--groups, --group-objects", `${what} of groups, in place of users`);

export const typeOf = (flags: TypeFlags): ObjectType => (flags.groupObjects === true ? "Group" : "User");

const list = (bare: Command, shell: Shell): void => {
  const command = withApp(bare.description("Lists what each attribute of an app's accounts is made from."));
  examples(command, [
    ["mapping list", "of the only app"],
    ["mapping list --app ThousandEyes --json", "for programs"],
  ]);
  command.action(async (flags: AppOptions) => {
    const job = await openJob(flags, shell);
    const answer = await readSchema(job);
    const value = answer.objects.map((object) => ({ type: object.type, ...objectMappingOf(answer, object) }));
    await job.session.print({ version: answer.version, value }, () =>
      mappingListText(value, answer.version, job.session),
    );
  });
};

interface TestFlags extends AppOptions {
  readonly user?: string;
  readonly group?: string;
  readonly schema?: string;
}

const test = (bare: Command, shell: Shell): void => {
  const command = withApp(
    bare
      .description(
        "Shows for one user or group what each attribute would get, from where, what the account has now, and what a cycle would do. Reads the app, writes nothing. Exit code 1 if a mapping fails.",
      )
      .option("--user <user>", "id or user principal name")
      .option("--group <group>", "id or display name of a group")
      .option(
        "--schema <file>",
        "try this document, as schema export writes it, in place of the saved one; - is standard input",
      ),
  );
  examples(command, [
    ["mapping test --user ada@contoso.example", "under the mappings that are saved"],
    ["mapping test --user ada@contoso.example --schema new.json", "before they are saved"],
  ]);
  command.action(async (flags: TestFlags) => {
    const subject = subjectOf(flags);
    const draft = flags.schema === undefined ? {} : { schema: await readDocument(flags.schema, shell) };
    const job = await openJob(flags, shell);
    const body = { ...subject, ...draft } satisfies MappingTestRequest;
    const result = (await job.session.client.ask("POST", `${job.base}/mapping/test`, { body })) as MappingTest;
    await job.session.print(result, () => mappingTestText(result, job.app.displayName, job.session));
    if (result.mappings.some(({ outcome }) => outcome === "failed")) shell.exitCode = exitCodes.failure;
  });
};

/** The one object that a command is about. */
const subjectOf = (flags: {
  readonly user?: string;
  readonly group?: string;
}): { readonly user: string } | { readonly group: string } => {
  if (flags.user !== undefined && flags.group === undefined) return { user: flags.user };
  if (flags.group !== undefined && flags.user === undefined) return { group: flags.group };
  throw wrongUse("Name one object: --user WHO or --group NAME.");
};

interface SetFlags extends ChangeFlags, TypeFlags {
  readonly source?: string;
  readonly constant?: string;
  readonly expression?: string;
  readonly none?: boolean;
  /** False: `--no-default`. */
  readonly default?: string | false;
  readonly defaultOnUpdate?: boolean;
  readonly when?: "always" | "creation";
  readonly ifNull?: "leave" | "clear" | "default";
  readonly match?: number;
}

const set = (bare: Command, shell: Shell): void => {
  const command = withChange(
    withType(
      bare
        .description(
          "Changes the mapping of a target attribute, or adds one. What is not said of a mapping that is there stays as it is.",
        )
        .argument("<target>", "the target attribute, as attribute list shows it")
        .option("--source <attribute>", "copy this attribute of the directory")
        .option("--constant <text>", "the same text for everybody")
        .option("--expression <expression>", "compute it; see expression functions")
        .option("--none", "leave it alone; a default fills it where it is empty")
        .option("--default <text>", "what is written where the source gives nothing")
        .option("--no-default", "no default")
        .option("--default-on-update", "write the default to accounts that are there too")
        .option("--no-default-on-update", "write the default to new accounts only")
        .option(
          "--when <when>",
          "when it is written: always, or at creation only",
          oneOf(["always", "creation"] as const),
        )
        .option(
          "--if-null <what>",
          "what a source that gives nothing does: leave the target, clear it, or write the default",
          oneOf(["leave", "clear", "default"] as const),
        )
        .option("--match <number>", "find accounts by it, in this order; 0: not", wholeNumber(0, 100)),
      "the mapping",
    ),
  );
  examples(command, [
    ["mapping set title --source jobTitle", "copy an attribute"],
    [`mapping set displayName --expression 'Join(" ", [givenName], [surname])' --dry-run`, "look first"],
    ["mapping set userType --constant Employee --when creation", "for new accounts only"],
    ["mapping set title --default Unknown --if-null default", "only the default of a mapping"],
  ]);
  command.action(async (target: string, flags: SetFlags) => {
    const change = changeOf(flags);
    const job = await openJob(flags, shell);
    const answer = await readSchema(job);
    const object = objectOf(answer, typeOf(flags));
    const { attributeMappings } = objectMappingOf(answer, object);
    const mapped = attributeMappings.map((mapping) => mapping.targetAttributeName);
    const known = definitionOf(answer, object, "target")?.attributes.map(({ name }) => name) ?? [];
    const name = spelled(target, [...new Set([...mapped, ...known])]);
    if (!mapped.includes(name) && change.source === undefined) {
      throw wrongUse(
        `${name} has no mapping yet: say what it is made from, with --source, --constant, --expression or --none.`,
      );
    }
    const schema = withObjectMapping(answer, object, (before) => ({
      ...before,
      attributeMappings: withMapping(before.attributeMappings, name, change),
    }));
    const note = `mapping set ${name}`;
    const hint = hintFor(flags, name, known);
    await carryOut(job, { flags, draft: { schema }, from: answer.version, note, hint, movesPeople: false }, shell);
  });
};

/** How to mend what is most likely wrong. */
const hintFor = ({ expression }: SetFlags, name: string, known: readonly string[]): string => {
  if (!known.includes(name)) return `To add it to the list: npx lockstep attribute add ${JSON.stringify(name)}`;
  const parsed = expression === undefined ? null : parseExpression(expression, { allowBare: true });
  if (expression === undefined || parsed === null || parsed.ok) return "";
  return `${caretUnder(expression, parsed.error.position.offset)}\n  For example: ${parsed.error.example}`;
};

const changeOf = (flags: SetFlags): MappingChange => {
  const sources = [
    ...(flags.source === undefined ? [] : [attributeSource(flags.source)]),
    ...(flags.constant === undefined ? [] : [toGraphSource({ kind: "text", value: flags.constant, position: start })]),
    ...(flags.expression === undefined ? [] : [expressionSource(flags.expression)]),
    ...(flags.none === true ? [null] : []),
  ];
  if (sources.length > 1) throw wrongUse("Give one of --source, --constant, --expression and --none.");
  const change: MappingChange = {
    ...(sources.length === 0 ? {} : { source: sources[0]! }),
    ...(flags.default === undefined ? {} : { defaultValue: flags.default === false ? null : flags.default }),
    ...(flags.defaultOnUpdate === undefined ? {} : { defaultOnUpdate: flags.defaultOnUpdate }),
    ...(flags.when === undefined ? {} : { flowType: flags.when === "always" ? "Always" : "ObjectAddOnly" }),
    ...(flags.ifNull === undefined ? {} : { nullBehaviour: flags.ifNull }),
    ...(flags.match === undefined ? {} : { matchingPriority: flags.match }),
  };
  if (Object.keys(change).length === 0) throw wrongUse("Nothing to change: give --source, --expression, --default, …");
  return change;
};

const start = { offset: 0, line: 1, column: 1 };

const attributeSource = (text: string) =>
  toGraphSource({ kind: "attribute", name: /^\[(.*)\]$/.exec(text.trim())?.[1] ?? text.trim(), position: start });

/** What does not parse goes to the server as it is, so that its faults are told together with all others. */
const expressionSource = (expression: string) => {
  const parsed = parseExpression(expression, { allowBare: true });
  return parsed.ok ? toGraphSource(parsed.tree) : { type: "Function" as const, name: "", expression, parameters: [] };
};

const remove = (bare: Command, shell: Shell): void => {
  const command = withChange(
    withType(
      bare
        .description("Removes the mapping of a target attribute. Accounts keep the value that they have.")
        .argument("<target>", "the target attribute, as mapping list shows it"),
      "a mapping",
    ),
  );
  examples(command, [
    ["mapping remove title --dry-run", "look first"],
    ["mapping remove title", "accounts keep their titles"],
  ]);
  command.action(async (target: string, flags: ChangeFlags & TypeFlags) => {
    const job = await openJob(flags, shell);
    const answer = await readSchema(job);
    const object = objectOf(answer, typeOf(flags));
    const mapped = objectMappingOf(answer, object).attributeMappings.map((mapping) => mapping.targetAttributeName);
    const name = spelled(target, mapped);
    if (!mapped.includes(name))
      throw new CliError("NotFound", `${target} has no mapping. Mapped are: ${mapped.join(", ")}.`);
    const schema = withObjectMapping(answer, object, (before) => ({
      ...before,
      attributeMappings: before.attributeMappings.filter((mapping) => mapping.targetAttributeName !== name),
    }));
    const note = `mapping remove ${name}`;
    await carryOut(job, { flags, draft: { schema }, from: answer.version, note, movesPeople: false }, shell);
  });
};

const flowNames = { create: "Add", update: "Update", delete: "Delete" } as const;
type ActionName = keyof typeof flowNames;
type ActionFlags = ChangeFlags & TypeFlags & { readonly [Name in ActionName]?: "yes" | "no" };

const actions = (bare: Command, shell: Shell): void => {
  const yesNo = oneOf(["yes", "no"] as const);
  const command = withChange(
    withType(
      bare
        .description("Allows or forbids what may be done to an app's accounts.")
        .option("--create <yes|no>", "make accounts", yesNo)
        .option("--update <yes|no>", "change accounts", yesNo)
        .option("--delete <yes|no>", "disable and delete accounts", yesNo),
      "the accounts",
    ),
  );
  examples(command, [
    ["mapping actions --delete no", "nobody's account is taken away"],
    ["mapping actions --create yes --group-objects", "groups are made too"],
  ]);
  command.action(async (flags: ActionFlags) => {
    const named = (Object.keys(flowNames) as ActionName[]).filter((name) => flags[name] !== undefined);
    if (named.length === 0) throw wrongUse("Nothing to change: give --create, --update or --delete, with yes or no.");
    const note = `mapping actions ${named.map((name) => `--${name} ${flags[name]}`).join(" ")}`;
    await changeObject(flags, note, shell, (before) => ({ ...before, flowTypes: flowsOf(before.flowTypes, flags) }));
  });
};

const flowsOf = (before: string, flags: ActionFlags): string => {
  const had = new Set(before.split(",").map((word) => word.trim().toLowerCase()));
  const kept = (Object.keys(flowNames) as ActionName[]).filter((name) =>
    flags[name] === undefined ? had.has(flowNames[name].toLowerCase()) : flags[name] === "yes",
  );
  return kept.length === 0 ? "None" : kept.map((name) => flowNames[name]).join(", ");
};

const toggle = (bare: Command, enabled: boolean, shell: Shell): void => {
  const verb = enabled ? "enable" : "disable";
  const command = withChange(
    withType(
      bare.description(
        enabled
          ? "Provisions groups, too."
          : "Stops provisioning groups: what the app has of them is left as it is. To stop provisioning users, pause the job.",
      ),
      "the provisioning",
    ),
  );
  examples(command, [[`mapping ${verb} --group-objects`, enabled ? "groups too" : "users only"]]);
  command.action(async (flags: ChangeFlags & TypeFlags) => {
    if (flags.groupObjects !== true) {
      throw wrongUse(
        `Say --group-objects. The mapping of users is always switched on; to provision nobody: npx lockstep pause`,
      );
    }
    const note = `mapping ${verb} --group-objects`;
    await changeObject(flags, note, shell, (before) => ({ ...before, enabled }));
  });
};

/** Changes how a whole type of object is provisioned. */
const changeObject = async (
  flags: ChangeFlags & TypeFlags,
  note: string,
  shell: Shell,
  change: (before: ObjectMapping, answer: SchemaAnswer) => ObjectMapping,
): Promise<void> => {
  const job = await openJob(flags, shell);
  const answer = await readSchema(job);
  const schema = withObjectMapping(answer, objectOf(answer, typeOf(flags)), (before) => change(before, answer));
  await carryOut(job, { flags, draft: { schema }, from: answer.version, note, movesPeople: true }, shell);
};
