import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { evaluateLine } from "./line.ts";

interface Vector {
  readonly id: string;
  readonly expression: string;
  readonly attributes: object;
  readonly expected: unknown;
  readonly log?: string;
  readonly ambiguous?: boolean;
}

const file = new URL("../../../test/fixtures/expressions.json", import.meta.url);
const vectors: readonly Vector[] = JSON.parse(readFileSync(file, "utf8"));

/** Readings of unclear documentation on which this implementation takes the other side. */
const OTHER_READING: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["ispresent-007", { value: null }],
  ["split-002", { value: ["PermissionSetOne", " PermissionSetTwo"] }],
]);

function random(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}

/** The scalar text form in which vectors are compared; null stays null. */
function textForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(textForm);
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "number" ? String(value) : value;
}

function expectAnswer(vector: Vector): void {
  const answer = evaluateLine(vector, { now: "2025-01-01T00:00:00Z", random });
  const { expected } = vector;
  if (typeof expected === "object" && expected !== null && "error" in expected) {
    expect(answer).toEqual({ error: expect.stringMatching(/^\S.*[.?]$/s) });
  } else if (typeof expected === "object" && expected !== null && "ignored" in expected) {
    expect(answer).toEqual({ ignored: true });
  } else if (typeof expected === "object" && expected !== null && "match" in expected) {
    expect(answer).toEqual({
      value: expect.stringMatching(new RegExp(String(expected.match))),
      ...(vector.log === undefined ? {} : { log: vector.log }),
    });
  } else {
    const value = "value" in answer ? textForm(answer.value) : answer;
    expect(value).toEqual(textForm(expected));
    expect("log" in answer ? answer.log : undefined).toEqual(vector.log);
  }
}

test("there are 437 vectors", () => {
  expect(vectors.length).toBe(437);
});

describe("documented results", () => {
  test.each(vectors.filter((vector) => vector.ambiguous !== true))("$id", expectAnswer);
});

describe("results on which the documentation is unclear", () => {
  test.each(vectors.filter((vector) => vector.ambiguous === true && !OTHER_READING.has(vector.id)))(
    "$id",
    expectAnswer,
  );

  test.each([...OTHER_READING])("%s reads the documentation the other way", (id, expected) => {
    const vector = vectors.find((one) => one.id === id);
    expect(evaluateLine(vector, { now: "2025-01-01T00:00:00Z", random })).toEqual(expected);
  });
});
