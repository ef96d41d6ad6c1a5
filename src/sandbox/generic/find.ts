import { createHash } from "node:crypto";
import { type RawBuilder, sql } from "kysely";
import {
  compareSortKeys,
  compileFilter,
  filterPaths,
  foldCase,
  type JsonObject,
  type Mode,
  parsePath,
  type ResourceType,
  type Result,
  type ScimPath,
  type SortKey,
  scimError,
  sortKeyOf,
} from "#scim";
import type { Found, Search, Stored } from "../provider/resource-store.ts";
import type { Database } from "./database.ts";
import { type Plan, planOf } from "./plan.ts";
import { columns, isId, type Parts, type Row } from "./rows.ts";

/** How much one search may look at and hold. */
const limits = { looked: 250_000, batch: 500, bytes: 8 * 1024 * 1024, sortKeys: 64 * 1024 * 1024 };
/** Bytes that a member costs in an answer, about. */
const memberBytes = 200;

/** What a search needs of its tenant. */
export interface Place {
  readonly db: Database;
  readonly tenantId: number;
  readonly mode: Mode;
  /** Makes resources of rows. */
  settle(rows: readonly Row[]): Promise<readonly Stored[]>;
}

const refuse = (...error: Parameters<typeof scimError>): Result<never> => ({ ok: false, error: scimError(...error) });

const tooMany = refuse(
  "tooMany",
  `The search would look at more than ${limits.looked} resources. Search by an attribute that has an index, or page by cursor.`,
);

const touches = (paths: readonly ScimPath[], names: readonly string[]): boolean =>
  paths.some(({ name }) => names.includes(foldCase(name)));

/** What has to be read of a resource to judge it. */
const partsFor = (search: Search): Parts => {
  const sorted = search.sort === null ? undefined : parsePath(search.sort.by);
  const paths = [
    ...(search.filter === null ? [] : filterPaths(search.filter)),
    ...(sorted?.ok === true ? [sorted.value] : []),
  ];
  // A user's version changes with the groups.
  return { groups: touches(paths, ["groups", "meta"]), members: touches(paths, ["members"]) ? "all" : "none" };
};

/** The seqs of what a plan finds. */
const candidates = (tenantId: number, plan: Plan): RawBuilder<unknown> => {
  switch (plan.kind) {
    case "id":
      return isId(plan.id)
        ? sql`select seq from provider.resource where id = ${plan.id}::uuid and tenant_id = ${tenantId}`
        : candidates(tenantId, { kind: "none" });
    case "key":
      return sql`select resource_seq as seq from provider.key
        where tenant_id = ${tenantId} and attribute = ${plan.attribute} and key = ${plan.key}`;
    case "member":
      return sql`select group_seq as seq from provider.member where member_seq in (${candidates(tenantId, { ...plan, kind: "id" })})`;
    case "group":
      return sql`(with recursive down (seq) as (
          select o.member_seq from provider.member o where o.group_seq in (${candidates(tenantId, { ...plan, kind: "id" })})
          union select o.member_seq from down join provider.member o on o.group_seq = down.seq)
        select seq from down)`;
    case "union":
      return sql.join(
        plan.plans.map((part) => candidates(tenantId, part)),
        sql` union `,
      );
    default:
      return sql`select null::bigint as seq where false`;
  }
};

/** PostgreSQL's texts hold no NUL. */
const isStorable = (plan: Plan): boolean => plan.kind !== "key" || !plan.key.includes("\0");

const findCandidates = async (
  { db, tenantId }: Place,
  type: ResourceType,
  plan: Plan,
  after: number,
): Promise<readonly number[]> => {
  if (plan.kind === "none" || !isStorable(plan)) return [];
  const name = plan.kind === "id" || plan.kind === "key" ? `provider-find-${plan.kind}` : null;
  const isNowhere = plan.kind === "id" && !isId(plan.id);
  if (isNowhere) return [];
  const rows = await db.rows<{ seq: number }>(
    name,
    sql`select r.seq from provider.resource r where r.seq = any(array(${candidates(tenantId, plan)}))
      and r.type = ${type.name} and r.seq > ${after} order by r.seq limit ${limits.looked + 1}`,
  );
  return rows.map(({ seq }) => seq);
};

/** Reads rows in the order of their seqs; fewer when they would be too much at once, but one at least. */
export const readRows = async (db: Database, seqs: readonly number[], parts: Parts): Promise<readonly Row[]> => {
  if (seqs.length === 0) return [];
  const weight = sql`p.size + ${parts.members === "none" ? 0 : memberBytes} * p.members`;
  const isUsual = parts.members === "none" || parts.members === "all";
  return db.rows<Row>(
    isUsual ? `provider-read-${parts.members}-${parts.groups}` : null,
    sql`select ${columns(parts)} from (
        select p.*, o.n, sum(${weight}) over (order by o.n) - (${weight}) as before
        from unnest(${seqs}::bigint[]) with ordinality o (seq, n) join provider.resource p on p.seq = o.seq
      ) r where r.before < ${limits.bytes} order by r.n`,
  );
};

