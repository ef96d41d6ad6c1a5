import { sql } from "kysely";
import { assignmentsOf } from "#apps";
import { getGroups, getUsers, groupsOf, membersOfAny, nestedGroups } from "#directory";
import { type FeedRow, feedHead, learnSizes, readFeed, type Store, type Tx, type Watermark } from "#store";
import type { Lane } from "#targets";
import { owe } from "../due.ts";
import { inQuestion, linked } from "../in-question.ts";
import { type JobContext, mappingOf } from "../job-context.ts";
import { linksOf, pageOfLinked } from "../links.ts";
import { oweMembers, oweWholeGroups } from "../owed-members.ts";
import { groupsCountedIn, groupsCounting, type Reach, readReach } from "../reach.ts";

export interface TakenIn {
  /** Objects that were made due. */
  readonly owed: number;
  readonly kind: "initial" | "incremental";
}

const pageSize = 1000;
/** More changes than this at once are a bulk: they must not crowd out single changes. */
const bulkFrom = 200;

interface Marks {
  readonly directory: Watermark | null;
  readonly apps: Watermark | null;
  readonly everything: boolean;
}

/**
 * Directory changes since the job's watermark → due objects (architecture section 5). The watermark moves in the same transaction as its due rows.
 * A job without a watermark, or whose watermark the feed no longer reaches, owes everything.
 */
export const intake = async (store: Store, context: JobContext, now: Date): Promise<TakenIn> => {
  let owed = 0;
  for (;;) {
    const marks = await readMarks(store, context.job.id);
    if (marks.everything || marks.directory === null || marks.apps === null) {
      return { owed: owed + (await oweEverything(store, context, now)), kind: "initial" };
    }
    const { directory, apps } = marks;
    const read = await store.transaction(async (tx) => {
      const changes = await readFeed(tx, "directory.change", directory, pageSize);
      const assignments = await readFeed(tx, "apps.change", apps, pageSize);
      if (changes.kind === "expired" || assignments.kind === "expired") {
        await sql`update provisioning.job set everything_due = true where id = ${context.job.id}`.execute(tx);
        return null;
      }
      const made =
        (await takeDirectoryChanges(tx, context, changes.rows, now)) +
        (await takeAppChanges(tx, context, assignments.rows, now));
      if (changes.rows.length + assignments.rows.length > 0) {
        await sql`
          update provisioning.job set directory_watermark = ${JSON.stringify(changes.watermark)}::jsonb, apps_watermark = ${JSON.stringify(assignments.watermark)}::jsonb
          where id = ${context.job.id}`.execute(tx);
      }
      return {
        made,
        any: assignments.rows.length > 0,
        more: changes.rows.length === pageSize || assignments.rows.length === pageSize,
      };
    });
    if (read === null) continue;
    owed += read.made;
    // A saved schema among the changes makes everything due at once, not only at the next look.
    if (read.more || (read.any && (await readMarks(store, context.job.id)).everything)) continue;
    if (owed >= pageSize) await learnSizes(store.db);
    return { owed, kind: "incremental" };
  }
};

const readMarks = async (store: Store, jobId: string): Promise<Marks> => {
  const { rows } = await sql<{ directory: Watermark | null; apps: Watermark | null; everything: boolean }>`
    select directory_watermark as directory, apps_watermark as apps, everything_due as everything from provisioning.job where id = ${jobId}`.execute(
    store.db,
  );
  return rows[0] ?? { directory: null, apps: null, everything: true };
};

/**
 * Makes everything due: every linked object, and everyone in question (assigned, or all). The heads of the feeds are taken first, so that what changes meanwhile is seen
 * afterwards; the mark "everything" goes only when all pages are in, so that a crash begins the pass again.
 */
const oweEverything = async (store: Store, context: JobContext, now: Date): Promise<number> => {
  const { job } = context;
  await learnSizes(store.db);
  const heads = {
    directory: await feedHead(store.db, "directory.change"),
    apps: await feedHead(store.db, "apps.change"),
  };
  let owed = 0;
  for (const type of ["User", "Group"] as const) {
    const pages = type === "Group" && mappingOf(context, type) === null ? linked : inQuestion;
    for await (const ids of pages(store.db, context, type)) {
      owed += await store.transaction(async (tx) => {
        if (type === "Group") await oweWholeGroups(tx, job.id, ids, true);
        return owe(tx, job.id, type, ids, "bulk", "Everything", now);
      });
    }
  }
  await learnSizes(store.db);
  await store.transaction((tx) =>
    sql`
      update provisioning.job set directory_watermark = ${JSON.stringify(heads.directory)}::jsonb, apps_watermark = ${JSON.stringify(heads.apps)}::jsonb, everything_due = false
      where id = ${job.id}`.execute(tx),
  );
  return owed;
};

