import { sql } from "kysely";
import type { CurrentObject, MatchQuestion, ObjectType } from "#core";
import { type JsonObject, readPath } from "#scim";
import type { Store } from "#store";
import { type JobContext, mappingOf } from "./job-context.ts";
import type { Prepared } from "./spine.ts";
import { askTarget, type Recall } from "./steps/match.ts";

/** The target as read page by page; answers matching questions without a request each. */
export interface Listing {
  /** What is known of the accounts that a batch may ask for. Absence is a hint, not a proof: it is answered only where a create of an existing account is proven to be refused. */
  recallFor(batch: readonly Prepared[]): Promise<Recall>;
  forget(): Promise<void>;
}

/**
 * Reads the whole target into a table when that costs fewer requests than asking for each unlinked object.
 * @returns null when it does not pay, the target cannot list, or the reading broke off
 */
export const readListing = async (
  store: Store,
  context: JobContext,
  cycleId: string,
  type: ObjectType,
  options: { readonly signal: AbortSignal; readonly onPage: () => void },
): Promise<Listing | null> => {
  const { target, job } = context;
  const paths = (mappingOf(context, type)?.mappings ?? [])
    .filter(({ matchingPriority }) => matchingPriority > 0)
    .map(({ path }) => path);
  if (!target.profile.paging || paths.length === 0) return null;
  const unlinked = await countUnlinked(store, context, type);
  if (unlinked < 20) return null;
  await forget(store, job.id);
  let pages = 0;
  for (let start: number | null = 1; start !== null; pages++) {
    const answer = await target.list(type, start, { lane: "bulk", signal: options.signal });
    if (!answer.ok || options.signal.aborted) {
      await forget(store, job.id);
      return null;
    }
    const { objects, totalResults, next } = answer.value;
    if (pages === 0 && unlinked <= totalResults / Math.max(1, objects.length)) return null;
    await keep(store, job.id, cycleId, type, paths, objects);
    options.onPage();
    start = next;
  }
  return {
    recallFor: (batch) => recallFor(store, context, type, batch),
    forget: () => forget(store, job.id),
  };
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
  type: ObjectType,
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
    return covered.has(key) && context.target.profile.duplicateIsConflict ? [] : null;
  };
};

const keyOf = (path: string, value: string): string => `${path}\u0000${value}`;

const forget = async (store: Store, jobId: string): Promise<void> => {
  await sql`delete from provisioning.listed where job_id = ${jobId}`.execute(store.db);
};
