import type { Position } from "./errors.ts";

/** An expression as data. Positions point at the first character of the node in the text that was read. */
export type Expression = Call | AttributeReference | TextConstant | NumberConstant | Word | Comparison;

/** What stands in one place of a call; `omitted` is a place left empty. */
export type Argument = Expression | Omitted;

export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly position: Position;
}

export interface AttributeReference {
  readonly kind: "attribute";
  readonly name: string;
  readonly position: Position;
}

export interface TextConstant {
  readonly kind: "text";
  readonly value: string;
  readonly position: Position;
  /** Where a backslash stands before something other than a backslash or a quote; it is kept as it is. */
  readonly looseEscape?: Position;
}

export interface NumberConstant {
  readonly kind: "number";
  readonly value: bigint;
  /** As written, so that `&HF` prints as `&HF`. */
  readonly text: string;
  readonly position: Position;
}

export const COMPARE_WORDS = ["vbTextCompare", "vbBinaryCompare"] as const;
export const FLOW_WORDS = ["IgnoreAttributeFlow", "IgnoreObjectFlow"] as const;
export type WordName = (typeof COMPARE_WORDS)[number] | (typeof FLOW_WORDS)[number];

/** A bare word with a meaning of its own. */
export interface Word {
  readonly kind: "word";
  readonly name: WordName;
  readonly position: Position;
}

export type ComparisonOperator = "=" | "<>" | ">" | ">=" | "<" | "<=";

export interface Comparison {
  readonly kind: "comparison";
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly position: Position;
}

export interface Omitted {
  readonly kind: "omitted";
  readonly position: Position;
}

/** The nodes directly below a node, in the order of the text. */
function parts(node: Argument): readonly Argument[] {
  if (node.kind === "call") return node.arguments;
  return node.kind === "comparison" ? [node.left, node.right] : [];
}

/** Every node of the tree, the root first. */
export function* walk(node: Argument): Generator<Argument> {
  yield node;
  for (const part of parts(node)) yield* walk(part);
}

/** Names of the source attributes that the expression may read, in whatever branch. */
export function attributesRead(tree: Expression): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of walk(tree)) if (node.kind === "attribute") names.add(node.name);
  return names;
}

/** Whether the expression calls this function anywhere. */
export function callsFunction(tree: Expression, name: string): boolean {
  for (const node of walk(tree)) if (node.kind === "call" && node.name === name) return true;
  return false;
}
