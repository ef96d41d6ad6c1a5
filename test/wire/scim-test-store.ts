import { randomUUID } from "node:crypto";
import {
  applyPatchBody,
  compileFilter,
  type Filter,
  foldCase,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  listResponse,
  parseFilter,
  type ResourceType,
  type Result,
  readPageRequest,
  readProjection,
  representation,
  statusError,
  uniqueKeys,
  validateResource,
  valueOfName,
} from "#scim";

export interface StoredList {
  readonly resources: readonly JsonObject[];
  readonly totalResults: number;
  readonly startIndex: number;
}

/** The resources of one type in memory, oldest first, with a uniqueness index and one for `eq` filters. */
export interface ScimTestStore {
  readonly type: ResourceType;
  create(body: unknown): Result<JsonObject>;
  read(id: string): JsonObject | undefined;
  replace(id: string, body: unknown): Result<JsonObject>;
  patch(id: string, body: unknown): Result<JsonObject>;
  remove(id: string): boolean;
  /** Keeps the resource as it is given, whatever anybody has asked for. */
  keep(resource: JsonObject): void;
  /** The resource as the query's `attributes` and `excludedAttributes` want it. */
  show(resource: JsonObject, query: URLSearchParams): Result<JsonObject>;
  /** @param options faults in paging: `filter` ignored, `skip` resources left out between pages */
  list(
    query: URLSearchParams,
    options?: { readonly ignoreFilter?: boolean; readonly skip?: number },
  ): Result<StoredList>;
  all(): readonly JsonObject[];
  clear(): void;
}

const missing = (id: string) => ({ ok: false as const, error: statusError(404, `No resource has the id ${id}.`) });

const textsOf = (value: JsonValue): readonly string[] => {
  if (typeof value === "string") return [foldCase(value)];
  if (isJsonArray(value)) return value.flatMap(textsOf);
  const inner = isJsonObject(value) ? valueOfName(value, "value") : undefined;
  return typeof inner === "string" ? [foldCase(inner)] : [];
};

/** What an `eq` filter may look for: each attribute's text, and the `value` of complex ones. */
const searchKeys = (resource: JsonObject): readonly string[] =>
  Object.entries(resource).flatMap(([name, value]) => textsOf(value).map((text) => `${foldCase(name)}\n${text}`));

const projectionOf = (query: URLSearchParams) =>
  readProjection(query.get("attributes") ?? undefined, query.get("excludedAttributes") ?? undefined, "compat");

const defaultCount = 100;

/** Opens an empty store. `largestPage` is a cap that clients may not exceed. */
export const openScimTestStore = (type: ResourceType, largestPage: number): ScimTestStore => {
  const resources = new Map<string, JsonObject>();
  const owners = new Map<string, string>();
  const searchable = new Map<string, Set<string>>();

  const all = (): readonly JsonObject[] => [...resources.values()];

  const uniqueOf = (resource: JsonObject): readonly string[] =>
    uniqueKeys(type, resource).map(({ attribute, key }) => `${attribute}\n${key}`);

  const unlink = (id: string): void => {
    const resource = resources.get(id);
    if (resource === undefined) return;
    for (const key of uniqueOf(resource)) owners.delete(key);
    for (const key of searchKeys(resource)) searchable.get(key)?.delete(id);
  };

  const put = (id: string, resource: JsonObject): Result<JsonObject> => {
    const unique = uniqueOf(resource);
    if (unique.some((key) => (owners.get(key) ?? id) !== id)) {
      const error = {
        ...statusError(409, `Another ${type.name} has this name already.`),
        scimType: "uniqueness" as const,
      };
      return { ok: false, error };
    }
    unlink(id);
    resources.set(id, resource);
    for (const key of unique) owners.set(key, id);
    for (const key of searchKeys(resource)) {
      const ids = searchable.get(key);
      if (ids === undefined) searchable.set(key, new Set([id]));
      else ids.add(id);
    }
    return { ok: true, value: resource };
  };

  const write = (id: string, body: unknown, current: JsonObject | undefined): Result<JsonObject> => {
    const read = validateResource(type, body, { mode: "compat", unknown: "refuse", current });
    return read.ok ? put(id, { ...read.value, id, meta: { resourceType: type.name } }) : read;
  };

  /** The resources that an `eq` on text may mean, by the index; everything for other filters. */
  const candidates = (filter: Filter): readonly JsonObject[] => {
    if (filter.kind !== "compare" || filter.operator !== "eq" || typeof filter.value !== "string") return all();
    const { path, value } = filter;
    if (path.urn !== undefined || (path.sub !== undefined && foldCase(path.sub) !== "value")) return all();
    const ids = searchable.get(`${foldCase(path.name)}\n${foldCase(value)}`) ?? [];
    return [...ids].map((id) => resources.get(id)).filter((resource) => resource !== undefined);
  };

  const filtered = (text: string): Result<readonly JsonObject[]> => {
    const filter = parseFilter(text, "compat");
    if (!filter.ok) return filter;
    const predicate = compileFilter(filter.value, type, "compat");
    return predicate.ok ? { ok: true, value: candidates(filter.value).filter(predicate.value) } : predicate;
  };

  return {
    type,
    create: (body) => write(randomUUID(), body, undefined),
    read: (id) => resources.get(id),
    replace: (id, body) => {
      const current = resources.get(id);
      return current === undefined ? missing(id) : write(id, body, current);
    },
    patch: (id, body) => {
      const current = resources.get(id);
      if (current === undefined) return missing(id);
      const patched = applyPatchBody(type, current, body, { mode: "strict", unknown: "refuse" });
      return patched.ok ? put(id, patched.value.resource) : patched;
    },
    remove: (id) => {
      unlink(id);
      return resources.delete(id);
    },
    keep: (resource) => void put(String(resource.id), resource),
    show: (resource, query) => {
      const projection = projectionOf(query);
      return projection.ok ? { ok: true, value: representation(type, resource, projection.value) } : projection;
    },
    list: (query, { ignoreFilter = false, skip = 0 } = {}) => {
      const filter = ignoreFilter ? null : query.get("filter");
      const found = filter === null ? { ok: true as const, value: [...resources.values()] } : filtered(filter);
      if (!found.ok) return found;
      const page = readPageRequest(query.get("startIndex") ?? undefined, query.get("count") ?? undefined);
      const projection = projectionOf(query);
      if (!projection.ok) return projection;
      const from = page.startIndex - 1 + (page.startIndex > 1 ? skip : 0);
      const shown = found.value.slice(from, from + Math.min(page.count ?? defaultCount, largestPage));
      return {
        ok: true,
        value: {
          resources: shown.map((resource) => representation(type, resource, projection.value)),
          totalResults: found.value.length,
          startIndex: page.startIndex,
        },
      };
    },
    all,
    clear: () => {
      resources.clear();
      owners.clear();
      searchable.clear();
    },
  };
};

/** The body of a list reply. */
export const listBody = (list: StoredList): JsonObject => listResponse(list);
