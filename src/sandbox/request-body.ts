import type { Context } from "hono";
import { type Result, type ScimError, scimError, statusError } from "#scim";
import { unsupported } from "./provider/json-body.ts";

/** Bytes of a request body that are read. */
const longestBody = 1024 * 1024;
const deepest = 16;
const mostValues = 5000;

const refuse = (error: ScimError): { readonly ok: false; readonly error: ScimError } => ({ ok: false, error });

const tooLong = refuse(statusError(413, `A request body may have at most ${longestBody} bytes.`));

/** A request's body; null when it is longer than any that is taken. */
export const readBytes = async (request: Request): Promise<Uint8Array | null> => {
  const announced = request.headers.get("content-length");
  if (announced !== null) {
    return Number(announced) > longestBody ? null : new Uint8Array(await request.arrayBuffer());
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.byteLength;
    if (length > longestBody) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
};

/** What makes a body unfit to work on: it is nested too deep, holds too much, or holds text that no database can store. */
const unfit = (value: unknown): string | null => {
  let left = mostValues;
  const look = (part: unknown, depth: number): string | null => {
    left -= 1;
    if (left < 0) return `The body holds more than ${mostValues} values.`;
    if (typeof part === "string")
      return isStorable(part) ? null : "The body holds a text with half a character or NUL in it.";
    if (typeof part !== "object" || part === null) return null;
    if (depth === 0) return `The body is nested more than ${deepest} levels deep.`;
    for (const [key, inner] of Object.entries(part)) {
      if (!isStorable(key)) return "The body holds a name with half a character or NUL in it.";
      const found = look(inner, depth - 1);
      if (found !== null) return found;
    }
    return null;
  };
  return look(value, deepest);
};

const isStorable = (text: string): boolean => !text.includes("\0") && !/\p{Cs}/u.test(text);

const mediaTypeOf = (context: Context): string | undefined =>
  context.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();

const readText = async (context: Context): Promise<Result<string>> => {
  try {
    const bytes = await readBytes(context.req.raw);
    if (bytes === null) return tooLong;
    return { ok: true, value: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return refuse(scimError("invalidSyntax", "The body did not arrive whole, or it is not UTF-8."));
  }
};

/** Reads what somebody filled in on a page. Fails with 415, 413 or invalidSyntax. */
export const readForm = async (context: Context): Promise<Result<URLSearchParams>> => {
  if (mediaTypeOf(context) !== "application/x-www-form-urlencoded") {
    return refuse(statusError(415, "A form must be sent as application/x-www-form-urlencoded."));
  }
  const text = await readText(context);
  if (!text.ok) return text;
  const form = new URLSearchParams(text.value);
  const problem = unfit([...form]);
  return problem === null ? { ok: true, value: form } : refuse(scimError("invalidSyntax", problem));
};

/** Reads the JSON body of a write. Fails with 415, 413 or invalidSyntax. */
export const readJson = async (context: Context): Promise<Result<unknown>> => {
  const wrongType = unsupported((name) => context.req.header(name));
  if (wrongType !== null) return refuse(wrongType);
  const text = await readText(context);
  if (!text.ok) return text;
  try {
    const value: unknown = JSON.parse(text.value);
    const problem = unfit(value);
    return problem === null ? { ok: true, value } : refuse(scimError("invalidSyntax", problem));
  } catch {
    return refuse(scimError("invalidSyntax", "The body is not valid JSON."));
  }
};
