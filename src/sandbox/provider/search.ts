import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  listResponse,
  messageUrns,
  parseFilter,
  type ResourceType,
  type Result,
  readPageRequest,
  scimError,
  valueOfName,
} from "#scim";
import { type Answer, answer, refusal } from "../answer.ts";
import { readView } from "./projection.ts";
import type { Search } from "./resource-store.ts";
import type { Service } from "./service.ts";

/** The parameters of a search as they came, whether in a query or in the body of a `.search`. */
export interface SearchParameters {
  readonly attributes?: string | undefined;
  readonly excludedAttributes?: string | undefined;
  readonly filter?: string | undefined;
  readonly sortBy?: string | undefined;
  readonly sortOrder?: string | undefined;
  readonly startIndex?: string | undefined;
  readonly count?: string | undefined;
  readonly cursor?: string | undefined;
}

const names = [
  ...(["attributes", "excludedAttributes", "filter", "sortBy", "sortOrder"] as const),
  ...(["startIndex", "count", "cursor"] as const),
];

export const parametersOfQuery = (query: ReadonlyMap<string, string>): SearchParameters =>
  Object.fromEntries(names.map((name) => [name, query.get(name)]));

const refuse = (detail: string): Result<never> => ({ ok: false, error: scimError("invalidValue", detail) });

const textOf = (name: string, value: JsonValue | undefined): Result<string | undefined> => {
  if (value === undefined || value === null) return { ok: true, value: undefined };
  if (name === "attributes" || name === "excludedAttributes") {
    if (isJsonArray(value) && value.every((item) => typeof item === "string"))
      return { ok: true, value: value.join(",") };
    return refuse(`"${name}" takes an array of strings.`);
  }
  if (name === "startIndex" || name === "count") {
    return Number.isSafeInteger(value) ? { ok: true, value: String(value) } : refuse(`"${name}" takes a whole number.`);
  }
  return typeof value === "string" ? { ok: true, value } : refuse(`"${name}" takes a string.`);
};

/** Reads the body of a `POST …/.search` (RFC 7644 section 3.4.3). */
export const parametersOfBody = (body: unknown): Result<SearchParameters> => {
  const schemas = isJsonObject(body) ? valueOfName(body, "schemas") : undefined;
  if (!isJsonObject(body) || !isJsonArray(schemas) || !schemas.includes(messageUrns.searchRequest)) {
    return {
      ok: false,
      error: scimError(
        "invalidSyntax",
        `The body must be an object whose "schemas" list ${messageUrns.searchRequest}.`,
      ),
    };
  }
  const parameters: [string, string | undefined][] = [];
  for (const name of names) {
    const read = textOf(name, valueOfName(body, name));
    if (!read.ok) return read;
    parameters.push([name, read.value]);
  }
  return { ok: true, value: Object.fromEntries(parameters) };
};

const wholeNumber = /^[+-]?\d+$/;

const startOf = (service: Service, parameters: SearchParameters): Result<Pick<Search, "start" | "limit">> => {
  const { startIndex, count, cursor } = parameters;
  const { page, largestPage } = service.limits;
  if (startIndex !== undefined && !wholeNumber.test(startIndex)) return refuse('"startIndex" must be a whole number.');
  if (count !== undefined && !wholeNumber.test(count)) {
    return cursor === undefined
      ? refuse('"count" must be a whole number.')
      : { ok: false, error: scimError("invalidCount", '"count" must be a whole number.') };
  }
  const asked = readPageRequest(startIndex, count);
  const limit = Math.min(asked.count ?? page, largestPage);
  if (cursor === undefined)
    return { ok: true, value: { start: { kind: "index", offset: asked.startIndex - 1 }, limit } };
  return { ok: true, value: { start: { kind: "cursor", cursor: cursor === "" ? null : cursor }, limit } };
};

const sortOf = ({ sortBy, sortOrder }: SearchParameters): Result<Search["sort"]> => {
  const order = (sortOrder ?? "ascending").toLowerCase();
  if (order !== "ascending" && order !== "descending") return refuse('"sortOrder" is "ascending" or "descending".');
  return { ok: true, value: sortBy === undefined || sortBy === "" ? null : { by: sortBy, order } };
};

const listed = (page: { resources: readonly JsonObject[]; total: number | null; next: string | null }): JsonObject => ({
  schemas: [messageUrns.listResponse],
  ...(page.total === null ? {} : { totalResults: page.total }),
  itemsPerPage: page.resources.length,
  ...(page.next === null ? {} : { nextCursor: page.next }),
  Resources: page.resources,
});

/** Answers a search over one or several types of resources (RFC 7644 section 3.4.2, RFC 9865). */
export const search = async (
  service: Service,
  types: readonly ResourceType[],
  parameters: SearchParameters,
): Promise<Answer> => {
  const view = readView(service, types, parameters.attributes, parameters.excludedAttributes);
  if (!view.ok) return refusal(view.error);
  const filter = parameters.filter === undefined ? null : parseFilter(parameters.filter, service.mode);
  if (filter !== null && !filter.ok) return refusal(filter.error);
  const sort = sortOf(parameters);
  if (!sort.ok) return refusal(sort.error);
  const start = startOf(service, parameters);
  if (!start.ok) return refusal(start.error);
  const found = await service.store.find({
    types,
    filter: filter?.value ?? null,
    sort: sort.value,
    wanted: view.value.wanted,
    ...start.value,
  });
  if (!found.ok) return refusal(found.error);
  const resources = found.value.resources.map((stored) => view.value.show(stored));
  if (start.value.start.kind === "cursor") return answer(200, listed({ ...found.value, resources }));
  const startIndex = start.value.start.offset + 1;
  return answer(200, listResponse({ resources, totalResults: found.value.total ?? 0, startIndex }));
};
