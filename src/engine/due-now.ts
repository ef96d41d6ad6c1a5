import { sql } from "kysely";
import { getObject } from "#directory";
import type { Store } from "#store";
import { type Due, dueOf, dueUnasked } from "./due.ts";
import { EngineError } from "./errors.ts";
import { type JobContext, mappingOf } from "./job-context.ts";

/**
 * The object's due row when there is one, so that what is done counts for it; else one made up.
 * @throws EngineError `ObjectNotFound`, `NotMapped`
 */
export const dueNow = async (
  store: Store,
  context: JobContext,
  objectId: string,
): Promise<{ due: Due; held: boolean }> => {
  const { rows } = await sql<Parameters<typeof dueOf>[0] & { held: boolean }>`
    select object_type, object_id, lane, reason, version, attempts, first_failed_at, approved, held is not null as held from provisioning.due
    where job_id = ${context.job.id} and object_id = ${objectId}`.execute(store.db);
  if (rows[0] !== undefined) return { due: { ...dueOf(rows[0]), lane: "onDemand" }, held: rows[0].held };
  const object = await getObject(store.db, objectId);
  const { rows: linked } = await sql<{ type: "User" | "Group" }>`
    select object_type as type from provisioning.link where job_id = ${context.job.id} and source_id = ${objectId} limit 1`.execute(
    store.db,
  );
  const type = object === null ? linked[0]?.type : object.kind === "user" ? "User" : "Group";
  if (type === undefined)
    throw new EngineError("ObjectNotFound", `There is neither a user nor a group ${objectId}.`, {
      facts: { objectId },
    });
  if (mappingOf(context, type) === null) {
    throw new EngineError(
      "NotMapped",
      `${context.app.displayName} does not provision objects of type ${type}. Enable their mapping first.`,
      { facts: { objectId } },
    );
  }
  return { due: dueUnasked(type, objectId, "onDemand", "on demand"), held: false };
};
