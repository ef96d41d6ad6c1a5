import {
  type ComparisonOperator,
  comparisonOperators,
  type Filter,
  type FilterLiteral,
  type PropertyPath,
  type TextFunction,
  textFunctions,
} from "./filter.ts";

export type FilterReading =
  | { readonly ok: true; readonly filter: Filter }
  /** `position` counts characters from 0. */
  | { readonly ok: false; readonly message: string; readonly position: number };

interface Token {
  readonly kind: "word" | "text" | "open" | "close" | "comma" | "end";
  readonly value: string;
  readonly position: number;
}

/** Deeper filters than this are refused: nobody writes them by hand. */
const deepest = 50;
const longest = 8000;

/** Reads the part of OData's `$filter` language that clients of the served resources use. */
export const parseFilter = (text: string): FilterReading => {
  if (text.length > longest)
    return { ok: false, message: `A filter has at most ${longest} characters.`, position: longest };
  const tokens = tokensOf(text);
  if ("message" in tokens) return { ok: false, ...tokens };
  const parser = new Parser(tokens);
  const filter = parser.either(0, null);
  if (filter === null || !parser.atEnd) {
    return { ok: false, message: parser.message ?? `Unexpected ${parser.shown}.`, position: parser.position };
  }
  return { ok: true, filter };
};

const tokensOf = (text: string): readonly Token[] | { readonly message: string; readonly position: number } => {
  const tokens: Token[] = [];
  const pattern = /\s+|'((?:[^']|'')*)'|([(),])|([^\s(),']+)/gy;
  let position = 0;
  while (position < text.length) {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match === null) return { message: "A text that begins with ' has no closing '.", position };
    const [whole, quoted, sign, word] = match;
    if (quoted !== undefined) tokens.push({ kind: "text", value: quoted.replaceAll("''", "'"), position });
    else if (sign !== undefined) {
      tokens.push({ kind: sign === "(" ? "open" : sign === ")" ? "close" : "comma", value: sign, position });
    } else if (word !== undefined) tokens.push({ kind: "word", value: word, position });
    position += whole.length;
  }
  return [...tokens, { kind: "end", value: "", position: text.length }];
};

const oneOf = <Word extends string>(list: readonly Word[], text: string): Word | undefined =>
  list.find((word) => word === text.toLowerCase());

