import { type Result, statusError, succeed } from "../error.ts";
import { foldCase, isJsonArray, isJsonObject, type JsonObject, type JsonValue, valueOfName } from "../json.ts";
import { messageUrns } from "./urns.ts";

/** One page of a list: `totalResults` counts every match, `startIndex` counts from 1. */
export type ListPage = {
  readonly resources: readonly JsonObject[];
  readonly totalResults: number;
  readonly startIndex: number;
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

const wholeNumber = (value: JsonValue | undefined): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/**
 * Reads a list reply of a target. Missing `Resources` are allowed while `totalResults` is 0; a missing `startIndex`
 * is 1. A body that is no list fails with status 502, since it is the target that is at fault.
 */
export const parseListResponse = (body: unknown): Result<ListPage> => {
  if (!isJsonObject(body)) return unreadable("The reply is not a JSON object.");
  const schemas = valueOfName(body, "schemas");
  const urn = foldCase(messageUrns.listResponse);
  if (!isJsonArray(schemas) || !schemas.some((item) => typeof item === "string" && foldCase(item) === urn)) {
    return unreadable('The reply\'s "schemas" do not list the ListResponse URN.');
  }
  const given = valueOfName(body, "Resources") ?? [];
  if (!isJsonArray(given)) return unreadable('The reply\'s "Resources" are not an array.');
  const resources = given.filter(isJsonObject);
  if (resources.length !== given.length)
    return unreadable('The reply\'s "Resources" hold something that is no object.');
  const totalResults = wholeNumber(valueOfName(body, "totalResults"));
  if (totalResults === undefined) return unreadable('The reply\'s "totalResults" are not a whole number.');
  const startIndex = wholeNumber(valueOfName(body, "startIndex")) ?? 1;
  return succeed({ resources, totalResults, startIndex });
};

/** Which page was asked for: `startIndex` from 1, `count` undefined when the server may choose. */
export type PageRequest = { readonly startIndex: number; readonly count: number | undefined };

const integerText = /^[+-]?\d{1,15}$/;

/**
 * Reads `startIndex` and `count` as they stand in a query: below 1 becomes 1, below 0 becomes 0 (RFC 7644 section
 * 3.4.2.4). A text that is no whole number counts as absent.
 */
export const readPageRequest = (startIndex: string | undefined, count: string | undefined): PageRequest => {
  const read = (text: string | undefined): number | undefined =>
    text !== undefined && integerText.test(text) ? Number(text) : undefined;
  const wanted = read(count);
  return {
    startIndex: Math.max(1, read(startIndex) ?? 1),
    count: wanted === undefined ? undefined : Math.max(0, wanted),
  };
};
