import { sql } from "kysely";
import { type GuardVerdict, judgeRemovals, type MatchQuestion } from "#core";
import { recordProvisioning } from "#journal";
import type { Clock } from "#runtime";
import type { Store } from "#store";
import { type Due, dueOf, laneNumbers } from "./due.ts";
import type { Handled } from "./handled.ts";
import { heldForm } from "./held.ts";
import type { JobContext } from "./job-context.ts";
import { countManaged } from "./links.ts";
import { logEntryOf } from "./log-entry.ts";
import { type Claimed, readClaimed } from "./source-objects.ts";
import { carryOut, type Pass, type Prepared, prepare } from "./spine.ts";
import type { GuardState } from "./steps/guard.ts";

const pageSize = 500;

/**
 * Decides on everything newly due against the last known state, without a request, so that the guard sees the whole wave before anything is written.
 * Only objects with a managed account can be removed; the rest passes at once. Removals move to their own lane.
 */
export const judgeDue = async (
  store: Store,
  context: JobContext,
  cycleId: string,
  clock: Clock,
): Promise<GuardVerdict> => {
  const jobId = context.job.id;
  await sql`
    update provisioning.due d set judged = version, removal = false
    where d.job_id = ${jobId} and d.judged < d.version and not exists (
      select 1 from provisioning.link l
      where l.job_id = d.job_id and l.target_identity = ${context.links.identity} and l.source_id = d.object_id and l.managed)`.execute(
    store.db,
  );
  for (;;) {
    const { rows } = await sql<Parameters<typeof dueOf>[0]>`
      select object_type, object_id, lane, reason, version, attempts, first_failed_at, approved from provisioning.due
      where job_id = ${jobId} and judged < version order by object_id limit ${pageSize}`.execute(store.db);
    if (rows.length === 0) break;
    await markJudged(store, context, rows.map(dueOf), clock);
  }
  return holdIfNeeded(store, context, cycleId, clock);
};

const markJudged = async (store: Store, context: JobContext, page: readonly Due[], clock: Clock): Promise<void> => {
  // For who is at rest nothing is decided, so nothing is removed.
  const claimed = await readClaimed(store.db, context, page);
  const decided = await decideFromMemory(store, context, claimed, clock, ({ atRest }) => !atRest);
  const removals = new Set(
    decided.flatMap(({ claimed, decision }) =>
      decision?.kind === "decision" && decision.removal ? [claimed.source.id] : [],
    ),
  );
  const judged = page.map(({ id, version }) => ({ id, version, removal: removals.has(id) }));
  await sql`
    update provisioning.due d set judged = j.version, removal = j.removal,
      lane = case when j.removal then least(d.lane, ${laneNumbers.removal}) when d.lane = ${laneNumbers.removal} then ${laneNumbers.change} else d.lane end
    from jsonb_to_recordset(${JSON.stringify(judged)}::jsonb) as j (id uuid, version bigint, removal boolean)
    where d.job_id = ${context.job.id} and d.object_id = j.id`.execute(store.db);
};

/** What would be decided if the target were as it was last seen. @param concerns who is decided on; everybody unless told */
export const decideFromMemory = async (
  store: Store,
  context: JobContext,
  claimed: readonly Claimed[],
  clock: Clock,
  concerns: (one: Prepared) => boolean = () => true,
): Promise<readonly Handled[]> => {
  const byId = new Map(claimed.map((one) => [one.source.id, one]));
  const pass = memoryPass(store, context, clock);
  const prepared = await prepare(claimed, pass);
  return Promise.all(
    prepared
      .filter(concerns)
      .map((one) =>
        carryOut(
          { ...one, claimed: { ...one.claimed, intended: false } },
          { ...pass, recall: recallLast(byId.get(one.claimed.source.id)) },
        ),
      ),
  );
};

