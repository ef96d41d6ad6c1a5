import { isUnary, operatorNameOf } from "../../scope/clause.ts";
import type { AttributeType, FilterClause, ScopeFilter } from "../schema-document.ts";
import type { Findings } from "./findings.ts";
import type { Side } from "./side.ts";

/** Scoping filters: attributes that can be filtered by, with operators that make sense for them. What makes a clause impossible to judge, the compilation names. */
export const checkScope = (scope: ScopeFilter | null, side: Side, at: string, findings: Findings): void => {
  if (scope === null) return;
  for (const [index, group] of scope.groups.entries())
    for (const [place, clause] of group.clauses.entries())
      checkClause(clause, side, `${at}.groups[${index}].clauses[${place}]`, findings);
  for (const name of ["inputFilterGroups", "categoryFilterGroups"] as const)
    if (scope[name].length > 0)
      findings.problem(
        `${at}.${name}`,
        `${name} is experimental and not supported: it would be passed over, and more people would be provisioned. Move its clauses to groups.`,
      );
};

/** Attributes that no filter can judge, and why. */
const unsupported: ReadonlyMap<string, string> = new Map([
  ["members", "Membership of a group cannot be filtered by; assign the group instead."],
  ["IsMemberOf", "Membership of a group cannot be filtered by; assign the group instead."],
  ["manager", "References such as manager cannot be filtered by; use an attribute of the person."],
  ["appRoleAssignments", "Roles cannot be filtered by; assign the role to whom it is meant for."],
  ["IsSoftDeleted", "IsSoftDeleted follows from the filters, so no filter can ask for it; use accountEnabled."],
]);

const checkClause = (clause: FilterClause, side: Side, at: string, findings: Findings): void => {
  const { sourceOperandName: name } = clause;
  const why = unsupported.get(name);
  if (why !== undefined) {
    findings.problem(`${at}.sourceOperandName`, why);
    return;
  }
  const missing = name === "objectId" ? null : side.missingSource(name);
  if (missing !== null) {
    findings.problem(`${at}.sourceOperandName`, missing);
    return;
  }
  const empty = side.emptySource(name);
  if (empty !== null) findings.warn(`${at}.sourceOperandName`, empty);
  const operator = operatorNameOf(clause.operatorName);
  if (operator === null) return;
  checkOperands(operator, clause, at, findings);
  const definition = side.source.get(name);
  if (definition === undefined || operator === "IS NULL" || operator === "IS NOT NULL") return;
  if (definition.multivalued)
    findings.problem(
      `${at}.sourceOperandName`,
      `[${name}] has several values, and filters judge single ones. Only IS NULL and IS NOT NULL can be asked of it.`,
    );
  else checkType(operator, definition.type, clause, at, findings);
};

const checkOperands = (operator: string, { targetOperand }: FilterClause, at: string, findings: Findings): void => {
  const { values } = targetOperand;
  const place = `${at}.targetOperand.values`;
  if (isUnary(operator)) {
    if (values.some((value) => value !== ""))
      findings.problem(
        place,
        `${operator} takes no value. Remove ${JSON.stringify(values.join(", "))}, or use EQUALS.`,
      );
    return;
  }
  if (operator === "EQUALS" && values.includes(""))
    findings.problem(
      place,
      "An empty value equals nothing, because every clause but IS NULL fails on it. Use IS NULL.",
    );
  else if (values.length > 1 && operator === "EQUALS" && new Set(values).size > 1)
    findings.problem(
      place,
      "No value equals several others. Make a group of clauses for each of them, or use REGEX MATCH.",
    );
  else if (values.length > 1)
    findings.warn(
      place,
      `Of several values all must hold for ${operator}. Make a group of clauses for each if one is enough.`,
    );
  if (operator.startsWith("Greater_Than"))
    for (const value of values.filter((one) => !/^\d+$/.test(one)))
      findings.problem(place, `${operator} compares whole numbers from 0 up, and ${JSON.stringify(value)} is none.`);
};

const texts: readonly AttributeType[] = ["String", "Integer"];
const truths: readonly AttributeType[] = ["Boolean", "String"];

const checkType = (
  operator: string,
  type: AttributeType,
  { sourceOperandName: name, targetOperand }: FilterClause,
  at: string,
  findings: Findings,
): void => {
  const asksTruth = operator === "IS TRUE" || operator === "IS FALSE";
  if (type === "Boolean" && (operator === "EQUALS" || operator === "NOT EQUALS")) {
    if (!targetOperand.values.every((value) => value === "True" || value === "False"))
      findings.problem(
        `${at}.targetOperand.values`,
        `[${name}] is a Boolean: compare it with True or False, or ask IS TRUE.`,
      );
    return;
  }
  if ((asksTruth ? truths : texts).includes(type)) return;
  const mend =
    type === "Boolean"
      ? "Use IS TRUE, IS FALSE, EQUALS or NOT EQUALS."
      : "Only IS NULL and IS NOT NULL can be asked of it.";
  findings.problem(
    `${at}.operatorName`,
    asksTruth
      ? `${operator} asks a Boolean, and [${name}] is of type ${type}. Use EQUALS.`
      : `${operator} does not go with [${name}], which is of type ${type}. ${mend}`,
  );
};
