import { type EagerFunction, type Failure, failure, textAt } from "../definition.ts";
import { legible } from "../quotation.ts";
import type { Value } from "../values.ts";
import { optional, required } from "./parameters.ts";

/** Letters that become something other than their base letter; looked up after accents are gone. */
const REPLACED_LETTERS: ReadonlyMap<string, string> = new Map([
  ["æ", "ae"],
  ["Æ", "AE"],
  ["ø", "oe"],
  ["Ø", "OE"],
  ["ß", "ss"],
  ["ł", "l"],
  ["Ł", "L"],
  ["ı", "i"],
]);

/** Accents that stand on letters of any script; marks that belong to one script (vowel signs, dakuten) stay. */
const ACCENTS = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/g;

const normalizeDiacritics: EagerFunction = {
  kind: "eager",
  name: "NormalizeDiacritics",
  parameters: [required("source")],
  result: "text",
  run: (values) =>
    textAt(values, 0)
      .normalize("NFD")
      .replace(/œ\u0304/g, "oe")
      .replace(/Œ\u0304/g, "OE")
      .replace(ACCENTS, "")
      .replace(/[æÆøØßłŁı]/g, (letter) => REPLACED_LETTERS.get(letter) ?? letter)
      .normalize("NFC"),
};

/** The categories that separate words when PCase is not told which characters do. */
const WORD_SEPARATOR = /[\s\p{Z}\p{Cc}\p{Cf}\p{Pc}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}\p{Sm}\p{Sc}\p{Sk}\p{So}]/u;

const pCase: EagerFunction = {
  kind: "eager",
  name: "PCase",
  parameters: [required("source"), optional("wordSeparators")],
  result: "text",
  run: (values) => {
    const given = values[1] === undefined || values[1] === null ? undefined : new Set(textAt(values, 1));
    let atStart = true;
    let result = "";
    for (const character of textAt(values, 0)) {
      result += atStart ? titleInvariant(character) : lowerInvariant(character);
      atStart = given === undefined ? WORD_SEPARATOR.test(character) : given.has(character);
    }
    return result;
  },
};

function cultureFault(value: Value): Failure | undefined {
  const name = String(value);
  if (/^(?:[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)?$/.test(name)) return undefined;
  const found = legible(name, 40);
  const suggestion = /^[A-Za-z]{2,8}_[A-Za-z0-9]{1,8}$/.test(name) ? name.replace("_", "-") : undefined;
  const message = `"${found}" is not the name of a culture; write one such as en-US.`;
  return failure("bad-culture", message, {
    found,
    expected: "a culture such as en-US",
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

const culture = optional("culture", "text", { fault: cultureFault });

const toLower: EagerFunction = {
  kind: "eager",
  name: "ToLower",
  parameters: [required("source"), culture],
  result: "text",
  run: (values) => changeCase(textAt(values, 0), textAt(values, 1), lowerInvariant, TURKIC_LOWER),
};

const toUpper: EagerFunction = {
  kind: "eager",
  name: "ToUpper",
  parameters: [required("source"), culture],
  result: "text",
  run: (values) => changeCase(textAt(values, 0), textAt(values, 1), upperInvariant, TURKIC_UPPER),
};

const TURKIC_LOWER: ReadonlyMap<string, string> = new Map([
  ["I", "ı"],
  ["İ", "i"],
]);
const TURKIC_UPPER: ReadonlyMap<string, string> = new Map([
  ["i", "İ"],
  ["ı", "I"],
]);

function changeCase(
  text: string,
  cultureName: string,
  invariant: (character: string) => string,
  turkic: ReadonlyMap<string, string>,
): string {
  const special = cultureName !== "" && /^(?:tr|az)(?:-|$)/i.test(cultureName) ? turkic : undefined;
  if (special === undefined && ASCII.test(text)) return invariant(text);
  let result = "";
  for (const character of text) result += special?.get(character) ?? invariant(character);
  return result;
}

/** A text of such characters alone changes case as a whole. */
const ASCII = /^[\0-\x7f]*$/;

/** One character to one character, as .NET maps; a character whose other case is longer stays as it is. */
function lowerInvariant(character: string): string {
  const lower = character.toLowerCase();
  return lower.length === character.length ? lower : character;
}

function upperInvariant(character: string): string {
  const upper = character.toUpperCase();
  if (upper.length === character.length) return character === "ı" ? character : upper;
  const point = character.codePointAt(0)!;
  return String.fromCodePoint(point + (IOTA_BELOW.find(([letters]) => letters.test(character))?.[1] ?? 0));
}

/** Greek letters with an iota below: one character in both cases, which JavaScript takes apart. */
const IOTA_BELOW: readonly (readonly [RegExp, number])[] = [
  [/[\u1f80-\u1f87\u1f90-\u1f97\u1fa0-\u1fa7]/, 8],
  [/[\u1fb3\u1fc3\u1ff3]/, 9],
];

/** The first letter of a word: a letter pair in one character has a case of its own for that. */
function titleInvariant(character: string): string {
  return TITLE_CASE.get(character) ?? upperInvariant(character);
}

const TITLE_CASE: ReadonlyMap<string, string> = new Map(
  ["ǅǄǆ", "ǈǇǉ", "ǋǊǌ", "ǲǱǳ"].flatMap((cases) => [...cases].map((letter): [string, string] => [letter, cases[0]!])),
);

export const LETTER_FUNCTIONS = [normalizeDiacritics, pCase, toLower, toUpper] as const;
