import fc from "fast-check";
import { expect, test } from "vitest";
import { type ParseOptions, parseExpression } from "./parser.ts";
import { printExpression } from "./print.ts";
import type { Argument } from "./tree.ts";

function errorOf(text: string, options?: ParseOptions) {
  const parsed = parseExpression(text, options);
  if (parsed.ok) throw new Error(`${text} was accepted`);
  const { code, position } = parsed.error;
  return [code, `${position.line}:${position.column}`];
}

/** The tree without positions. */
function shapeOf(node: Argument): unknown {
  if (node.kind === "call") return [node.name, ...node.arguments.map(shapeOf)];
  if (node.kind === "comparison") return [node.operator, shapeOf(node.left), shapeOf(node.right)];
  if (node.kind === "text") return { text: node.value };
  if (node.kind === "number") return { number: node.text };
  return node.kind === "omitted" ? node.kind : { [node.kind]: node.name };
}

test("a tree holds what was written and where", () => {
  expect(parseExpression('Switch([a],\n , "1", CBool([b] >= -7))')).toEqual({
    ok: true,
    tree: {
      kind: "call",
      name: "Switch",
      position: { offset: 0, line: 1, column: 1 },
      arguments: [
        { kind: "attribute", name: "a", position: { offset: 7, line: 1, column: 8 } },
        { kind: "omitted", position: { offset: 13, line: 2, column: 2 } },
        { kind: "text", value: "1", position: { offset: 15, line: 2, column: 4 } },
        {
          kind: "call",
          name: "CBool",
          position: { offset: 20, line: 2, column: 9 },
          arguments: [
            {
              kind: "comparison",
              operator: ">=",
              left: { kind: "attribute", name: "b", position: { offset: 26, line: 2, column: 15 } },
              right: { kind: "number", value: -7n, text: "-7", position: { offset: 33, line: 2, column: 22 } },
              position: { offset: 26, line: 2, column: 15 },
            },
          ],
        },
      ],
    },
  });
});

test.each([
  ['Append([mail] ".x")', "missing-comma", "1:15"],
  ['Append([mail],\n "x"', "missing-parenthesis", "2:5"],
  ['Append([mail], "x"))', "unexpected-parenthesis", "1:20"],
  ['Append([mail], "x") y', "trailing-input", "1:21"],
  ['Append[mail, "x"]', "missing-parenthesis", "1:1"],
  ['Append([mail], "x', "unterminated-text", "1:16"],
  ['Append([mail, "x")', "unterminated-attribute", "1:8"],
  ['Append([], "x")', "bad-attribute-name", "1:8"],
  ['Append([m ail], "x")', "bad-attribute-name", "1:8"],
  ["Append([mail], 'x')", "wrong-quote", "1:16"],
  ["Append([mail], “x”)", "wrong-quote", "1:16"],
  ['Append([mail], x"")', "bare-word", "1:16"],
  ["Append([mail], 1.5)", "unexpected-character", "1:16"],
  ["Left([a], 9223372036854775808)", "number-out-of-range", "1:11"],
  ['Append([a] & [b], "x")', "unsupported-operator", "1:12"],
  ['IIF([a]=="b","c","d")', "unknown-operator", "1:8"],
  ['IIF([a]="b" AND [c]="d","e","f")', "unsupported-operator", "1:13"],
  ['IIF([a]<[b]<[c],"e","f")', "unsupported-operator", "1:12"],
  ['IIF([a]=,"e","f")', "missing-operand", "1:9"],
  ['("a")', "unexpected-parenthesis", "1:1"],
  ["[mail]", "not-a-call", "1:1"],
  ['"mail"', "not-a-call", "1:1"],
  ["5", "not-a-call", "1:1"],
  ["Append", "missing-parenthesis", "1:1"],
  ["", "empty", "1:1"],
  ["Now(1)", "too-many-arguments", "1:5"],
  ["Append([a])", "missing-argument", "1:1"],
  ['Switch([a], "d", "k1", "v1", "k2")', "unpaired-keys", "1:30"],
  ['Switch([a], "d", , "v1")', "unpaired-keys", "1:18"],
  ["SelectUniqueValue([a])", "too-few-rules", "1:1"],
  ['ToLower(SelectUniqueValue("A", "B"))', "nested-unique-value", "1:9"],
  ['Replace([a], "b")', "argument-combination", "1:1"],
  ['Replace([a], , "(", , "b", , )', "bad-pattern", "1:16"],
  ['Replace([a], , "(?=b)", , "b", , )', "unsupported-pattern", "1:16"],
  ['Replace([a], , "(?<x>b)", "y", "b", , )', "bad-pattern", "1:27"],
  ["InStr([a], [b], 1, vbText)", "bare-word", "1:20"],
  ["InStr([a], [b], 1, [c])", "bare-word", "1:20"],
  ["Append([a], vbTextCompare)", "bare-word", "1:13"],
  ["Append([a], IgnoreAttributeFlow)", "bare-word", "1:13"],
  [`${"Not(".repeat(101)}[a]${")".repeat(101)}`, "too-deep", "1:401"],
  [`Append("${"a".repeat(10_000)}", "")`, "too-long", "1:10001"],
])("%s is refused", (text, code, place) => {
  expect(errorOf(text)).toEqual([code, place]);
});

