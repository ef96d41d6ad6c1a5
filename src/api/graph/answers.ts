import { graphTexts, type ListQuery, type QueryRules, readQuery, satisfies, sealToken, selected } from "#graph";
import type { Call } from "../api.ts";
import { ApiError, badRequest } from "../api-error.ts";

type Resource = Readonly<Record<string, unknown>>;

const contentType =
  "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

/** Where the answers of a request say that they are: `http://127.0.0.1:8400/v1.0`. */
const baseOf = (call: Call): string => {
  const url = new URL(call.req.url);
  return `${url.origin}/${/^\/beta(?:\/|$)/i.test(url.pathname) ? "beta" : "v1.0"}`;
};

export const isBeta = (call: Call): boolean => baseOf(call).endsWith("/beta");

/** @param context what follows `$metadata#`; null leaves the annotation out */
export const answer = (call: Call, context: string | null, resource: Resource, status: 200 | 201 = 200): Response => {
  const head = context === null ? {} : { "@odata.context": `${baseOf(call)}/$metadata#${context}` };
  return call.body(JSON.stringify({ ...head, ...resource }), status, { "Content-Type": contentType });
};

export const nothing = (call: Call): Response => call.body(null, 204);

export const missing = (id: string): ApiError => new ApiError(404, "Request_ResourceNotFound", graphTexts.notFound(id));

/** The part of a path that the route names. */
export const part = (call: Call, name: string): string => call.req.param(name as never) ?? "";

/** The query options of a request, by lower-case names; the first of a name counts. */
export const optionsOf = (call: Call): ReadonlyMap<string, string> => {
  const options = new Map<string, string>();
  for (const [name, value] of new URL(call.req.url).searchParams) {
    const key = name.toLowerCase();
    if (!options.has(key)) options.set(key, value);
  }
  return options;
};

export const queryOf = (call: Call, rules: QueryRules): ListQuery => {
  const reading = readQuery(optionsOf(call), rules);
  if (!reading.ok) throw new ApiError(400, reading.code, reading.message);
  return reading.query;
};

export interface Page<Item> {
  readonly items: readonly Item[];
  /** The place after which the next page begins; null at the end. */
  readonly next: string | null;
  /** The place after which an item's successor begins, where a list knows it. */
  readonly placeOf?: (index: number) => string;
}

/** A page from rows that were read one further than `limit`. */
export const pageOf = <Item extends { readonly id: string }>(rows: readonly Item[], limit: number): Page<Item> => {
  const items = rows.slice(0, limit);
  const next = rows.length > limit ? (items.at(-1)?.id ?? null) : null;
  return { items, next, placeOf: (index) => items[index]?.id ?? "" };
};

/** A page from a list that is all there; places are numbers of entries. */
export const pageOfAll = <Item>(all: readonly Item[], after: string | null, limit: number): Page<Item> => {
  const start = after === null ? 0 : Number.parseInt(after, 10) || 0;
  const end = start + limit;
  const next = end < all.length ? String(end) : null;
  return { items: all.slice(start, end), next, placeOf: (index) => String(start + index + 1) };
};

export interface ServedList<Item> {
  readonly context: string;
  read(after: string | null, limit: number): Promise<Page<Item>>;
  /** In their wire form, all properties. */
  wire(items: readonly Item[]): Promise<readonly Resource[]> | readonly Resource[];
  /** Properties shown when none is selected; absent: all. */
  readonly shown?: readonly string[];
  count?(): Promise<number>;
  /** True where pages know the place of each item, so that more can be read than is shown. */
  readonly divisible: boolean;
}

/** Pages read for one answer when few entries satisfy the filter; the client goes on with the link after that. */
const mostPages = 40;

/**
 * Answers with a page of a list: filtered, cut to what was selected, with a link to the next one. A page may hold fewer entries than
 * asked for, even none, and still have a next one.
 */
export const answerList = async <Item>(call: Call, query: ListQuery, list: ServedList<Item>): Promise<Response> => {
  const found: Resource[] = [];
  let place = query.after;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const wanted = query.top - found.length;
    const page = await list.read(place, query.filter === null ? wanted : widened(list, wanted));
    const taken = await take(page, list, query.filter, wanted);
    found.push(...taken.found);
    place = taken.next;
    if (place === null || found.length >= query.top || query.filter === null) break;
  }
  const count = query.count && query.after === null && query.filter === null ? await list.count?.() : undefined;
  const select = query.select ?? list.shown ?? null;
  const context = query.select === null ? list.context : `${list.context}(${query.select.join(",")})`;
  return answer(call, context, {
    ...(count === undefined ? {} : { "@odata.count": count }),
    ...(place === null ? {} : { "@odata.nextLink": nextLink(call, place) }),
    value: found.map((resource) => selected(resource, select)),
  });
};

const widened = (list: { readonly divisible: boolean }, wanted: number): number =>
  list.divisible ? Math.max(wanted, 500) : wanted;

const take = async <Item>(
  page: Page<Item>,
  list: ServedList<Item>,
  filter: ListQuery["filter"],
  wanted: number,
): Promise<{ readonly found: readonly Resource[]; readonly next: string | null }> => {
  const found: Resource[] = [];
  for (const [index, resource] of (await list.wire(page.items)).entries()) {
    if (filter !== null && !satisfies(resource, filter)) continue;
    found.push(resource);
    const isLast = index === page.items.length - 1;
    if (found.length === wanted && !isLast && page.placeOf !== undefined) return { found, next: page.placeOf(index) };
  }
  return { found, next: page.next };
};

const nextLink = (call: Call, place: string): string => {
  const url = new URL(call.req.url);
  for (const name of [...url.searchParams.keys()]) {
    if (/^\$?skiptoken$/i.test(name)) url.searchParams.delete(name);
  }
  url.searchParams.set("$skiptoken", sealToken(place));
  return url.href.replaceAll("%24", "$");
};

/** Refuses an order that the list does not have. */
export const onlyOrder = (query: ListQuery, orders: readonly string[]): void => {
  if (query.orderBy === null) return;
  const asked = query.orderBy.trim().toLowerCase().replace(/\s+/g, " ");
  if (orders.includes(asked)) return;
  throw badRequest(`This list cannot be ordered by '${query.orderBy}'. Leave $orderby out, and sort what you get.`);
};
