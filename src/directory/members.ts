import { sql } from "kysely";
import { isGuid } from "#runtime";
import { appendToFeed, type Queryable, type Tx } from "#store";
import { DirectoryError } from "./errors.ts";
import type { ObjectKind } from "./objects.ts";
import { type PageOptions, pageStart } from "./reads.ts";
import { liveObject } from "./writes.ts";

export interface Member {
  readonly id: string;
  readonly kind: ObjectKind;
}

/** A direct membership. */
export interface Membership {
  readonly memberId: string;
  readonly groupId: string;
}

/**
 * Adds live users and groups to a live group. Groups may contain each other in a circle.
 * @returns how many were added; with `ignoreExisting` those who are members already are passed over
 * @throws DirectoryError `GroupNotFound`, `MemberNotFound`, `OwnReference`, `MemberExists`
 */
export const addMembers = async (
  tx: Tx,
  groupId: string,
  memberIds: readonly string[],
  now: Date,
  options: { readonly ignoreExisting?: boolean } = {},
): Promise<number> => {
  const group = await liveObject(tx, "group", groupId);
  const wanted = [...new Set(memberIds.map((id) => id.toLowerCase()))];
  if (wanted.includes(group.id)) {
    throw new DirectoryError("OwnReference", "A group cannot be its own member. Leave it out of the list.", {
      facts: { groupId },
    });
  }
  const { rows: found } = await sql<{ id: string }>`
    select id from directory.object
    where id = any(${wanted.filter(isGuid)}::uuid[]) and deleted_at is null order by id for key share`.execute(tx);
  const known = new Set(found.map((row) => row.id));
  const missing = wanted.filter((id) => !known.has(id));
  if (missing.length > 0) {
    const sentence = `There is no user or group ${missing[0]!.slice(0, 80)} that could become a member. Check the id.`;
    throw new DirectoryError("MemberNotFound", sentence, { facts: { memberIds: missing } });
  }
  const { rows: added } = await sql<{ member_id: string }>`
    insert into directory.member (group_id, member_id)
    select ${groupId}::uuid, id from unnest(${wanted}::uuid[]) as w (id) on conflict do nothing
    returning member_id`.execute(tx);
  if (added.length < wanted.length && options.ignoreExisting !== true) {
    const fresh = new Set(added.map((row) => row.member_id));
    const memberIds = wanted.filter((id) => !fresh.has(id));
    const sentence = `${memberIds[0]} is a member of the group already. Leave out those who are members.`;
    throw new DirectoryError("MemberExists", sentence, { facts: { memberIds } });
  }
  await tell(tx, groupId, added, "added", now);
  return added.length;
};

/**
 * Takes members out of a live group.
 * @returns how many were removed; with `ignoreMissing` those who are no members are passed over
 * @throws DirectoryError `GroupNotFound`, `NotAMember`
 */
export const removeMembers = async (
  tx: Tx,
  groupId: string,
  memberIds: readonly string[],
  now: Date,
  options: { readonly ignoreMissing?: boolean } = {},
): Promise<number> => {
  await liveObject(tx, "group", groupId);
  const wanted = [...new Set(memberIds.map((id) => id.toLowerCase()))];
  const { rows: removed } = await sql<{ member_id: string }>`
    delete from directory.member
    where group_id = ${groupId}::uuid and member_id = any(${wanted.filter(isGuid)}::uuid[])
    returning member_id`.execute(tx);
  if (removed.length < wanted.length && options.ignoreMissing !== true) {
    const gone = new Set(removed.map((row) => row.member_id));
    const missing = wanted.filter((id) => !gone.has(id));
    const sentence = `${missing[0]!.slice(0, 80)} is no direct member of the group. Check the id, and whether another group inside contains it.`;
    throw new DirectoryError("NotAMember", sentence, { facts: { memberIds: missing } });
  }
  await tell(tx, groupId, removed, "removed", now);
  return removed.length;
};

const tell = (
  tx: Tx,
  groupId: string,
  rows: readonly { readonly member_id: string }[],
  action: "added" | "removed",
  now: Date,
): Promise<void> =>
  appendToFeed(
    tx,
    "directory.change",
    rows.map((row) => ({ kind: "membership", objectId: row.member_id, relatedId: groupId, action })),
    now,
  );

/** Live direct members of a live group by id, a page at a time. Where the page begins is said of both tables, or the planner reads one of them from its start. */
export const listMembers = async (
  q: Queryable,
  groupId: string,
  page: PageOptions & { readonly kind?: ObjectKind | undefined },
): Promise<readonly Member[]> => {
  if (!isGuid(groupId)) return [];
  const ofKind = page.kind === undefined ? sql`true` : sql`o.kind = ${page.kind}`;
  const { rows } = await sql<Member>`
    select o.id, o.kind from directory.member m
    join directory.object o on o.id = m.member_id and o.deleted_at is null
    join directory.object g on g.id = m.group_id and g.deleted_at is null
    where m.group_id = ${groupId}::uuid and m.member_id > ${pageStart(page)}::uuid and o.id > ${pageStart(page)}::uuid and ${ofKind}
    order by m.member_id limit ${page.limit}`.execute(q);
  return rows;
};

