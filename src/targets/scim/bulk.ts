import type { HttpOutcome, HttpRequest } from "#http";
import { foldCase, isJsonArray, isJsonObject, type JsonObject, type JsonValue, messageUrns, valueOfName } from "#scim";

/** One write in a bulk request (RFC 7644 section 3.7). */
export interface BulkOperation {
  readonly method: HttpRequest["method"];
  /** Below the base URL, such as `/Users/1`. */
  readonly path: string;
  readonly data: JsonObject | null;
}

/** What an answer to a bulk request says of one operation: the answer that it would have had alone, or why nobody knows. */
export type Fate =
  | { readonly known: true; readonly outcome: HttpOutcome & { readonly ok: true } }
  | { readonly known: false; readonly why: string };

/** Creates are numbered by where they stand. */
const numberOf = (index: number): string => `lockstep-${index + 1}`;

/** One line of a bulk request. What is changed or removed is known by its path. */
export const bulkLine = ({ method, path, data }: BulkOperation, index: number): JsonObject => ({
  method,
  path,
  ...(method === "POST" ? { bulkId: numberOf(index) } : {}),
  ...(data === null ? {} : { data }),
});

/** Without `failOnErrors`: each operation is one object's, and none is to suffer for another. */
export const bulkBody = (lines: readonly JsonObject[]): JsonObject => ({
  schemas: [messageUrns.bulkRequest],
  Operations: lines,
});

/** The last two parts of an address or a path, decoded; null where it does not end with two. */
const placeOf = (address: string): string | null => {
  const [endpoint, id] = (address.split(/[?#]/, 1)[0] ?? "").replace(/\/+$/, "").split("/").slice(-2);
  if (endpoint === undefined || id === undefined) return null;
  try {
    return JSON.stringify([foldCase(endpoint), decodeURIComponent(id)]);
  } catch {
    return null;
  }
};

interface Entry {
  readonly method: string;
  readonly number: string | null;
  readonly location: string | null;
  /** Null where it cannot be read. */
  readonly status: number | null;
  readonly response: JsonValue | undefined;
}

const textOf = (value: JsonValue | undefined): string | null =>
  typeof value === "string" || typeof value === "number" ? String(value) : null;

const entryOf = (given: JsonObject): Entry => {
  const status = Number(textOf(valueOfName(given, "status")) ?? Number.NaN);
  return {
    method: (textOf(valueOfName(given, "method")) ?? "").toUpperCase(),
    number: textOf(valueOfName(given, "bulkId")),
    location: textOf(valueOfName(given, "location")),
    status: Number.isInteger(status) && status >= 200 && status <= 599 ? status : null,
    response: valueOfName(given, "response"),
  };
};

const entriesIn = (text: string): readonly Entry[] | null => {
  const body = parsed(text);
  if (!isJsonObject(body)) return null;
  const [schemas, operations] = [valueOfName(body, "schemas"), valueOfName(body, "Operations")];
  const isBulk =
    isJsonArray(schemas) && schemas.some((urn) => foldCase(String(urn)) === foldCase(messageUrns.bulkResponse));
  return isBulk && isJsonArray(operations) && operations.every(isJsonObject) ? operations.map(entryOf) : null;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    return undefined;
  }
};

const isRefusal = ({ status }: Entry): boolean => status !== null && status >= 400;

/** True where the entry says itself that it is about the operation: a create by its number, all others by their place. */
const names = (entry: Entry, { method, path }: BulkOperation, index: number): boolean => {
  if (entry.method !== "" && entry.method !== method) return false;
  if (method === "POST") return entry.number === numberOf(index);
  return entry.number === null && entry.location !== null && placeOf(entry.location) === placeOf(path);
};

/**
 * Finds out what became of each operation, in whatever order the answer tells it; null where it is no answer to a bulk request. A success must
 * name what it is about. Refusals that name nothing are taken in their order, if there are as many as operations left without an answer: all that
 * could be confused then is which of several that were not done has which reason.
 */
export const fatesOf = (operations: readonly BulkOperation[], text: string): readonly Fate[] | null => {
  const entries = entriesIn(text);
  if (entries === null) return null;
  const named = operations.map((operation, index) => entries.filter((entry) => names(entry, operation, index)));
  const taken = new Set(named.flat());
  const nameless = entries.filter((entry) => !taken.has(entry));
  const left = operations.filter((_, index) => named[index]?.length === 0);
  const inOrder =
    nameless.length === left.length &&
    nameless.every(
      (entry, at) =>
        isRefusal(entry) &&
        entry.number === null &&
        (entry.location === null || left[at]?.method === "POST") &&
        (entry.method === "" || entry.method === left[at]?.method),
    );
  const places = new Map<string, number>();
  for (const [index, { method }] of operations.entries()) {
    const place = method === "POST" ? placeOf(named[index]?.[0]?.location ?? "") : null;
    if (place !== null && !isRefusal(named[index]![0]!)) places.set(place, (places.get(place) ?? 0) + 1);
  }
  return operations.map((operation, index): Fate => {
    const [entry, second] = named[index]?.length === 0 && inOrder ? [nameless[left.indexOf(operation)]] : named[index]!;
    if (entry === undefined) return unknown("the answer to the bulk request does not say what became of it");
    if (second !== undefined) return unknown("the answer to the bulk request says twice what became of it");
    if (entry.status === null) return unknown("the answer to the bulk request has no status for it");
    const isShared = operation.method === "POST" && (places.get(placeOf(entry.location ?? "") ?? "") ?? 0) > 1;
    if (isShared) return unknown("the answer to the bulk request gives several creates the same place");
    const headers = entry.location === null ? {} : { location: entry.location };
    const body = entry.response === undefined ? "" : JSON.stringify(entry.response);
    return { known: true, outcome: { ok: true, response: { status: entry.status, headers, body } } };
  });
};

const unknown = (why: string): Fate => ({ known: false, why });
