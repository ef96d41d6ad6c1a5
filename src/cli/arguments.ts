import { InvalidArgumentError } from "commander";
import { wrongUse } from "./problems.ts";

/** A whole number from `least` to `most`. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text.trim()) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };

/** One of a few words, in any case. */
export const oneOf =
  <Word extends string>(words: readonly Word[]) =>
  (text: string): Word => {
    const found = words.find((word) => word.toLowerCase() === text.toLowerCase());
    if (found === undefined) throw new InvalidArgumentError(`It must be one of: ${words.join(", ")}.`);
    return found;
  };

/** Gathers an option that may be given again and again. */
export const gather = (text: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  text,
];

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A point in time: ISO 8601, or how long ago (`90s`, `30m`, `2h`, `7d`, `1w`). @returns ISO 8601, UTC; null when it is neither */
export const timeOrAge = (text: string, now: Date): string | null => {
  const age = /^(\d+(?:\.\d+)?)\s*([smhdw])$/i.exec(text.trim());
  const milliseconds =
    age === null
      ? /^\d{4}-\d\d-\d\d/.test(text.trim())
        ? Date.parse(text.trim())
        : Number.NaN
      : now.getTime() - Number(age[1]) * (units[age[2]!.toLowerCase()] ?? 0) * 1000;
  return Number.isNaN(milliseconds) || Math.abs(milliseconds) > 8.64e15 ? null : new Date(milliseconds).toISOString();
};

/** Attributes from `name=value` texts. `true` and `false` are Booleans, `[…]` and `{…}` are JSON, `name=` is null (clears). */
export const attributesOf = (assignments: readonly string[]): Readonly<Record<string, unknown>> => {
  const result: [string, unknown][] = assignments.map((assignment) => {
    const at = assignment.indexOf("=");
    if (at <= 0) throw wrongUse(`"${assignment}" is not name=value.`);
    return [assignment.slice(0, at), readValue(assignment.slice(at + 1), assignment)];
  });
  return Object.fromEntries(result);
};

const readValue = (text: string, assignment: string): unknown => {
  if (text === "") return null;
  if (text === "true" || text === "false") return text === "true";
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw wrongUse(`The value of "${assignment}" begins like JSON, but it is none.`);
  }
};

/** The attributes of `--attributes`; none without it. */
export const jsonAttributes = (text: string | undefined): Readonly<Record<string, unknown>> => {
  let attributes: unknown;
  try {
    attributes = JSON.parse(text ?? "{}");
  } catch (error) {
    throw wrongUse(`--attributes is not JSON: ${(error as Error).message}`);
  }
  if (typeof attributes === "object" && attributes !== null && !Array.isArray(attributes))
    return attributes as Readonly<Record<string, unknown>>;
  throw wrongUse('--attributes must be a JSON object such as {"mail": "ada@contoso.example"}.');
};

/** `requestsPerSecond=50`, `filterable=["userName"]`, `updateUsers=put`: a name and its value, which is JSON or else a text. */
export const assigned = (assignment: string): readonly [name: string, value: unknown] => {
  const at = assignment.indexOf("=");
  if (at <= 0) throw wrongUse(`"${assignment}" is not name=value.`);
  const [name, text] = [assignment.slice(0, at), assignment.slice(at + 1)];
  try {
    return [name, JSON.parse(text)];
  } catch {
    return [name, text];
  }
};
