import { expect, test } from "vitest";
import { fromGraphSource, toGraphSource } from "./graph-form.ts";
import { parseExpression } from "./parser.ts";
import { listFunctions } from "./registry.ts";
import type { Expression } from "./tree.ts";

function parsed(text: string): Expression {
  const result = parseExpression(text);
  if (!result.ok) throw new Error(result.error.message);
  return result.tree;
}

test("a call becomes a function with keyed parameters", () => {
  expect(toGraphSource(parsed("Mid([userPrincipalName], 1,8)"))).toEqual({
    type: "Function",
    name: "Mid",
    expression: "Mid([userPrincipalName], 1, 8)",
    parameters: [
      {
        key: "source",
        value: { type: "Attribute", name: "userPrincipalName", expression: "[userPrincipalName]", parameters: [] },
      },
      { key: "start", value: { type: "Constant", name: "1", expression: '"1"', parameters: [] } },
      { key: "length", value: { type: "Constant", name: "8", expression: '"8"', parameters: [] } },
    ],
  });
});

test("empty places have no entry and a repeatable parameter repeats its key", () => {
  const keys = (text: string) => toGraphSource(parsed(text)).parameters.map((parameter) => parameter.key);
  expect(keys('Switch([IsSoftDeleted], , "False", "True", "True", "False")')).toEqual([
    "source",
    "switchValue",
    "switchValue",
    "switchValue",
    "switchValue",
  ]);
  expect(keys('Replace([a], , "b", , "c", , )')).toEqual(["source", "RegularExpression", "Replacement"]);
  expect(keys('Join(" ", [a], [b])')).toEqual(["separator", "source", "source"]);
  expect(keys('IIF([a] = "b", "c", "d")')).toEqual(["condition", "valueIfTrue", "valueIfFalse"]);
});

test("Graph's form reads back as the tree that it was made from", () => {
  for (const text of ['IIF([a] = "b", BitAnd(&HF, 2), Now())', 'Replace([a], "\\"", , , "\\\\", , )']) {
    const tree = parsed(text);
    const wire: unknown = JSON.parse(JSON.stringify(toGraphSource(tree)));
    expect(fromGraphSource(wire)).toEqual({ ok: true, tree });
  }
});

test("direct and constant sources come with or without their text", () => {
  const kinds = (source: unknown) => {
    const result = fromGraphSource(source);
    return result.ok ? { ...result.tree, position: undefined } : result.error.code;
  };
  expect(kinds({ type: "Attribute", name: "mail", expression: "[mail]", parameters: [] })).toEqual({
    kind: "attribute",
    name: "mail",
  });
  expect(kinds({ type: "Attribute", name: "mail" })).toEqual({ kind: "attribute", name: "mail" });
  expect(kinds({ type: "Constant", name: 'a"b', expression: '"a\\"b"' })).toEqual({ kind: "text", value: 'a"b' });
  expect(kinds({ type: "Constant", name: "plain" })).toEqual({ kind: "text", value: "plain" });
  expect(kinds({ type: "Constant", expression: "plain" })).toEqual({ kind: "text", value: "plain" });
  expect(kinds({ type: "Function", name: "Now", expression: "Now(" })).toBe("missing-parenthesis");
  for (const bad of [
    null,
    {},
    { type: "Other" },
    { type: "Function" },
    { type: "Constant" },
    { type: "Attribute", expression: '"x"' },
  ]) {
    expect(kinds(bad)).toBe("bad-source");
  }
});

test("all functions are listed with Graph's names and types", () => {
  const listed = listFunctions();
  expect(listed.length).toBe(45);
  expect(listed.find((one) => one.name === "Replace")?.parameters.map((parameter) => parameter.name)).toEqual([
    "source",
    "Find",
    "RegularExpression",
    "RegularExpressionGroupName",
    "Replacement",
    "ReplacementPropertyName",
    "Template",
  ]);
  expect(listed.find((one) => one.name === "Join")?.parameters).toEqual([
    { name: "separator", required: true, allowMultipleOccurrences: false, type: "String" },
    { name: "source", required: true, allowMultipleOccurrences: true, type: "String" },
  ]);
});
