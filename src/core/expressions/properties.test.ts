import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkExpression } from "./check.ts";
import type { FunctionDefinition, Parameter } from "./definition.ts";
import { START } from "./errors.ts";
import { type EvaluationContext, evaluate } from "./evaluate.ts";
import { type ExplainedNode, explainExpression } from "./explain.ts";
import type { SchemaAttribute, SchemaType } from "./findings.ts";
import { parseExpression } from "./parser.ts";
import { printExpression } from "./print.ts";
import { FUNCTIONS } from "./registry.ts";
import { renderError } from "./render-error.ts";
import {
  type Argument,
  attributesRead,
  type Call,
  COMPARE_WORDS,
  callsFunction,
  type Expression,
  walk,
} from "./tree.ts";
import type { AttributeValue } from "./values.ts";

const context: EvaluationContext = {
  now: "2025-07-30T10:20:30Z",
  random: (count) => Uint8Array.from({ length: count }, (_, index) => index * 73),
  taken: (candidate) => candidate.length % 2 === 0,
};

/** The schema and some values of the attributes that generated expressions read. */
const ATTRIBUTES: readonly (readonly [name: string, SchemaAttribute, fc.Arbitrary<AttributeValue>])[] = [
  [
    "text",
    attribute("String"),
    fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("", "True", "7", "2020-01-02", "a,b")),
  ],
  ["number", attribute("Integer"), fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))],
  ["flag", attribute("Boolean"), fc.boolean()],
  ["date", attribute("DateTime"), fc.constantFrom("2020-03-16T07:00:00Z", "3/16/2020 7:00:00 AM", "1601-01-01")],
  ["list", attribute("String", true), fc.array(fc.string({ unit: "grapheme" }), { maxLength: 4 })],
  [
    "appRoleAssignments",
    attribute("String", true),
    fc.array(fc.record({ id: fc.string(), value: fc.string(), displayName: fc.string() }), { maxLength: 3 }),
  ],
];
const SOURCE = new Map(ATTRIBUTES.map(([name, schema]) => [name, schema]));

function attribute(type: SchemaType, multivalued = false): SchemaAttribute {
  return { type, multivalued };
}

/** Attributes of one object; each may be absent. */
const values = fc
  .tuple(...ATTRIBUTES.map(([, , value]) => fc.option(value, { nil: null })))
  .map((all) => new Map(ATTRIBUTES.map(([name], index) => [name, all[index]!])));

const position = START;
const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc.constantFrom(...SOURCE.keys()).map((name): Expression => ({ kind: "attribute", name, position })),
  fc
    .oneof(
      fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.toWellFormed().replaceAll("\0", "")),
      fc.constantFrom("", "True", "False", "1", "d", "yyyy-MM-dd", "2020-01-02", ",", "(?<g>a+)", "en-US", "a\\b", '"'),
    )
    .map((value): Expression => ({ kind: "text", value, position })),
  fc
    .oneof(fc.integer({ min: -5, max: 40 }).map(BigInt), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
    .map((value): Expression => ({ kind: "number", value, text: String(value), position })),
);

const comparisonOperator = fc.constantFrom("=", "<>", ">", ">=", "<", "<=");

const { expression } = fc.letrec<{ expression: Expression; operand: Expression; argument: Expression }>((tie) => ({
  operand: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf, tie("expression")),
  argument: fc.oneof(
    { withCrossShrink: true },
    tie("operand"),
    fc
      .tuple(tie("operand"), comparisonOperator, tie("operand"))
      .map(([left, operator, right]): Expression => ({ kind: "comparison", operator, left, right, position })),
  ),
  expression: fc
    .constantFrom(...[...FUNCTIONS.values()].filter(({ name }) => name !== "SelectUniqueValue"))
    .chain((definition) => callOf(definition, tie("argument"))),
}));

const REPLACE_PLACES = [
  [1, 4],
  [1, 6],
  [2, 4],
  [2, 3, 4],
  [2, 3, 5],
] as const;

/** A call that its function's signature allows. */
function callOf(definition: FunctionDefinition, argument: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  const { name, parameters } = definition;
  const call = (places: readonly Argument[]): Call => ({ kind: "call", name, arguments: places, position });
  const omitted: Argument = { kind: "omitted", position };
  if (name === "Replace") {
    return fc.tuple(fc.constantFrom(...REPLACE_PLACES), argument, argument, argument).map(([places, ...some]) => {
      const filled = new Map<number, Argument>([[0, { kind: "attribute", name: "text", position }]]);
      for (const [index, place] of places.entries()) filled.set(place, some[index]!);
      // A literal pattern would have to name the group that the call names.
      if (filled.has(2)) filled.set(2, { kind: "attribute", name: "text", position });
      return call(Array.from({ length: 7 }, (_, place) => filled.get(place) ?? omitted));
    });
  }
  if (name === "Switch") {
    const pairs = fc.array(fc.tuple(argument, argument), { minLength: 1, maxLength: 3 });
    return fc
      .tuple(argument, fc.option(argument, { nil: omitted }), pairs)
      .map(([source, otherwise, all]) => call([source, otherwise, ...all.flat()]));
  }
  const places = parameters.flatMap((parameter): fc.Arbitrary<readonly Argument[]>[] => {
    if (parameter.repeats === true) return [fc.array(argument, { minLength: 1, maxLength: 3 })];
    const one = placeOf(parameter, argument).map((given): readonly Argument[] => [given]);
    return [parameter.required ? one : fc.option(one, { nil: [omitted] })];
  });
  return fc.tuple(...places).map((all) => call(all.flat()));
}

