import { sql } from "kysely";
import type { Tx } from "#store";

/**
 * Appends to the feed that tells the engine what to look at again.
 * - `assignment`: `add`, `remove`, `update`; the object is the principal
 * - `schema`: `create`, `update`
 * - `settings`: `scope` (who is in scope may have changed), `credentials`, `state`, `update`, `delete` (the job is gone)
 * - `app`: `add`, `rename`, `delete`
 */
export interface AppChange {
  readonly kind: "assignment" | "schema" | "settings" | "app";
  readonly action: "add" | "create" | "update" | "rename" | "remove" | "delete" | "scope" | "credentials" | "state";
  /** The app of everything that is not an assignment, else the principals. */
  readonly objectIds: readonly string[];
  readonly appId: string;
}

export const appendChange = async (tx: Tx, change: AppChange, now: Date): Promise<void> => {
  if (change.objectIds.length === 0) return;
  await sql`
    insert into apps.change (kind, object_id, related_id, action, at)
    select ${change.kind}, id, ${change.appId}::uuid, ${change.action}, ${now}
    from unnest(${change.objectIds}::uuid[]) as id`.execute(tx);
};

export const appendAppChange = (
  tx: Tx,
  appId: string,
  kind: Exclude<AppChange["kind"], "assignment">,
  action: AppChange["action"],
  now: Date,
): Promise<void> => appendChange(tx, { kind, action, objectIds: [appId], appId }, now);
