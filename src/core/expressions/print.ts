import type { Argument, Expression } from "./tree.ts";

/**
 * The canonical text, as the service writes it back: one space after each comma, an empty place as `, ,` or `, )`,
 * comparisons with a space on both sides. Reading the text again gives the same tree.
 */
export function printExpression(tree: Expression): string {
  return print(tree);
}

function print(node: Argument): string {
  switch (node.kind) {
    case "call":
      return `${node.name}(${node.arguments.map(print).join(", ")})`;
    case "comparison":
      return `${print(node.left)} ${node.operator} ${print(node.right)}`;
    case "attribute":
      return `[${node.name}]`;
    case "text":
      return printText(node.value);
    case "number":
      return node.text;
    case "word":
      return node.name;
    case "omitted":
      return "";
  }
}

/** A text constant with its quotes. */
export function printText(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&")}"`;
}