function placeOf(parameter: Parameter, argument: fc.Arbitrary<Expression>): fc.Arbitrary<Argument> {
  if (parameter.type !== "compareWord") return argument;
  return fc.constantFrom(...COMPARE_WORDS).map((word) => ({ kind: "word", name: word, position }));
}

/** A tree without its positions, and without word of backslashes that were written once. */
function shapeOf(tree: Argument): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, value) => {
      if (key === "position" || key === "looseEscape") return undefined;
      return typeof value === "bigint" ? `${value}n` : value;
    }),
  );
}

function parsed(text: string): Expression {
  const result = parseExpression(text);
  if (!result.ok) throw new Error(`${text}: ${result.error.message}`);
  return result.tree;
}

test("a tree that is printed reads back as the same tree", () => {
  fc.assert(
    fc.property(expression, (tree) => {
      const printed = printExpression(tree);
      fc.pre(printed.length <= 10_000);
      expect(shapeOf(parsed(printed))).toEqual(shapeOf(tree));
      expect(printExpression(parsed(printed))).toBe(printed);
    }),
    { numRuns: 250 },
  );
});

function isPlain(value: unknown): boolean {
  const items = Array.isArray(value) ? value : [value];
  return items.every(
    (item) => item === null || ["string", "boolean", "number"].includes(typeof item) || isPlainObject(item),
  );
}

function isPlainObject(item: unknown): boolean {
  return (
    typeof item === "object" &&
    item !== null &&
    Object.values(item).every((member) => !Array.isArray(member) && isPlain(member))
  );
}

const ACCIDENTS = /undefined|null|\[object Object\]|NaN/;

