import {
  callsFunction,
  checkExpression,
  type Expression,
  fromGraphSource,
  type SchemaAttribute,
  walk,
} from "../../expressions/index.ts";
import { convert } from "../convert.ts";
import type { AttributeDefinition, AttributeType } from "../schema-document.ts";
import { holdsValues, pathKey } from "../target-path.ts";
import type { Findings } from "./findings.ts";
import type { PlacedAttribute, Side } from "./side.ts";

/** The source of a mapping into anything but a reference: does it exist, and does its type fit? */
export const checkSource = (one: PlacedAttribute, side: Side, findings: Findings): void => {
  const { mapping, path, target } = one;
  if (mapping.source === null) return;
  const parsed = fromGraphSource(mapping.source);
  // What cannot be read, the compilation names.
  if (!parsed.ok) return;
  const { tree } = parsed;
  const at = `${path}.source.expression`;
  if (tree.kind === "attribute") {
    checkDirect(tree.name, one, side, `${path}.source.name`, findings);
    return;
  }
  if (tree.kind === "text") {
    if (target === null) return;
    const converted = convert(tree.value, {
      path: mapping.targetAttributeName,
      type: target.type,
      multivalued: target.multivalued,
      holdsValues: holdsValues(mapping.targetAttributeName, side.type),
    });
    if (!converted.ok) findings.problem(at, converted.message);
    return;
  }
  checkTree(tree, target, side, at, findings);
  if (callsFunction(tree, "SelectUniqueValue")) checkUnique(one, side, at, findings);
};

/** The target is asked whether somebody has a value, so it has to be one that it can be asked for. */
const checkUnique = ({ mapping, target }: PlacedAttribute, side: Side, at: string, findings: Findings): void => {
  const name = mapping.targetAttributeName;
  if (target?.multivalued)
    findings.problem(at, `SelectUniqueValue gives one value, and ${name} takes several. Make it single-valued.`);
  if (side.filterable !== null && !side.filterable.has(pathKey(name)))
    findings.problem(
      at,
      `The target cannot be searched by ${name}, so nobody can tell which of the values of SelectUniqueValue is free. Map it without.`,
    );
};

/** An expression against both sides; without a target, against the source alone. */
export const checkTree = (
  tree: Expression,
  target: AttributeDefinition | null,
  side: Side,
  at: string,
  findings: Findings,
): void => {
  const reads = new Set([...walk(tree)].flatMap((node) => (node.kind === "attribute" ? [node.name] : [])));
  // Of what may be read without being listed nobody says the type: a text is what it is most of the time.
  const unlisted = [...reads].filter((name) => !side.source.has(name) && side.missingSource(name) === null);
  const source = new Map<string, SchemaAttribute>([
    ...side.source,
    ...unlisted.map((name) => [name, { type: "String", multivalued: false }] as const),
  ]);
  const { problems, warnings } = checkExpression(tree, target === null ? { source } : { source, target });
  for (const { message, position } of problems)
    findings.problem(at, `${message} (line ${position.line}, column ${position.column})`);
  for (const { message, position } of warnings)
    findings.warn(at, `${message} (line ${position.line}, column ${position.column})`);
  for (const name of reads) warnOfEmptiness(name, side, at, findings);
};

const warnOfEmptiness = (name: string, side: Side, at: string, findings: Findings): void => {
  if (side.missingSource(name) !== null) return;
  const empty = side.emptySource(name);
  if (empty !== null) findings.warn(at, empty);
  if (side.source.get(name)?.flowNullValues === true)
    findings.warn(
      at,
      `flowNullValues of [${name}] has no effect here: whether an empty value clears the target is said by the mapping. Set nullBehaviour to clear.`,
    );
};

const checkDirect = (name: string, one: PlacedAttribute, side: Side, at: string, findings: Findings): void => {
  const missing = side.missingSource(name);
  if (missing !== null) {
    findings.problem(at, missing);
    return;
  }
  warnOfEmptiness(name, side, at, findings);
  const target = one.mapping.targetAttributeName;
  if (name === "appRoleAssignments") {
    findings.problem(
      at,
      `[appRoleAssignments] cannot be mapped directly to ${target}. Use SingleAppRoleAssignment for one role, or AssertiveAppRoleAssignmentsComplex for all of them.`,
    );
    return;
  }
  const source = side.source.get(name);
  if (source === undefined || one.target === null) return;
  if (source.multivalued && !one.target.multivalued)
    findings.problem(
      at,
      `[${name}] has several values, and ${target} takes one. Map one of them, for example with Item([${name}], 1), or put them together with Join.`,
    );
  const misfit = misfitOf(source, one.target);
  if (misfit !== null) findings.problem(at, misfit);
  else if (source.type === "Reference")
    findings.warn(
      at,
      `${target} is a text, so it gets the directory's own id of whom [${name}] refers to. Make the attribute a Reference to name the account instead.`,
    );
};

/** Types that values of a type can be brought into at all; texts may spell anything, so they are judged one by one. */
const receivers: Readonly<Record<AttributeType, readonly AttributeType[]>> = {
  String: ["String", "Boolean", "Integer", "DateTime", "Binary"],
  Boolean: ["Boolean", "String"],
  Integer: ["Integer", "String"],
  DateTime: ["DateTime", "String"],
  Binary: ["Binary", "String"],
  Reference: ["Reference", "String"],
};

const misfitOf = (source: AttributeDefinition, target: AttributeDefinition): string | null =>
  receivers[source.type].includes(target.type)
    ? null
    : `[${source.name}] is of type ${source.type}, and ${target.name} takes ${target.type}; no value of the one is a value of the other. Map another attribute, or change the type in the attribute list.`;
