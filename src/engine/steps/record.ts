import { sql } from "kysely";
import { defaultRetryLadder, type LinkAfter, nextTry } from "#core";
import { listReports } from "#directory";
import { type ProvisioningEntry, recordProvisioning } from "#journal";
import type { Store, Tx } from "#store";
import { type Due, owe, type Postponed, postpone, settle } from "../due.ts";
import { EngineError } from "../errors.ts";
import { type Handled, type Trouble, troubleOf } from "../handled.ts";
import { heldForm } from "../held.ts";
import { ignoredAfter, isStillThere } from "../ignored.ts";
import { forgetIntents } from "../intents.ts";
import type { JobContext } from "../job-context.ts";
import { accountsOf, dropLinks, isSameLink, linksOf, linksTo, type StoredLink, saveLinks } from "../links.ts";
import { logEntryOf } from "../log-entry.ts";
import { oweMembers, settleMembers } from "../owed-members.ts";
import { forgetMembers, groupsWith, recordMembers } from "./members.ts";

export interface Recorded {
  readonly handled: Handled;
  /** Null where the log has no entry. */
  readonly entry: ProvisioningEntry | null;
}

/**
 * Outcomes → links, provisioning log, due objects, counters, in one transaction that checks the job's fence.
 * @returns the handled objects as they were recorded, each with its log entry: one whose account turned out to belong to somebody else has become a failure
 * @throws EngineError `FenceLost` when another worker has taken the job over; nothing was recorded then
 */
export const record = async (
  store: Store,
  context: JobContext,
  cycleId: string,
  fence: number,
  batch: readonly Handled[],
  now: Date,
): Promise<readonly Recorded[]> =>
  store.transaction(async (tx) => {
    await checkFence(tx, context.job.id, fence);
    const handled = await withoutDoubles(tx, context, batch);
    const jobId = context.job.id;
    const settled: Due[] = [];
    const postponed: Postponed[] = [];
    const links: StoredLink[] = [];
    const dropped: string[] = [];
    const newlyLinked: string[] = [];
    const movedAccounts: string[] = [];
    const gone: Due[] = [];
    const unsettled: Due[] = [];
    const held: Handled[] = [];
    const removals: string[] = [];
    const leftScope: string[] = [];
    for (const one of handled) {
      const { due, source, link } = one.claimed;
      const trouble = troubleOf(one);
      if (trouble !== null) {
        postponed.push(postponement(one, trouble, now));
        // A group whose members failed is there all the same.
        if (one.membersFailure === null) continue;
      }
      if (one.guard.kind === "hold") {
        held.push(one);
        continue;
      }
      if (one.outcome?.kind === "gone") {
        gone.push(due);
        continue;
      }
      if (trouble === null) settled.push(due);
      // An account that a lost answer had hidden may differ from what was sent: it is looked at once more.
      if (one.outcome?.kind === "applied" && !one.outcome.settled) unsettled.push(due);
      const after = linkAfter(one);
      if (after === "drop") dropped.push(source.id);
      else if (after !== null) {
        if (link === null || !isSameLink(link, after)) links.push(after);
        if (link === null || link.targetId !== after.targetId || link.inScope !== after.inScope)
          newlyLinked.push(source.id);
        if (link !== null && link.targetId !== after.targetId) movedAccounts.push(source.id);
        if (link?.inScope === true && !after.inScope) leftScope.push(source.id);
      }
      if (one.decision?.kind === "decision" && one.decision.removal && one.outcome?.kind === "applied" && !due.approved)
        removals.push(source.id);
      if (one.decision?.kind === "decision" && one.decision.takesOverFrom !== null)
        dropped.push(one.decision.takesOverFrom);
    }
    const dissolved = handled
      .filter(({ claimed }) => claimed.source.type === "Group")
      .map(({ claimed }) => claimed.source.id);
    await forgetMembers(
      tx,
      context.links,
      dissolved.filter((id) => dropped.includes(id)),
    );
    await dropLinks(tx, context.links, dropped);
    await saveLinks(tx, context.links, links, now);
    for (const { claimed, members } of handled)
      if (members !== null) await recordMembers(tx, context.links, claimed.source.id, members);
    for (const { compared, membersFailure } of handled)
      if (compared !== null && membersFailure === null) await settleMembers(tx, jobId, compared.owed);
    await settle(tx, jobId, settled);
    // Who leaves scope, or has another account or none, changes the groups that were written with the one before, or are being written with it.
    const memberships = [
      ...(await groupsWith(tx, context.links, [...leftScope, ...dropped, ...movedAccounts])),
      ...(await outdatedMembers(tx, context, handled)),
    ];
    await oweMembers(tx, jobId, memberships);
    const groups = [...new Set(memberships.map(({ groupId }) => groupId))];
    await owe(tx, jobId, "Group", groups, "change", "MemberLeft", now);
    await postpone(tx, jobId, postponed);
    for (const due of unsettled) await owe(tx, jobId, due.type, [due.id], due.lane, "NotSettled", now);
    for (const due of gone) await owe(tx, jobId, due.type, [due.id], due.lane, "AccountGone", now);
    await hold(tx, context, held, now);
    await forgetIntents(
      tx,
      jobId,
      handled.filter((one) => isCertain(one)).map(({ claimed }) => claimed.source.id),
    );
    await countRemovals(tx, jobId, removals, now);
    await rememberWaiting(tx, jobId, handled, newlyLinked, now);
    for (const id of movedAccounts) await oweReports(tx, context, id, now);
    const recorded = handled.map((one) => ({
      handled: one,
      entry: isWorthAnEntry(one) ? logEntryOf(one, context, cycleId) : null,
    }));
    await recordProvisioning(
      tx,
      recorded.flatMap(({ entry }) => entry ?? []),
    );
    return recorded;
  });

