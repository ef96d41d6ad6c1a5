import type { z } from "zod";

type Issue = Parameters<z.core.$ZodErrorMap>[0];

const kinds: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

const formats: Readonly<Record<string, string>> = {
  email: "an e-mail address, such as ada@example.com",
  url: "a whole address, such as https://example.com/",
  uuid: "an id, such as 0b54c7a8-3f0d-4c5a-9a51-6f1d2c3b4e5f",
  datetime: "a time, such as 2030-01-31T08:00:00Z",
  date: "a date, such as 2030-01-31",
};

const units: Readonly<Record<string, string>> = { string: " characters", array: " items" };

const listed = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(", ");

/**
 * What a value must be, as the end of a sentence that begins with where it stands. For `safeParse(value, { error: issueWords })`; what a schema
 * says itself goes before. Undefined where the rule has no words here.
 */
export const issueWords = (issue: Issue): string | undefined => {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is missing" : `must be ${kinds[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return issue.values.length === 1
        ? `must be ${listed(issue.values)}`
        : `must be one of ${listed(issue.values)}${issue.input === undefined ? ", and is missing" : ""}`;
    case "too_small":
      if (issue.minimum === 1 && issue.origin in units) return "must not be empty";
      return `must be at least ${issue.minimum}${units[issue.origin] ?? ""}${issue.origin in units ? " long" : ""}`;
    case "too_big":
      return issue.origin in units
        ? `must have no more than ${issue.maximum}${units[issue.origin]}`
        : `must be at most ${issue.maximum}`;
    case "invalid_format":
      return formats[issue.format] === undefined ? undefined : `must be ${formats[issue.format]}`;
    case "unrecognized_keys":
      return `nothing is called ${issue.keys.map((key) => JSON.stringify(key)).join(" or ")} here; leave it out`;
    default:
      return undefined;
  }
};
