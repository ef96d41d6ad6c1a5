import { sql } from "kysely";
import type { CurrentObject, MatchQuestion, ObjectType } from "#core";
import { type JsonObject, readPath } from "#scim";
import type { Store } from "#store";
import type { Answer, PageMark, TargetPage } from "#targets";
import { type JobContext, mappingOf } from "./job-context.ts";
import type { Prepared } from "./spine.ts";
import { askTarget, type Recall } from "./steps/match.ts";

/** The target as read page by page; answers matching questions without a request each. */
export interface Listing {
  /**
   * What is known of the accounts that a batch may ask for. Absence is a hint, not a proof: it is answered only where a create of an existing account is
   * proven to be refused, or where the target can be asked in no other way.
   */
  recallFor(batch: readonly Prepared[]): Promise<Recall>;
  forget(): Promise<void>;
}

/** Fewer objects without an account than this are asked for one by one. */
const worthListing = 20;

/**
 * Reads all objects of the target into a table: where that costs fewer requests than asking for each unlinked one, or where the target cannot search by
 * what matches them.
 * @returns null when nothing was read: it does not pay, or the reading broke off
 */
export const readListing = async (
  store: Store,
  context: JobContext,
  cycleId: string,
  options: { readonly signal: AbortSignal; readonly onPage: () => void },
): Promise<Listing | null> => {
  const read: Read[] = [];
  for (const type of ["User", "Group"] as const) {
    const paths = (mappingOf(context, type)?.mappings ?? [])
      .filter(({ matchingPriority }) => matchingPriority > 0)
      .map(({ path }) => path);
    const unlinked = paths.length === 0 ? 0 : await countUnlinked(store, context, type);
    const mustList = paths.some((path) => !context.target.canFind(type, path));
    if (unlinked === 0 || (unlinked < worthListing && !mustList)) continue;
    if (read.length === 0) await forget(store, context.job.id);
    const complete = await readType(store, context, cycleId, { type, paths, unlinked, mustList }, options);
    if (complete !== null) read.push({ type, complete });
  }
  if (read.length === 0) return null;
  return {
    recallFor: async (batch) => {
      const recalls = new Map<ObjectType, Recall>();
      for (const one of read) {
        const ofType = batch.filter(({ claimed }) => claimed.source.type === one.type);
        recalls.set(one.type, await recallFor(store, context, one, ofType));
      }
      return (question, type) => (recalls.get(type) ?? askTarget)(question, type);
    },
    forget: () => forget(store, context.job.id),
  };
};

interface Read {
  readonly type: ObjectType;
  /** False where the target claims more than it has shown. */
  readonly complete: boolean;
}

/** @returns whether everything that the target claims was shown; null when it was not read to the end */
const readType = async (
  store: Store,
  { target, job }: JobContext,
  cycleId: string,
  wanted: {
    readonly type: ObjectType;
    readonly paths: readonly string[];
    readonly unlinked: number;
    readonly mustList: boolean;
  },
  options: { readonly signal: AbortSignal; readonly onPage: () => void },
): Promise<boolean | null> => {
  const { type, paths, unlinked, mustList } = wanted;
  let seen = 0;
  for (let from: PageMark = 1; ; ) {
    const answer: Answer<TargetPage> = await target.list(type, from, { lane: "bulk", signal: options.signal });
    if (!answer.ok || options.signal.aborted) {
      await forget(store, job.id, type);
      return null;
    }
    const { objects, totalResults, next } = answer.value;
    if (seen === 0 && !mustList && unlinked <= totalResults / Math.max(1, objects.length)) return null;
    seen += objects.length;
    await keep(store, job.id, cycleId, type, paths, objects);
    options.onPage();
    if (next === null) return seen >= totalResults;
    from = next;
  }
};

const countUnlinked = async (store: Store, context: JobContext, type: ObjectType): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from provisioning.due d
    where d.job_id = ${context.job.id} and d.object_type = ${type} and d.held is null and not d.given_up and not exists (
      select 1 from provisioning.link l
      where l.job_id = d.job_id and l.target_identity = ${context.links.identity} and l.source_id = d.object_id)`.execute(
    store.db,
  );
  return rows[0]?.n ?? 0;
};

const keep = async (
  store: Store,
  jobId: string,
  cycleId: string,
  type: ObjectType,
  paths: readonly string[],
  objects: readonly CurrentObject[],
): Promise<void> => {
  const rows = objects.flatMap(({ id, resource }) =>
    paths.flatMap((path) => {
      const value = readPath(resource as JsonObject, path);
      return typeof value === "string" || typeof value === "number"
        ? [{ path, value: String(value).toLowerCase(), target_id: id, resource }]
        : [];
    }),
  );
  await sql`
    insert into provisioning.listed (job_id, cycle_id, object_type, path, value, target_id, resource)
    select ${jobId}, ${cycleId}, ${type}, path, value, target_id, resource
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (path text, value text, target_id text, resource jsonb)`.execute(
    store.db,
  );
};

const recallFor = async (
  store: Store,
  context: JobContext,
  { type, complete }: Read,
  batch: readonly Prepared[],
): Promise<Recall> => {
  const asked = batch.flatMap(({ claimed, mapped }) =>
    claimed.link === null && !claimed.intended && mapped?.ok ? mapped.object.matching : [],
  );
  if (asked.length === 0) return askTarget;
  const { rows } = await sql<{ path: string; value: string; target_id: string; resource: Record<string, unknown> }>`
    select distinct on (l.path, l.value, l.target_id) l.path, l.value, l.target_id, l.resource
    from unnest(${asked.map(({ path }) => path)}::text[], ${asked.map(({ value }) => value.toLowerCase())}::text[]) as a (path, value)
    join provisioning.listed l on l.job_id = ${context.job.id} and l.object_type = ${type} and l.path = a.path and l.value = a.value`.execute(
    store.db,
  );
  const known = Map.groupBy(rows, ({ path, value }) => keyOf(path, value));
  const covered = new Set(asked.map(({ path, value }) => keyOf(path, value)));
  return (question: MatchQuestion) => {
    if (question.kind === "get") return null;
    const key = keyOf(question.path, question.value.toLowerCase());
    const found = known.get(key) ?? [];
    if (found.length > 0) return found.map(({ target_id, resource }) => ({ id: target_id, resource }));
    const { target } = context;
    const isProof = target.profile.duplicateIsConflict || (complete && !target.canFind(type, question.path));
    return covered.has(key) && isProof ? [] : null;
  };
};

const keyOf = (path: string, value: string): string => `${path}\u0000${value}`;

const forget = async (store: Store, jobId: string, type?: ObjectType): Promise<void> => {
  const ofType = type === undefined ? sql`true` : sql`object_type = ${type}`;
  await sql`delete from provisioning.listed where job_id = ${jobId} and ${ofType}`.execute(store.db);
};
