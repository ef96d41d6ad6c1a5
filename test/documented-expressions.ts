import { listFunctions } from "#core/expressions";

/** A mapping expression that a page of the documentation shows. */
export interface DocumentedExpression {
  /** Line of the page, from 1. */
  readonly at: number;
  /** What `evaluateLine` takes. */
  readonly line: {
    readonly expression: string;
    readonly attributes?: unknown;
    readonly now?: unknown;
    readonly taken?: unknown;
  };
  /** The answer that the page prints: in full, some value drawn by chance, some error, or none. */
  readonly answer: object | "drawn" | "error" | "none";
}

/**
 * Finds every expression of a page:
 * - fences of `expression`, on their own, before a fence of `json` with inputs and answer, or before a table of inputs and answers;
 * - commands `lockstep expression eval` in any fence, with the answer in the line below;
 * - rows of tables with the columns `Expression` and `Gives`, or with what a call gives for null, empty text and empty list;
 * - calls in backticks within the text, unless an ellipsis stands for a part of them.
 * @throws where a table or an answer cannot be read
 */
export function documentedExpressions(markdown: string): readonly DocumentedExpression[] {
  const lines = markdown.split("\n");
  const found: DocumentedExpression[] = [];
  let pending: { at: number; expression: string } | undefined;
  const settle = () => {
    if (pending !== undefined) found.push({ at: pending.at, line: { expression: pending.expression }, answer: "none" });
    pending = undefined;
  };
  for (let index = 0; index < lines.length; index++) {
    const at = index + 1;
    const line = lines[index]!;
    const fence = /^\s*```(\w*)\s*$/.exec(line);
    if (fence !== null) {
      const end = lines.findIndex((other, place) => place > index && /^\s*```\s*$/.test(other));
      if (end === -1) throw new Error(`Line ${at}: the fence has no end.`);
      const body = lines.slice(index + 1, end);
      if (fence[1] === "json" && pending !== undefined) {
        found.push(fromJson(pending, body.join("\n")));
        pending = undefined;
      } else settle();
      if (fence[1] === "expression") pending = { at, expression: body.join("\n").trim() };
      else found.push(...commandsIn(body, at + 1));
      index = end;
    } else if (line.startsWith("|")) {
      const end = lines.findIndex((other, place) => place > index && !other.startsWith("|"));
      const rows = lines.slice(index, end === -1 ? lines.length : end);
      found.push(...fromTable(rows, at, pending?.expression));
      if (!isAnswering(rows)) settle();
      pending = undefined;
      index += rows.length - 1;
    } else if (line.trim() !== "") {
      settle();
      found.push(...callsIn(line, at));
    }
  }
  settle();
  return found;
}

function fromJson({ at, expression }: { at: number; expression: string }, text: string): DocumentedExpression {
  const { attributes = {}, now, taken, ...answer } = JSON.parse(text) as Record<string, unknown>;
  const inputs = Object.fromEntries(Object.entries({ now, taken }).filter(([, value]) => value !== undefined));
  return { at, line: { expression, attributes, ...inputs }, answer };
}

function commandsIn(body: readonly string[], at: number): readonly DocumentedExpression[] {
  return body.flatMap((line, index): DocumentedExpression[] => {
    const command = /^(?:\$ )?(?:echo (?<input>'[^']*') \| )?npx lockstep expression eval(?<rest>.*)$/.exec(
      line,
    )?.groups;
    if (command === undefined) return [];
    const words = wordsOf(command.rest!);
    const option = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
    const [now, attributes] = [option("--now"), option("--attributes")];
    const input =
      command.input !== undefined
        ? JSON.parse(wordsOf(command.input)[0]!)
        : {
            expression: words[0],
            ...(attributes === undefined ? {} : { attributes: JSON.parse(attributes) }),
            ...(now === undefined ? {} : { now }),
          };
    if (input.expression === undefined || input.expression === "<") return [];
    const printed = body[index + 1]?.startsWith("{") ? JSON.parse(body[index + 1]!) : "none";
    return [{ at: at + index, line: input, answer: printed }];
  });
}

