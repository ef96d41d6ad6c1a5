import { compileExpression } from "./compile.ts";
import { parameterAt, type Result, type Scope, type Step } from "./definition.ts";
import type { ExpressionError, Position } from "./errors.ts";
import { type Attributes, type EvaluationContext, evaluationOf, openScope, REDACTED } from "./evaluate.ts";
import { printExpression } from "./print.ts";
import { FUNCTIONS } from "./registry.ts";
import { type Secrets, secretsOf } from "./secrets.ts";
import type { Call, Expression } from "./tree.ts";
import type { FlowValue } from "./values.ts";

/** What became of one node. */
export type ExplainedState =
  | { readonly kind: "value"; readonly value: FlowValue }
  /** The attribute, or the whole object, is to be left out of the change. */
  | { readonly kind: "ignored"; readonly scope: "attribute" | "object" }
  /** The fault arose here or below; its position says where. */
  | { readonly kind: "failed"; readonly error: ExpressionError }
  /** A branch that was not chosen, or what stands behind a fault. */
  | { readonly kind: "notEvaluated" }
  /** The value is, carries or tells what Redact covers. */
  | { readonly kind: "hidden" };

/** A node of an expression with its value for one object. */
export interface ExplainedNode {
  readonly kind: Expression["kind"];
  /** Canonical; a constant that Redact covers reads `"[Redact]"`. */
  readonly text: string;
  readonly position: Position;
  /** Name of the parameter that the node fills; null at the root and beside an operator. */
  readonly parameter: string | null;
  readonly state: ExplainedState;
  /** In the order of the text, without places left empty. */
  readonly children: readonly ExplainedNode[];
}

/**
 * The expression with the value at every node. The root's state is what `evaluate` answers, `hidden` where that comes with a
 * `log`.
 */
export function explainExpression(tree: Expression, attributes: Attributes, context: EvaluationContext): ExplainedNode {
  const secrets = secretsOf(tree);
  const seen = new Map<Expression, Seen>();
  const step = compileExpression(tree, secrets, (node, inner) => watched(node, inner, seen));
  step(openScope(attributes, context));
  return explained(tree, null, { seen, secrets, hidden: false });
}

interface Seen {
  readonly result: Result;
  readonly redacted: boolean;
}

/** Notes what a node gave, and whether a secret was read on the way, apart from what was read before. */
function watched(node: Expression, inner: Step, seen: Map<Expression, Seen>): Step {
  return (scope: Scope) => {
    const before = scope.redacted;
    scope.redacted = false;
    const result = inner(scope);
    seen.set(node, { result, redacted: scope.redacted });
    scope.redacted ||= before;
    return result;
  };
}

interface Explaining {
  readonly seen: ReadonlyMap<Expression, Seen>;
  readonly secrets: Secrets;
  /** Whether a secret decided which nodes were evaluated, so that any of them would tell it. */
  readonly hidden: boolean;
}

function explained(node: Expression, parameter: string | null, explaining: Explaining): ExplainedNode {
  const { secrets } = explaining;
  const seen = explaining.seen.get(node);
  const isHidden = explaining.hidden || (seen !== undefined && secrets.nodes.has(node));
  const below = { ...explaining, hidden: explaining.hidden || secretDecides(node, explaining) };
  return {
    kind: node.kind,
    text: printExpression(veiled(node, secrets)),
    position: node.position,
    parameter,
    state: isHidden ? { kind: "hidden" } : stateOf(seen),
    children: childrenOf(node).map(([child, name]) => explained(child, name, below)),
  };
}

function stateOf(seen: Seen | undefined): ExplainedState {
  if (seen === undefined) return { kind: "notEvaluated" };
  const evaluation = evaluationOf(seen.result, seen.redacted);
  if (evaluation.kind === "error") return { kind: "failed", error: evaluation.error };
  if (evaluation.kind === "ignored") return evaluation;
  return evaluation.log === undefined ? { kind: "value", value: evaluation.value } : { kind: "hidden" };
}

/** Whether one of the arguments that decide over the others read a secret. */
function secretDecides(node: Expression, { seen }: Explaining): boolean {
  const definition = node.kind === "call" ? FUNCTIONS.get(node.name) : undefined;
  if (node.kind !== "call" || definition?.kind !== "lazy") return false;
  return node.arguments.some(
    (argument, place) =>
      argument.kind !== "omitted" && definition.decides(place) && seen.get(argument)?.redacted === true,
  );
}

function childrenOf(node: Expression): readonly (readonly [Expression, string | null])[] {
  if (node.kind === "comparison") return [node.left, node.right].map((side) => [side, null]);
  return node.kind === "call" ? argumentsOf(node) : [];
}

function argumentsOf(call: Call): readonly (readonly [Expression, string | null])[] {
  const definition = FUNCTIONS.get(call.name);
  return call.arguments.flatMap((argument, place) => {
    const parameter = definition === undefined ? undefined : parameterAt(definition, place);
    return argument.kind === "omitted" ? [] : [[argument, parameter?.name ?? null] as const];
  });
}

/** The node with a sign in place of the constants that Redact covers. */
function veiled(node: Expression, secrets: Secrets): Expression {
  if (secrets.nodes.size === 0) return node;
  switch (node.kind) {
    case "text":
    case "number":
      return secrets.nodes.has(node) ? { kind: "text", value: REDACTED, position: node.position } : node;
    case "comparison":
      return { ...node, left: veiled(node.left, secrets), right: veiled(node.right, secrets) };
    case "call":
      return {
        ...node,
        arguments: node.arguments.map((argument) =>
          argument.kind === "omitted" ? argument : veiled(argument, secrets),
        ),
      };
    default:
      return node;
  }
}
