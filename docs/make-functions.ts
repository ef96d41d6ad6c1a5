// Writes functions/*.md beside this file: `node docs/make-functions.ts`. What the pages say is in src/core/expressions/help.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import {
  type DescribedParameter,
  describeParameters,
  evaluateLine,
  FUNCTION_FAMILIES,
  type FunctionExample,
  type FunctionHelp,
  type LineAnswer,
  signatureOf,
} from "#core/expressions";

const MADE = "<!-- Made by docs/make-functions.ts; change src/core/expressions/help instead. -->";

/** The pages by the names of their files. */
export function makeFunctionPages(): ReadonlyMap<string, string> {
  const pages = new Map([["README.md", indexPage()]]);
  for (const { functions } of FUNCTION_FAMILIES) {
    for (const [name, help] of functions) pages.set(`${name}.md`, functionPage(name, help));
  }
  return pages;
}

function indexPage(): string {
  const families = FUNCTION_FAMILIES.map(({ title, functions }) => {
    const rows = [...functions].map(([name, { summary }]) => [`[${name}](${name}.md)`, prose(summary)]);
    return `## ${title}\n\n${table(["Function", "What it does"], rows)}`;
  });
  const introduction =
    "Every function that an expression may call. How expressions are written, what null and empty mean, and recipes are in [the mapping language](../mapping-language.md). In a signature, brackets mark an argument that may be left out, and dots one that may be repeated.";
  return document("# Functions", introduction, ...families);
}

function functionPage(name: string, help: FunctionHelp): string {
  const parameters = describeParameters(name);
  return document(
    `# ${name}`,
    prose(help.summary),
    fenced("text", `${signatureOf(name)} → ${help.result}`),
    parameters.length === 0 ? "" : parameterTable(parameters),
    `## Null and empty\n\n${prose(help.nulls)}`,
    help.emptied.length === 0 ? "" : emptiedTable(help.emptied),
    help.notes === undefined ? "" : `## Good to know\n\n${help.notes.map((note) => `- ${prose(note)}`).join("\n")}`,
    "## Examples",
    ...exampleBlocks(help.examples),
    `See also ${help.seeAlso.map((other) => `[${other}](${other}.md)`).join(", ")}. [All functions](README.md)`,
  );
}

function document(...parts: readonly string[]): string {
  return `${[MADE, ...parts.filter((part) => part !== "")].join("\n\n")}\n`;
}

function parameterTable(parameters: readonly DescribedParameter[]): string {
  const rows = parameters.map(({ name, takes, required, repeats, key, purpose }) => {
    const inGraph = key === name ? "" : ` (${code(key)} in Graph's JSON)`;
    return [code(name), takes, `${required ? "yes" : "no"}${repeats ? ", repeatable" : ""}`, prose(purpose) + inGraph];
  });
  return table(["Parameter", "Takes", "Required", "Meaning"], rows);
}

function emptiedTable(calls: readonly string[]): string {
  const given = (expression: string, x: unknown): string => {
    const answer = answerOf({ expression, attributes: { x } });
    return "error" in answer ? "error" : answerCell(answer);
  };
  const rows = calls.map((call) => [code(call), given(call, null), given(call, ""), given(call, [])]);
  return table(["With `[x]` being", "null", "empty text", "empty list"], rows);
}

/** Neighbours with one expression become a block with a table of inputs, neighbours without inputs one table. */
function exampleBlocks(examples: readonly FunctionExample[]): readonly string[] {
  const blocks: FunctionExample[][] = [];
  for (const example of examples) {
    const before = blocks.at(-1)?.[0];
    const joins =
      before !== undefined && (isPlain(example) ? isPlain(before) : before.expression === example.expression);
    if (joins) blocks.at(-1)?.push(example);
    else blocks.push([example]);
  }
  return blocks.map((block) => (isPlain(block[0]!) ? plainTable(block) : inputsBlock(block)));
}

function isPlain({ attributes, now, taken }: FunctionExample): boolean {
  return attributes === undefined && now === undefined && taken === undefined;
}

function plainTable(examples: readonly FunctionExample[]): string {
  return noted(["Expression"], examples, (example) => [code(example.expression)]);
}

function inputsBlock(examples: readonly FunctionExample[]): string {
  const names = [...new Set(examples.flatMap(({ attributes = {} }) => Object.keys(attributes)))];
  const hasNow = examples.some(({ now }) => now !== undefined);
  const hasTaken = examples.some(({ taken }) => taken !== undefined);
  const header = [...names.map(code), ...(hasNow ? ["Now"] : []), ...(hasTaken ? ["Taken"] : [])];
  const inputs = noted(header, examples, ({ attributes = {}, now, taken = [] }) => [
    ...names.map((name) => code(JSON.stringify(attributes[name] ?? null))),
    ...(hasNow ? [now ?? ""] : []),
    ...(hasTaken ? [code(JSON.stringify(taken))] : []),
  ]);
  return `${fenced("expression", examples[0]!.expression)}\n\n${inputs}`;
}

/** A table that ends with what each example gives, and with why it is there if any of them says so. */
function noted(
  header: readonly string[],
  examples: readonly FunctionExample[],
  cells: (example: FunctionExample) => readonly string[],
): string {
  const hasNotes = examples.some(({ note }) => note !== undefined);
  const rows = examples.map((example) => [
    ...cells(example),
    "matches" in example.gives ? `such as ${answerCell(answerOf(example))}` : answerCell(answerOf(example)),
    ...(hasNotes ? [prose(example.note ?? "")] : []),
  ]);
  return table([...header, "Gives", ...(hasNotes ? [""] : [])], rows);
}

/** What is drawn by chance is drawn the same way each time, so that the pages do not change by themselves. */
function answerOf(line: Omit<FunctionExample, "gives" | "note">): LineAnswer {
  const random = (count: number) => Uint8Array.from({ length: count }, (_, index) => (index * 89 + 53) % 256);
  return evaluateLine(line, { now: "2026-03-04T09:30:00Z", random });
}

function answerCell(answer: LineAnswer): string {
  if ("ignored" in answer) return "nothing flows";
  if ("error" in answer) return `Error: ${prose(answer.error)}`;
  const value = code(JSON.stringify(answer.value));
  return answer.log === undefined ? value : `${value}, in logs ${code(answer.log)}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), `|${"---|".repeat(header.length)}`, ...rows.map(line)].join("\n");
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function code(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** Text with `code` in backticks; outside it, what Markdown would take for markup is escaped. */
function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((piece) => (piece.startsWith("`") ? piece : piece.replace(/[\\<*_[\]]/g, "\\$&")))
    .join("");
}

if (import.meta.main) {
  const folder = new URL("functions/", import.meta.url);
  const pages = makeFunctionPages();
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) if (!pages.has(file)) rmSync(new URL(file, folder));
  for (const [file, text] of pages) writeFileSync(new URL(file, folder), text);
}
