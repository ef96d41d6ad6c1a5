import type { ExpressionError, Position } from "./errors.ts";
import { nearestName } from "./nearest.ts";
import { type Call, type Expression, walk } from "./tree.ts";

/** Something that works but probably not as meant. */
export interface ExpressionWarning {
  readonly code: "loose-escape" | "presence-as-switch-source" | "null-test-in-condition";
  readonly message: string;
  readonly position: Position;
}

export interface CheckReport {
  readonly problems: readonly ExpressionError[];
  readonly warnings: readonly ExpressionWarning[];
}

/** Checks an expression against the names of the source object's attributes, and looks for known traps. */
export function checkExpression(tree: Expression, sourceAttributes: ReadonlySet<string>): CheckReport {
  const problems: ExpressionError[] = [];
  const warnings: ExpressionWarning[] = [];
  for (const node of walk(tree)) {
    if (node.kind === "attribute" && !sourceAttributes.has(node.name)) {
      const suggestion = nearestName(node.name, sourceAttributes);
      const hint =
        suggestion === undefined ? "Add it to the source's attribute list." : `Did you mean [${suggestion}]?`;
      problems.push({
        code: "unknown-attribute",
        message: `The source has no attribute ${node.name}; names are case-sensitive. ${hint}`,
        position: node.position,
        found: node.name,
        ...(suggestion === undefined ? {} : { suggestion }),
      });
    }
    if (node.kind === "text" && node.looseEscape !== undefined) {
      warnings.push({
        code: "loose-escape",
        message: "This backslash is kept as it is; write two backslashes to say so.",
        position: node.looseEscape,
      });
    }
    if (node.kind === "call") warnings.push(...trapsOf(node));
  }
  return { problems, warnings };
}

function trapsOf(call: Call): readonly ExpressionWarning[] {
  const first = call.arguments[0];
  if (first?.kind === "call" && call.name === "Switch" && /^Is(?:Present|Null|NullOrEmpty)$/.test(first.name)) {
    const message = `Switch compares the text True or False of ${first.name} here; the key "" matches an empty source more plainly.`;
    return [{ code: "presence-as-switch-source", message, position: first.position }];
  }
  const emptied =
    first?.kind === "comparison" && [first.left, first.right].some((side) => side.kind === "text" && side.value === "");
  if (call.name === "IIF" && emptied) {
    const message = 'A comparison with an empty attribute never holds; use Switch with the key "" instead.';
    return [{ code: "null-test-in-condition", message, position: first.position }];
  }
  return [];
}
