import type { z } from "zod";
import { issueWords } from "#runtime";
import type { Call } from "./api.ts";
import { ApiError } from "./api-error.ts";

/** Bytes of a refused body that are read, in the hope that it ends. */
const patience = 64 * 1024 * 1024;

/**
 * Reads what is left of a body that nobody wants, so that its sender gets to see the answer: who still writes when the connection is
 * closed does not read.
 */
export const discard = async (request: Request): Promise<void> => {
  if (request.body === null || request.bodyUsed || request.body.locked) return;
  const reader = request.body.getReader();
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || bytes > patience) return;
      bytes += value.byteLength;
    }
  } catch {
    // The sender has gone; nobody waits for an answer.
  }
};

/** Levels of lists and objects in one another; an expression of a schema takes four for each call within a call. */
const deepest = 1000;

/** Whether a JSON text is nested deeper than that, told without taking it apart. */
const isTooDeep = (text: string): boolean => {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (inText && sign === "\\") at += 1;
    else if (sign === '"') inText = !inText;
    else if (!inText && (sign === "[" || sign === "{")) depth += 1;
    else if (!inText && (sign === "]" || sign === "}")) depth -= 1;
    if (depth > deepest) return true;
  }
  return false;
};

/** The JSON of a request; undefined when it has no body, whatever its Content-Type says. */
export const readJson = async (call: Call): Promise<unknown> => {
  const text = await call.req.text();
  if (text.trim() === "") return undefined;
  if (isTooDeep(text)) {
    throw new ApiError(400, "BadRequest", `The body of the request is nested deeper than ${deepest} levels.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiError(400, "BadRequest", "The body of the request is not valid JSON.");
  }
  if (text.includes("\\u0000") && holdsNul(value)) {
    throw new ApiError(400, "BadRequest", "The body holds the character U+0000, which cannot be stored.");
  }
  return value;
};

const holdsNul = (value: unknown): boolean => {
  if (typeof value === "string") return value.includes("\0");
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, inner]) => name.includes("\0") || holdsNul(inner));
};

/** The body of a request in the form that `schema` describes; an empty body counts as an empty object. */
export const readAs = async <Schema extends z.ZodType>(call: Call, schema: Schema): Promise<z.infer<Schema>> => {
  const read = schema.safeParse((await readJson(call)) ?? {}, { error: issueWords });
  if (read.success) return read.data;
  const details = read.error.issues.slice(0, 20).map((issue) => ({
    code: "InvalidValue",
    target: ["$", ...issue.path.map(String)].join("."),
    message: issue.message,
  }));
  const [first] = details;
  const where = first === undefined || first.target === "$" ? "" : ` at ${first.target.slice(2)}`;
  throw new ApiError(
    400,
    "Request_BadRequest",
    `The body does not have the form that it must have${where}: ${first?.message}.`,
    {
      details,
    },
  );
};