/**
 * Only the worker that holds the job's latest fence may write: one that was merely slow finds that it has been replaced. What a cycle and somebody on demand
 * do at once is recorded one after the other, or neither would see that an account is there for which the other begins to wait.
 */
const checkFence = async (tx: Tx, jobId: string, fence: number): Promise<void> => {
  const { rows } = await sql<{
    fence: number;
  }>`select fence from provisioning.job where id = ${jobId} for no key update`.execute(tx);
  if (rows[0]?.fence !== fence)
    throw new EngineError("FenceLost", "Another worker has taken over this job.", { facts: { jobId } });
};

/** An answer that names an account which another source holds is not believed (`DuplicateSourceEntries`). */
const withoutDoubles = async (tx: Tx, context: JobContext, batch: readonly Handled[]): Promise<readonly Handled[]> => {
  const claims = new Map<string, string>();
  for (const one of batch) {
    const after = troubleOf(one) === null ? linkAfter(one) : null;
    if (after === null || after === "drop" || one.claimed.link?.targetId === after.targetId) continue;
    if (!claims.has(after.targetId)) claims.set(after.targetId, one.claimed.source.id);
  }
  const holders = new Map((await linksTo(tx, context.links, [...claims.keys()])).map((link) => [link.targetId, link]));
  return batch.map((one) => {
    const after = troubleOf(one) === null ? linkAfter(one) : null;
    if (after === null || after === "drop" || one.claimed.link?.targetId === after.targetId) return one;
    const holder = holders.get(after.targetId);
    const stored = holder !== undefined && holder.sourceId !== one.claimed.source.id;
    const takenOver = one.decision?.kind === "decision" && one.decision.takesOverFrom === holder?.sourceId;
    const inBatch = claims.get(after.targetId) !== one.claimed.source.id;
    if ((!stored || takenOver) && !inBatch) return one;
    return {
      ...one,
      outcome: null,
      decision: {
        kind: "refusal",
        code: "DuplicateSourceEntries",
        message: `The account ${after.targetId} already belongs to ${holder?.displayName ?? "another object of this cycle"}. Two objects cannot share one account: give one of them another matching value.`,
      },
    };
  });
};