test("bare operands and flow words are accepted only where they are allowed", () => {
  const bare = (text: string) => parseExpression(text, { allowBare: true });
  expect(bare("[mail]")).toMatchObject({ ok: true, tree: { kind: "attribute", name: "mail" } });
  expect(bare('"x"')).toMatchObject({ ok: true, tree: { kind: "text", value: "x" } });
  expect(bare("5")).toMatchObject({ ok: false, error: { code: "not-a-call" } });
  expect(parseExpression('IIF([a]="x", IgnoreObjectFlow, [b])', { flowWords: true }).ok).toBe(true);
});

test.each([
  ['Replace( [a],"b",,,"c",, )', 'Replace([a], "b", , , "c", , )'],
  ["Now ( )", "Now()"],
  ['IIF([a]<>"x",\n&HF,-7)', 'IIF([a] <> "x", &HF, -7)'],
  ['Append("\\+\\"", "\\\\")', 'Append("\\\\+\\"", "\\\\")'],
  ["ToLower([a],)", "ToLower([a], )"],
])("%s prints canonically", (text, printed) => {
  const parsed = parseExpression(text);
  expect(parsed.ok && printExpression(parsed.tree)).toBe(printed);
});

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.]{0,12}$/);
const quoted = fc.string({ unit: "grapheme", maxLength: 12 }).map((value) => `"${value.replace(/[\\"]/g, "\\$&")}"`);
const { expression } = fc.letrec<{ expression: string; call: string; operand: string }>((tie) => ({
  operand: fc.oneof(
    { maxDepth: 4 },
    name.map((one) => `[${one}]`),
    quoted,
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    tie("call"),
  ),
  call: fc.oneof(
    fc.tuple(tie("operand"), tie("operand")).map(([a, b]) => `Append (${a} ,${b})`),
    fc.tuple(tie("operand"), tie("operand"), tie("operand")).map(([a, b, c]) => `IIF(${a}>=${b},${c},\t${a})`),
    fc.array(tie("operand"), { minLength: 1, maxLength: 4 }).map((all) => `Join("",${all.join(",")})`),
    fc.tuple(tie("operand"), tie("operand")).map(([a, b]) => `Switch(${a},, ${b} ,${a})`),
    tie("operand").map((a) => `ToUpper(\n${a},)`),
    fc.constantFrom("Now()", "Guid( )"),
  ),
  expression: tie("call"),
}));

test("what is printed reads back as the same tree, and prints the same again", () => {
  fc.assert(
    fc.property(expression, (text) => {
      fc.pre(text.length <= 5_000);
      const first = parseExpression(text);
      if (!first.ok) throw new Error(`${text}: ${first.error.message}`);
      const printed = printExpression(first.tree);
      const second = parseExpression(printed);
      if (!second.ok) throw new Error(`${printed}: ${second.error.message}`);
      expect(shapeOf(second.tree)).toEqual(shapeOf(first.tree));
      expect(printExpression(second.tree)).toBe(printed);
    }),
  );
});

test("no text makes the parser throw, and every error has a place inside the text", () => {
  const fragment = fc.constantFrom(
    "Append(",
    "IIF(",
    "Switch(",
    ")",
    ",",
    "[a]",
    "[",
    "]",
    '"',
    "\\",
    "=",
    "<>",
    "&",
    "&HF",
    "-",
    "1",
    "“",
    " ",
    "\n",
    "AND",
    "é",
  );
  const noise = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fragment, { maxLength: 30 }).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(noise, (text) => {
      const parsed = parseExpression(text);
      if (parsed.ok) return;
      expect(parsed.error.position.offset).toBeGreaterThanOrEqual(0);
      expect(parsed.error.position.offset).toBeLessThanOrEqual(text.length);
      expect(parsed.error.message).not.toBe("");
    }),
    { numRuns: 500 },
  );
});
