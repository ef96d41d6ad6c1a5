import { sql } from "kysely";
import { appendToFeed, type Tx } from "#store";
import { type AttributeChanges, type DirectoryGroup, groupOf } from "./objects.ts";
import { createObject, deletedObject, liveObject, type NewObject, storeAttributes, updateObject } from "./writes.ts";

/**
 * Creates a group. displayName is needed; mailNickname is made from it, securityEnabled is true and mailEnabled false where they
 * are absent. Names need not be unique.
 * @throws DirectoryError `InvalidAttribute`, `AnchorTaken`
 */
export const createGroup = async (tx: Tx, input: NewObject, now: Date): Promise<DirectoryGroup> =>
  groupOf(await createObject(tx, "group", input, now));

/**
 * Changes a live group; answers it as it is afterwards. What changes nothing leaves no trace.
 * @throws DirectoryError `GroupNotFound`, `InvalidAttribute`
 */
export const updateGroup = async (tx: Tx, id: string, changes: AttributeChanges, now: Date): Promise<DirectoryGroup> =>
  groupOf(await updateObject(tx, "group", id, changes, now));

/**
 * Soft-deletes a live group. Its members are kept for a restore, but nobody is seen as a member meanwhile: the feed says
 * `removed` for each.
 * @throws DirectoryError `GroupNotFound`
 */
export const deleteGroup = async (tx: Tx, id: string, now: Date): Promise<void> => {
  await liveObject(tx, "group", id);
  await sql`update directory.object set deleted_at = ${now} where id = ${id}::uuid`.execute(tx);
  await appendToFeed(tx, "directory.change", [{ kind: "group", objectId: id, action: "deleted" }], now);
  await appendMembers(tx, [id], "removed", now);
};

/**
 * Brings a soft-deleted group back with its members; the feed says `added` for each.
 * @throws DirectoryError `GroupNotFound`, `NotDeleted`
 */
export const restoreGroup = async (tx: Tx, id: string, now: Date): Promise<DirectoryGroup> => {
  const before = await deletedObject(tx, "group", id);
  const row = await storeAttributes(tx, "group", id, before.attributes);
  await appendToFeed(tx, "directory.change", [{ kind: "group", objectId: id, action: "restored" }], now);
  await appendMembers(tx, [id], "added", now);
  return groupOf(row);
};

/** Writes a change for every stored membership of these groups. */
export const appendMembers = async (
  tx: Tx,
  groupIds: readonly string[],
  action: "added" | "removed",
  now: Date,
): Promise<void> => {
  await sql`
    insert into directory.change (kind, object_id, related_id, action, at)
    select 'membership', member_id, group_id, ${action}, ${now} from directory.member
    where group_id = any(${groupIds}::uuid[]) order by group_id, member_id`.execute(tx);
};
