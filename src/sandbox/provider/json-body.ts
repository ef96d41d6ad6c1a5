import { type Result, type ScimError, scimError, scimMediaType, statusError } from "#scim";
import type { ProviderLimits, ProviderRequest } from "./service.ts";

const refuse = (error: ScimError): { readonly ok: false; readonly error: ScimError } => ({ ok: false, error });

const isStorable = (text: string): boolean => !text.includes("\0") && !/\p{Cs}/u.test(text);

/** What makes a body unfit to work on: it is nested too deep, holds too much, or holds text that no database can store. */
const unfit = (value: unknown, limits: ProviderLimits): ScimError | null => {
  let left = limits.values;
  const look = (part: unknown, depth: number): ScimError | null => {
    left -= 1;
    if (left < 0) return statusError(413, `A body may hold at most ${limits.values} values.`);
    if (typeof part === "string") {
      return isStorable(part)
        ? null
        : scimError("invalidValue", "The body holds a text with half a character or NUL in it.");
    }
    if (typeof part !== "object" || part === null) return null;
    if (depth === 0) return scimError("invalidSyntax", `The body is nested more than ${limits.depth} levels deep.`);
    for (const [key, inner] of Object.entries(part)) {
      if (!isStorable(key)) {
        return scimError("invalidSyntax", "The body holds a name with half a character or NUL in it.");
      }
      const found = look(inner, depth - 1);
      if (found !== null) return found;
    }
    return null;
  };
  return look(value, limits.depth);
};

const mediaTypes: readonly string[] = [scimMediaType, "application/json"];

/** Null when the body's type is one of SCIM's, in UTF-8 and as it is; else the 415. @param header in lower case */
export const unsupported = (header: (name: string) => string | undefined): ScimError | null => {
  const [type = "", ...parameters] = (header("content-type") ?? "").split(";").map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice("charset=".length);
  const isText = mediaTypes.includes(type) && (charset === undefined || /^"?utf-?8"?$/.test(charset));
  if (!isText) {
    return statusError(415, `A request body must be ${scimMediaType} in UTF-8 (application/json is taken as well).`);
  }
  const encoding = header("content-encoding")?.trim().toLowerCase() ?? "";
  return encoding === "" || encoding === "identity"
    ? null
    : statusError(
        415,
        `A request body must come as it is, not in the encoding ${JSON.stringify(encoding.slice(0, 80))}.`,
      );
};

/** Reads the JSON body of a request. Fails with 415, 413, invalidSyntax or invalidValue. */
export const readJsonBody = async (request: ProviderRequest, limits: ProviderLimits): Promise<Result<unknown>> => {
  const wrongType = unsupported((name) => request.header(name));
  if (wrongType !== null) return refuse(wrongType);
  let text: string;
  try {
    const bytes = await request.body(limits.body);
    if (bytes === null) return refuse(statusError(413, `A request body may have at most ${limits.body} bytes.`));
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse(scimError("invalidSyntax", "The body did not arrive whole, or it is not UTF-8."));
  }
  try {
    const value: unknown = JSON.parse(text);
    const problem = unfit(value, limits);
    return problem === null ? { ok: true, value } : refuse(problem);
  } catch {
    return refuse(scimError("invalidSyntax", "The body is not valid JSON."));
  }
};
