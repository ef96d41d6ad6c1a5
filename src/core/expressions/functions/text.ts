import { type EagerFunction, type Failure, failure, integerAt, spend, textAt } from "../definition.ts";
import { isComplex, isList, list, scalarText, type Value } from "../values.ts";
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
  result: "text",
  run: (values) => textAt(values, 0) + textAt(values, 1),
};

function roleObjectsFault(value: Value): Failure | undefined {
  if (!itemsOf(value).some(isComplex)) return undefined;
  const message = "Join takes texts, not role objects; name the roles with AppRoleAssignments.";
  return failure("not-single-valued", message, { expected: "texts" });
}

const join: EagerFunction = {
  kind: "eager",
  name: "Join",
  parameters: [
    required("separator"),
    required("source1", "any", { repeats: true, key: "source", fault: roleObjectsFault }),
  ],
  result: "text",
  takesNull: true,
  run: (values, scope) => {
    const separator = textAt(values, 0);
    const texts: string[] = [];
    let length = 0;
    for (let place = 1; place < values.length; place++) {
      for (const item of itemsOf(values[place])) {
        const text = scalarText(item);
        if (text === null || text === "") continue;
        texts.push(text);
        length += text.length + separator.length;
      }
    }
    return spend(scope, length) ? texts.join(separator) : failure("too-large", "The joined text is too long.");
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
  result: "text",
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
  result: "text",
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
  const slice = text.slice(from, to);
  const cutsFirst = isBetween(slice.charCodeAt(0), 0xdc00, 0xdfff);
  const cutsLast = isBetween(slice.charCodeAt(slice.length - 1), 0xd800, 0xdbff);
  return cutsFirst || cutsLast ? slice.slice(cutsFirst ? 1 : 0, cutsLast ? -1 : undefined) : slice;
}

function isBetween(unit: number, first: number, last: number): boolean {
  return unit >= first && unit <= last;
}

const word: EagerFunction = {
  kind: "eager",
  name: "Word",
  parameters: [required("String"), required("WordNumber", "integer"), required("delimiters")],
  result: "text",
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

function delimiterFault(value: Value): Failure | undefined {
  if (value !== "") return undefined;
  return failure("bad-delimiter", "Split needs a delimiter; it is an empty text here.", { expected: "a character" });
}

const split: EagerFunction = {
  kind: "eager",
  name: "Split",
  parameters: [required("source"), required("delimiter", "text", { fault: delimiterFault })],
  result: "texts",
  run: (values) => list(textAt(values, 0).split(textAt(values, 1))),
};

const stripSpaces: EagerFunction = {
  kind: "eager",
  name: "StripSpaces",
  parameters: [required("source")],
  result: "text",
  run: (values) => textAt(values, 0).replaceAll(" ", ""),
};

function startFault(value: Value): Failure | undefined {
  if (typeof value === "bigint" && value >= 1n) return undefined;
  const message = `InStr counts from 1; start is ${String(value)}.`;
  return failure("out-of-range", message, { found: String(value), expected: "1 or more" });
}

const inStr: EagerFunction = {
  kind: "eager",
  name: "InStr",
  parameters: [
    required("value1"),
    required("value2"),
    optional("start", "integer", { fault: startFault }),
    optional("compareType", "compareWord"),
  ],
  result: "integer",
  takesNull: true,
  run: (values) => {
    const start = values[2] === undefined || values[2] === null ? 1 : count(integerAt(values, 2));
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
  result: "text",
  run: (values) => textAt(values, 0),
};

const redact: EagerFunction = {
  kind: "eager",
  name: "Redact",
  parameters: [required("value", "any")],
  result: "argument",
  yields: () => true,
  takesNull: true,
  run: (values, scope) => {
    scope.redacted = true;
    return values[0] ?? null;
  },
};

export const TEXT_FUNCTIONS = [append, join, left, mid, word, split, stripSpaces, inStr, cStr, redact] as const;