/** Splits a command line as a shell does, without double quotes and variables; a `#` begins a comment. */
function wordsOf(text: string): readonly string[] {
  const words: readonly string[] = text.match(/(?:'[^']*'|\\.|[^\s'\\])+/g) ?? [];
  const comment = words.indexOf("#");
  return (comment === -1 ? words : words.slice(0, comment)).map((word) =>
    word.replace(/'([^']*)'|\\(.)/g, (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? ""),
  );
}

function cellsOf(row: string): readonly string[] {
  return row
    .replace(/^\||\|\s*$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function isAnswering(rows: readonly string[]): boolean {
  return cellsOf(rows[0]!).includes("Gives");
}

const EMPTIED: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["null", null],
  ["empty text", ""],
  ["empty list", []],
]);

function fromTable(
  rows: readonly string[],
  at: number,
  expression: string | undefined,
): readonly DocumentedExpression[] {
  const header = cellsOf(rows[0]!);
  const isEmptied = header[0]!.includes("`[x]`") && header.some((name) => EMPTIED.has(name));
  const isExecuted = isAnswering(rows) && (expression !== undefined || header.includes("Expression"));
  return rows.slice(2).flatMap((row, index) => {
    const place = at + 2 + index;
    const cells = cellsOf(row);
    if (cells.length !== header.length) throw new Error(`Line ${place}: the row has not as many cells as the header.`);
    if (isEmptied) return emptiedRow(header, cells, place);
    if (!isExecuted) return callsIn(row, place);
    return executedRow(header, cells, place, expression);
  });
}

function emptiedRow(header: readonly string[], cells: readonly string[], at: number): readonly DocumentedExpression[] {
  return header.flatMap((name, column): DocumentedExpression[] => {
    if (!EMPTIED.has(name)) return [];
    const line = { expression: codeOf(cells[0]!, at), attributes: { x: EMPTIED.get(name) } };
    return [{ at, line, answer: answerOf(cells[column]!, at) }];
  });
}

function executedRow(
  header: readonly string[],
  cells: readonly string[],
  at: number,
  expression: string | undefined,
): readonly DocumentedExpression[] {
  const attributes: [string, unknown][] = [];
  const line: { expression: string; now?: string; taken?: unknown } = { expression: expression ?? "" };
  let answer: DocumentedExpression["answer"] = "none";
  const others: DocumentedExpression[] = [];
  for (const [column, name] of header.entries()) {
    const cell = cells[column]!;
    if (name.startsWith("`")) attributes.push([codeOf(name, at), JSON.parse(codeOf(cell, at))]);
    else if (name === "Expression") line.expression = codeOf(cell, at);
    else if (name === "Now") line.now = cell;
    else if (name === "Taken") line.taken = JSON.parse(codeOf(cell, at));
    else if (name === "Gives") answer = answerOf(cell, at);
    else others.push(...callsIn(cell, at));
  }
  return [{ at, line: { ...line, attributes: Object.fromEntries(attributes) }, answer }, ...others];
}

function codeOf(cell: string, at: number): string {
  const code = /^(`+)( ?)(.*)\2\1$/.exec(cell)?.[3];
  if (code === undefined) throw new Error(`Line ${at}: ${cell} should be in backticks.`);
  return code;
}

function answerOf(cell: string, at: number): DocumentedExpression["answer"] {
  if (cell === "nothing flows") return { ignored: true };
  if (cell === "error") return "error";
  if (cell.startsWith("such as `")) return "drawn";
  if (cell.startsWith("Error: ")) return { error: cell.slice("Error: ".length).replace(/\\([\\<*_[\]])/g, "$1") };
  const [value, log] = cell.split(", in logs ");
  return {
    value: JSON.parse(codeOf(value!, at)),
    ...(log === undefined ? {} : { log: codeOf(log, at) }),
  };
}

const NAMES: ReadonlySet<string> = new Set(listFunctions().map(({ name }) => name));

function callsIn(line: string, at: number): readonly DocumentedExpression[] {
  return [...line.matchAll(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g)].flatMap(([, , code]): DocumentedExpression[] => {
    const expression = code!.trim().replaceAll("\\|", "|");
    const name = /^(\w+) ?\(/.exec(expression)?.[1];
    if (name === undefined || !NAMES.has(name) || expression.includes("…")) return [];
    return [{ at, line: { expression }, answer: "none" }];
  });
}