/** Goes through ids in order, a page at a time. */
const eachPage = async (
  read: (after: string | null) => Promise<readonly string[]>,
  use: (page: readonly string[]) => Promise<void>,
): Promise<void> => {
  for (let after: string | null = null; ; ) {
    const page = await read(after);
    await use(page);
    after = page.at(-1) ?? null;
    if (page.length < pageSize) return;
  }
};

const takeDirectoryChanges = async (
  tx: Tx,
  context: JobContext,
  rows: readonly FeedRow[],
  now: Date,
): Promise<number> => {
  if (rows.length === 0) return 0;
  const reach = await readReach(tx, context.app.id);
  const users = new Map<string, { lane: Lane; reason: string }>();
  const groups = new Map<string, FeedRow>();
  const bulk: Lane = rows.length > bulkFrom ? "bulk" : "change";
  for (const row of rows) {
    if (row.kind === "group") groups.set(row.objectId, row);
    else {
      const leaves = row.action === "deleted" || row.action === "purged" || row.action === "removed";
      users.set(row.objectId, {
        lane: leaves && bulk === "change" ? "removal" : bulk,
        reason: `${row.kind} ${row.action}`,
      });
    }
  }
  // A membership row may name a group; groups are taken in as such.
  const asMembers = await getGroups(tx, [...users.keys()]);
  for (const id of asMembers.keys()) users.delete(id);
  const concerned = await concerns(tx, context, reach, [...users.keys()]);
  let owed = 0;
  const byUrgency = Map.groupBy(
    [...users].filter(([id]) => concerned.has(id)),
    ([, { lane, reason }]) => `${lane}|${reason}`,
  );
  for (const [key, changed] of byUrgency) {
    const [lane = "bulk", reason = ""] = key.split("|");
    owed += await owe(
      tx,
      context.job.id,
      "User",
      changed.map(([id]) => id),
      lane as Lane,
      reason,
      now,
    );
  }
  owed += await takeMemberships(tx, context, reach, rows, asMembers, now);
  for (const [groupId, row] of groups) owed += await takeGroup(tx, context, reach, groupId, row, now);
  return owed;
};

/**
 * Memberships of provisioned groups, one by one; and everybody within a group that joined or left another, as far as nested groups count anywhere. A change
 * of groups among themselves may reach any group that counts nested ones, so those are compared as a whole.
 */
const takeMemberships = async (
  tx: Tx,
  context: JobContext,
  reach: Reach,
  rows: readonly FeedRow[],
  asMembers: ReadonlyMap<string, unknown>,
  now: Date,
): Promise<number> => {
  const jobId = context.job.id;
  const hasGroups = mappingOf(context, "Group") !== null;
  // Whoever is restored is back in the groups that they were in, of which the directory says nothing more.
  const restored = rows.flatMap(({ kind, action, objectId }) =>
    kind === "user" && action === "restored" ? [objectId] : [],
  );
  const memberships = [
    ...rows.flatMap(({ kind, objectId, relatedId }) =>
      kind === "membership" && relatedId !== null ? [{ memberId: objectId, groupId: relatedId }] : [],
    ),
    ...(await groupsOf(tx, restored)),
  ];
  const pairs = memberships.filter(({ memberId }) => !asMembers.has(memberId));
  const counting = pairs.flatMap(({ memberId, groupId }) =>
    groupsCounting(reach, groupId).map((id) => ({ memberId, groupId: id })),
  );
  let owed = 0;
  if (hasGroups && counting.length > 0) {
    const concerned = await concerns(tx, context, reach, [...new Set(counting.map(({ groupId }) => groupId))]);
    const ours = counting.filter(({ groupId }) => concerned.has(groupId));
    await oweMembers(tx, jobId, ours);
    const groupIds = [...new Set(ours.map(({ groupId }) => groupId))];
    owed += await owe(tx, jobId, "Group", groupIds, "change", "membership changed", now);
  }
  if (reach.expanded.length === 0) return owed;
  const moved = [...new Set(memberships.map(({ memberId }) => memberId).filter((id) => asMembers.has(id)))];
  const hasMovedGroups = moved.length > 0 || rows.some(({ kind, action }) => kind === "group" && action !== "updated");
  if (!hasMovedGroups) return owed;
  if (hasGroups) {
    await oweWholeGroups(tx, jobId, reach.expanded, false);
    owed += await owe(tx, jobId, "Group", reach.expanded, "change", "nesting changed", now);
  }
  const within = [...moved, ...(await nestedGroups(tx, moved)).map(({ groupId }) => groupId)];
  await eachPage(
    (after) => membersOfAny(tx, within, { after, limit: pageSize, kind: "user" }),
    async (ids) => {
      const concerned = [...(await concerns(tx, context, reach, ids))];
      owed += await owe(
        tx,
        jobId,
        "User",
        concerned,
        ids.length > bulkFrom ? "bulk" : "change",
        "nesting changed",
        now,
      );
    },
  );
  return owed;
};