/** Ids of the live direct members of any of these live groups: each once, by id, a page at a time. */
export const membersOfAny = async (
  q: Queryable,
  groupIds: readonly string[],
  page: PageOptions & { readonly kind: ObjectKind },
): Promise<readonly string[]> => {
  const { rows } = await sql<{ id: string }>`
    select distinct near.id from unnest(${groupIds.filter(isGuid)}::uuid[]) as g (id)
    join directory.object grp on grp.id = g.id and grp.deleted_at is null
    cross join lateral (
      select m.member_id as id from directory.member m
      join directory.object o on o.id = m.member_id and o.deleted_at is null and o.kind = ${page.kind}
      where m.group_id = g.id and m.member_id > ${pageStart(page)}::uuid and o.id > ${pageStart(page)}::uuid
      order by m.member_id limit ${page.limit}) near
    order by near.id limit ${page.limit}`.execute(q);
  return rows.map(({ id }) => id);
};

/** A group that lies within another, whichever way leads there. */
export interface NestedGroup {
  /** The group that contains it. */
  readonly rootId: string;
  readonly groupId: string;
  /** The groups between, from the outermost to the group itself: the shortest way. */
  readonly through: readonly string[];
}

/** Every live group within these groups, however deep; a circle is followed once. Cost follows the number of groups, not of their members. */
export const nestedGroups = async (q: Queryable, rootIds: readonly string[]): Promise<readonly NestedGroup[]> => {
  const { rows } = await sql<{ root: string; parent: string; child: string }>`
    with recursive edge as materialized (
      select m.group_id as parent, m.member_id as child from directory.object c
      join directory.member m on m.member_id = c.id
      join directory.object g on g.id = m.group_id and g.deleted_at is null
      where c.kind = 'group' and c.deleted_at is null
    ), within as (
      select parent as root, parent, child from edge where parent = any(${rootIds.filter(isGuid)}::uuid[])
      union
      select within.root, edge.parent, edge.child from within join edge on edge.parent = within.child
    )
    select root, parent, child from within order by root, parent, child`.execute(q);
  return [...Map.groupBy(rows, ({ root }) => root)].flatMap(([rootId, edges]) => waysFrom(rootId, edges));
};

/** The shortest way from a group to each group within it. */
const waysFrom = (
  rootId: string,
  edges: readonly { readonly parent: string; readonly child: string }[],
): readonly NestedGroup[] => {
  const children = Map.groupBy(edges, ({ parent }) => parent);
  const found = new Map<string, readonly string[]>([[rootId, []]]);
  for (let level: readonly string[] = [rootId]; level.length > 0; ) {
    const next: string[] = [];
    for (const id of level) {
      for (const { child } of children.get(id) ?? []) {
        if (found.has(child)) continue;
        found.set(child, [...(found.get(id) ?? []), child]);
        next.push(child);
      }
    }
    level = next;
  }
  found.delete(rootId);
  return [...found].map(([groupId, through]) => ({ rootId, groupId, through }));
};

/** How many live direct members, of one kind or of both, a live group has. */
export const countMembers = async (q: Queryable, groupId: string, kind?: ObjectKind): Promise<number> => {
  if (!isGuid(groupId)) return 0;
  const ofKind = kind === undefined ? sql`true` : sql`o.kind = ${kind}`;
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from directory.member m
    join directory.object o on o.id = m.member_id and o.deleted_at is null
    join directory.object g on g.id = m.group_id and g.deleted_at is null
    where m.group_id = ${groupId}::uuid and ${ofKind}`.execute(q);
  return rows[0]!.count;
};

/**
 * The direct memberships of these users and groups in live groups, those of soft-deleted members too (they keep them for a
 * restore). `withinGroupIds` narrows the answer to these groups.
 */
export const groupsOf = async (
  q: Queryable,
  memberIds: readonly string[],
  withinGroupIds?: readonly string[],
): Promise<readonly Membership[]> => {
  const within =
    withinGroupIds === undefined ? sql`true` : sql`m.group_id = any(${withinGroupIds.filter(isGuid)}::uuid[])`;
  const { rows } = await sql<Membership>`
    select m.member_id as "memberId", m.group_id as "groupId" from directory.member m
    join directory.object g on g.id = m.group_id and g.deleted_at is null
    where m.member_id = any(${memberIds.filter(isGuid)}::uuid[]) and ${within}
    order by m.member_id, m.group_id`.execute(q);
  return rows;
};

/** Whether a live object is a direct member of a live group. */
export const isMember = async (q: Queryable, groupId: string, memberId: string): Promise<boolean> => {
  if (!isGuid(groupId) || !isGuid(memberId)) return false;
  const { rows } = await sql<{ there: boolean }>`
    select exists (
      select 1 from directory.member m
      join directory.object o on o.id = m.member_id and o.deleted_at is null
      join directory.object g on g.id = m.group_id and g.deleted_at is null
      where m.group_id = ${groupId}::uuid and m.member_id = ${memberId}::uuid
    ) as there`.execute(q);
  return rows[0]!.there;
};