const readBatch = (
  { db, tenantId }: Place,
  type: ResourceType,
  after: number,
  parts: Parts,
): Promise<readonly Row[]> => {
  const weight = sql`p.size + ${parts.members === "none" ? 0 : memberBytes} * p.members`;
  return db.rows<Row>(
    `provider-batch-${String(parts.members)}-${parts.groups}`,
    sql`select ${columns(parts)} from (
        select p.*, sum(${weight}) over (order by p.seq) - (${weight}) as before from (
          select * from provider.resource
          where tenant_id = ${tenantId} and type = ${type.name} and seq > ${after} order by seq limit ${limits.batch}
        ) p
      ) r where r.before < ${limits.bytes} order by r.seq`,
  );
};

/** Everything of a type that a plan finds, in order, in batches. */
async function* walk(
  place: Place,
  type: ResourceType,
  { plan, after, parts }: { plan: Plan; after: number; parts: Parts },
): AsyncGenerator<readonly Row[]> {
  if (plan.kind === "all") {
    for (let last = after; ; ) {
      const rows = await readBatch(place, type, last, parts);
      if (rows.length === 0) return;
      yield rows;
      last = rows.at(-1)?.seq ?? last;
    }
  }
  let seqs = await findCandidates(place, type, plan, after);
  while (seqs.length > 0) {
    const rows = await readRows(place.db, seqs.slice(0, limits.batch), parts);
    yield rows;
    const last = rows.at(-1)?.seq;
    seqs = last === undefined ? seqs.slice(limits.batch) : seqs.slice(seqs.indexOf(last) + 1);
  }
}

interface Judge {
  readonly type: ResourceType;
  readonly plan: Plan;
  readonly matches: (resource: JsonObject) => boolean;
  readonly sortKey: ((resource: JsonObject) => SortKey) | null;
}

const judgesOf = (search: Search, mode: Mode): Result<readonly Judge[]> => {
  const judges: Judge[] = [];
  let problem: Result<never> | undefined;
  for (const type of search.types) {
    const matches = search.filter === null ? null : compileFilter(search.filter, type, mode);
    if (matches !== null && !matches.ok) return matches;
    const key = search.sort === null ? null : sortKeyOf(type, search.sort.by, mode);
    if (key !== null && !key.ok) problem ??= key;
    judges.push({
      type,
      plan: search.filter === null ? { kind: "all" } : planOf(search.filter, type, mode),
      matches: matches?.value ?? (() => true),
      sortKey: key === null ? null : key.ok ? key.value : () => undefined,
    });
  }
  // Of several types one is enough that has the attribute.
  const isSortable =
    search.sort === null || search.types.some((type) => sortKeyOf(type, search.sort?.by ?? "", mode).ok);
  return isSortable || problem === undefined ? { ok: true, value: judges } : problem;
};

/** Where a page by cursor goes on: after a resource of a type, or after so many of a sorted list. */
type Position = { readonly type: number; readonly after: number } | { readonly offset: number };

const printOf = ({ types, filter, sort }: Search): string =>
  createHash("sha256")
    .update(JSON.stringify([types.map(({ name }) => name), filter, sort]))
    .digest("base64url")
    .slice(0, 12);

const cursorOf = (search: Search, position: Position): string =>
  Buffer.from(
    JSON.stringify([printOf(search), "offset" in position ? [position.offset] : [position.type, position.after]]),
  ).toString("base64url");

const positionOf = (search: Search, cursor: string | null): Result<Position> => {
  if (cursor === null) return { ok: true, value: search.sort === null ? { type: 0, after: 0 } : { offset: 0 } };
  const invalid = refuse("invalidCursor", "The cursor belongs to no page of this search. Begin again without one.");
  let given: unknown;
  try {
    given = JSON.parse(Buffer.from(cursor.slice(0, 200), "base64url").toString("utf8"));
  } catch {
    return invalid;
  }
  const [print, numbers] = Array.isArray(given) ? given : [];
  if (
    print !== printOf(search) ||
    !Array.isArray(numbers) ||
    !numbers.every((one) => Number.isSafeInteger(one) && one >= 0)
  ) {
    return invalid;
  }
  const [first, second] = numbers as readonly number[];
  if (search.sort !== null)
    return first === undefined || second !== undefined ? invalid : { ok: true, value: { offset: first } };
  if (first === undefined || second === undefined) return invalid;
  return { ok: true, value: { type: first, after: second } };
};

/** Reads the resources of a page in full. */
const show = async (place: Place, seqs: readonly number[], search: Search): Promise<readonly Stored[]> =>
  place.settle(await readRows(place.db, seqs, { groups: true, members: search.wanted.members ? "all" : "none" }));

/** All of the types, in the order of their making. */
const findAll = async (place: Place, search: Search, offset: number): Promise<Found> => {
  const { db, tenantId } = place;
  let total = 0;
  const seqs: number[] = [];
  for (const { name } of search.types) {
    const counted = await db.rows<{ total: number }>(
      "provider-count",
      sql`select count(*) as total from provider.resource where tenant_id = ${tenantId} and type = ${name}`,
    );
    const here = counted[0]?.total ?? 0;
    const skip = Math.max(0, offset - total);
    const limit = search.limit - seqs.length;
    if (limit > 0 && skip < here) {
      const rows = await db.rows<{ seq: number }>(
        "provider-page",
        sql`select seq from provider.resource where tenant_id = ${tenantId} and type = ${name} order by seq offset ${skip} limit ${limit}`,
      );
      seqs.push(...rows.map(({ seq }) => seq));
    }
    total += here;
  }
  return { resources: await show(place, seqs, search), total, next: null };
};