/** Which of the objects concern the job: assigned, linked, due, or everyone where the job syncs all. Cost follows the number of changes. */
const concerns = async (
  tx: Tx,
  context: JobContext,
  { ways }: Reach,
  ids: readonly string[],
): Promise<ReadonlySet<string>> => {
  if (context.settings.syncAll || ids.length === 0) return new Set(ids);
  const concerned = new Set((await linksOf(tx, context.links, ids)).keys());
  for (const { principalId } of await assignmentsOf(tx, context.app.id, ids)) concerned.add(principalId);
  if (ways.size > 0) for (const { memberId } of await groupsOf(tx, ids, [...ways.keys()])) concerned.add(memberId);
  const { rows } = await sql<{ id: string }>`
    select object_id as id from provisioning.due where job_id = ${context.job.id} and object_id = any(${ids}::uuid[])`.execute(
    tx,
  );
  for (const { id } of rows) concerned.add(id);
  return concerned;
};

/** A group that changed, where groups are provisioned. Its members come by changes of their own: the directory writes one for each membership that a group takes along. */
const takeGroup = async (
  tx: Tx,
  context: JobContext,
  reach: Reach,
  groupId: string,
  row: FeedRow,
  now: Date,
): Promise<number> => {
  if (mappingOf(context, "Group") === null || !(await concerns(tx, context, reach, [groupId])).has(groupId)) return 0;
  return owe(tx, context.job.id, "Group", [groupId], "change", `${row.kind} ${row.action}`, now);
};

/** Everyone whose scope rests on a group, or may from now on: its members, and every link that was made through it. */
const oweBehindGroup = async (
  tx: Tx,
  context: JobContext,
  groupId: string,
  reason: string,
  now: Date,
): Promise<number> => {
  let owed = 0;
  const oweUsers = async (ids: readonly string[]) => {
    owed += await owe(tx, context.job.id, "User", ids, ids.length > bulkFrom ? "bulk" : "change", reason, now);
  };
  const reach = await readReach(tx, context.app.id);
  if (context.settings.syncAll || reach.ways.has(groupId)) {
    const counted = groupsCountedIn(reach, groupId);
    await eachPage((after) => membersOfAny(tx, counted, { after, limit: pageSize, kind: "user" }), oweUsers);
  }
  await eachPage(async (after) => {
    const links = await pageOfLinked(tx, context.links, "User", { after, limit: pageSize, restingOn: [groupId] });
    return links.map(({ id }) => id);
  }, oweUsers);
  return owed;
};

const takeAppChanges = async (tx: Tx, context: JobContext, rows: readonly FeedRow[], now: Date): Promise<number> => {
  const ours = rows.filter((row) => row.objectId === context.app.id || row.relatedId === context.app.id);
  let owed = 0;
  // A saved schema, filter or scope makes everything due; links stay, and only real differences are written.
  if (
    ours.some(
      ({ kind, action }) => kind === "schema" || (kind === "settings" && (action === "scope" || action === "update")),
    )
  ) {
    await sql`update provisioning.job set everything_due = true where id = ${context.job.id}`.execute(tx);
  }
  const assignments = ours.filter(({ kind }) => kind === "assignment");
  const groups = await getGroups(
    tx,
    assignments.map(({ objectId }) => objectId),
  );
  const users = await getUsers(
    tx,
    assignments.map(({ objectId }) => objectId),
  );
  for (const { objectId, action } of assignments) {
    const reason = `assignment ${action}`;
    // What is neither a user nor a group any more was purged; only the links that rested on it can tell what it was.
    if (!users.has(objectId)) owed += await oweBehindGroup(tx, context, objectId, reason, now);
    if (groups.has(objectId) && mappingOf(context, "Group") !== null) {
      await oweWholeGroups(tx, context.job.id, [objectId], false);
      owed += await owe(tx, context.job.id, "Group", [objectId], "change", reason, now);
    }
    if (!groups.has(objectId))
      owed += await owe(
        tx,
        context.job.id,
        "User",
        [objectId],
        action === "remove" ? "removal" : "change",
        reason,
        now,
      );
  }
  return owed;
};
