import { expect, test } from "vitest";
import { describeParameters, FUNCTION_FAMILIES, FUNCTION_HELP } from "./function-help.ts";
import type { FunctionExample } from "./help/entry.ts";
import { evaluateLine } from "./line.ts";
import { parseExpression } from "./parser.ts";
import { FUNCTIONS } from "./registry.ts";
import { type Call, callsFunction } from "./tree.ts";

const all = [...FUNCTION_HELP];
const examples = all.flatMap(([name, help]) => help.examples.map((example) => ({ name, example })));

const TAKES = ["text", "whole number", "date", "list", "true or false", "any value", "bare word", "app roles"];

const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));
const answer = (line: object) => evaluateLine(line, { now: "2026-03-04T09:30:00Z", random });

test("every function has help, once, and there is no help for anything else", () => {
  expect(all.map(([name]) => name).sort()).toEqual([...FUNCTIONS.keys()].sort());
  expect(FUNCTION_FAMILIES.reduce((sum, { functions }) => sum + functions.size, 0)).toBe(all.length);
});

test.each(all)("%s: each parameter is described, and no other", (name, help) => {
  expect(Object.keys(help.parameters)).toEqual(FUNCTIONS.get(name)!.parameters.map((parameter) => parameter.name));
  for (const { purpose, takes } of describeParameters(name)) {
    expect(purpose).toMatch(/^\S.*[^.\s]$/);
    expect(TAKES).toContain(takes);
  }
});

test.each(all)("%s: texts are whole sentences, and see-also leads to other functions", (name, help) => {
  expect(help.summary).not.toMatch(new RegExp(`^${name}\\b`));
  for (const sentence of [help.summary, help.nulls, ...(help.notes ?? [])]) {
    expect(sentence).toMatch(/^[\p{Lu}`0].*\.$/u);
    expect(sentence.split("`").length % 2, sentence).toBe(1);
  }
  expect(help.seeAlso.filter((other) => other === name || !FUNCTION_HELP.has(other))).toEqual([]);
  expect(help.seeAlso.length).toBeGreaterThan(0);
});

test.each(all)("%s: what null and empty give is shown for each parameter", (name, help) => {
  const shown = help.emptied.map((expression) => {
    const parsed = parseExpression(expression);
    if (!parsed.ok) throw new Error(`${expression}: ${parsed.error.message}`);
    const call = parsed.tree as Call;
    const place = call.arguments.findIndex((argument) => argument.kind === "attribute" && argument.name === "x");
    expect([call.name, place >= 0], expression).toEqual([name, true]);
    return (FUNCTIONS.get(name)!.parameters[place] ?? FUNCTIONS.get(name)!.parameters.at(-1)!).name;
  });
  const evaluated = FUNCTIONS.get(name)!.parameters.filter(({ type }) => type !== "compareWord");
  expect(new Set(shown)).toEqual(new Set(evaluated.map((parameter) => parameter.name)));
});

test.each(all)("%s has at least two examples, each calls it or answers for it, and none occurs twice", (name, help) => {
  expect(help.examples.length).toBeGreaterThanOrEqual(2);
  const calling = help.examples.filter(({ expression }) => {
    const parsed = parseExpression(expression);
    return parsed.ok ? callsFunction(parsed.tree, name) : expression.includes(`${name}(`);
  });
  expect(calling.length).toBeGreaterThanOrEqual(2);
  const inputs = help.examples.map(({ expression, attributes, now, taken }) =>
    JSON.stringify([expression, attributes, now, taken]),
  );
  expect(new Set(inputs).size).toBe(inputs.length);
});

function expectGiven(example: FunctionExample): void {
  const { gives, note: _, ...line } = example;
  if (!("matches" in gives)) {
    expect(answer(line)).toEqual(gives);
    return;
  }
  const value = expect.stringMatching(new RegExp(gives.matches, "u"));
  for (let draw = 0; draw < 50; draw++) expect(answer(line)).toEqual(expect.objectContaining({ value }));
}

test.each(examples)("$name: $example.expression gives what its example says", ({ example }) => expectGiven(example));

test("an example with another answer, another log or another error would be noticed", () => {
  const expression = 'Append("a", "b")';
  expectGiven({ expression, gives: { value: "ab" } });
  expect(() => expectGiven({ expression, gives: { value: "ba" } })).toThrow();
  expect(() => expectGiven({ expression, gives: { value: "ab", log: "[Redact]" } })).toThrow();
  expect(() => expectGiven({ expression, gives: { error: "no" } })).toThrow();
  expect(() => expectGiven({ expression, gives: { ignored: true } })).toThrow();
  expect(() => expectGiven({ expression: "Guid()", gives: { matches: "^x" } })).toThrow();
});

test("parameters are told as the definition has them", () => {
  expect(describeParameters("Join")).toEqual([
    {
      name: "separator",
      takes: "text",
      required: true,
      repeats: false,
      key: "separator",
      purpose: FUNCTION_HELP.get("Join")!.parameters.separator,
    },
    {
      name: "source1",
      takes: "any value",
      required: true,
      repeats: true,
      key: "source",
      purpose: FUNCTION_HELP.get("Join")!.parameters.source1,
    },
  ]);
  expect(describeParameters("InStr").map(({ takes, required }) => [takes, required])).toEqual([
    ["text", true],
    ["text", true],
    ["whole number", false],
    ["bare word", false],
  ]);
  expect(describeParameters("NoSuchFunction")).toEqual([]);
});
