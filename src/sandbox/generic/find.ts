import { sql } from "kysely";
import {
  compareSortKeys,
  compileFilter,
  type Filter,
  filterPaths,
  foldCase,
  type Mode,
  parsePath,
  type Result,
  type ScimPath,
  type SortKey,
  scimError,
  sortKeyOf,
} from "#scim";
import type { Found, Search, Stored } from "../provider/resource-store.ts";
import { cursorOf, type Position, positionOf } from "./cursor.ts";
import { limits } from "./limits.ts";
import { planOf } from "./plan.ts";
import type { Parts } from "./rows.ts";
import { type Judge, type Place, readRows, walk } from "./walk.ts";

const tooMany: Result<never> = {
  ok: false,
  error: scimError(
    "tooMany",
    `The search would look at more than ${limits.looked} resources. Search by an attribute that has an index, or page by cursor.`,
  ),
};

const pathsOf = (filter: Filter | null, sortBy: string | undefined): readonly ScimPath[] => {
  const sorted = sortBy === undefined ? undefined : parsePath(sortBy);
  return [...(filter === null ? [] : filterPaths(filter)), ...(sorted?.ok === true ? [sorted.value] : [])];
};

/** What has to be read of a resource to judge it. A user's version, in `meta`, changes with the groups. */
const partsFor = ({ filter, sort }: Search): Parts => {
  const names = new Set(pathsOf(filter, sort?.by).map(({ name }) => foldCase(name)));
  return { groups: names.has("groups") || names.has("meta"), members: names.has("members") ? "all" : "none" };
};

const judgesOf = (search: Search, mode: Mode): Result<readonly Judge[]> => {
  const { filter, sort, types } = search;
  const keys = types.map((type) => (sort === null ? null : sortKeyOf(type, sort.by, mode)));
  const [unsortable] = keys;
  // Of several types one is enough that has the attribute.
  if (keys.every((key) => key?.ok === false) && unsortable?.ok === false) return unsortable;
  const judges: Judge[] = [];
  for (const [index, type] of types.entries()) {
    const matches = filter === null ? null : compileFilter(filter, type, mode);
    if (matches?.ok === false) return matches;
    const key = keys[index] ?? null;
    judges.push({
      type,
      plan: filter === null ? { kind: "all" } : planOf(filter, type, mode),
      parts: partsFor(search),
      matches: matches?.value ?? (() => true),
      sortKey: key === null ? null : key.ok ? key.value : () => undefined,
    });
  }
  return { ok: true, value: judges };
};

/** Reads the resources of a page in full: fewer when they would be too much, or are gone by now. @returns them, and the seq of the last of them */
const show = async (
  place: Place,
  seqs: readonly number[],
  { wanted }: Search,
): Promise<{ readonly resources: readonly Stored[]; readonly last: number | null }> => {
  const rows = await readRows(place.db, seqs, { groups: true, members: wanted.members ? "all" : "none" });
  return { resources: await place.settle(rows), last: rows.at(-1)?.seq ?? null };
};

/** A page of all there are: nothing but the page is looked at. */
const findAll = async (place: Place, search: Search, offset: number): Promise<Found> => {
  const { db, tenant } = place;
  const seqs: number[] = [];
  let total = 0;
  for (const { name } of search.types) {
    const counted = await db.rows<{ total: number }>(
      "provider-count",
      sql`select count(*) as total from provider.resource where tenant_id = ${tenant.id} and type = ${name}`,
    );
    const here = counted[0]?.total ?? 0;
    const skip = Math.max(0, offset - total);
    const room = search.limit - seqs.length;
    if (room > 0 && skip < here) {
      const rows = await db.rows<{ seq: number }>(
        "provider-page",
        sql`select seq from provider.resource where tenant_id = ${tenant.id} and type = ${name}
          order by seq offset ${skip} limit ${room}`,
      );
      seqs.push(...rows.map(({ seq }) => seq));
    }
    total += here;
  }
  return { resources: (await show(place, seqs, search)).resources, total, next: null };
};

/** Goes through all that may match, counts, and keeps the page. */
const findMatches = async (
  place: Place,
  search: Search,
  judges: readonly Judge[],
  offset: number,
): Promise<Result<Found>> => {
  const sorted: { readonly key: SortKey; readonly seq: number }[] = [];
  const page: number[] = [];
  let looked = 0;
  let total = 0;
  let held = 0;
  for (const judge of judges) {
    for await (const batch of walk(place, judge, 0)) {
      looked += batch.looked;
      for (const { seq, resource } of batch.matches) {
        if (judge.sortKey !== null) {
          const key = judge.sortKey(resource);
          held += typeof key === "string" ? 2 * key.length + 50 : 50;
          sorted.push({ key, seq });
        } else if (total >= offset && page.length < search.limit) page.push(seq);
        total += 1;
      }
      if (looked > limits.looked || held > limits.sortBytes) return tooMany;
    }
  }
  const direction = search.sort?.order === "descending" ? -1 : 1;
  sorted.sort((left, right) => direction * compareSortKeys(left.key, right.key));
  const seqs = search.sort === null ? page : sorted.slice(offset, offset + search.limit).map(({ seq }) => seq);
  return { ok: true, value: { resources: (await show(place, seqs, search)).resources, total, next: null } };
};

/** Goes on where the last page ended until the page is full, or enough has been looked at. */
const findNext = async (
  place: Place,
  search: Search,
  judges: readonly Judge[],
  start: { readonly type: number; readonly after: number },
): Promise<Found> => {
  const page: { readonly type: number; readonly after: number }[] = [];
  const collect = async (): Promise<Position | null> => {
    let looked = 0;
    for (const [type, judge] of judges.entries()) {
      if (type < start.type) continue;
      for await (const batch of walk(place, judge, type === start.type ? start.after : 0)) {
        for (const { seq } of batch.matches) {
          if (page.length === search.limit) return page.at(-1) ?? null;
          page.push({ type, after: seq });
        }
        looked += batch.looked;
        if (looked >= limits.looked) return { type, after: batch.last };
      }
    }
    return null;
  };
  const end = await collect();
  const seqs = page.map(({ after }) => after);
  const { resources, last } = await show(place, seqs, search);
  const shown = last === null ? page.length : seqs.indexOf(last) + 1;
  const next = shown < page.length ? (page[shown - 1] ?? null) : end;
  return { resources, total: null, next: next === null ? null : cursorOf(search, next) };
};

/** Finds the resources of a search. Memory is bounded by a batch, a page and the keys of what is sorted. */
export const findResources = async (place: Place, search: Search): Promise<Result<Found>> => {
  const judges = judgesOf(search, place.tenant.mode);
  if (!judges.ok) return judges;
  if (search.start.kind === "index") {
    const { offset } = search.start;
    const isPlain = search.filter === null && search.sort === null;
    if (isPlain) return { ok: true, value: await findAll(place, search, offset) };
    return findMatches(place, search, judges.value, offset);
  }
  const position = positionOf(search, search.start.cursor);
  if (!position.ok) return position;
  if (!("offset" in position.value)) {
    return { ok: true, value: await findNext(place, search, judges.value, position.value) };
  }
  const found = await findMatches(place, search, judges.value, position.value.offset);
  if (!found.ok) return found;
  const end = position.value.offset + found.value.resources.length;
  const isMore = search.limit > 0 && end < (found.value.total ?? 0);
  return { ok: true, value: { ...found.value, next: isMore ? cursorOf(search, { offset: end }) : null } };
};
