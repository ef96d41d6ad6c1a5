import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { profileMembers } from "#core";
import { evaluateLine, FUNCTION_HELP, parseExpression } from "#core/expressions";
import { makeFunctionPages } from "../docs/make-functions.ts";
import { type DocumentedExpression, documentedExpressions } from "./documented-expressions.ts";

const root = new URL("../", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), "utf8");
const pages = ["README.md", ...globSync("docs/**/*.md", { cwd: fileURLToPath(root) }).sort()];

test("the pages of the functions are what their generator writes", () => {
  const written = new Map(
    readdirSync(new URL("docs/functions/", root)).map((file) => [file, read(`docs/functions/${file}`)]),
  );
  const made = makeFunctionPages();
  expect([...written.keys()].sort()).toEqual([...made.keys()].sort());
  for (const [file, text] of made) expect(written.get(file), `run npx node docs/make-functions.ts: ${file}`).toBe(text);
  expect(made.size).toBe(FUNCTION_HELP.size + 1);
});

test("a page tells the signature as error messages do, and every parameter", () => {
  const made = makeFunctionPages();
  let checked = 0;
  for (const [name, { parameters }] of FUNCTION_HELP) {
    const page = made.get(`${name}.md`)!;
    for (const parameter of Object.keys(parameters)) expect(page).toContain(`| \`${parameter}\` |`);
    const empty = evaluateLine({ expression: `${name}()` }, { now: "2026-03-04", random: () => new Uint8Array(16) });
    const signature = "error" in empty ? /: (\w+\(.*\))\.$/.exec(empty.error)?.[1] : undefined;
    if (signature === undefined) continue;
    expect(page).toContain(`\n${signature} → `);
    checked++;
  }
  expect(checked).toBeGreaterThanOrEqual(40);
});

/** What is wrong with an expression of a page: it cannot be read, or gives something else than the page says. */
function complaintOf({ at, line, answer }: DocumentedExpression): readonly unknown[] {
  const isWrongOnPurpose = answer === "error" || (typeof answer === "object" && "error" in answer);
  const parsed = parseExpression(line.expression);
  if (!isWrongOnPurpose && !parsed.ok) return [{ at, line, problem: parsed.error.message }];
  if (answer === "none") return [];
  const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));
  const given = evaluateLine(line, { now: "2026-03-04T09:30:00Z", random });
  if (answer === "error" ? "error" in given : answer === "drawn" && "value" in given) return [];
  return isDeepStrictEqual(given, answer) ? [] : [{ at, line, says: answer, given }];
}

test.each(pages)("%s: its expressions can be read, and give what it says", (page) => {
  expect(documentedExpressions(read(page)).flatMap(complaintOf)).toEqual([]);
});

test("no page is overlooked", () => {
  const answered = (page: string) => documentedExpressions(read(page)).filter(({ answer }) => answer !== "none").length;
  expect(answered("README.md")).toBeGreaterThanOrEqual(1);
  expect(answered("docs/command-line.md")).toBeGreaterThanOrEqual(3);
  expect(answered("docs/mapping-language.md")).toBeGreaterThanOrEqual(80);
  for (const [name, { examples, emptied }] of FUNCTION_HELP) {
    expect([name, answered(`docs/functions/${name}.md`)]).toEqual([name, examples.length + 3 * emptied.length]);
  }
  expect(pages.length).toBeGreaterThanOrEqual(FUNCTION_HELP.size + 8);
});

/** The anchors of a page as GitHub makes them from its headings. */
const anchorsOf = (markdown: string) =>
  new Set(
    [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );

test.each([...pages, "CONTRIBUTING.md"])("%s: its links lead somewhere", (page) => {
  const text = read(page).replace(/```[\s\S]*?```|`[^`\n]*`/g, (code) => code.replace(/[[\]]/g, ""));
  const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => {
    if (/^[a-z]+:/.test(link!)) return [];
    const [path, anchor] = link!.split("#");
    const file = path === "" ? page : posix.join(posix.dirname(page), path!);
    if (!existsSync(new URL(file, root))) return [link];
    return anchor === undefined || anchorsOf(read(file)).has(anchor) ? [] : [link];
  });
  expect(broken).toEqual([]);
});

test("every form is found, and what is wrong in it is noticed", () => {
  const page = (value: string, error: string) => `
Text with \`Append([a], "x")\`, \`Join("", …)\` and \`lockstep expression eval\`.

\`\`\`console
$ npx lockstep expression eval 'Append([a], "b")' --attributes '{"a":"x"}'
{"value":${value}}
$ echo '{"expression":"Append(\\"x\\", \\"b\\")"}' | npx lockstep expression eval
{"value":${value}}
\`\`\`

\`\`\`expression
Append([a], "b")
\`\`\`

\`\`\`json
{ "attributes": { "a": "x" }, "value": ${value} }
\`\`\`

\`\`\`expression
Append([a], "b")
\`\`\`

| \`a\` | Gives | |
|---|---|---|
| \`"x"\` | \`${value}\` | note |

| Expression | Gives | Write instead |
|---|---|---|
| \`Append("x", "b")\` | \`${value}\` | |
| \`Append(a, "b")\` | Error: ${error} | \`Append([a], "b")\` |

| With \`[x]\` being | null | empty text | empty list |
|---|---|---|---|
| \`Append([x], "b")\` | \`null\` | \`"b"\` | \`null\` |

\`\`\`expression
Append([a], "last")
\`\`\`
`;
  const error =
    'Line 1, column 8: a is neither an attribute nor a constant; write \\[a\\] for an attribute or "a" for text.';
  const good = documentedExpressions(page('"xb"', error));
  expect(good.map(({ answer }) => typeof answer)).toEqual([
    "string",
    ...Array.from({ length: 6 }, () => "object"),
    "string",
    ...Array.from({ length: 3 }, () => "object"),
    "string",
  ]);
  expect(good.flatMap(complaintOf)).toEqual([]);
  expect(documentedExpressions(page('"other"', "Another.")).flatMap(complaintOf)).toHaveLength(6);
  expect(documentedExpressions("Text with `Append([a])`.").flatMap(complaintOf)).toHaveLength(1);
  expect(documentedExpressions("```expression\nAppend([a]\n```").flatMap(complaintOf)).toHaveLength(1);
  expect(() => documentedExpressions("| Expression | Gives |\n|---|---|\n| `Now()` | 5 |")).toThrow("Line 3");
});

test("the page on targets has every member of a profile, with its usual value, and no others", () => {
  const rows = [...read("docs/targets.md").matchAll(/^\| `(\w+)` \| (`([^`]+)`|of the style) \|/gm)];
  const shown = rows.map(([, name, , usual]) => [name, usual === undefined ? null : JSON.parse(usual)]);
  expect(shown).toEqual(profileMembers());
});
