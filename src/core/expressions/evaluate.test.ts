import fc from "fast-check";
import { expect, test } from "vitest";
import { type EvaluationContext, evaluate, uniqueCandidates } from "./evaluate.ts";
import { parseExpression } from "./parser.ts";
import { listFunctions } from "./registry.ts";
import { attributesRead, type Expression } from "./tree.ts";
import type { AttributeValue } from "./values.ts";

const context: EvaluationContext = { now: "2025-07-30T00:00:00Z", random: (count) => new Uint8Array(count).fill(7) };

function parsed(text: string, flowWords = false): Expression {
  const result = parseExpression(text, { flowWords });
  if (!result.ok) throw new Error(`${text}: ${result.error.message}`);
  return result.tree;
}

function resultOf(text: string, attributes: Record<string, AttributeValue> = {}) {
  const evaluation = evaluate(parsed(text), new Map(Object.entries(attributes)), context);
  return evaluation.kind === "value" ? evaluation.value : evaluation;
}

function errorOf(text: string, attributes: Record<string, AttributeValue> = {}) {
  const evaluation = evaluate(parsed(text), new Map(Object.entries(attributes)), context);
  if (evaluation.kind !== "error") throw new Error(`${text} has a value`);
  return [evaluation.error.code, evaluation.error.position.offset, evaluation.error.message];
}

test("null in a required place gives null, except where a function says what it makes of null", () => {
  for (const text of ['Append([x], "a")', "ToLower([x])", "CDate([x])", 'DateDiff("d", [x], Now())', "Item([x], 1)"]) {
    expect([text, resultOf(text)]).toEqual([text, null]);
  }
  expect(resultOf("Left([x], 1)")).toBe("");
  expect(resultOf("Mid([x], 1, 1)")).toBe("");
  expect(resultOf("Count([x])")).toBe(0);
  expect(resultOf('Join("-", [x], "a")')).toBe("a");
});

test.each([
  ['Replace([x], "a", , , "b", , )', null],
  ['Replace("abc", [x], , , "-", , )', "abc"],
  ['Replace("abc", , [x], , "-", , )', "abc"],
  ['Replace("abc", , [x], "g", "-", , )', "abc"],
  ['Replace("abc", "b", , , [x], , )', "ac"],
  ['Replace("abc", "%", , , , , [x])', null],
  ['Replace([x], , [x], "g", , "abc", )', null],
  ['Replace("abc", , [x], "g", , "def", )', "abc"],
])("where something is null, %s gives %j", (text, expected) => {
  expect(resultOf(text)).toBe(expected);
});

test("a comparison with an absent or empty attribute never holds", () => {
  for (const operator of ["=", "<>", ">", "<="]) {
    expect(resultOf(`CBool([x] ${operator} "USA")`)).toBe(false);
    expect(resultOf(`CBool([x] ${operator} "USA")`, { x: "" })).toBe(false);
  }
  expect(resultOf('IIF([x]<>"USA", "a", "b")', { x: "FRA" })).toBe("a");
});

test("a list of one value compares as that value, an empty one as none", () => {
  expect(resultOf('CBool([x] = "a")', { x: ["a"] })).toBe(true);
  expect(resultOf('CBool([x] <> "a")', { x: [] })).toBe(false);
  expect(resultOf('IIF([x], "holds", "fails")', { x: ["True"] })).toBe("holds");
});

test("dates compare as moments", () => {
  expect(resultOf('CBool(CDate("2025-01-01") < [hired])', { hired: "2025-01-02T00:00:00Z" })).toBe(true);
  expect(resultOf('CBool(Now() = CDate("2025-07-30"))')).toBe(true);
});

test("64-bit integers are exact; those beyond 2^53 leave as text", () => {
  expect(resultOf("BitAnd([x], -1)", { x: 9223372036854775807n })).toBe("9223372036854775807");
  expect(resultOf("BitAnd([x], 9007199254740991)", { x: "9007199254740993" })).toBe(1);
  expect(resultOf("NumFromDate(DateFromNum(129699324000000001))")).toBe("129699324000000001");
});

test("branches that are not chosen are not evaluated", () => {
  expect(resultOf('IIF([a]="x", CDate("nonsense"), "fine")', { a: "y" })).toBe("fine");
  expect(resultOf('Switch([a], CDate("nonsense"), "y", "fine", CDate("worse"), "z")', { a: "y" })).toBe("fine");
  expect(resultOf('Coalesce([a], CDate("nonsense"))', { a: "y" })).toBe("y");
});

