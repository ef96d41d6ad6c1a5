import { type Result, statusError, succeed } from "../error.ts";
import { foldCase, isJsonArray, isJsonObject, type JsonObject, type JsonValue, valueOfName } from "../json.ts";
import { messageUrns } from "./urns.ts";

/**
 * One page of a list: `totalResults` counts every match, `startIndex` counts from 1. `nextCursor` is what the next page is asked for by, where the
 * target pages by cursor (RFC 9865) and this is not the last one.
 */
export type ListPage = {
  readonly resources: readonly JsonObject[];
  readonly totalResults: number;
  readonly startIndex: number;
  readonly nextCursor?: string;
};

/** The body of a list reply (RFC 7644 section 3.4.2); `Resources` is always there. */
export const listResponse = (page: ListPage): JsonObject => ({
  schemas: [messageUrns.listResponse],
  totalResults: page.totalResults,
  startIndex: page.startIndex,
  itemsPerPage: page.resources.length,
  Resources: page.resources,
});

const unreadable = (detail: string): Result<never> => ({ ok: false, error: statusError(502, detail) });

/** A whole number from 0, also where it is spelled as a text. */
const wholeNumber = (value: JsonValue | undefined): number | undefined => {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
};

const isList = (body: JsonObject): boolean => {
  const schemas = valueOfName(body, "schemas");
  if (schemas === undefined) return valueOfName(body, "Resources") !== undefined;
  const urn = foldCase(messageUrns.listResponse);
  return isJsonArray(schemas) && schemas.some((item) => typeof item === "string" && foldCase(item) === urn);
};

/**
 * Reads a list reply of a target, however sloppy: numbers may be texts, one resource may stand there without an array around it, and `schemas`
 * may be missing beside `Resources`. Missing `Resources` are allowed while `totalResults` is 0; a missing `startIndex` is 1, a missing
 * `totalResults` the number of resources. A body that is no list fails with status 502, since it is the target that is at fault.
 */
export const parseListResponse = (body: unknown): Result<ListPage> => {
  if (!isJsonObject(body)) return unreadable("The reply is not a JSON object.");
  if (!isList(body)) return unreadable('The reply\'s "schemas" do not list the ListResponse URN.');
  const found = valueOfName(body, "Resources") ?? undefined;
  const given = found === undefined ? [] : isJsonObject(found) ? [found] : found;
  if (!isJsonArray(given)) return unreadable('The reply\'s "Resources" are not an array.');
  const resources = given.filter(isJsonObject);
  if (resources.length !== given.length)
    return unreadable('The reply\'s "Resources" hold something that is no object.');
  const told = valueOfName(body, "totalResults");
  const totalResults = told === undefined && found !== undefined ? resources.length : wholeNumber(told);
  if (totalResults === undefined) return unreadable('The reply\'s "totalResults" are not a whole number.');
  const startIndex = wholeNumber(valueOfName(body, "startIndex")) ?? 1;
  const cursor = valueOfName(body, "nextCursor");
  return succeed({
    resources,
    totalResults,
    startIndex,
    ...(typeof cursor === "string" && cursor !== "" ? { nextCursor: cursor } : {}),
  });
};

/** Which page was asked for: `startIndex` from 1, `count` undefined when the server may choose. */
export type PageRequest = { readonly startIndex: number; readonly count: number | undefined };

const integerText = /^[+-]?\d+$/;

/**
 * Reads `startIndex` and `count` as they stand in a query: below 1 becomes 1, below 0 becomes 0 (RFC 7644 section
 * 3.4.2.4), and what no number holds exactly becomes the largest that does. A text that is no whole number counts as absent.
 */
export const readPageRequest = (startIndex: string | undefined, count: string | undefined): PageRequest => {
  const read = (text: string | undefined): number | undefined =>
    text !== undefined && integerText.test(text) ? Math.min(Number(text), Number.MAX_SAFE_INTEGER) : undefined;
  const wanted = read(count);
  return {
    startIndex: Math.max(1, read(startIndex) ?? 1),
    count: wanted === undefined ? undefined : Math.max(0, wanted),
  };
};
