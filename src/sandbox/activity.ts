import { type RawBuilder, sql } from "kysely";
import type { Queryable } from "#store";
import type { Caller } from "./caller.ts";
import type { ActivityEvent } from "./events.ts";

export interface Resource {
  readonly type: string;
  readonly name: string;
}

/** A line of the activity log: what a caller did, where the caller was working. */
export interface Activity {
  readonly event: ActivityEvent;
  readonly at: Date;
  readonly caller: Caller;
  readonly resources: readonly Resource[];
}

const columns = sql`organization_id, at, actor_id, actor_email, actor_name, account_group_id, account_group_name, event, source, address, resources`;

/** An INSERT to put beside the change it tells of, in one statement. `when` keeps it from writing when the change did nothing. */
export const activityInsert = ({ caller, at, event, resources }: Activity, when: RawBuilder<unknown>) =>
  sql`insert into sandbox.activity (${columns})
    select ${caller.organizationId}::uuid, ${at}::timestamptz, ${caller.id}::uuid, ${caller.email}::text, ${caller.name}::text,
      ${caller.accountGroup?.id ?? null}::uuid, ${caller.accountGroup?.name ?? null}::text, ${event}::text, ${caller.through}::text,
      ${caller.address}::text, ${JSON.stringify(resources)}::jsonb
    where ${when}`;

/** Writes a line by itself, within the transaction of what it tells of. */
export const recordActivity = async (db: Queryable, activity: Activity): Promise<void> => {
  await activityInsert(activity, sql`true`).execute(db);
};

/** Writes a line that is nobody's doing. */
export const recordSystemActivity = async (
  db: Queryable,
  line: {
    readonly organizationId: string;
    readonly at: Date;
    readonly actor: string;
    readonly event: ActivityEvent;
    readonly source: "System" | "Drill";
    readonly address: string | null;
    readonly resources: readonly Resource[];
  },
): Promise<void> => {
  await sql`insert into sandbox.activity (${columns})
    values (${line.organizationId}, ${line.at}, null, ${line.actor}, null, null, null, ${line.event}, ${line.source}, ${line.address},
      ${JSON.stringify(line.resources)}::jsonb)`.execute(db);
};

export interface ActivityRow {
  readonly seq: number;
  readonly at: Date;
  readonly actorId: string | null;
  readonly actorEmail: string;
  readonly actorName: string | null;
  readonly accountGroupId: string | null;
  readonly accountGroupName: string | null;
  readonly event: string;
  readonly source: string;
  readonly address: string | null;
  readonly resources: readonly Resource[];
}

/** The newest lines first. @param before only lines older than this one; null begins with the newest @param where which of the organisation's lines */
export const listActivity = async (
  db: Queryable,
  organizationId: string,
  { before, limit, where }: { before: number | null; limit: number; where: RawBuilder<unknown> },
): Promise<readonly ActivityRow[]> => {
  const { rows } = await sql<ActivityRow>`
    select seq, at, actor_id as "actorId", actor_email as "actorEmail", actor_name as "actorName", account_group_id as "accountGroupId",
      account_group_name as "accountGroupName", event, source, address, resources
    from sandbox.activity
    where organization_id = ${organizationId} and (${before}::bigint is null or seq < ${before}) and ${where}
    order by seq desc limit ${limit}`.execute(db);
  return rows;
};
