import { type EagerFunction, failure, integerAt, type Scope, textAt } from "../definition.ts";
import { optional, required } from "./parameters.ts";

/** The character classes of the Windows password complexity policy. */
const DIGITS = "0123456789";
const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER_CASE = "abcdefghijklmnopqrstuvwxyz";
const SPECIAL = "~!@#$%^&*_-+=`|\\(){}[]:;\"'<>,.?/";
const LONGEST = 256n;

const randomString: EagerFunction = {
  kind: "eager",
  name: "RandomString",
  parameters: [
    required("Length", "integer"),
    required("MinimumNumbers", "integer"),
    required("MinimumSpecialCharacters", "integer"),
    required("MinimumCapital", "integer"),
    required("MinimumLowerCase", "integer"),
    optional("CharactersToAvoid"),
  ],
  result: "text",
  varies: true,
  run: (values, scope) => {
    const length = integerAt(values, 0);
    const avoided = new Set(textAt(values, 5));
    const classes = [DIGITS, SPECIAL, CAPITALS, LOWER_CASE].map((all, index) => ({
      minimum: integerAt(values, index + 1),
      characters: [...all].filter((character) => !avoided.has(character)),
    }));
    const sum = classes.reduce((total, one) => total + (one.minimum > 0n ? one.minimum : 0n), 0n);
    if (length < 0n || length > LONGEST) {
      const message = `RandomString makes 0 to ${LONGEST} characters; Length is ${length}.`;
      return failure("bad-length", message, { place: 0, found: String(length), expected: `0 to ${LONGEST}` });
    }
    if (sum > length) {
      const message = `RandomString's minimums add up to ${sum}, more than the Length of ${length}.`;
      return failure("bad-length", message, { place: 0, found: String(length), expected: `${sum} or more` });
    }
    const all = classes.flatMap((one) => one.characters);
    if (classes.some((one) => one.minimum > 0n && one.characters.length === 0) || (length > 0n && all.length === 0)) {
      const message = "RandomString is told to avoid every character of a kind that it must use.";
      return failure("bad-length", message, { place: 5 });
    }
    const pick = picker(scope, Number(length) * 2);
    const picked = classes.flatMap((one) =>
      Array.from(
        { length: Number(one.minimum > 0n ? one.minimum : 0n) },
        () => one.characters[pick(one.characters.length)]!,
      ),
    );
    while (picked.length < length) picked.push(all[pick(all.length)]!);
    for (let last = picked.length - 1; last > 0; last--) {
      const other = pick(last + 1);
      [picked[last], picked[other]] = [picked[other]!, picked[last]!];
    }
    return picked.join("");
  },
};

/** Chooses below a limit with 32 random bits each, which keeps the bias under one in ten million. */
function picker(scope: Scope, choices: number): (below: number) => number {
  const bytes = scope.random(choices * 4);
  let at = 0;
  return (below) => {
    const bits = [0, 1, 2, 3].reduce((number, index) => number * 256 + (bytes[at + index] ?? 0), 0);
    at += 4;
    return bits % below;
  };
}

const guid: EagerFunction = {
  kind: "eager",
  name: "Guid",
  parameters: [],
  result: "text",
  varies: true,
  run: (_values, scope) => {
    const drawn = scope.random(16);
    const bytes = Array.from({ length: 16 }, (_, index) => drawn[index] ?? 0);
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const digits = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  },
};

export const RANDOM_FUNCTIONS = [randomString, guid] as const;
