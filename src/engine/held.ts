import { sql } from "kysely";
import type { Queryable, Tx } from "#store";
import type { HeldObject } from "./contract.ts";
import { explainHeld } from "./explain.ts";
import type { Handled } from "./handled.ts";
import type { JobContext } from "./job-context.ts";

/** What is kept of a held object, for the list of what waits for a person. */
export const heldForm = (handled: Handled, context: JobContext, now: Date) => {
  const decision = handled.decision?.kind === "decision" ? handled.decision : null;
  return {
    name: handled.name,
    held: {
      action: decision?.action ?? "skip",
      reason: decision?.reason ?? "InStep",
      targetId: decision?.targetId ?? handled.claimed.link?.targetId ?? "",
      explanation: explainHeld(handled, context),
      heldBecause: handled.guard.kind === "hold" ? handled.guard.why : "",
      heldAt: now.toISOString(),
    },
  };
};

type HeldForm = ReturnType<typeof heldForm>["held"];

export const listHeld = async (
  q: Queryable,
  jobId: string,
  page: { readonly after?: string; readonly limit: number },
): Promise<HeldObject[]> => {
  const { rows } = await sql<{ id: string; type: "User" | "Group"; name: string; held: HeldForm }>`
    select object_id as id, object_type as type, display_name as name, held from provisioning.due
    where job_id = ${jobId} and held is not null and (${page.after ?? null}::uuid is null or object_id > ${page.after ?? null}::uuid)
    order by object_id limit ${page.limit}`.execute(q);
  return rows.map(({ id, type, name, held }) => ({ objectId: id, objectType: type, displayName: name, ...held }));
};

/** Lets held objects go ahead: exactly those that are listed now, and only while nothing about them changes. @returns how many */
export const allowHeld = async (tx: Tx, jobId: string, ids: readonly string[] | "all", now: Date): Promise<number> => {
  const { numAffectedRows } = await sql`
    update provisioning.due set held = null, approved = true, due_at = ${now}
    where job_id = ${jobId} and held is not null and (${ids === "all"} or object_id = any(${ids === "all" ? [] : ids}::uuid[]))`.execute(
    tx,
  );
  return Number(numAffectedRows ?? 0);
};

/** Keeps the accounts of held objects: their links become unmanaged and nothing is owed for them any more. @returns how many */
export const rejectHeld = async (tx: Tx, jobId: string, ids: readonly string[] | "all"): Promise<number> => {
  const { rows } = await sql<{ id: string }>`
    delete from provisioning.due
    where job_id = ${jobId} and held is not null and (${ids === "all"} or object_id = any(${ids === "all" ? [] : ids}::uuid[]))
    returning object_id as id`.execute(tx);
  await sql`
    update provisioning.link set managed = false where job_id = ${jobId} and source_id = any(${rows.map(({ id }) => id)}::uuid[])`.execute(
    tx,
  );
  return rows.length;
};
