import { sql } from "kysely";
import { type Result, scimError } from "#scim";
import type { Database } from "./database.ts";
import { isId } from "./rows.ts";

/** Finds who members are to be, in the given order, and keeps them from being removed meanwhile; each id must be given once. Fails with invalidValue when there is no such resource in the tenant. */
export const findMembers = async (
  db: Database,
  tenantId: number,
  ids: readonly string[],
): Promise<Result<readonly number[]>> => {
  if (ids.length === 0) return { ok: true, value: [] };
  const rows = ids.every(isId)
    ? await db.rows<{ seq: number; id: string }>(
        "provider-members",
        sql`select seq, id from (
            select r.*, m.n from unnest(${ids}::uuid[]) with ordinality m (id, n) join provider.resource r on r.id = m.id
            offset 0 for key share of r
          ) r where tenant_id = ${tenantId} order by n`,
      )
    : [];
  if (rows.length === ids.length) return { ok: true, value: rows.map(({ seq }) => seq) };
  const found = new Set(rows.map(({ id }) => id));
  const missing = ids.find((id) => !isId(id) || (rows.length > 0 && !found.has(id))) ?? ids[0] ?? "";
  return {
    ok: false,
    error: scimError(
      "invalidValue",
      `No resource has the id ${JSON.stringify(missing.slice(0, 80))}, so it cannot be a member.`,
    ),
  };
};

export const addMembers = async (db: Database, groupSeq: number, seqs: readonly number[]): Promise<void> => {
  if (seqs.length === 0) return;
  await db.rows(
    "provider-member-add",
    sql`insert into provider.member (group_seq, member_seq)
      select ${groupSeq}::bigint, m.seq from unnest(${seqs}::bigint[]) with ordinality m (seq, n) order by m.n on conflict do nothing`,
  );
};

export const dropMembers = async (db: Database, groupSeq: number, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return;
  await db.rows(
    "provider-member-drop",
    sql`delete from provider.member where group_seq = ${groupSeq}
      and member_seq = any(array(select seq from provider.resource where id = any(${ids}::uuid[])))`,
  );
};

/** Takes a resource out of every group, which change by that. The groups are locked in their order, so that two removals do not wait for each other. */
export const leaveGroups = async (db: Database, seq: number, at: Date): Promise<void> => {
  await db.rows(
    "provider-leave-lock",
    sql`select 1 from provider.resource where seq = any(array(select group_seq from provider.member where member_seq = ${seq})) order by seq for update`,
  );
  await db.rows(
    "provider-leave",
    sql`with gone as (delete from provider.member where member_seq = ${seq} returning group_seq)
      update provider.resource set version = version + 1, modified_at = ${at}, members = members - 1
      where seq = any(array(select group_seq from gone))`,
  );
};