/** Recursive descent; null means that it gave up, and `message` says why. */
class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  message: string | null = null;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get #token(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", value: "", position: 0 };
  }
  get atEnd(): boolean {
    return this.#token.kind === "end" && this.message === null;
  }
  get position(): number {
    return this.#token.position;
  }
  get shown(): string {
    return this.#token.kind === "end" ? "end of the filter" : `'${this.#token.value}'`;
  }

  either(depth: number, variable: string | null): Filter | null {
    return this.#chain("or", depth, () => this.#chain("and", depth, () => this.#single(depth, variable)));
  }

  #chain(kind: "and" | "or", depth: number, next: () => Filter | null): Filter | null {
    let left = depth > deepest ? this.#refuse("The filter is nested too deeply.") : next();
    while (left !== null && this.#isWord(kind)) {
      this.#at += 1;
      const right = next();
      left = right === null ? null : { kind, left, right };
    }
    return left;
  }

  #single(depth: number, variable: string | null): Filter | null {
    if (this.#token.kind === "open") {
      this.#at += 1;
      const inner = this.either(depth + 1, variable);
      return inner !== null && this.#take("close") ? inner : null;
    }
    if (this.#token.kind !== "word") return this.#refuse(`A condition was expected, not ${this.shown}.`);
    if (this.#isWord("not")) {
      this.#at += 1;
      const operand =
        depth > deepest ? this.#refuse("The filter is nested too deeply.") : this.#single(depth + 1, variable);
      return operand === null ? null : { kind: "not", operand };
    }
    const test = oneOf(textFunctions, this.#token.value);
    if (test !== undefined && this.#tokens[this.#at + 1]?.kind === "open") return this.#textTest(test, variable);
    if (/\/any$/i.test(this.#token.value)) return this.#any(depth, variable);
    return this.#comparison(variable);
  }

  #textTest(test: TextFunction, variable: string | null): Filter | null {
    this.#at += 2;
    const path = this.#path(variable);
    if (path === null || !this.#take("comma")) return null;
    const value = this.#lowerable(() => {
      if (this.#token.kind !== "text") return this.#refuse(`A text in quotes was expected, not ${this.shown}.`);
      this.#at += 1;
      return this.#tokens[this.#at - 1]?.value ?? null;
    });
    if (value === null || !this.#take("close")) return null;
    // `contains(…)` may be compared with true or false.
    const condition: Filter = { kind: "text", path, test, value };
    if (!this.#isWord("eq")) return condition;
    const wanted = oneOf(["true", "false"], this.#tokens[this.#at + 1]?.value ?? "");
    if (wanted === undefined) return this.#refuse("Only true or false can follow here.");
    this.#at += 2;
    return wanted === "true" ? condition : { kind: "not", operand: condition };
  }

  #any(depth: number, variable: string | null): Filter | null {
    const path = this.#split(this.#token.value.replace(/\/any$/i, ""), variable);
    this.#at += 1;
    if (!this.#take("open")) return null;
    if (this.#token.kind === "close") {
      this.#at += 1;
      return { kind: "any", path, operand: null };
    }
    const lambda = /^(\w+):(.*)$/s.exec(this.#token.value);
    if (this.#token.kind !== "word" || lambda === null)
      return this.#refuse("any() wants a condition such as x:x eq 'a'.");
    const [, name = "", rest = ""] = lambda;
    const first = this.#token;
    (this.#tokens as Token[]).splice(
      this.#at,
      1,
      ...(rest === "" ? [] : [{ ...first, value: rest, position: first.position + name.length + 1 }]),
    );
    const operand = this.either(depth + 1, name);
    return operand !== null && this.#take("close") ? { kind: "any", path, operand } : null;
  }

  #comparison(variable: string | null): Filter | null {
    const path = this.#path(variable);
    if (path === null) return null;
    const word = this.#token.value.toLowerCase();
    if (this.#token.kind === "word" && word === "in") return this.#list(path);
    const operator: ComparisonOperator | undefined = oneOf(comparisonOperators, word);
    if (this.#token.kind !== "word" || operator === undefined) {
      return this.#refuse(`An operator (${comparisonOperators.join(", ")}, in) was expected, not ${this.shown}.`);
    }
    this.#at += 1;
    const value = this.#lowerable(() => this.#literal());
    return value === null ? null : { kind: "comparison", path, operator, value };
  }

  #list(path: PropertyPath): Filter | null {
    this.#at += 1;
    if (!this.#take("open")) return null;
    const values: FilterLiteral[] = [];
    do {
      if (values.length > 0) this.#at += 1;
      const value = this.#literal();
      if (value === null) return null;
      values.push(value);
    } while (this.#token.kind === "comma");
    return this.#take("close") ? { kind: "oneOf", path, values } : null;
  }

  #path(variable: string | null): PropertyPath | null {
    return this.#lowerable(() => {
      const { kind, value } = this.#token;
      if (kind !== "word" || !/^[A-Za-z_][\w./]*$/.test(value)) {
        return this.#refuse(`The name of a property was expected, not ${this.shown}.`);
      }
      this.#at += 1;
      return this.#split(value, variable);
    });
  }

  #split(text: string, variable: string | null): PropertyPath {
    const names = text.split("/");
    return variable !== null && names[0] === variable ? names.slice(1) : names;
  }

  /** Reads something, bare or inside `tolower(…)` or `toupper(…)`: comparisons of texts ignore case anyway. */
  #lowerable<Value>(read: () => Value | null): Value | null {
    const isCall = oneOf(["tolower", "toupper"], this.#token.value) !== undefined;
    if (this.#token.kind !== "word" || !isCall || this.#tokens[this.#at + 1]?.kind !== "open") return read();
    this.#at += 2;
    const value = read();
    return value !== null && this.#take("close") ? value : null;
  }

  #literal(): FilterLiteral | null {
    const { kind, value } = this.#token;
    if (kind !== "text" && kind !== "word") return this.#refuse(`A value was expected, not ${this.shown}.`);
    this.#at += 1;
    if (kind === "text") return { kind: "text", value };
    const lower = value.toLowerCase();
    if (lower === "null") return { kind: "null" };
    if (lower === "true" || lower === "false") return { kind: "boolean", value: lower === "true" };
    if (/^[+-]?\d+(\.\d+)?$/.test(value)) return { kind: "number", value: Number(value) };
    if (/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/i.test(value)) {
      if (!Number.isNaN(Date.parse(value))) return { kind: "date", value };
    }
    if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return { kind: "text", value };
    this.#at -= 1;
    return this.#refuse(`${this.shown} is no value; write texts in single quotes.`);
  }

  #isWord(word: string): boolean {
    return this.#token.kind === "word" && this.#token.value.toLowerCase() === word;
  }

  #take(kind: Token["kind"]): boolean {
    if (this.#token.kind === kind) {
      this.#at += 1;
      return true;
    }
    const wanted = { open: "(", close: ")", comma: ",", word: "a word", text: "a text", end: "the end" }[kind];
    this.#refuse(`${wanted} was expected, not ${this.shown}.`);
    return false;
  }

  #refuse(message: string): null {
    this.message ??= message;
    return null;
  }
}