const memoryPass = (store: Store, context: JobContext, clock: Clock): Pass => ({
  context,
  q: store.db,
  clock,
  random: (count) => new Uint8Array(count),
  recall: () => [],
  guard: null,
  unique: null,
  stopBefore: "apply",
  look: false,
  readBack: null,
});

/** The linked account as it was last seen; nothing else is known without asking. */
const recallLast = (claimed: Claimed | undefined) => (question: MatchQuestion) =>
  question.kind === "get" && claimed?.link != null ? [{ id: question.id, resource: claimed.link.lastKnown ?? {} }] : [];

const holdIfNeeded = async (
  store: Store,
  context: JobContext,
  cycleId: string,
  clock: Clock,
): Promise<GuardVerdict> => {
  const jobId = context.job.id;
  const { rows } = await sql<{ waiting: number; fresh: number }>`
    select count(*) as waiting, count(*) filter (where held is null) as fresh from provisioning.due
    where job_id = ${jobId} and removal and not approved`.execute(store.db);
  const { waiting = 0, fresh = 0 } = rows[0] ?? {};
  if (fresh === 0) return { kind: "run" };
  const state = await guardStateOf(store, context, clock);
  const verdict = judgeRemovals(
    { waiting, lastDay: state.lastDay, managed: state.whole - state.lastDay },
    state.limits,
  );
  if (verdict.kind === "run") return verdict;
  for (;;) {
    const { rows: page } = await sql<Parameters<typeof dueOf>[0]>`
      select object_type, object_id, lane, reason, version, attempts, first_failed_at, approved from provisioning.due
      where job_id = ${jobId} and removal and not approved and held is null order by object_id limit ${pageSize}`.execute(
      store.db,
    );
    if (page.length === 0) return verdict;
    const claimed = await readClaimed(store.db, context, page.map(dueOf));
    const decided = await decideFromMemory(store, context, claimed, clock);
    const held = decided.map((one) => ({ ...one, guard: verdict }));
    await store.transaction(async (tx) => {
      const rowsToHold = held.map((one) => ({
        id: one.claimed.due.id,
        version: one.claimed.due.version,
        ...heldForm(one, context, clock.now()),
      }));
      await sql`
        update provisioning.due d set held = h.held, display_name = h.name
        from jsonb_to_recordset(${JSON.stringify(rowsToHold)}::jsonb) as h (id uuid, version bigint, name text, held jsonb)
        where d.job_id = ${jobId} and d.object_id = h.id and d.version = h.version`.execute(tx);
      await recordProvisioning(
        tx,
        held.map((one) => logEntryOf(one, context, cycleId)),
      );
    });
  }
};

/** What the guard must remember while a cycle runs. */
export const guardStateOf = async (store: Store, context: JobContext, clock: Clock): Promise<GuardState> => {
  const dayAgo = new Date(clock.now().getTime() - 24 * 3600 * 1000);
  const { identity } = context.links;
  const { rows } = await sql<{ removed: number; departed: number; gone: number }>`
    select
      (select count(*) from provisioning.removal where job_id = ${context.job.id} and removed_at > ${dayAgo}) as removed,
      (select count(distinct object_id) from provisioning.removal r
        where job_id = ${context.job.id} and removed_at > ${dayAgo} and not exists (
          select 1 from provisioning.link l
          where l.job_id = r.job_id and l.target_identity = ${identity} and l.source_id = r.object_id
            and l.managed and not l.disabled_by_us)) as departed,
      (select count(*) from provisioning.due where job_id = ${context.job.id} and held ->> 'reason' = 'AccountGone') as gone`.execute(
    store.db,
  );
  const { removed: lastDay = 0, departed = 0, gone = 0 } = rows[0] ?? {};
  return {
    limits: context.settings.guard,
    // Whoever has come back since is among the managed again.
    whole: (await countManaged(store.db, context.links)) + departed,
    lastDay,
    // While a wave of vanished accounts waits for a person, later ones wait with it.
    recreated: gone,
  };
};
