import type { Command } from "commander";
import type { MappingTest, MappingTestRequest, ObjectMapping, SchemaAnswer } from "#api/contract";
import { oneOf } from "../arguments.ts";
import { type AppOptions, examples, type Register, withApp } from "../command.ts";
import { mappingTestText } from "../output/mapping-test-text.ts";
import { mappingListText } from "../output/schema-text.ts";
import { CliError, exitCodes, wrongUse } from "../problems.ts";
import { type ChangeFlags, carryOut, openJob, readSchema, withChange } from "../schema/change.ts";
import { readDocument } from "../schema/document-file.ts";
import { objectMappingOf, objectOf, spelled, withObjectMapping } from "../schema/edit.ts";
import { type TypeFlags, typeOf, withType } from "../schema/object-type.ts";
import type { Shell } from "../shell.ts";
import { registerSet } from "./mapping-set.ts";

export const registerMapping: Register = (program, shell) => {
  const group = program
    .command("mapping")
    .summary("attribute mappings: look, try, change")
    .description("Attribute mappings: what each attribute of an app's accounts is made from.");
  list(group.command("list"), shell);
  test(group.command("test"), shell);
  registerSet(group.command("set"), shell);
  remove(group.command("remove"), shell);
  actions(group.command("actions"), shell);
  toggle(group.command("enable"), true, shell);
  toggle(group.command("disable"), false, shell);
};

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
