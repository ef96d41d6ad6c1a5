import { type EagerFunction, failure, integerAt, textAt } from "../definition.ts";
import { isList, list, scalarText, type Value } from "../values.ts";
import { optional, required } from "./parameters.ts";

/** Beyond any text that the evaluator lets through, so that 64-bit counts fit a JavaScript number. */
const FAR = 2n ** 40n;

function count(value: bigint): number {
  return Number(value > FAR ? FAR : value < -FAR ? -FAR : value);
}

const append: EagerFunction = {
  kind: "eager",
  name: "Append",
  parameters: [required("source"), required("suffix")],
  run: (values) => textAt(values, 0) + textAt(values, 1),
};

const join: EagerFunction = {
  kind: "eager",
  name: "Join",
  parameters: [required("separator"), required("source1", "any", { repeats: true, key: "source" })],
  takesNull: true,
  run: (values, scope) => {
    const texts: string[] = [];
    for (const value of values.slice(1).flatMap(itemsOf)) {
      const text = scalarText(value);
      if (text === null && value !== null) return failure("not-single-valued", "Join takes texts, not role objects.");
      if (text !== null && text !== "") texts.push(text);
    }
    const separator = textAt(values, 0);
    const length = texts.reduce((sum, text) => sum + text.length + separator.length, 0);
    return scope.spend(length) ? texts.join(separator) : failure("too-large", "The joined text is too long.");
  },
};

function itemsOf(value: Value | undefined): readonly Value[] {
  if (value === undefined) return [];
  return isList(value) ? value.items : [value];
}

const left: EagerFunction = {
  kind: "eager",
  name: "Left",
  parameters: [required("String"), required("NumChars", "integer")],
  takesNull: true,
  run: (values) => {
    const length = count(integerAt(values, 1));
    return length < 0 ? textAt(values, 0) : whole(textAt(values, 0), 0, length);
  },
};

const mid: EagerFunction = {
  kind: "eager",
  name: "Mid",
  parameters: [required("source"), required("start", "integer"), required("length", "integer")],
  takesNull: true,
  run: (values) => {
    const text = textAt(values, 0);
    const start = count(integerAt(values, 1));
    const length = count(integerAt(values, 2));
    if (start < 1 || start > text.length || length < 0) return text;
    return whole(text, start - 1, start - 1 + length);
  },
};

/** A slice that drops half of a surrogate pair rather than let a broken character into the target. */
function whole(text: string, from: number, to: number): string {
  return text.slice(from, to).replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, "");
}

const word: EagerFunction = {
  kind: "eager",
  name: "Word",
  parameters: [required("String"), required("WordNumber", "integer"), required("delimiters")],
  takesNull: true,
  run: (values) => {
    const delimiters = new Set(textAt(values, 2));
    const words: string[] = [""];
    for (const character of textAt(values, 0)) {
      if (delimiters.has(character)) words.push("");
      else words[words.length - 1] += character;
    }
    const number = count(integerAt(values, 1));
    return words.filter((text) => text !== "")[number - 1] ?? "";
  },
};

const split: EagerFunction = {
  kind: "eager",
  name: "Split",
  parameters: [required("source"), required("delimiter")],
  run: (values) => {
    const delimiter = textAt(values, 1);
    if (delimiter === "") return failure("bad-delimiter", "Split needs a delimiter; it is an empty text here.");
    return list(textAt(values, 0).split(delimiter));
  },
};

const stripSpaces: EagerFunction = {
  kind: "eager",
  name: "StripSpaces",
  parameters: [required("source")],
  run: (values) => textAt(values, 0).replaceAll(" ", ""),
};

const inStr: EagerFunction = {
  kind: "eager",
  name: "InStr",
  parameters: [
    required("value1"),
    required("value2"),
    optional("start", "integer"),
    optional("compareType", "compareWord"),
  ],
  takesNull: true,
  run: (values) => {
    const start = values[2] === undefined || values[2] === null ? 1 : count(integerAt(values, 2));
    if (start < 1) return failure("out-of-range", `InStr counts from 1; start is ${start}.`);
    const fold = (text: string) => (values[3] === "vbTextCompare" ? foldCase(text) : text);
    const haystack = fold(textAt(values, 0));
    if (start > haystack.length) return 0n;
    return BigInt(haystack.indexOf(fold(textAt(values, 1)), start - 1) + 1);
  },
};

/** Folds unit by unit, so that positions in the folded text are positions in the text. */
function foldCase(text: string): string {
  return text.replace(/[\s\S]/g, (unit) => {
    const lower = unit.toLowerCase();
    return lower.length === 1 ? lower : unit;
  });
}

const cStr: EagerFunction = {
  kind: "eager",
  name: "CStr",
  parameters: [required("value")],
  run: (values) => textAt(values, 0),
};

const redact: EagerFunction = {
  kind: "eager",
  name: "Redact",
  parameters: [required("value", "any")],
  takesNull: true,
  run: (values, scope) => {
    scope.redact();
    return values[0] ?? null;
  },
};

export const TEXT_FUNCTIONS = [append, join, left, mid, word, split, stripSpaces, inStr, cStr, redact] as const;
