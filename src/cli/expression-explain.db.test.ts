import { expect, test } from "vitest";
import { displayWidth } from "./output/text.ts";
import { statusOf } from "./sample-answers.ts";
import { openOutput, openServer, run } from "./test-shell.ts";

const explain = (expression: string, attributes: object, changes: Parameters<typeof run>[1] = {}) =>
  run(["expression", "explain", expression, "--attributes", JSON.stringify(attributes)], changes);

test("a tree shows the value at every node, and marks the branch that was not chosen", async () => {
  const expression = 'IIF([country]="Norway", Append(ToUpper(Left([surname],3)), [employeeId]), Mid([mail], [x], 3))';
  const ran = await explain(expression, { country: "Norway", surname: "Łukasz", employeeId: "SH1" });
  expect([ran.code, ran.err]).toEqual([0, ""]);
  expect(ran.out.split("\n")).toEqual([
    'IIF([country] = "Norway", Append(ToUpper(Left([surname], 3)), [employeeId]), Mid([mail], [x], 3)) → "ŁUKSH1"',
    '├─ condition: [country] = "Norway" → true',
    '│  ├─ [country] → "Norway"',
    '│  └─ "Norway"',
    '├─ valueIfTrue: Append(…) → "ŁUKSH1"',
    '│  ├─ source: ToUpper(Left([surname], 3)) → "ŁUK"',
    '│  │  └─ source: Left([surname], 3) → "Łuk"',
    '│  │     ├─ String: [surname] → "Łukasz"',
    "│  │     └─ NumChars: 3",
    '│  └─ suffix: [employeeId] → "SH1"',
    "└─ valueIfFalse: Mid([mail], [x], 3) (not evaluated)",
    "",
  ]);
});

test("what fails is shown in the tree and at its place in the text, with an example; exit code 1", async () => {
  const ran = await explain("Append(Mid([displayName], [x], 3), [y])", { displayName: "Ada", x: "b\u001b" });
  expect([ran.code, ran.err]).toEqual([1, ""]);
  const lines = ran.out.split("\n");
  expect(lines.slice(0, 3)).toEqual([
    "Append(Mid([displayName], [x], 3), [y]) (no value)",
    "├─ source: Mid([displayName], [x], 3) (no value)",
    '│  ├─ source: [displayName] → "Ada"',
  ]);
  const at = lines.findIndex((line) => line.trim() === "^");
  expect(lines[at - 1]!.slice(lines[at]!.indexOf("^"))).toMatch(/^\[x\]/);
  expect(lines[at + 1]).toContain("Mid takes a whole number as start");
  expect(lines[at + 2]).toMatch(/^ {2}Example: Mid\(/);
  expect(ran.out).not.toContain("\u001b");
});

test("what Redact covers stays out of sight", async () => {
  const ran = await explain('Append(Redact([mail]), "-x")', { mail: "ada@contoso.example" });
  expect(ran.code).toBe(0);
  expect(ran.out).toContain("→ [Redact]");
  expect(ran.out).not.toContain("ada@");
});

test("what is no expression is shown with its place; --json gives the answer itself", async () => {
  const ran = await explain('Joins(" ", [a])', {});
  expect([ran.code, ran.out.split("\n").slice(0, 3)]).toEqual([
    1,
    ["This is no expression:", '  Joins(" ", [a])', "  ^"],
  ]);
  const json = await run(["expression", "explain", 'Joins(" ", [a])', "--json"]);
  expect(JSON.parse(json.out)).toMatchObject({
    canonical: null,
    tree: null,
    error: { code: "unknown-function", suggestion: "Join" },
  });
});

test("long values go on below their node on a narrow terminal, whole", async () => {
  const attributes = { a: "one two three four five six seven eight nine ten ".repeat(3).trim(), b: "Ł" };
  const stdout = openOutput({ columns: 50 });
  await explain('Join(" ", [a], [b])', attributes, { stdout, env: { NO_COLOR: "1" } });
  const text = stdout.written.join("");
  for (const line of text.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(50);
  expect(text.replace(/[│\s]+/g, " ")).toContain(attributes.a);
});

test("a person's attributes come from the server, and so does what forbids a target", async () => {
  const server = await openServer({
    "GET /lockstep/v1/status": { json: statusOf() },
    "POST /lockstep/v1/jobs/job-1/expression/explain": {
      json: {
        canonical: "[mail]",
        error: null,
        tree: {
          kind: "attribute",
          text: "[mail]",
          position: { offset: 0, line: 1, column: 1 },
          parameter: null,
          state: { kind: "value", value: "ada@contoso.example" },
          children: [],
        },
        problems: [],
        warnings: [],
        target: { name: "age", value: null, error: "age takes a whole number, and its mapping gives something else." },
      },
    },
  });
  try {
    const args = ["expression", "explain", "[mail]", "--user", "ada", "--target", "age", "--data", server.data];
    const ran = await run(args);
    expect(JSON.parse(server.asked.at(-1)!.body)).toEqual({ expression: "[mail]", user: "ada", target: "age" });
    expect(ran).toEqual({
      code: 1,
      out: '[mail] → "ada@contoso.example"\n\nage takes a whole number, and its mapping gives something else.\n',
      err: "",
    });
  } finally {
    await server.stop();
  }
  const two = await run(["expression", "explain", "[mail]", "--user", "ada", "--attributes", "{}"]);
  expect([two.code, two.err]).toEqual([2, "Give one of --user, --group and --attributes.\n"]);
});

test("an error of eval is JSON on standard output, and for people on standard error with place and example", async () => {
  const ran = await run(["expression", "eval", 'Join(" ", [a]']);
  expect(Object.keys(JSON.parse(ran.out))).toEqual(["error"]);
  expect(ran.err.split("\n")).toEqual([
    'Join(" ", [a]',
    "             ^",
    expect.stringContaining("closing parenthesis"),
    'Example: Join(" ", [givenName], [surname])',
    "",
  ]);
  expect((await run(["expression", "eval", 'Join(" ", [a]', "--json"])).err).toBe("");
  const notObject = await run(["expression", "eval", "[a]", "--attributes", "[]"]);
  expect([notObject.code, notObject.err]).toEqual([2, expect.stringContaining("must be a JSON object")]);
});

test("functions are listed by family, and each has a page", async () => {
  const list = await run(["expression", "functions"]);
  expect(list.out).toMatch(/^Text\n {2}Append +Puts/);
  const { value } = JSON.parse((await run(["expression", "functions", "--json"])).out);
  expect(value.length).toBeGreaterThan(30);
  for (const { name, signature } of value) {
    const stdout = openOutput({ columns: 60 });
    const page = await run(["expression", "functions", name], { stdout, env: { NO_COLOR: "1" } });
    expect([name, page.code]).toEqual([name, 0]);
    const text = stdout.written.join("");
    expect(text.replace(/\s+/g, " ")).toContain(signature);
    expect(text).toContain("\nNull and empty\n");
    expect(text).toContain("\nExamples\n");
    // A value without a blank in it stays in one piece.
    const hasLongWord = (line: string) => line.split(" ").some((word) => displayWidth(word) > 30);
    expect(text.split("\n").filter((line) => displayWidth(line) > 60 && !hasLongWord(line))).toEqual([]);
  }
  const unknown = await run(["expression", "functions", "Joins"]);
  expect([unknown.code, unknown.err]).toEqual([1, "There is no function Joins. Did you mean Join?\n"]);
});
