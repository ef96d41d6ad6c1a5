import { sql } from "kysely";
import type { Tx } from "#store";
import { deletedObject } from "./writes.ts";

/** For how long a soft-deleted object can be restored. */
export const retentionDays = 30;

/**
 * Removes a soft-deleted user for good, with a change for each of its memberships and for each user whose manager it was.
 * @throws DirectoryError `UserNotFound`, `NotDeleted`
 */
export const purgeUser = async (tx: Tx, id: string, now: Date): Promise<void> => {
  await deletedObject(tx, "user", id);
  await purge(tx, [id], now);
};

/**
 * Removes a soft-deleted group for good, with a change for each membership that it had or was.
 * @throws DirectoryError `GroupNotFound`, `NotDeleted`
 */
export const purgeGroup = async (tx: Tx, id: string, now: Date): Promise<void> => {
  await deletedObject(tx, "group", id);
  await purge(tx, [id], now);
};

/**
 * Purges objects that were soft-deleted 30 days ago or earlier, at most `limit` of them; call again until it answers none.
 * @returns the ids of those that were purged
 */
export const purgeExpired = async (tx: Tx, now: Date, limit = 500): Promise<readonly string[]> => {
  const until = new Date(now.getTime() - retentionDays * 86_400_000);
  const { rows } = await sql<{ id: string }>`
    select id from directory.object where deleted_at <= ${until} order by deleted_at, id limit ${limit} for update`.execute(
    tx,
  );
  const ids = rows.map((row) => row.id);
  await purge(tx, ids, now);
  return ids;
};

const purge = async (tx: Tx, ids: readonly string[], now: Date): Promise<void> => {
  if (ids.length === 0) return;
  await sql`
    with gone as (
      delete from directory.member where group_id = any(${ids}::uuid[]) or member_id = any(${ids}::uuid[])
      returning group_id, member_id
    )
    insert into directory.change (kind, object_id, related_id, action, at)
    select 'membership', member_id, group_id, 'removed', ${now} from gone order by group_id, member_id`.execute(tx);
  await sql`
    with bereft as (
      update directory.object set manager_id = null where manager_id = any(${ids}::uuid[]) returning id
    )
    insert into directory.change (kind, object_id, action, at)
    select 'manager', id, 'updated', ${now} from bereft order by id`.execute(tx);
  await sql`
    with gone as (
      delete from directory.object where id = any(${ids}::uuid[]) returning id, kind
    )
    insert into directory.change (kind, object_id, action, at)
    select kind, id, 'purged', ${now} from gone order by kind desc, id`.execute(tx);
};