/** The link as it is after what was done; null: there is none and none arises. */
const linkAfter = (handled: Handled): StoredLink | "drop" | null => {
  const { claimed, decision, outcome, scoped } = handled;
  if (decision?.kind !== "decision" || outcome === null || scoped === null) return null;
  const after: LinkAfter = isStillThere(handled) ? { kind: "keep" } : decision.linkAfter;
  if (after.kind === "drop") return "drop";
  if (after.kind === "none") return null;
  const account = outcome.kind === "applied" ? outcome.account : null;
  const seen =
    account?.resource ??
    (handled.match?.kind === "linked" || handled.match?.kind === "found" ? handled.match.current.resource : null);
  const targetId = account?.id ?? decision.targetId ?? claimed.link?.targetId;
  if (targetId === undefined || targetId === null) return null;
  const allowed =
    decision.reason !== "UpdateNotAllowed" &&
    decision.reason !== "OutOfScopeKept" &&
    decision.reason !== "NoWayToDisable";
  const reached = handled.remembered || (allowed && (outcome.kind !== "applied" || outcome.settled));
  const origin =
    after.kind === "manage" && after.origin !== "unchanged" ? after.origin : (claimed.link?.origin ?? "adopted");
  return {
    sourceId: claimed.source.id,
    targetId,
    objectType: claimed.source.type,
    managed: after.kind === "manage" || (after.kind === "keep" && (claimed.link?.managed ?? true)),
    inScope: scoped.inScope,
    origin: origin === "adopted" && claimed.intended && claimed.link === null ? "created" : origin,
    disabledByUs: isDisabledByUs(handled),
    lastKnown: seen ?? claimed.link?.lastKnown ?? null,
    desiredHash: reached && handled.desiredHash !== null ? handled.desiredHash : null,
    displayName: handled.name,
    ignored: ignoredAfter(handled),
    pathGroups: scoped.paths.flatMap(({ group, provisionable }) => (group !== null && provisionable ? [group.id] : [])),
  };
};

/** Members who were added with an account that left scope, or was replaced, while the request was under way. */
const outdatedMembers = async (tx: Tx, context: JobContext, handled: readonly Handled[]) => {
  const added = handled.flatMap(({ claimed, members }) =>
    (members?.add ?? []).map(({ id, targetId }) => ({ groupId: claimed.source.id, memberId: id, targetId })),
  );
  const accounts = await accountsOf(tx, context.links, [...new Set(added.map(({ memberId }) => memberId))]);
  return added.filter(({ memberId, targetId }) => accounts.get(memberId) !== targetId);
};

const isDisabledByUs = ({ decision, claimed, scoped }: Handled): boolean => {
  if (decision?.kind !== "decision") return claimed.link?.disabledByUs ?? false;
  if (decision.action === "disable") return true;
  if (scoped?.inScope && decision.reason !== "UpdateNotAllowed") return false;
  return claimed.link?.disabledByUs ?? false;
};

const postponement = (handled: Handled, trouble: Trouble, now: Date): Postponed => {
  const { due } = handled.claimed;
  const firstFailedAt = due.firstFailedAt ?? now;
  const removal = handled.scoped !== null && !handled.scoped.inScope && handled.claimed.link !== null;
  const verdict = nextTry(
    {
      attempts: due.attempts + 1,
      transient: trouble.transient,
      removal,
      firstFailedAt,
      now,
      notBefore: trouble.retryAt,
    },
    defaultRetryLadder,
  );
  return {
    due,
    until: verdict.kind === "wait" ? verdict.until : null,
    firstFailedAt,
    error: { code: trouble.code, message: trouble.message, transient: trouble.transient },
    inScope: handled.scoped?.inScope ?? false,
    removal,
    displayName: handled.name,
  };
};

/** True once nobody has to wonder any more whether a create was done. */
const isCertain = (handled: Handled): boolean => {
  const { outcome, failure } = handled;
  // A look that failed before anything was sent says nothing about a create of earlier, and begins none.
  if (failure !== null) return !handled.claimed.intended;
  return outcome === null
    ? handled.guard.kind !== "hold" && !handled.claimed.intended
    : outcome.kind !== "failed" || outcome.failure.kind !== "uncertain";
};

/**
 * Everything is logged but what was found as it was left, without a word to the target, by a pass over everything or because of a change of somebody else;
 * and whoever is no longer managed. Whoever asks on demand always gets an entry.
 */
const isWorthAnEntry = (handled: Handled): boolean => {
  const { lane, reason } = handled.claimed.due;
  const { add, remove, strangers } = handled.members ?? { add: [], remove: [], strangers: [] };
  if (
    lane === "onDemand" ||
    handled.membersFailure !== null ||
    handled.ignored.length > 0 ||
    add.length + remove.length + strangers.length > 0
  )
    return true;
  if (handled.decision?.kind === "decision" && handled.decision.reason === "Unmanaged")
    return troubleOf(handled) !== null;
  return !handled.remembered || (lane !== "bulk" && /^(?:user|group) /.test(reason));
};

