import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type EvaluationContext, evaluate } from "./evaluate.ts";
import { type ExplainedNode, explainExpression } from "./explain.ts";
import { parseExpression } from "./parser.ts";
import type { Expression } from "./tree.ts";
import type { AttributeValue } from "./values.ts";

const context: EvaluationContext = { now: "2025-07-30T00:00:00Z", random: (count) => new Uint8Array(count).fill(7) };

function parsed(text: string): Expression {
  const result = parseExpression(text, { flowWords: true });
  if (!result.ok) throw new Error(`${text}: ${result.error.message}`);
  return result.tree;
}

function explained(text: string, attributes: Record<string, AttributeValue> = {}): ExplainedNode {
  return explainExpression(parsed(text), new Map(Object.entries(attributes)), context);
}

/** The explanation as lines, `text -> value` or a state, indented by depth. */
function lines(node: ExplainedNode, depth = 0): readonly string[] {
  const { state } = node;
  const shown =
    state.kind === "value"
      ? JSON.stringify(state.value)
      : state.kind === "failed"
        ? `failed ${state.error.code} at ${state.error.position.offset}`
        : state.kind === "ignored"
          ? `ignored ${state.scope}`
          : state.kind;
  return [
    `${"  ".repeat(depth)}${node.text} -> ${shown}`,
    ...node.children.flatMap((child) => lines(child, depth + 1)),
  ];
}

test("every node has its kind, its canonical text, its place, the parameter that it fills and its value", () => {
  expect(explained('Append( [a],\n"!" )', { a: "x" })).toEqual({
    kind: "call",
    text: 'Append([a], "!")',
    position: { offset: 0, line: 1, column: 1 },
    parameter: null,
    state: { kind: "value", value: "x!" },
    children: [
      {
        kind: "attribute",
        text: "[a]",
        position: { offset: 8, line: 1, column: 9 },
        parameter: "source",
        state: { kind: "value", value: "x" },
        children: [],
      },
      {
        kind: "text",
        text: '"!"',
        position: { offset: 13, line: 2, column: 1 },
        parameter: "suffix",
        state: { kind: "value", value: "!" },
        children: [],
      },
    ],
  });
});

test.each<[text: string, attributes: Record<string, AttributeValue>, lines: readonly string[]]>([
  [
    'Switch([a], , "k", CDate("nonsense"), ToLower("L"), IIF([n] > 1, "many", "one"), "m", "never")',
    { a: "l", n: 2 },
    [
      'Switch([a], , "k", CDate("nonsense"), ToLower("L"), IIF([n] > 1, "many", "one"), "m", "never") -> "many"',
      '  [a] -> "l"',
      '  "k" -> "k"',
      '  CDate("nonsense") -> notEvaluated',
      '    "nonsense" -> notEvaluated',
      '  ToLower("L") -> "l"',
      '    "L" -> "L"',
      '  IIF([n] > 1, "many", "one") -> "many"',
      "    [n] > 1 -> true",
      "      [n] -> 2",
      "      1 -> 1",
      '    "many" -> "many"',
      '    "one" -> notEvaluated',
      '  "m" -> notEvaluated',
      '  "never" -> notEvaluated',
    ],
  ],
  [
    'Append(Mid("abc", [x], 1), [y])',
    { x: "one" },
    [
      'Append(Mid("abc", [x], 1), [y]) -> failed not-a-number at 18',
      '  Mid("abc", [x], 1) -> failed not-a-number at 18',
      '    "abc" -> "abc"',
      '    [x] -> "one"',
      "    1 -> notEvaluated",
      "  [y] -> notEvaluated",
    ],
  ],
  ["IgnoreFlowIfNullOrEmpty([x])", {}, ["IgnoreFlowIfNullOrEmpty([x]) -> ignored attribute", "  [x] -> null"]],
  [
    'IIF("a" = "a", IgnoreObjectFlow, "b")',
    {},
    [
      'IIF("a" = "a", IgnoreObjectFlow, "b") -> ignored object',
      '  "a" = "a" -> true',
      '    "a" -> "a"',
      '    "a" -> "a"',
      "  IgnoreObjectFlow -> ignored object",
      '  "b" -> notEvaluated',
    ],
  ],
  [
    "Item(Split([x], [d]), 2)",
    { x: "a,b", d: "," },
    [
      'Item(Split([x], [d]), 2) -> "b"',
      '  Split([x], [d]) -> ["a","b"]',
      '    [x] -> "a,b"',
      '    [d] -> ","',
      "  2 -> 2",
    ],
  ],
  [
    "DateFromNum(129699324000000001)",
    {},
    ['DateFromNum(129699324000000001) -> "1/1/2012 11:00:00 PM"', '  129699324000000001 -> "129699324000000001"'],
  ],
])("%s is explained branch by branch", (text, attributes, expected) => {
  expect(lines(explained(text, attributes))).toEqual(expected);
});

