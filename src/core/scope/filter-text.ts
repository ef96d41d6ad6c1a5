import { type Position, positionAt } from "../expressions/errors.ts";
import { nearestName } from "../expressions/nearest.ts";
import { type Clause, isUnary, operatorNameOf, operatorNames } from "./clause.ts";

/** Why a text is no filter: one sentence, and where in the text. */
export interface FilterTextError {
  readonly message: string;
  readonly position: Position;
  /** A spelling that would be accepted. */
  readonly suggestion?: string;
}

export type FilterTextReading =
  | { readonly ok: true; readonly clauses: readonly Clause[] }
  | { readonly ok: false; readonly error: FilterTextError };

/** UTF-16 units of one text. */
const longest = 10_000;

/**
 * Reads a filter as people type it, the clauses of one group joined by AND: `department EQUALS "Sales" AND jobTitle IS NOT NULL`. Operators are taken in any letter
 * case. A value stands in double quotes, with a backslash before a quote or a backslash, or goes as it is up to ` AND ` or the end; several quoted values are joined by commas.
 * @param attributes names that exist; without them any name is taken
 */
export const parseFilterText = (text: string, attributes?: Iterable<string>): FilterTextReading => {
  const reader = new Reader(text, attributes === undefined ? null : [...attributes]);
  const clauses = reader.clauses();
  return clauses === null ? { ok: false, error: reader.error } : { ok: true, clauses };
};

/** Writes clauses so that reading them gives them back; values always stand in quotes. */
export const printFilterText = (clauses: readonly Clause[]): string => clauses.map(printClause).join(" AND ");

const printClause = ({ attribute, operator, operands }: Clause): string => {
  const name = operatorNameOf(operator) ?? operator;
  const values = isUnary(operator) ? [] : operands.map((value) => `"${value.replace(/[\\"]/g, "\\$&")}"`);
  return [attribute, name, ...(values.length === 0 ? [] : [values.join(", ")])].join(" ");
};