const isMatch = async (place: Place, judge: Judge, rows: readonly Row[]): Promise<readonly Stored[]> =>
  (await place.settle(rows)).map((stored) => stored).filter(({ resource }) => judge.matches(resource));

/** Goes through everything, counts the matches and keeps the page. */
const findByIndex = async (
  place: Place,
  search: Search,
  judges: readonly Judge[],
  offset: number,
): Promise<Result<Found>> => {
  const parts = partsFor(search);
  const sorted: { key: SortKey; seq: number }[] = [];
  const page: number[] = [];
  let looked = 0;
  let total = 0;
  let held = 0;
  for (const judge of judges) {
    for await (const rows of walk(place, judge.type, { plan: judge.plan, after: 0, parts })) {
      looked += rows.length;
      if (looked > limits.looked) return tooMany;
      const seqs = new Map(rows.map(({ id, seq }) => [id, seq]));
      for (const { id, resource } of await isMatch(place, judge, rows)) {
        const seq = seqs.get(id) ?? 0;
        if (judge.sortKey !== null) {
          const key = judge.sortKey(resource);
          held += typeof key === "string" ? 2 * key.length + 50 : 50;
          sorted.push({ key, seq });
        } else if (total >= offset && page.length < search.limit) page.push(seq);
        total += 1;
      }
      if (held > limits.sortKeys) return tooMany;
    }
  }
  const direction = search.sort?.order === "descending" ? -1 : 1;
  sorted.sort((left, right) => direction * compareSortKeys(left.key, right.key));
  const seqs = search.sort === null ? page : sorted.slice(offset, offset + search.limit).map(({ seq }) => seq);
  return { ok: true, value: { resources: await show(place, seqs, search), total, next: null } };
};

/** Goes on where the last page ended, until the page is full. */
const findByCursor = async (
  place: Place,
  search: Search,
  judges: readonly Judge[],
  start: { readonly type: number; readonly after: number },
): Promise<Found> => {
  const parts = partsFor(search);
  const page: { type: number; seq: number }[] = [];
  let looked = 0;
  for (const [type, judge] of judges.entries()) {
    if (type < start.type) continue;
    const after = type === start.type ? start.after : 0;
    for await (const rows of walk(place, judge.type, { plan: judge.plan, after, parts })) {
      const seqs = new Map(rows.map(({ id, seq }) => [id, seq]));
      for (const { id } of await isMatch(place, judge, rows)) {
        if (page.length >= search.limit) {
          const shown = await show(
            place,
            page.map(({ seq }) => seq),
            search,
          );
          const last = page[shown.length - 1] ?? start;
          return {
            resources: shown,
            total: null,
            next: cursorOf(search, { type: last.type, after: "seq" in last ? last.seq : last.after }),
          };
        }
        page.push({ type, seq: seqs.get(id) ?? 0 });
      }
      looked += rows.length;
      if (looked > limits.looked) {
        const shown = await show(
          place,
          page.map(({ seq }) => seq),
          search,
        );
        const isCut = shown.length < page.length;
        const last = isCut ? page[shown.length - 1] : undefined;
        const position =
          last === undefined ? { type, after: rows.at(-1)?.seq ?? after } : { type: last.type, after: last.seq };
        return { resources: shown, total: null, next: cursorOf(search, position) };
      }
    }
  }
  const shown = await show(
    place,
    page.map(({ seq }) => seq),
    search,
  );
  const last = shown.length < page.length ? page[shown.length - 1] : undefined;
  return {
    resources: shown,
    total: null,
    next: last === undefined ? null : cursorOf(search, { type: last.type, after: last.seq }),
  };
};

/** Finds the resources of a search. Memory is bounded by a batch, a page and the keys of what is sorted. */
export const findResources = async (place: Place, search: Search): Promise<Result<Found>> => {
  const judges = judgesOf(search, place.mode);
  if (!judges.ok) return judges;
  if (search.start.kind === "index") {
    const { offset } = search.start;
    if (search.filter === null && search.sort === null)
      return { ok: true, value: await findAll(place, search, offset) };
    return findByIndex(place, search, judges.value, offset);
  }
  const position = positionOf(search, search.start.cursor);
  if (!position.ok) return position;
  if (!("offset" in position.value)) {
    return { ok: true, value: await findByCursor(place, search, judges.value, position.value) };
  }
  const { offset } = position.value;
  const found = await findByIndex(place, search, judges.value, offset);
  if (!found.ok) return found;
  const end = offset + found.value.resources.length;
  const isMore = end < (found.value.total ?? 0) && found.value.resources.length > 0;
  return { ok: true, value: { ...found.value, next: isMore ? cursorOf(search, { offset: end }) : null } };
};