test.each<[text: string, lines: readonly string[]]>([
  [
    'Append(Append(Redact([pin]), "!"), [city])',
    [
      'Append(Append(Redact([pin]), "!"), [city]) -> hidden',
      '  Append(Redact([pin]), "!") -> hidden',
      "    Redact([pin]) -> hidden",
      "      [pin] -> hidden",
      '    "!" -> "!"',
      '  [city] -> "Ulm"',
    ],
  ],
  [
    'Redact(Append("hush", ToLower("Word")))',
    [
      'Redact(Append("[Redact]", ToLower("[Redact]"))) -> hidden',
      '  Append("[Redact]", ToLower("[Redact]")) -> hidden',
      '    "[Redact]" -> hidden',
      '    ToLower("[Redact]") -> hidden',
      '      "[Redact]" -> hidden',
    ],
  ],
  [
    'Join("-", ToUpper([pin]), IIF([city] = "Ulm", [city], Redact([pin])))',
    [
      'Join("-", ToUpper([pin]), IIF([city] = "Ulm", [city], Redact([pin]))) -> hidden',
      '  "-" -> "-"',
      "  ToUpper([pin]) -> hidden",
      "    [pin] -> hidden",
      '  IIF([city] = "Ulm", [city], Redact([pin])) -> "Ulm"',
      '    [city] = "Ulm" -> true',
      '      [city] -> "Ulm"',
      '      "Ulm" -> "Ulm"',
      '    [city] -> "Ulm"',
      "    Redact([pin]) -> notEvaluated",
      "      [pin] -> notEvaluated",
    ],
  ],
  [
    'Switch([city], "other", "Ulm", Redact([pin]))',
    [
      'Switch([city], "other", "Ulm", Redact([pin])) -> hidden',
      '  [city] -> "Ulm"',
      '  "other" -> notEvaluated',
      '  "Ulm" -> "Ulm"',
      "  Redact([pin]) -> hidden",
      "    [pin] -> hidden",
    ],
  ],
])("what Redact covers is hidden wherever it would show: %s", (text, expected) => {
  expect(lines(explained(text, { pin: "s3cret", city: "Ulm" }))).toEqual(expected);
});

test("which branch a hidden value chooses is hidden too", () => {
  const text = 'Switch(Redact([pin]), Append("a", [city]), "1", "one", "2", Append("b", [city]))';
  const [first, second, third] = ["1", "2", "3"].map((pin) => lines(explained(text, { pin, city: "Ulm" })));
  expect(first?.slice(1).every((line) => line.endsWith("-> hidden"))).toBe(true);
  expect(second).toEqual(first);
  expect(third).toEqual(first);
  const other = 'Coalesce(Redact([pin]), Append("b", [city]))';
  expect(lines(explained(other, { city: "Ulm" }))).toEqual(lines(explained(other, { city: "Ulm", pin: "1" })));
});

test("a fault tells nothing of what Redact covers, and all of what it does not", () => {
  const hidden = explained("Append(CDate([pin]), Redact([pin]))", { pin: "s3cret" });
  expect(hidden.state).toMatchObject({ kind: "failed", error: { code: "not-a-date", position: { offset: 13 } } });
  expect(JSON.stringify(hidden)).not.toContain("s3cret");
  const plain = explained("Append(Redact([pin]), CDate([hired]))", { pin: "s3cret", hired: "soon" });
  expect(plain.state).toMatchObject({ kind: "failed", error: { found: '"soon"' } });
  expect(JSON.stringify(plain)).not.toContain("s3cret");
});

interface Vector {
  readonly expression: string;
  readonly attributes: Record<string, AttributeValue>;
}

const file = new URL("../../../test/fixtures/expressions.json", import.meta.url);
const vectors: readonly Vector[] = JSON.parse(readFileSync(file, "utf8"));

test("the root is what the evaluation answers, for every documented expression", () => {
  let compared = 0;
  for (const { expression, attributes } of vectors) {
    const result = parseExpression(expression);
    if (!result.ok) continue;
    const values = new Map(Object.entries(attributes));
    const evaluation = evaluate(result.tree, values, context);
    const { state } = explainExpression(result.tree, values, context);
    if (evaluation.kind === "error") expect(state).toEqual({ kind: "failed", error: evaluation.error });
    else if (evaluation.kind === "ignored") expect(state).toEqual(evaluation);
    else expect(state).toEqual(evaluation.log === undefined ? evaluation : { kind: "hidden" });
    compared++;
  }
  expect(compared).toBeGreaterThan(300);
});
