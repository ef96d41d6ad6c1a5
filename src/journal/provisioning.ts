import { type RawBuilder, sql } from "kysely";
import { isGuid } from "#runtime";
import type { Queryable, Tx } from "#store";
import { readPage } from "./paging.ts";
import { ensurePartitionsOf } from "./partitions.ts";
import { storableJson, storableText } from "./storable.ts";
import type { ListOptions, ListPage, ProvisioningEntry, ProvisioningFilter, StatusCounts } from "./types.ts";

/** Writes entries of the provisioning log, many at once. They are never changed afterwards. */
export const recordProvisioning = async (tx: Tx, entries: readonly ProvisioningEntry[]): Promise<void> => {
  if (entries.length === 0) return;
  await ensurePartitionsOf(
    tx,
    entries.map((entry) => new Date(entry.activityDateTime)),
  );
  const rows = entries.map((entry) => ({
    at: entry.activityDateTime,
    id: entry.id,
    app_id: entry.servicePrincipal.id,
    job_id: entry.jobId,
    cycle_id: entry.cycleId,
    change_id: entry.changeId,
    source_id: entry.sourceIdentity.id,
    target_id: entry.targetIdentity.id,
    action: entry.provisioningAction,
    status: entry.provisioningStatusInfo.status,
    names: namesOf(entry),
    entry,
  }));
  await sql`
    insert into journal.provisioning
      (at, id, app_id, job_id, cycle_id, change_id, source_id, target_id, action, status, names, entry)
    select at, id, app_id, job_id, cycle_id, change_id, source_id, target_id, action, status, names, entry
    from jsonb_to_recordset(${storableJson(rows)}::jsonb)
      as row(at timestamptz, id uuid, app_id text, job_id text, cycle_id text, change_id text, source_id text,
        target_id text, action text, status text, names text, entry jsonb)`.execute(tx);
};

const namesOf = ({ sourceIdentity, targetIdentity }: ProvisioningEntry): string => {
  const names = [sourceIdentity, targetIdentity].flatMap((identity) => [
    identity.displayName,
    identity.details.UserPrincipalName ?? "",
    identity.details.userName ?? "",
  ]);
  return comparable([...new Set(names)].filter((name) => name !== "").join("\n"));
};

const comparable = (text: string): string => text.normalize("NFC").toLowerCase();

/** Entries that pass the whole filter, newest first. */
export const listProvisioning = (
  q: Queryable,
  filter: ProvisioningFilter,
  options: ListOptions = {},
): Promise<ListPage<ProvisioningEntry>> => readPage(q, sql`journal.provisioning`, conditionsOf(filter), options);

const conditionsOf = (filter: ProvisioningFilter): readonly RawBuilder<unknown>[] => {
  const equal = (column: string, value: string | undefined) =>
    value === undefined ? [] : [sql`${sql.ref(column)} = ${storableText(value)}`];
  const search = storableText(filter.search?.trim() ?? "");
  return [
    ...equal("app_id", filter.appId),
    ...equal("job_id", filter.jobId),
    ...equal("cycle_id", filter.cycleId),
    ...equal("change_id", filter.changeId),
    ...equal("source_id", filter.sourceId),
    ...equal("target_id", filter.targetId),
    ...equal("action", filter.action),
    ...equal("status", filter.status),
    ...(filter.code === undefined
      ? []
      : [sql`entry #>> '{provisioningStatusInfo,errorInformation,errorCode}' = ${storableText(filter.code)}`]),
    ...(filter.since === undefined ? [] : [sql`at >= ${filter.since}`]),
    ...(filter.until === undefined ? [] : [sql`at < ${filter.until}`]),
    ...(search === ""
      ? []
      : [sql`(strpos(names, ${comparable(search)}) > 0 or source_id = ${search} or target_id = ${search})`]),
  ];
};

/** @returns null when there is no such entry, or no longer */
export const getProvisioning = async (q: Queryable, id: string): Promise<ProvisioningEntry | null> => {
  if (!isGuid(id)) return null;
  const { rows } = await sql<{ entry: ProvisioningEntry }>`
    select entry from journal.provisioning where id = ${id}`.execute(q);
  return rows[0]?.entry ?? null;
};

/** How many entries of a cycle ended how. */
export const countByStatus = async (q: Queryable, cycleId: string): Promise<StatusCounts> => {
  const { rows } = await sql<StatusCounts>`
    select count(*) filter (where status = 'success') as success,
      count(*) filter (where status = 'failure') as failure,
      count(*) filter (where status = 'skipped') as skipped,
      count(*) filter (where status = 'warning') as warning
    from journal.provisioning where cycle_id = ${cycleId}`.execute(q);
  return rows[0] ?? { success: 0, failure: 0, skipped: 0, warning: 0 };
};
