import { sql } from "kysely";
import { newId } from "#runtime";
import type { Queryable, Tx } from "#store";
import { readPage } from "./paging.ts";
import { storableJson, storableText } from "./storable.ts";
import type {
  AuditEntry,
  AuditFilter,
  ListOptions,
  ListPage,
  ModifiedProperty,
  ProvisioningActivity,
} from "./types.ts";

/** Writes entries of the audit log. They are never changed afterwards. */
export const recordAudit = async (tx: Tx, entries: readonly AuditEntry[]): Promise<void> => {
  if (entries.length === 0) return;
  const rows = entries.map((entry) => ({
    at: entry.activityDateTime,
    id: entry.id,
    activity: entry.activityDisplayName,
    category: entry.category,
    correlation_id: entry.correlationId,
    result: entry.result,
    target_ids: entry.targetResources.map((target) => target.id),
    entry,
  }));
  await sql`
    insert into journal.audit (at, id, activity, category, correlation_id, result, target_ids, entry)
    select at, id, activity, category, correlation_id, result, target_ids, entry
    from jsonb_to_recordset(${storableJson(rows)}::jsonb)
      as row(at timestamptz, id text, activity text, category text, correlation_id text, result text,
        target_ids text[], entry jsonb)`.execute(tx);
};

/** Entries that pass the whole filter, newest first. */
export const listAudit = (
  q: Queryable,
  filter: AuditFilter,
  options: ListOptions = {},
): Promise<ListPage<AuditEntry>> => {
  const equal = (column: string, value: string | undefined) =>
    value === undefined ? [] : [sql`${sql.ref(column)} = ${storableText(value)}`];
  return readPage(
    q,
    sql`journal.audit`,
    [
      ...equal("activity", filter.activity),
      ...equal("category", filter.category),
      ...equal("correlation_id", filter.correlationId),
      ...equal("result", filter.result),
      ...(filter.targetId === undefined ? [] : [sql`target_ids @> ${[storableText(filter.targetId)]}::text[]`]),
      ...(filter.since === undefined ? [] : [sql`at >= ${filter.since}`]),
      ...(filter.until === undefined ? [] : [sql`at < ${filter.until}`]),
    ],
    options,
  );
};

/** Who did it; `system` is the engine itself. */
export type AuditActor = AuditEntry["initiatedBy"] | "system";

/** An entry of category ProvisioningManagement about an enterprise app, in Graph's form. */
export const provisioningAudit = (from: {
  readonly activity: ProvisioningActivity;
  readonly app: { readonly id: string; readonly displayName: string };
  readonly actor: AuditActor;
  readonly now: Date;
  /** One sentence. */
  readonly details: string;
  readonly errorCode?: string;
  readonly modifiedProperties?: readonly ModifiedProperty[];
}): AuditEntry => {
  const correlationId = newId();
  const initiatedBy = from.actor === "system" ? engine : from.actor;
  return {
    id: `Sync_${correlationId}_${newId().slice(0, 5).toUpperCase()}_1`,
    activityDateTime: from.now.toISOString(),
    activityDisplayName: from.activity,
    category: "ProvisioningManagement",
    correlationId,
    loggedByService: "Account Provisioning",
    operationType: "",
    result: from.errorCode === undefined ? "success" : "failure",
    resultReason: from.errorCode === undefined ? "" : from.details,
    initiatedBy,
    targetResources: [
      {
        id: from.app.id,
        displayName: from.app.displayName,
        type: "ServicePrincipal",
        userPrincipalName: null,
        groupType: null,
        modifiedProperties: from.modifiedProperties ?? [],
      },
    ],
    additionalDetails: [
      { key: "Details", value: from.details },
      { key: "ErrorCode", value: from.errorCode ?? "" },
      { key: "EventName", value: from.activity },
      { key: "ipaddr", value: initiatedBy.user?.ipAddress ?? "" },
    ],
  };
};

const engine: AuditEntry["initiatedBy"] = {
  user: null,
  app: {
    appId: null,
    displayName: "Azure AD Provisioning Service",
    servicePrincipalId: null,
    servicePrincipalName: null,
  },
};
