import { sql } from "kysely";
import type { Tx } from "#store";
import type { Membership } from "./members.ts";

/**
 * Sets or clears (null) the managers of many live users in one statement; of two lines about one user the last counts. Who is
 * named as their own manager keeps the one they have.
 * @returns how many changed
 */
export const setManagers = async (
  tx: Tx,
  links: readonly { readonly userId: string; readonly managerId: string | null }[],
  now: Date,
): Promise<number> => {
  const last = [...new Map(links.map((link) => [link.userId, link.managerId]))];
  const { rows } = await sql<{ count: number }>`
    with changed as (
      update directory.object o set manager_id = n.manager_id
      from unnest(${last.map(([id]) => id)}::uuid[], ${last.map(([, id]) => id)}::uuid[]) as n (id, manager_id)
      where o.id = n.id and o.kind = 'user' and o.deleted_at is null and n.id is distinct from n.manager_id
        and o.manager_id is distinct from n.manager_id
      returning o.id, o.manager_id
    ), told as (
      insert into directory.change (kind, object_id, related_id, action, at)
      select 'manager', id, manager_id, 'updated', ${now} from changed order by id
    )
    select count(*) as count from changed`.execute(tx);
  return rows[0]!.count;
};

/**
 * Adds many memberships in one statement; those that exist, and a group in itself, are passed over.
 * @returns how many were added
 */
export const addMemberships = async (tx: Tx, pairs: readonly Membership[], now: Date): Promise<number> => {
  const { rows } = await sql<{ count: number }>`
    with added as (
      insert into directory.member (group_id, member_id)
      select distinct group_id, member_id
      from unnest(${pairs.map((pair) => pair.groupId)}::uuid[], ${pairs.map((pair) => pair.memberId)}::uuid[])
        as n (group_id, member_id)
      where group_id <> member_id
      on conflict do nothing
      returning group_id, member_id
    ), told as (
      insert into directory.change (kind, object_id, related_id, action, at)
      select 'membership', member_id, group_id, 'added', ${now} from added order by group_id, member_id
    )
    select count(*) as count from added`.execute(tx);
  return rows[0]!.count;
};

/**
 * Which memberships end: exactly the pairs; or those of the groups' live members who are not among the pairs; or those of the
 * members in live groups of a source that are not among the pairs.
 */
export type EndingMemberships =
  | { readonly kind: "pairs"; readonly pairs: readonly Membership[] }
  | { readonly kind: "allBut"; readonly groupIds: readonly string[]; readonly pairs: readonly Membership[] }
  | {
      readonly kind: "allButOfSource";
      readonly memberIds: readonly string[];
      readonly source: string;
      readonly pairs: readonly Membership[];
    };

/**
 * Ends many memberships in one statement.
 * @returns how many ended
 */
export const endMemberships = async (tx: Tx, ending: EndingMemberships, now: Date): Promise<number> => {
  const { pairs } = ending;
  const { rows } = await sql<{ count: number }>`
    with named as (
      select group_id, member_id
      from unnest(${pairs.map((pair) => pair.groupId)}::uuid[], ${pairs.map((pair) => pair.memberId)}::uuid[])
        as n (group_id, member_id)
    ), ended as (
      delete from directory.member m where ${endsIf(ending)} returning m.group_id, m.member_id
    ), told as (
      insert into directory.change (kind, object_id, related_id, action, at)
      select 'membership', member_id, group_id, 'removed', ${now} from ended order by group_id, member_id
    )
    select count(*) as count from ended`.execute(tx);
  return rows[0]!.count;
};

const endsIf = (ending: EndingMemberships) => {
  switch (ending.kind) {
    case "pairs":
      return sql`(m.group_id, m.member_id) in (select group_id, member_id from named)`;
    case "allBut":
      return sql`m.group_id = any(${ending.groupIds}::uuid[])
        and (m.group_id, m.member_id) not in (select group_id, member_id from named)
        and exists (select 1 from directory.object o where o.id = m.member_id and o.deleted_at is null)`;
    case "allButOfSource":
      return sql`m.member_id = any(${ending.memberIds}::uuid[])
        and (m.group_id, m.member_id) not in (select group_id, member_id from named)
        and exists (
          select 1 from directory.object g
          where g.id = m.group_id and g.source = ${ending.source} and g.deleted_at is null
        )`;
  }
};
