import { requireSingle } from "./argument-check.ts";
import { parseDate } from "./date-text.ts";
import { addProblem, addWarning, type Findings, type SchemaType, type TargetAttribute } from "./findings.ts";
import { printExpression } from "./print.ts";
import { legible } from "./quotation.ts";
import { type Outcome, type StaticType, TYPE_NAMES } from "./static-types.ts";
import { integerOf } from "./values.ts";

interface TargetType {
  readonly name: string;
  /** Types of which some value can be brought into the target's. */
  readonly takes: readonly StaticType[];
  /** Which constant texts can; all where absent. */
  readonly takesText?: (text: string) => boolean;
  readonly wanted: string;
  /** An expression that suits the type. */
  readonly example: string;
}

const TARGET_TYPES: Readonly<Record<SchemaType, TargetType>> = {
  String: {
    name: "a String",
    takes: ["text", "integer", "boolean", "date", "dateText", "reference", "binary"],
    wanted: "a text",
    example: 'Join(" ", [givenName], [surname])',
  },
  Boolean: {
    name: "a Boolean",
    takes: ["text", "boolean"],
    takesText: (text) => /^(?:true|false)$/i.test(text),
    wanted: "True or False",
    example: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
  },
  Integer: {
    name: "an Integer",
    takes: ["text", "integer"],
    takesText: (text) => integerOf(text) !== undefined,
    wanted: "a whole number",
    example: "Count([proxyAddresses])",
  },
  DateTime: {
    name: "a DateTime",
    takes: ["text", "date", "dateText"],
    takesText: (text) => parseDate(text) !== undefined,
    wanted: "a date such as 2020-03-16T07:00:00Z",
    example: 'DateAdd("d", 7, Now())',
  },
  Reference: {
    name: "a Reference",
    takes: ["text", "reference"],
    wanted: "a reference, or the id of an object",
    example: "Coalesce([objectId])",
  },
  Binary: { name: "Binary", takes: ["text", "binary"], wanted: "Base64", example: "ConvertToBase64([displayName])" },
};

/** Reports what the target attribute can never hold, or perhaps cannot. */
export function checkTarget(outcomes: readonly Outcome[], target: TargetAttribute, findings: Findings): void {
  for (const outcome of outcomes) {
    if (outcome.type === "object") checkObjects(outcome, target, findings);
    else checkType(outcome, target, findings);
    if (outcome.many !== "never" && outcome.type !== "object" && !target.multivalued) {
      requireSingle(outcome, `${target.name} holds a single value`, findings);
    }
  }
}

function checkType(outcome: Outcome, target: TargetAttribute, findings: Findings): void {
  const { name, takes, takesText, wanted, example } = TARGET_TYPES[target.type];
  const { node, known, type } = outcome;
  if (type === "unknown") return;
  const text = legible(printExpression(node));
  if (!takes.includes(type)) {
    const message = `${target.name} is ${name} and can never hold ${TYPE_NAMES[type]}, which ${text} gives; it takes ${wanted}.`;
    addProblem(findings, "wrong-type", message, node, { found: TYPE_NAMES[type], expected: wanted }, example);
  } else if (typeof known === "string" && takesText?.(known) === false) {
    const message = `${target.name} is ${name} and can never hold "${legible(known)}"; it takes ${wanted}.`;
    addProblem(findings, "wrong-type", message, node, { found: `"${legible(known)}"`, expected: wanted }, example);
  } else if (type === "reference" && target.type !== "Reference") {
    const message = `${text} is a reference: ${target.name}, ${name}, gets the id of another object, or nothing.`;
    addWarning(findings, "reference-as-text", message, node);
  }
}

/** Role objects go into a multi-valued text, where AppRoleAssignmentsComplex or its sister made them. */
function checkObjects({ node }: Outcome, target: TargetAttribute, findings: Findings): void {
  if (target.type !== "String" || !target.multivalued) {
    const { name } = TARGET_TYPES[target.type];
    const what = target.multivalued ? `${name} of several values` : `a single value, ${name},`;
    const message = `${target.name} is ${what} and can never hold role objects; name one role with SingleAppRoleAssignment.`;
    const example = "SingleAppRoleAssignment([appRoleAssignments])";
    addProblem(findings, "wrong-type", message, node, { found: TYPE_NAMES.object, expected: "a text" }, example);
  } else if (node.kind === "attribute") {
    const message = `The target does not know the form of [${legible(node.name)}]; bring it into shape with AppRoleAssignmentsComplex.`;
    addWarning(findings, "roles-without-function", message, node);
  }
}
