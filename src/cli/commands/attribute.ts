import type { Command } from "commander";
import type { AttributeDefinition, ObjectType } from "#api/contract";
import { oneOf } from "../arguments.ts";
import { type AppOptions, examples, type Register, withApp } from "../command.ts";
import { attributeListText } from "../output/schema-text.ts";
import { CliError, wrongUse } from "../problems.ts";
import { type ChangeFlags, carryOut, openJob, readSchema, withChange } from "../schema/change.ts";
import { definitionOf, objectMappingOf, objectOf, spelled, withTargetAttributes } from "../schema/edit.ts";
import { type TypeFlags, typeOf, withType } from "../schema/object-type.ts";
import type { Shell } from "../shell.ts";

const types = ["String", "Integer", "Reference", "Binary", "Boolean", "DateTime"] as const;

export const registerAttribute: Register = (program, shell) => {
  const group = program
    .command("attribute")
    .summary("the list of an app's attributes")
    .description("The attributes of an app's accounts, as mappings know them.");
  list(group.command("list"), shell);
  add(group.command("add"), shell);
  remove(group.command("remove"), shell);
};

const list = (bare: Command, shell: Shell): void => {
  const command = withApp(
    withType(
      bare
        .description("Lists the attributes that mappings can write, or those of the directory that they can read.")
        .option("--source", "the attributes of the directory"),
      "the attributes",
    ),
  );
  examples(command, [
    ["attribute list", "what mappings can write"],
    ["attribute list --source", "what mappings and filters can read"],
  ]);
  command.action(async (flags: AppOptions & TypeFlags & { readonly source?: boolean }) => {
    const job = await openJob(flags, shell);
    const answer = await readSchema(job);
    const object = objectOf(answer, typeOf(flags));
    const side = flags.source === true ? "source" : "target";
    const value = definitionOf(answer, object, side)?.attributes ?? [];
    const { attributeMappings } = objectMappingOf(answer, object);
    const mapped = side === "source" ? null : new Set(attributeMappings.map((mapping) => mapping.targetAttributeName));
    await job.session.print({ value }, () => attributeListText(value, mapped, job.session));
  });
};

interface AddFlags extends ChangeFlags, TypeFlags {
  readonly type: (typeof types)[number];
  readonly required?: boolean;
  readonly multivalued?: boolean;
  readonly caseExact?: boolean;
  readonly reference?: ObjectType;
}

const add = (bare: Command, shell: Shell): void => {
  const command = withChange(
    withType(
      bare
        .description("Adds an attribute of the app's accounts to the list, so that it can be mapped.")
        .argument("<name>", "as the app's SCIM schema calls it, such as title or name.middleName")
        .option("--type <type>", types.join(", "), oneOf(types), "String")
        .option("--required", "no account without it")
        .option("--multivalued", "it takes several values")
        .option("--case-exact", "Ada and ADA are different values")
        .option("--reference <object>", "it points at a User or a Group", oneOf(["User", "Group"] as const)),
      "an attribute",
    ),
  );
  examples(command, [
    ["attribute add title", "a text"],
    [
      "attribute add 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter' --type String",
      "of an extension",
    ],
    ["attribute add manager --type Reference --reference User", "another account"],
  ]);
  command.action(async (name: string, flags: AddFlags) => {
    const job = await openJob(flags, shell);
    const answer = await readSchema(job);
    const object = objectOf(answer, typeOf(flags));
    const names = definitionOf(answer, object, "target")?.attributes.map((attribute) => attribute.name) ?? [];
    refuseName(name, names);
    const schema = withTargetAttributes(answer, object, (before) => [...before, definition(name, flags)]);
    const note = `attribute add ${name}`;
    await carryOut(job, { flags, draft: { schema }, from: answer.version, note, movesPeople: false }, shell);
  });
};

/** What no list can hold; whether the target knows the attribute only it can tell. */
const refuseName = (name: string, names: readonly string[]): void => {
  if (name.trim() === "")
    throw wrongUse("The name is empty. Give it as the app's SCIM schema calls it, such as title.");
  const there = names.find((one) => one.toLowerCase() === name.toLowerCase());
  if (there !== undefined) throw wrongUse(`The app's list has ${there} already. See npx lockstep attribute list.`);
  if (
    /^\S*\s/.test(name.replace(/\[[^\]]*\]/g, "")) ||
    (name.match(/\[/g) ?? []).length !== (name.match(/\]/g) ?? []).length
  )
    throw wrongUse(`${name} is no attribute path. Examples: title, name.middleName, emails[type eq "work"].value.`);
};

const definition = (name: string, flags: AddFlags): AttributeDefinition => ({
  name,
  type: flags.reference === undefined ? flags.type : "Reference",
  anchor: false,
  caseExact: flags.caseExact === true,
  multivalued: flags.multivalued === true,
  required: flags.required === true,
  flowNullValues: false,
  mutability: "ReadWrite",
  defaultValue: null,
  apiExpressions: [],
  metadata: [],
  referencedObjects:
    flags.reference === undefined ? [] : [{ referencedObjectName: flags.reference, referencedProperty: "" }],
});

const remove = (bare: Command, shell: Shell): void => {
  const command = withChange(
    withType(
      bare
        .description("Removes an attribute from the list. Remove its mapping first.")
        .argument("<name>", "as attribute list shows it"),
      "an attribute",
    ),
  );
  examples(command, [["attribute remove title", "it cannot be mapped any more"]]);
  command.action(async (given: string, flags: ChangeFlags & TypeFlags) => {
    const job = await openJob(flags, shell);
    const answer = await readSchema(job);
    const object = objectOf(answer, typeOf(flags));
    const names = definitionOf(answer, object, "target")?.attributes.map((attribute) => attribute.name) ?? [];
    const name = spelled(given, names);
    if (!names.includes(name)) {
      throw new CliError("NotFound", `The app's list has no attribute ${given}. See npx lockstep attribute list.`);
    }
    const mapped = objectMappingOf(answer, object).attributeMappings.map((mapping) => mapping.targetAttributeName);
    if (mapped.includes(name)) {
      throw wrongUse(
        `${name} is mapped. Remove the mapping first: npx lockstep mapping remove ${JSON.stringify(name)}`,
      );
    }
    const schema = withTargetAttributes(answer, object, (before) => before.filter((one) => one.name !== name));
    const note = `attribute remove ${name}`;
    await carryOut(job, { flags, draft: { schema }, from: answer.version, note, movesPeople: false }, shell);
  });
};