const hold = async (tx: Tx, context: JobContext, held: readonly Handled[], now: Date): Promise<void> => {
  if (held.length === 0) return;
  const rows = held.map((one) => ({
    id: one.claimed.due.id,
    version: one.claimed.due.version,
    // A held re-creation waits like a removal, but must not count as one.
    removal: one.decision?.kind === "decision" && one.decision.removal,
    ...heldForm(one, context, now),
  }));
  await sql`
    update provisioning.due set held = h.held, removal = h.removal, display_name = h.name
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as h (id uuid, version bigint, removal boolean, name text, held jsonb)
    where due.job_id = ${context.job.id} and due.object_id = h.id and due.version = h.version`.execute(tx);
};

const countRemovals = async (tx: Tx, jobId: string, ids: readonly string[], now: Date): Promise<void> => {
  if (ids.length === 0) return;
  await sql`insert into provisioning.removal (job_id, object_id, removed_at) select ${jobId}, id, ${now} from unnest(${ids}::uuid[]) as id`.execute(
    tx,
  );
};

/** Whoever has a manager whose account is another one now must refer to that. */
const oweReports = async (tx: Tx, context: JobContext, managerId: string, now: Date): Promise<void> => {
  for (let after: string | null = null; ; ) {
    const page: readonly { readonly id: string }[] = await listReports(tx, managerId, { after, limit: reportsPage });
    const linked = await linksOf(
      tx,
      context.links,
      page.map(({ id }) => id),
    );
    await owe(tx, context.job.id, "User", [...linked.keys()], "bulk", "ReferenceMoved", now);
    after = page.at(-1)?.id ?? null;
    if (page.length < reportsPage) return;
  }
};

const reportsPage = 1000;

/** Keeps who waits for whom, and makes due who waited for an account that exists now. */
const rememberWaiting = async (
  tx: Tx,
  jobId: string,
  handled: readonly Handled[],
  newlyLinked: readonly string[],
  now: Date,
): Promise<void> => {
  const looked = handled.filter(({ desired }) => desired !== null);
  // Of a group whose members were looked at in part, or not at all, the others go on waiting.
  const wholly = looked.filter(({ claimed, compared }) => claimed.source.type === "User" || compared?.kind === "whole");
  const pairs = looked.flatMap(({ claimed, unsettled }) =>
    unsettled.map((wanted) => ({ wanted, waiting: claimed.source.id, type: claimed.source.type })),
  );
  if (wholly.length > 0) {
    await sql`delete from provisioning.unsettled where job_id = ${jobId} and waiting_id = any(${wholly.map(({ claimed }) => claimed.source.id)}::uuid[])`.execute(
      tx,
    );
  }
  for (const { claimed, compared } of looked) {
    if (compared?.kind !== "some") continue;
    await sql`
      delete from provisioning.unsettled where job_id = ${jobId} and waiting_id = ${claimed.source.id} and wanted_id = any(${compared.owed.members}::uuid[])`.execute(
      tx,
    );
  }
  if (pairs.length > 0) {
    await sql`
      insert into provisioning.unsettled (job_id, wanted_id, waiting_id, waiting_type)
      select ${jobId}, * from unnest(${pairs.map(({ wanted }) => wanted)}::uuid[], ${pairs.map(({ waiting }) => waiting)}::uuid[], ${pairs.map(({ type }) => type)}::text[])
      on conflict do nothing`.execute(tx);
  }
  // Also those whose wanted account was linked in this very batch, or before they were recorded.
  const { rows } = await sql<{ id: string; type: "User" | "Group"; wanted: string }>`
    select u.waiting_id as id, u.waiting_type as type, u.wanted_id as wanted from provisioning.unsettled u
    where u.job_id = ${jobId} and (u.wanted_id = any(${newlyLinked}::uuid[]) or (u.waiting_id = any(${pairs.map(({ waiting }) => waiting)}::uuid[])
      and exists (select 1 from provisioning.link l where l.job_id = ${jobId} and l.source_id = u.wanted_id and l.managed and l.in_scope)))`.execute(
    tx,
  );
  const members = rows.filter(({ type }) => type === "Group");
  await oweMembers(
    tx,
    jobId,
    members.map(({ id, wanted }) => ({ groupId: id, memberId: wanted })),
  );
  for (const type of ["User", "Group"] as const) {
    await owe(
      tx,
      jobId,
      type,
      [...new Set(rows.filter((row) => row.type === type).map(({ id }) => id))],
      "bulk",
      "ReferenceSettled",
      now,
    );
  }
};
