import type { ObjectType, TargetProfile } from "#core";
import { filterEq, parsePath, type ScimPath } from "#scim";
import type { Answer, Exchange, PageMark, RequestOptions, TargetFailure, TargetObject, TargetPage } from "../target.ts";
import { endpointOf } from "./address.ts";
import { matchesOf, onlyMatching } from "./found.ts";
import type { Habits } from "./habits.ts";
import { openPageGuard, type PageGuard } from "./pages.ts";
import type { Requests } from "./requests.ts";
import { type ReadList, readList, withoutMembers } from "./resources.ts";

export type FoundList =
  | { readonly ok: true; readonly list: ReadList & { readonly ok: true }; readonly exchange: Exchange }
  | { readonly ok: false; readonly failure: TargetFailure };

type Parameter = readonly [name: string, value: string];

/** Reads many objects: pages of all of them, and whoever has a value. */
export interface Search {
  /** One answer to a filter that asks for the value. */
  ask(type: ObjectType, path: string, value: string, options: RequestOptions): Promise<FoundList>;
  /** The first page of all, where nothing can be searched for. */
  first(type: ObjectType, options: RequestOptions): Promise<FoundList>;
  page(type: ObjectType, from: PageMark, options: RequestOptions): Promise<Answer<TargetPage>>;
  find(
    type: ObjectType,
    path: string,
    value: string,
    options: RequestOptions,
  ): Promise<Answer<readonly TargetObject[]>>;
  count(type: ObjectType, options: RequestOptions): Promise<Answer<number>>;
  holds(type: ObjectType, id: string, path: string, value: string, options: RequestOptions): Promise<Answer<boolean>>;
}

export interface SearchOptions {
  readonly requests: Requests;
  readonly habits: Habits;
  /** Tells of objects that a search returned although they do not have the value. */
  readonly onStrangers: (path: string, ids: readonly string[]) => void;
}

/** Groups are read without their members: there may be many, and memberships are tracked one by one. */
export const slim = (type: ObjectType, profile: TargetProfile): readonly Parameter[] =>
  type === "Group" && profile.excludesMembers ? [["excludedAttributes", "members"]] : [];

/** What asks for the page that begins at the mark. */
const rangeOf = (from: PageMark, { paging, pageSize }: TargetProfile): readonly Parameter[] => {
  const count: Parameter = ["count", String(pageSize)];
  if (typeof from === "string") return [["cursor", from], count];
  switch (paging) {
    case "none":
      return [];
    case "cursor":
      return [["cursor", ""], count];
    case "index":
      return [["startIndex", String(from)], count];
  }
};

/** True of a target that cannot search by this attribute, or not at all. */
export const isNoFilter = ({ kind, status, scimType }: TargetFailure): boolean =>
  kind === "permanent" && (scimType === "invalidFilter" || status === 501);