test("an evaluation gives the same each time, and nothing that no input said", () => {
  fc.assert(
    fc.property(expression, values, (tree, attributes) => {
      const first = evaluate(tree, attributes, context);
      expect(evaluate(tree, attributes, context)).toEqual(first);
      if (first.kind !== "value") return;
      expect(first.value).not.toBeUndefined();
      expect(isPlain(first.value)).toBe(true);
      const given =
        printExpression(tree) +
        JSON.stringify([...attributes.values()], (_, value) =>
          typeof value === "bigint" ? String(value) : value,
        ).replaceAll("null", "");
      if (!ACCIDENTS.test(given))
        expect(ACCIDENTS.test(JSON.stringify(first.value).replaceAll(/(?<=[[:,])null|^null$/g, ""))).toBe(false);
    }),
    { numRuns: 600 },
  );
});

function every(node: ExplainedNode, see: (node: ExplainedNode) => void): void {
  see(node);
  for (const child of node.children) every(child, see);
}

test("the explanation's root is the evaluation's answer, and its nodes are the tree's", () => {
  fc.assert(
    fc.property(expression, values, (tree, attributes) => {
      const evaluation = evaluate(tree, attributes, context);
      const root = explainExpression(tree, attributes, context);
      if (evaluation.kind === "error") expect(root.state).toEqual({ kind: "failed", error: evaluation.error });
      else if (evaluation.kind === "ignored" || evaluation.log === undefined) expect(root.state).toEqual(evaluation);
      else expect(root.state).toEqual({ kind: "hidden" });
      const texts: string[] = [];
      every(root, ({ text }) => texts.push(text));
      const nodes = [...walk(tree)].filter((node) => node.kind !== "omitted");
      if (!callsFunction(tree, "Redact")) expect(texts).toEqual(nodes.map((node) => printExpression(node)));
      expect(texts.length).toBe(nodes.length);
    }),
    { numRuns: 250 },
  );
});

test("what Redact covers cannot be read from an explanation, nor from an error", () => {
  const secretCall: Expression = parsed('Redact(Append([secret], "c0vered"))');
  /** The tree with a call of Redact in place of its first attribute of that name. */
  const hiding = (node: Argument, name: string): Argument => {
    if (node.kind === "attribute" && node.name === name) return secretCall;
    if (node.kind === "comparison") {
      return { ...node, left: hiding(node.left, name) as Expression, right: hiding(node.right, name) as Expression };
    }
    return node.kind === "call" ? { ...node, arguments: node.arguments.map((one) => hiding(one, name)) } : node;
  };
  const reading = (node: Argument): Argument => {
    if (node.kind === "attribute" && node.name === "number") return { ...node, name: "secret" };
    if (node.kind === "comparison")
      return { ...node, left: reading(node.left) as Expression, right: reading(node.right) as Expression };
    return node.kind === "call" ? { ...node, arguments: node.arguments.map(reading) } : node;
  };
  const withText = expression.filter((tree) => attributesRead(tree).has("text"));
  fc.assert(
    fc.property(withText, values, (tree, attributes) => {
      const hidden = reading(hiding(tree, "text")) as Expression;
      const given = new Map([...attributes, ["secret", "pr1vate-kxq"]]);
      const shown = JSON.stringify(explainExpression(hidden, given, context)).toLowerCase();
      const evaluation = evaluate(hidden, given, context);
      const logged = evaluation.kind === "error" ? JSON.stringify(evaluation.error).toLowerCase() : "";
      for (const secret of ["pr1vate", "kxq", "c0vered"]) {
        expect(shown.includes(secret)).toBe(false);
        expect(logged.includes(secret)).toBe(false);
      }
    }),
    { numRuns: 250 },
  );
});

function isEmptyList(value: AttributeValue): boolean {
  return Array.isArray(value) && value.length === 0;
}

test("what a check calls impossible never has a value", () => {
  const straight = expression.filter((tree) => {
    for (const node of walk(tree)) if (node.kind === "call" && FUNCTIONS.get(node.name)?.kind === "lazy") return false;
    return true;
  });
  let refused = 0;
  fc.assert(
    fc.property(straight, values, (tree, attributes) => {
      const { problems } = checkExpression(tree, { source: SOURCE });
      if (problems.length === 0) return;
      refused++;
      fc.pre([...attributes.values()].every((value) => value !== null && value !== "" && !isEmptyList(value)));
      expect(evaluate(tree, attributes, context).kind).not.toBe("value");
    }),
    { numRuns: 250 },
  );
  expect(refused).toBeGreaterThan(50);
});

interface Vector {
  readonly expression: string;
}

const file = new URL("../../../test/fixtures/expressions.json", import.meta.url);
const documented = (JSON.parse(readFileSync(file, "utf8")) as readonly Vector[]).map((vector) => vector.expression);

const token = fc.constantFrom(
  ...["Append(", "IIF(", "Switch(", "Replace(", "Redact(", "Now()", ")", ",", "[text]", "[list]", "[", "]", '"', "\\"],
  ...[
    "=",
    "<>",
    "=>",
    "&",
    "&HF",
    "-",
    "1",
    "“",
    "’",
    " ",
    "\n",
    "\t",
    "AND",
    "vbTextCompare",
    "é",
    "😀",
    "\0",
    "\ud800",
  ],
);
/** A documented expression with a few characters taken out, put in, or repeated. */
const mutation = fc
  .tuple(
    fc.constantFrom(...documented),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 6 }), fc.oneof(token, fc.constant(""))), { minLength: 1, maxLength: 4 }),
  )
  .map(([text, changes]) =>
    changes.reduce((changed, [seed, length, inserted]) => {
      const at = seed % (changed.length + 1);
      return changed.slice(0, at) + inserted + changed.slice(at + length);
    }, text),
  );
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join("")),
  { arbitrary: mutation, weight: 3 },
);

test("no text makes anything throw, every error has a place inside its text, and is shown in one line above its caret", () => {
  fc.assert(
    fc.property(anyText, values, (text, attributes) => {
      const result = parseExpression(text, { allowBare: true, flowWords: true });
      if (result.ok) {
        const { tree } = result;
        expect(shapeOf(parseAgain(tree))).toEqual(shapeOf(tree));
        checkExpression(tree, { source: SOURCE, target: { name: "x", type: "Boolean", multivalued: false } });
        explainExpression(tree, attributes, context);
        expect(evaluate(tree, attributes, context)).toEqual(evaluate(tree, attributes, context));
        return;
      }
      const { error } = result;
      expect(error.position.offset).toBeGreaterThanOrEqual(0);
      expect(error.position.offset).toBeLessThanOrEqual(text.length);
      const [shown, caret, ...rest] = renderError(text, error).split("\n");
      expect(caret).toMatch(/^ *\^$/);
      expect(rest).toHaveLength(2);
      expect(`${shown}${rest.join("")}`.isWellFormed()).toBe(true);
    }),
    { numRuns: 1_200 },
  );
});

function parseAgain(tree: Expression): Expression {
  const again = parseExpression(printExpression(tree), { allowBare: true, flowWords: true });
  if (!again.ok) throw new Error(`${printExpression(tree)}: ${again.error.message}`);
  return again.tree;
}
