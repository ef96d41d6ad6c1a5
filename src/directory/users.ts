import { sql } from "kysely";
import { isGuid } from "#runtime";
import { appendToFeed, type Tx } from "#store";
import { DirectoryError } from "./errors.ts";
import { type AttributeChanges, type DirectoryUser, userOf } from "./objects.ts";
import {
  checked,
  createObject,
  deletedObject,
  liveObject,
  type NewObject,
  storeAttributes,
  updateObject,
} from "./writes.ts";

export interface NewUser extends NewObject {
  readonly managerId?: string | null | undefined;
}

/**
 * Creates a user. userPrincipalName and displayName are needed; mailNickname is made from the name before the @ and
 * accountEnabled is true where they are absent.
 * @throws DirectoryError `InvalidAttribute`, `UserPrincipalNameTaken`, `AnchorTaken`, `ManagerNotFound`
 */
export const createUser = async (tx: Tx, input: NewUser, now: Date): Promise<DirectoryUser> => {
  const user = userOf(await createObject(tx, "user", input, now));
  if (input.managerId === undefined || input.managerId === null) return user;
  await setManager(tx, user.id, input.managerId, now);
  return { ...user, managerId: input.managerId };
};

/**
 * Changes a live user; answers the user as it is afterwards. What changes nothing leaves no trace.
 * @throws DirectoryError `UserNotFound`, `InvalidAttribute`, `UserPrincipalNameTaken`
 */
export const updateUser = async (tx: Tx, id: string, changes: AttributeChanges, now: Date): Promise<DirectoryUser> =>
  userOf(await updateObject(tx, "user", id, changes, now));

/**
 * Soft-deletes a live user. Memberships, manager and reports stay for a restore; the userPrincipalName is free at once.
 * @throws DirectoryError `UserNotFound`
 */
export const deleteUser = async (tx: Tx, id: string, now: Date): Promise<void> => {
  await liveObject(tx, "user", id);
  await sql`update directory.object set deleted_at = ${now}, principal_key = null where id = ${id}::uuid`.execute(tx);
  await appendToFeed(tx, "directory.change", [{ kind: "user", objectId: id, action: "deleted" }], now);
};

/**
 * Brings a soft-deleted user back as it was, under another name where its own is in use by now.
 * @throws DirectoryError `UserNotFound`, `NotDeleted`, `UserPrincipalNameTaken`, `InvalidAttribute`
 */
export const restoreUser = async (
  tx: Tx,
  id: string,
  options: { readonly newUserPrincipalName?: string | undefined },
  now: Date,
): Promise<DirectoryUser> => {
  const before = await deletedObject(tx, "user", id);
  const name = options.newUserPrincipalName;
  const attributes = checked("user", before.attributes, name === undefined ? {} : { userPrincipalName: name });
  const row = await storeAttributes(tx, "user", id, attributes);
  await appendToFeed(tx, "directory.change", [{ kind: "user", objectId: id, action: "restored" }], now);
  return userOf(row);
};

/**
 * Sets or clears (null) the manager of a live user. Loops over more than one user are allowed.
 * @throws DirectoryError `UserNotFound`, `ManagerNotFound`, `OwnReference`
 */
export const setManager = async (tx: Tx, userId: string, managerId: string | null, now: Date): Promise<void> => {
  const user = await liveObject(tx, "user", userId);
  if (managerId !== null) {
    if (managerId.toLowerCase() === user.id) {
      throw new DirectoryError("OwnReference", "A user cannot be their own manager. Name another user, or none.", {
        facts: { userId },
      });
    }
    const found = isGuid(managerId)
      ? await sql`select 1 from directory.object
          where id = ${managerId}::uuid and kind = 'user' and deleted_at is null for key share`.execute(tx)
      : { rows: [] };
    if (found.rows.length === 0) {
      const sentence = `There is no user ${managerId.slice(0, 80)} who could be the manager. Check the id.`;
      throw new DirectoryError("ManagerNotFound", sentence, { facts: { managerId } });
    }
  }
  if (user.manager_id === (managerId?.toLowerCase() ?? null)) return;
  await sql`update directory.object set manager_id = ${managerId}::uuid where id = ${userId}::uuid`.execute(tx);
  const change = { kind: "manager", objectId: userId, relatedId: managerId, action: "updated" };
  await appendToFeed(tx, "directory.change", [change], now);
};