/** The longest names first, so that NOT EQUALS is not taken for something that begins with NOT. */
const byLength = operatorNames.toSorted((left, right) => right.length - left.length);
const operatorPattern = new RegExp(
  `(?:${byLength.map((name) => name.replaceAll(" ", "\\s+")).join("|")})(?=[\\s"]|$)`,
  "iy",
);
const attributePattern = /[^\s"]+/y;
const spacePattern = /\s*/y;
const joinPattern = /AND(?=\s|$)/iy;
const orPattern = /OR(?=\s|$)/iy;
const innerAnd = /\sAND(?=\s|$)/;

class Reader {
  readonly #text: string;
  readonly #attributes: readonly string[] | null;
  #at = 0;
  error: FilterTextError = { message: "", position: positionAt("", 0) };

  constructor(text: string, attributes: readonly string[] | null) {
    this.#text = text;
    this.#attributes = attributes;
  }

  clauses(): readonly Clause[] | null {
    if (this.#text.length > longest) return this.#refuse(longest, `A filter has at most ${longest} characters.`);
    const clauses: Clause[] = [];
    for (;;) {
      const clause = this.#clause();
      if (clause === null) return null;
      clauses.push(clause);
      if (this.#atEnd()) return clauses;
      if (this.#take(orPattern) !== null) return this.#refuse(this.#at - 2, noOr);
      if (this.#take(joinPattern) === null)
        return this.#refuse(
          this.#at,
          `After a clause comes AND or the end, not ${this.#shown()}. Put a value with spaces in double quotes.`,
        );
    }
  }

  #clause(): Clause | null {
    this.#take(spacePattern);
    const start = this.#at;
    const attribute = this.#take(attributePattern);
    if (attribute === null)
      return this.#refuse(
        start,
        'A clause is wanted here, such as department EQUALS "Sales": an attribute, an operator, a value.',
      );
    const name = attribute.replace(/^\[(.*)\]$/, "$1");
    const unknown = this.#unknown(name, start);
    if (unknown !== null) return unknown.none;
    this.#take(spacePattern);
    const place = this.#at;
    const written = this.#take(operatorPattern);
    const operator = written === null ? null : operatorNameOf(written.replace(/\s+/g, " "));
    if (operator === null) return this.#refuseOperator(attribute, place);
    if (isUnary(operator)) return { attribute: name, operator, operands: [] };
    const operands = this.#values(operator);
    return operands === null ? null : { attribute: name, operator, operands };
  }

  #unknown(name: string, at: number): { readonly none: null } | null {
    if (this.#attributes === null || this.#attributes.includes(name)) return null;
    const suggestion = nearestName(name, this.#attributes);
    const mend = suggestion === undefined ? "Add it to the source's attribute list." : `Did you mean ${suggestion}?`;
    const message = `The source has no attribute ${name}; names are case-sensitive. ${mend}`;
    return { none: this.#refuse(at, message, suggestion) };
  }

  #refuseOperator(attribute: string, at: number): null {
    const rest = this.#text.slice(at);
    if (rest.trim() === "")
      return this.#refuse(at, `After ${attribute} comes an operator: ${operatorNames.join(", ")}.`);
    const words = rest.split(/\s+/);
    const tries = [3, 2, 1].map((count) => nearestName(words.slice(0, count).join(" "), operatorNames));
    const suggestion = otherNames.get((words[0] ?? "").toUpperCase()) ?? tries.find((name) => name !== undefined);
    const mend = suggestion === undefined ? `Use one of: ${operatorNames.join(", ")}.` : `Did you mean ${suggestion}?`;
    return this.#refuse(at, `${this.#shown()} is no operator. ${mend}`, suggestion);
  }

  #values(operator: string): readonly string[] | null {
    this.#take(spacePattern);
    if (this.#text[this.#at] !== '"') return this.#bareValue(operator);
    const values: string[] = [];
    for (;;) {
      const value = this.#quoted();
      if (value === null) return null;
      values.push(value);
      const before = this.#at;
      this.#take(spacePattern);
      if (this.#text[this.#at] !== ",") {
        this.#at = before;
        return values;
      }
      this.#at += 1;
      this.#take(spacePattern);
      if (this.#text[this.#at] !== '"')
        return this.#refuse(this.#at, "After a comma comes another value in double quotes.");
    }
  }

  #quoted(): string | null {
    const start = this.#at;
    let value = "";
    for (let at = start + 1; at < this.#text.length; at++) {
      const character = this.#text[at];
      if (character === '"') {
        this.#at = at + 1;
        return value;
      }
      const next = this.#text[at + 1];
      if (character === "\\" && (next === '"' || next === "\\")) {
        value += next;
        at += 1;
      } else value += character;
    }
    return this.#refuse(start, "This text begins with a double quote and has no closing one.");
  }

  /** Up to ` AND ` in capitals, or the end. */
  #bareValue(operator: string): readonly string[] | null {
    const start = this.#at;
    const rest = this.#text.slice(start);
    const value = rest.slice(0, /^AND(?:\s|$)/.test(rest) ? 0 : (innerAnd.exec(rest)?.index ?? rest.length)).trimEnd();
    if (value === "")
      return this.#refuse(start, `${operator} needs a value to compare with. Write "" for an empty text.`);
    const or = /\sOR\s/.exec(value);
    if (or !== null) return this.#refuse(start + or.index + 1, noOr);
    if (/^['`´‘’‚“”„«»]/u.test(value))
      return this.#refuse(start, "A value with spaces stands between straight double quotes.");
    const small = smallJoin.exec(value);
    if (small !== null && beginsWithOperator(small[2] ?? "")) {
      const word = small[1] ?? "";
      if (/^or$/i.test(word)) return this.#refuse(start + small.index + 1, noOr);
      return this.#refuse(
        start + small.index + 1,
        `Clauses are joined by AND in capitals. Put the value in double quotes if '${word}' belongs to it.`,
        "AND",
      );
    }
    this.#at = start + value.length;
    return [value];
  }

  #take(pattern: RegExp): string | null {
    if (pattern !== spacePattern) this.#take(spacePattern);
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.#at += match[0].length;
    return match[0];
  }

  #atEnd(): boolean {
    this.#take(spacePattern);
    return this.#at >= this.#text.length;
  }

  #shown(): string {
    const [word = ""] = /^\S{0,40}/.exec(this.#text.slice(this.#at).trimStart()) ?? [];
    return word === "" ? "the end" : `'${word}'`;
  }

  #refuse(offset: number, message: string, suggestion?: string): null {
    const position = positionAt(this.#text, Math.min(offset, this.#text.length));
    this.error = { message, position, ...(suggestion === undefined ? {} : { suggestion }) };
    return null;
  }
}

/** A small `and` with an attribute behind it, and what comes then. */
const smallJoin = /\s(and|or)\s+\S+\s+(\S.*)$/i;

const beginsWithOperator = (text: string): boolean =>
  operatorNames.some((name) => `${text.toUpperCase()} `.startsWith(`${name.toUpperCase()} `));

/** Signs and words of other languages, with the operator that does their work. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["=", "EQUALS"],
  ["==", "EQUALS"],
  ["EQ", "EQUALS"],
  ["!=", "NOT EQUALS"],
  ["<>", "NOT EQUALS"],
  ["NE", "NOT EQUALS"],
  [">", "Greater_Than"],
  ["GT", "Greater_Than"],
  [">=", "Greater_Than_OR_EQUALS"],
  ["GE", "Greater_Than_OR_EQUALS"],
  ["CONTAINS", "Includes"],
  ["CO", "Includes"],
  ["EW", "ENDS_WITH"],
  ["MATCHES", "REGEX MATCH"],
]);

const noOr =
  "Clauses of one filter are joined by AND alone. Make a second filter for the other case: one of them has to hold. Put the value in double quotes if OR belongs to it.";
