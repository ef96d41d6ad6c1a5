import type { ExpressionAnswer } from "#api/contract";
import { type ExplainedNode, renderError } from "#core/expressions";
import type { Style } from "./style.ts";
import { displayWidth, printable, wrap } from "./text.ts";

interface View {
  readonly style: Style;
  readonly width: number | null;
}

/** Columns up to which a call within a call is written out. */
const roomForCall = 40;

const isConstant = ({ kind }: ExplainedNode): boolean => kind === "text" || kind === "number" || kind === "word";

/** A call's own name says enough where its arguments follow below. */
const labelOf = (node: ExplainedNode, isRoot: boolean): string => {
  const text = printable(node.text);
  if (isRoot || node.kind !== "call" || node.state.kind === "notEvaluated" || displayWidth(text) <= roomForCall)
    return text;
  return `${text.slice(0, text.indexOf("("))}(…)`;
};

/** What a node gave; nothing for a constant, which is its own value. */
const outcomeOf = (node: ExplainedNode, style: Style): string => {
  const { state } = node;
  switch (state.kind) {
    case "value":
      return isConstant(node) ? "" : `→ ${printable(JSON.stringify(state.value))}`;
    case "hidden":
      return style.dim("→ [Redact]");
    case "notEvaluated":
      return style.dim("(not evaluated)");
    case "ignored":
      return style.warn(state.scope === "object" ? "(nothing of the object flows)" : "(nothing flows)");
    case "failed":
      // The sentence stands where the fault arose; on the way up it is enough to know that there is no value.
      return style.bad(state.error.position.offset === node.position.offset ? "← here it fails" : "(no value)");
  }
};

interface Place {
  /** What stands before the node on its own line, and before whatever follows below it. */
  readonly lead: string;
  readonly below: string;
  readonly isRoot: boolean;
}

const lineOf = (node: ExplainedNode, { lead, below, isRoot }: Place, { style, width }: View): string => {
  const parameter = node.parameter === null ? "" : `${printable(node.parameter)}: `;
  const label = labelOf(node, isRoot);
  const outcome = outcomeOf(node, style);
  const head = `${lead}${style.dim(parameter)}${label}`;
  if (outcome === "") return head;
  const room = (width ?? Number.POSITIVE_INFINITY) - displayWidth(`${lead}${parameter}${label}`) - 1;
  if (node.state.kind !== "value" || displayWidth(outcome) <= room) return `${head} ${outcome}`;
  const indent = `${below}  `;
  return `${head}\n${indent}${wrap(outcome, (width ?? Number.POSITIVE_INFINITY) - displayWidth(indent), `${indent}  `)}`;
};

/** A node with everything below it, drawn as a tree; a branch that was not chosen is not taken apart. */
const treeLines = (node: ExplainedNode, place: Place, view: View): readonly string[] => {
  const children = node.state.kind === "notEvaluated" ? [] : node.children;
  const { below } = place;
  return [
    lineOf(node, { ...place, below: children.length > 0 ? `${below}│` : below }, view),
    ...children.flatMap((child, index) => {
      const isLast = index === children.length - 1;
      const lead = `${below}${isLast ? "└─ " : "├─ "}`;
      return treeLines(child, { lead, below: `${below}${isLast ? "   " : "│  "}`, isRoot: false }, view);
    }),
  ];
};

const indented = (text: string): string =>
  text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");

/** What an expression gives for somebody and why; what is wrong with it, and what should be known. */
export const explanationText = (expression: string, answer: ExpressionAnswer, view: View): string => {
  const { style } = view;
  const width = view.width ?? Number.POSITIVE_INFINITY;
  const { error, tree, problems, warnings, target } = answer;
  if (error !== null || tree === null) {
    return `${style.bad("This is no expression:")}\n${error === null ? "" : indented(renderError(expression, error))}`;
  }
  const fault = tree.state.kind === "failed" ? tree.state.error : null;
  return [
    ...treeLines(tree, { lead: "", below: "", isRoot: true }, view),
    ...(fault === null ? [] : ["", style.bad("It has no value here:"), indented(renderError(expression, fault))]),
    ...problems.map(
      (problem) => `\n${style.bad("It cannot be saved:")}\n${indented(renderError(expression, problem))}`,
    ),
    ...warnings.map((warning) => `\n${style.warn(wrap(printable(`Warning: ${warning.message}`), width, "  "))}`),
    ...(target === null
      ? []
      : [
          "",
          target.error === null
            ? wrap(printable(`${target.name} would be ${JSON.stringify(target.value)}.`), width)
            : style.bad(wrap(printable(target.error), width)),
        ]),
  ].join("\n");
};
