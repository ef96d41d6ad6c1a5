import type { Command } from "commander";
import { parseExpression, toGraphSource } from "#core/expressions";
import { oneOf, wholeNumber } from "../arguments.ts";
import { examples, notBoth } from "../command.ts";
import { wrongUse } from "../problems.ts";
import { type ChangeFlags, caretUnder, carryOut, openJob, readSchema, withChange } from "../schema/change.ts";
import {
  definitionOf,
  type MappingChange,
  objectMappingOf,
  objectOf,
  spelled,
  withMapping,
  withObjectMapping,
} from "../schema/edit.ts";
import { type TypeFlags, typeOf, withType } from "../schema/object-type.ts";
import type { Shell } from "../shell.ts";

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

export const registerSet = (bare: Command, shell: Shell): void => {
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
  notBoth(command, "default");
  notBoth(command, "default-on-update");
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
  for (const option of ["source", "constant", "expression"] as const) {
    // A shell's variable that is not set comes along as an empty text.
    if (flags[option]?.trim() === "")
      throw wrongUse(`--${option} is empty. Say what the attribute is made from, or --none to leave it alone.`);
  }
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