export const openSearch = ({ requests, habits, onStrangers }: SearchOptions): Search => {
  const guard = openPageGuard();
  // True once a claim of more results has turned out to be none.
  let totalsLie = false;

  const list = async (type: ObjectType, query: readonly Parameter[], options: RequestOptions): Promise<FoundList> => {
    const call = requests.callOf("list", "GET", endpointOf(type), null, [...slim(type, habits.profile), ...query]);
    const reply = await requests.send(call, options);
    if (!reply.ok) return reply;
    const read = readList(reply.body);
    if (!read.ok) return requests.unusable(call, reply, read.why, options);
    const objects = type === "Group" ? read.objects.map(withoutMembers) : read.objects;
    return { ok: true, list: { ...read, objects }, exchange: reply.exchange };
  };

  const pageOf = async (
    type: ObjectType,
    from: PageMark,
    query: readonly Parameter[],
    pages: PageGuard,
    options: RequestOptions,
  ): Promise<Answer<TargetPage>> => {
    const { profile } = habits;
    const found = await list(type, [...query, ...rangeOf(from, profile)], options);
    if (!found.ok) return found;
    const { objects, totalResults, nextCursor } = found.list;
    const value =
      profile.paging === "none"
        ? { objects, totalResults, next: null }
        : pages.page({ type, from, count: profile.pageSize, objects, totalResults, nextCursor });
    return { ok: true, value, exchange: found.exchange };
  };

  const ask: Search["ask"] = (type, path, value, options) => list(type, [["filter", filterEq(path, value)]], options);

  interface Walk {
    readonly objects: readonly TargetObject[];
    readonly exchange: Exchange;
    /** False where the target claims more than it has shown. */
    readonly complete: boolean;
  }

  /** Goes through all pages and keeps whoever shows the value; two of them are enough to say that it is not unique. */
  const walk = async (
    type: ObjectType,
    path: ScimPath,
    value: string,
    query: readonly Parameter[],
    options: RequestOptions,
  ): Promise<({ readonly ok: true } & Walk) | { readonly ok: false; readonly failure: TargetFailure }> => {
    const pages = openPageGuard();
    const found = new Map<string, TargetObject>();
    let seen = 0;
    for (let from: PageMark = 1; ; ) {
      const page: Answer<TargetPage> = await pageOf(type, from, query, pages, options);
      if (!page.ok) return page;
      const { objects, next, totalResults } = page.value;
      seen += objects.length;
      for (const object of matchesOf(objects, path, value)) found.set(object.id, object);
      if (next === null || found.size > 1)
        return { ok: true, objects: [...found.values()], exchange: page.exchange, complete: seen >= totalResults };
      from = next;
    }
  };

  const answerOf = ({ objects, exchange }: Walk): Answer<readonly TargetObject[]> => ({
    ok: true,
    value: objects,
    exchange,
  });

  /** Reads everything; a second time where pages shifted while they were read, and the one meant may have slipped through. */
  const readAll = async (type: ObjectType, path: ScimPath, value: string, options: RequestOptions) => {
    const first = await walk(type, path, value, [], options);
    if (!first.ok) return first;
    if (first.objects.length > 0 || first.complete) return answerOf(first);
    const second = await walk(type, path, value, [], options);
    return second.ok ? answerOf(second) : second;
  };

  return {
    ask,
    first: (type, options) => list(type, rangeOf(1, habits.profile), options),
    page: (type, from, options) => pageOf(type, from, [], guard, options),

    find: async (type, path, value, options) => {
      const parsed = parsePath(path);
      if (!parsed.ok) {
        const call = requests.callOf("list", "GET", endpointOf(type));
        return requests.impossible(call, "SchemaAttributeNotFound", parsed.error.detail, options);
      }
      if (!habits.canFind(type, path)) return readAll(type, parsed.value, value, options);
      const first = await ask(type, path, value, options);
      if (!first.ok) {
        if (!isNoFilter(first.failure)) return first;
        habits.cannotFind(type, path);
        return readAll(type, parsed.value, value, options);
      }
      const { objects, strangers } = onlyMatching(first.list.objects, parsed.value, value);
      if (strangers.length > 0) onStrangers(path, strangers);
      const claimsMore = first.list.totalResults > first.list.objects.length;
      const isSuspect = claimsMore && (strangers.length > 0 || !totalsLie);
      if (objects.length > 0 || !isSuspect) return { ok: true, value: objects, exchange: first.exchange };
      // What it shows is not what was asked for, and it claims more: whoever is meant may be further on.
      if (strangers.length > 0) habits.cannotFind(type, path);
      const further = await walk(type, parsed.value, value, [["filter", filterEq(path, value)]], options);
      if (!further.ok) return further;
      if (strangers.length === 0 && further.objects.length === 0) totalsLie = true;
      return answerOf(further);
    },

    count: async (type, options) => {
      const found = await list(type, [["count", "0"]], options);
      return found.ok ? { ok: true, value: found.list.totalResults, exchange: found.exchange } : found;
    },

    holds: async (type, id, path, value, options) => {
      const filter = `${filterEq("id", id)} and ${filterEq(path, value)}`;
      const call = requests.callOf("list", "GET", endpointOf(type), null, [
        ["attributes", "id"],
        ["filter", filter],
      ]);
      const reply = await requests.send(call, options);
      if (!reply.ok) return reply;
      const read = readList(reply.body);
      if (!read.ok) return requests.unusable(call, reply, read.why, options);
      return { ok: true, value: read.objects.some((object) => object.id === id), exchange: reply.exchange };
    },
  };
};
