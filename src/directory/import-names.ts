import { sql } from "kysely";
import type { Tx } from "#store";
import type { AttributeFault } from "./check-attributes.ts";
import type { ImportPlan } from "./import-plan.ts";

/**
 * Refuses the rows whose userPrincipalName somebody else will hold when the batch is written. Whoever is refused keeps the old
 * name, which can refuse another row in turn, so it goes on until nothing changes.
 */
export const settleNames = async (tx: Tx, plans: readonly ImportPlan[]): Promise<void> => {
  const wanted = plans.filter((plan) => plan.fault === null).map(nameAfter);
  const { rows } = await sql<{ id: string; key: string; source: string | null }>`
    select id, principal_key as key, source from directory.object
    where principal_key = any(${wanted}::text[])`.execute(tx);
  const holders = new Map(rows.map((row) => [row.key, row]));
  const leaving = new Map(
    plans.flatMap((plan): [string, ImportPlan][] => (plan.before === null ? [] : [[plan.before.id, plan]])),
  );
  for (let settled = false; !settled; ) {
    settled = true;
    const taken = new Map<string, ImportPlan>();
    for (const plan of plans)
      if (plan.fault === null && nameBefore(plan) === nameAfter(plan)) taken.set(nameAfter(plan), plan);
    for (const plan of plans) {
      if (plan.fault !== null) continue;
      const name = nameAfter(plan);
      const other = taken.get(name);
      const holder = holders.get(name);
      const holderPlan = holder === undefined ? undefined : leaving.get(holder.id);
      const keeps =
        holder !== undefined &&
        holder.id !== plan.before?.id &&
        (holderPlan === undefined || holderPlan.fault !== null || nameAfter(holderPlan) === name);
      if (keeps || (other !== undefined && other !== plan)) {
        plan.fault = faultOf(plan, keeps ? (holder?.source ?? null) : undefined);
        settled = false;
      } else taken.set(name, plan);
    }
  }
};

const faultOf = (plan: ImportPlan, source: string | null | undefined): AttributeFault => {
  const name = String(plan.attributes.userPrincipalName);
  if (source === undefined)
    return { attribute: "userPrincipalName", reason: `is ${name}, as in another row of the import` };
  const whose = source === null ? "a user who belongs to no import" : `another user of the source ${source}`;
  return { attribute: "userPrincipalName", reason: `is ${name}, which is held by ${whose}` };
};

const nameAfter = (plan: ImportPlan): string => String(plan.attributes.userPrincipalName).toLowerCase();

/** The name that the object holds now; null while nobody holds it. */
const nameBefore = (plan: ImportPlan): string | null =>
  plan.before === null || plan.before.deleted_at !== null
    ? null
    : String(plan.before.attributes.userPrincipalName).toLowerCase();
