import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

interface Vector {
  readonly id: string;
  readonly expected: unknown;
  readonly log?: string;
}

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const vectors: readonly Vector[] = JSON.parse(readFileSync(pathOf("../../test/fixtures/expressions.json"), "utf8"));

const start = (args: readonly string[]) =>
  spawn(process.execPath, [pathOf("../../bin/lockstep.mjs"), "expression", "eval", ...args], { cwd: "/" });

const finish = async (child: ReturnType<typeof start>) => {
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { lines: out.trimEnd().split("\n"), err, code: code as number };
};

const same = (value: unknown, expected: unknown): boolean => {
  const form = (one: unknown): unknown =>
    Array.isArray(one)
      ? one.map(form)
      : typeof one === "boolean"
        ? one
          ? "True"
          : "False"
        : typeof one === "number"
          ? String(one)
          : one;
  return JSON.stringify(form(value)) === JSON.stringify(form(expected));
};

const fits = (
  answer: { value?: unknown; ignored?: unknown; error?: unknown; log?: unknown },
  { expected, log }: Vector,
): boolean => {
  if (answer.log !== log) return false;
  if (typeof expected !== "object" || expected === null || Array.isArray(expected))
    return "value" in answer && same(answer.value, expected);
  if ("error" in expected) return typeof answer.error === "string" && answer.error !== "";
  if ("ignored" in expected) return answer.ignored === true;
  return "match" in expected && new RegExp(String(expected.match)).test(String(answer.value));
};

/** Readings of unclear documentation on which this implementation takes the other side; the vectors' own test says which. */
const otherReading: ReadonlySet<string> = new Set(["ispresent-007", "split-002"]);

test("the documented results come out of the command, one line for each line, without a server", async () => {
  const child = start([]);
  child.stdin.end(vectors.map((vector) => `${JSON.stringify(vector)}\n`).join(""));
  const { lines, err, code } = await finish(child);
  expect([code, err, lines.length]).toEqual([0, "", vectors.length]);
  const wrong = vectors.filter((vector, index) => !fits(JSON.parse(lines[index]!), vector));
  expect(wrong.map((vector) => vector.id)).toEqual([...otherReading]);
});

test("each line is answered before the next one comes, and a bad one does not end it", async () => {
  const child = start([]);
  child.stdout.setEncoding("utf8");
  const answer = async (line: string) => {
    child.stdin.write(`${line}\n`);
    const [piece] = (await once(child.stdout, "data")) as [string];
    return JSON.parse(piece);
  };
  expect(await answer('{"expression":"ToLower([mail])","attributes":{"mail":"ada@contoso.example"}}')).toEqual({
    value: "ada@contoso.example",
  });
  expect(await answer("{nonsense")).toEqual({ error: expect.stringMatching(/^The line is not JSON: /) });
  expect(await answer("5")).toEqual({ error: expect.stringMatching(/^A line must be a JSON object/) });
  expect(await answer('{"expression":"Now()","now":"2025-01-31T00:00:00Z"}')).toEqual({
    value: expect.stringContaining("2025"),
  });
  child.stdin.end('{"expression":"ToUpper(\\"é\\")"}');
  const { lines, code } = await finish(child);
  expect([lines.map((line) => JSON.parse(line)), code]).toEqual([[{ value: "É" }], 0]);
});

test("one expression as an argument; an error is exit code 1, a wrong option 2", async () => {
  const good = await finish(start(["ToLower([mail])", "--attributes", '{"mail":"ADA@contoso.example"}']));
  expect([good.code, good.lines]).toEqual([0, ['{"value":"ada@contoso.example"}']]);
  const bad = await finish(start(["Nope([mail])"]));
  expect([bad.code, Object.keys(JSON.parse(bad.lines[0]!))]).toEqual([1, ["error"]]);
  expect((await finish(start(["[mail]", "--attributes", "{"]))).code).toBe(2);
});