test("Redact keeps the value out of logs and out of errors", () => {
  const attributes = new Map([["ssn", "078-05-1120"]]);
  expect(evaluate(parsed('Append(Redact([ssn]), "!")'), attributes, context)).toEqual({
    kind: "value",
    value: "078-05-1120!",
    log: "[Redact]",
  });
  expect(evaluate(parsed('IIF("x"="y", Redact([ssn]), "plain")'), attributes, context)).toEqual({
    kind: "value",
    value: "plain",
  });
  const covered = 'IIF("x"="y", Redact([ssn]), Append([ssn], "."))';
  expect(evaluate(parsed(covered), attributes, context)).toEqual({
    kind: "value",
    value: "078-05-1120.",
    log: "[Redact]",
  });
  const failed = evaluate(parsed("Redact(CDate([ssn]))"), attributes, context);
  expect(failed).toMatchObject({ kind: "error", error: { code: "not-a-date" } });
  expect(JSON.stringify(failed)).not.toContain("078");
});

test("flow words leave the attribute or the object out", () => {
  const run = (text: string) => evaluate(parsed(text, true), new Map(), context);
  expect(run('IIF(IsNull([x]), IgnoreAttributeFlow, "a")')).toEqual({ kind: "ignored", scope: "attribute" });
  expect(run('Switch([x], IgnoreObjectFlow, "k", "v")')).toEqual({ kind: "ignored", scope: "object" });
});

test("the candidates of SelectUniqueValue come one at a time and without gaps", () => {
  const tree = parsed('SelectUniqueValue([a], [missing], Append([a], "1"))');
  const attributes = new Map([["a", "ann"]]);
  expect([...uniqueCandidates(tree, attributes, context)]).toEqual([
    { kind: "value", value: "ann" },
    { kind: "value", value: "ann1" },
  ]);
  expect(evaluate(tree, attributes, { ...context, taken: (candidate) => candidate === "ann" })).toEqual({
    kind: "value",
    value: "ann1",
  });
  expect(evaluate(tree, attributes, { ...context, taken: () => true })).toMatchObject({
    kind: "error",
    error: { code: "all-taken" },
  });
});

test("what one rule of SelectUniqueValue hides, the others hide", () => {
  const tree = parsed('SelectUniqueValue(Redact([a]), Append([a], "1"), [b])');
  const attributes = new Map([
    ["a", "ann"],
    ["b", "bob"],
  ]);
  expect([...uniqueCandidates(tree, attributes, context)]).toEqual([
    { kind: "value", value: "ann", log: "[Redact]" },
    { kind: "value", value: "ann1", log: "[Redact]" },
    { kind: "value", value: "bob" },
  ]);
});

test("a text that grows without end is stopped", () => {
  let text = '"aaaaaaaaaaaaaaaaaaaa"';
  for (let level = 0; level < 12; level++) text = `Replace(${text}, "a", , , "aaaaaaaaaaaaaaaaaaaa", , )`;
  expect(errorOf(text)[0]).toBe("too-large");
});

test("attributes are looked up by their own name only", () => {
  expect(resultOf('Coalesce([constructor], [__proto__], "none")')).toBe("none");
});

test("the attributes that an expression reads are known without evaluating it", () => {
  const tree = parsed('Switch([IsSoftDeleted], [a], "x", IIF([b] > 1, [a], "c"))');
  expect([...attributesRead(tree)]).toEqual(["IsSoftDeleted", "a", "b"]);
});

test("a time without a zone is UTC, and a faulty one is an error", () => {
  const at = (now: string | Date) => evaluate(parsed("Now()"), new Map(), { ...context, now });
  expect(at("2025-03-04T05:06:07")).toEqual({ kind: "value", value: "3/4/2025 5:06:07 AM" });
  expect(at(new Date(Date.UTC(2025, 2, 4)))).toEqual({ kind: "value", value: "3/4/2025 12:00:00 AM" });
  expect(at("later")).toMatchObject({ kind: "error", error: { code: "not-a-date" } });
});

const attributeValue = fc.oneof(
  fc.constantFrom<AttributeValue>(
    null,
    undefined,
    "",
    "1",
    "True",
    "2020-02-30",
    "(",
    "\ud800",
    true,
    -1,
    1.5,
    2 ** 60,
  ),
  fc.string({ unit: "binary" }),
  fc.array(fc.oneof(fc.string(), fc.record({ value: fc.string(), displayName: fc.string() }))),
);

/** A call of any function whose arguments are all attributes. */
const anyCall = fc.constantFrom(...listFunctions()).map(({ name, parameters }) => {
  if (name === "Switch") return "Switch([p0], [p1], [p2], [p3])";
  if (name === "SelectUniqueValue") return "SelectUniqueValue([p0], [p1])";
  if (name === "Replace") return "Replace([p0], , [p1], , [p2], , )";
  if (name === "InStr") return "InStr([p0], [p1], [p2], vbTextCompare)";
  return `${name}(${parameters.map((_, place) => `[p${place}]`).join(", ")})`;
});

test("no values make an evaluation throw, and the same input gives the same result", () => {
  fc.assert(
    fc.property(anyCall, fc.array(attributeValue, { minLength: 8, maxLength: 8 }), (text, values) => {
      const attributes = new Map(values.map((value, place) => [`p${place}`, value]));
      const tree = parsed(text);
      expect(evaluate(tree, attributes, context)).toEqual(evaluate(tree, attributes, context));
    }),
    { numRuns: 2_000 },
  );
});
