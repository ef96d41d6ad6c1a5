import type { Position } from "./errors.ts";
import {
  addProblem,
  addWarning,
  type CheckedSchema,
  type CheckReport,
  type Findings,
  type TargetAttribute,
} from "./findings.ts";
import { SELECT_UNIQUE_VALUE } from "./functions/uniqueness.ts";
import { nearestName } from "./nearest.ts";
import { inspect } from "./outcomes.ts";
import { printExpression } from "./print.ts";
import { legible } from "./quotation.ts";
import { checkTarget } from "./target-check.ts";
import { type AttributeReference, type Call, type Expression, walk } from "./tree.ts";

/**
 * Checks an expression against the schema before it meets an object: attributes that the source lacks, constants that a
 * function or the target can never use, types that never fit, and known traps. Branches that constants rule out are not
 * looked at.
 */
export function checkExpression(tree: Expression, schema: CheckedSchema): CheckReport {
  const findings: Findings = { problems: [], warnings: [] };
  for (const node of walk(tree)) {
    if (node.kind === "attribute") checkAttribute(node, schema, findings);
    if (node.kind === "text" && node.looseEscape !== undefined) {
      const message = "This backslash is kept as it is; write two backslashes to say so.";
      addWarning(findings, "loose-escape", message, { position: node.looseEscape });
    }
    if (node.kind === "call") checkTraps(node, findings);
  }
  const outcomes = inspect(tree, schema.source, findings);
  if (schema.target !== undefined) {
    checkTarget(outcomes, schema.target, findings);
    checkUniqueValue(tree, schema.target, findings);
  }
  const byPlace = (one: { readonly position: Position }, other: { readonly position: Position }) =>
    one.position.offset - other.position.offset;
  return { problems: findings.problems.toSorted(byPlace), warnings: findings.warnings.toSorted(byPlace) };
}

function checkAttribute(node: AttributeReference, { source }: CheckedSchema, findings: Findings): void {
  if (source.has(node.name)) return;
  const name = legible(node.name);
  const suggestion = nearestName(node.name, source.keys());
  const hint = suggestion === undefined ? "Add it to the source's attribute list." : `Did you mean [${suggestion}]?`;
  const message = `The source has no attribute ${name}; names are case-sensitive. ${hint}`;
  addProblem(findings, "unknown-attribute", message, node, {
    found: name,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

function checkTraps(call: Call, findings: Findings): void {
  const first = call.arguments[0];
  if (first?.kind === "call" && call.name === "Switch" && /^Is(?:Present|Null|NullOrEmpty)$/.test(first.name)) {
    const message = `Switch compares the text True or False of ${first.name} here; the key "" matches an empty source more plainly.`;
    addWarning(findings, "presence-as-switch-source", message, first);
  }
  const emptied =
    first?.kind === "comparison" && [first.left, first.right].some((side) => side.kind === "text" && side.value === "");
  if (call.name === "IIF" && emptied) {
    const message = 'A comparison with an empty attribute never holds; use Switch with the key "" instead.';
    addWarning(findings, "null-test-in-condition", message, first);
  }
  if (call.name === SELECT_UNIQUE_VALUE) checkRules(call, findings);
}

function checkRules(call: Call, findings: Findings): void {
  const seen = new Set<string>();
  for (const rule of call.arguments) {
    if (rule.kind === "omitted") continue;
    const text = printExpression(rule);
    if (seen.size === seen.add(text).size) {
      const message = "This rule gives the same as one before it, which is taken already when this one is tried.";
      addWarning(findings, "repeated-rule", message, rule);
    } else if (rule.kind === "text" || rule.kind === "number") {
      addWarning(
        findings,
        "constant-rule",
        "This rule gives everybody the same value, so only one person can have it.",
        rule,
      );
    }
  }
}

function checkUniqueValue(tree: Expression, target: TargetAttribute, findings: Findings): void {
  if (tree.kind !== "call" || tree.name !== SELECT_UNIQUE_VALUE) return;
  if (target.matching === true) {
    const message = `Accounts are found by ${target.name}, so that it cannot be made unique by ${SELECT_UNIQUE_VALUE}: the account's own value counts as taken. Match by another attribute.`;
    addProblem(findings, "matching-unique-value", message, tree, { found: tree.name });
  }
  if (target.creationOnly === false) {
    const message = `${target.name} is also written at updates, where the account's own value counts as taken; let the mapping apply at creation only.`;
    addWarning(findings, "unique-value-at-update", message, tree);
  }
}
