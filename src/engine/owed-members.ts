import { sql } from "kysely";
import type { Queryable, Tx } from "#store";

/** Stands for all members of a group. */
const whole = "00000000-0000-0000-0000-000000000000";

/** What of a group's memberships is owed an evaluation, with the versions at which that was read. */
export interface OwedMembers {
  readonly groupId: string;
  /** Members one by one. */
  readonly members: readonly string[];
  /** Null: only those. `look`: the target's own set is compared as well. */
  readonly whole: { readonly look: boolean } | null;
  readonly versions: readonly { readonly memberId: string; readonly version: number }[];
}

export const owedMembers = async (q: Queryable, jobId: string, groupId: string): Promise<OwedMembers> => {
  const { rows } = await sql<{ memberId: string; look: boolean; version: number }>`
    select member_id as "memberId", look, version from provisioning.member_due
    where job_id = ${jobId} and group_id = ${groupId} order by member_id`.execute(q);
  const all = rows.find(({ memberId }) => memberId === whole);
  return {
    groupId,
    members: rows.filter(({ memberId }) => memberId !== whole).map(({ memberId }) => memberId),
    whole: all === undefined ? null : { look: all.look },
    versions: rows.map(({ memberId, version }) => ({ memberId, version })),
  };
};

/** Owes the evaluation of single memberships; the group itself is made due by the caller. */
export const oweMembers = async (
  tx: Queryable,
  jobId: string,
  pairs: readonly { readonly groupId: string; readonly memberId: string }[],
): Promise<void> => {
  if (pairs.length === 0) return;
  await sql`
    insert into provisioning.member_due (job_id, group_id, member_id)
    select distinct ${jobId}::text, g, m from unnest(${pairs.map(({ groupId }) => groupId)}::uuid[], ${pairs.map(({ memberId }) => memberId)}::uuid[]) as p (g, m)
    on conflict (job_id, group_id, member_id) do update set version = nextval('provisioning.due_version')`.execute(tx);
};

/** Owes the comparison of whole groups. */
export const oweWholeGroups = async (
  tx: Queryable,
  jobId: string,
  groupIds: readonly string[],
  look: boolean,
): Promise<void> => {
  if (groupIds.length === 0) return;
  await sql`
    insert into provisioning.member_due as d (job_id, group_id, member_id, look)
    select distinct ${jobId}::text, g, ${whole}::uuid, ${look}::boolean from unnest(${groupIds}::uuid[]) as g
    on conflict (job_id, group_id, member_id) do update set look = d.look or excluded.look, version = nextval('provisioning.due_version')`.execute(
    tx,
  );
};

/** Deletes what has been evaluated; what was owed anew meanwhile stays. */
export const settleMembers = async (tx: Tx, jobId: string, { groupId, versions }: OwedMembers): Promise<void> => {
  if (versions.length === 0) return;
  await sql`
    delete from provisioning.member_due d using unnest(${versions.map(({ memberId }) => memberId)}::uuid[], ${versions.map(({ version }) => version)}::bigint[]) as done (member_id, version)
    where d.job_id = ${jobId} and d.group_id = ${groupId} and d.member_id = done.member_id and d.version = done.version`.execute(
    tx,
  );
};
