import { type RawBuilder, sql } from "kysely";
import type { Queryable } from "#store";
import type { Caller } from "./caller.ts";

/** A line of the activity log about one account. */
export interface Activity {
  readonly event: string;
  readonly at: Date;
  readonly caller: Caller;
  readonly source: "SCIM" | "System";
  readonly resources: readonly { readonly type: string; readonly name: string }[];
}

/** An INSERT to put beside the change it tells of, in one statement. `when` keeps it from writing when the change did nothing. */
export const activityInsert = (
  organizationId: string,
  activity: Activity,
  when: RawBuilder<unknown>,
): RawBuilder<unknown> =>
  sql`insert into sandbox.activity (organization_id, at, actor_id, actor_email, event, source, address, resources)
    select ${organizationId}::uuid, ${activity.at}::timestamptz, ${activity.caller.id}::uuid, ${activity.caller.email}::text,
      ${activity.event}::text, ${activity.source}::text, ${activity.caller.address}::text, ${JSON.stringify(activity.resources)}::jsonb
    where ${when}`;

export interface ActivityRow {
  readonly seq: number;
  readonly at: Date;
  readonly actorId: string | null;
  readonly actorEmail: string;
  readonly event: string;
  readonly source: string;
  readonly address: string | null;
  readonly resources: readonly { readonly type: string; readonly name: string }[];
}

/** The newest lines first. @param before only lines older than this one; null begins with the newest @param actorId only what this person did; null for everybody */
export const listActivity = async (
  db: Queryable,
  organizationId: string,
  { before, limit, actorId }: { before: number | null; limit: number; actorId: string | null },
): Promise<readonly ActivityRow[]> => {
  const { rows } = await sql<ActivityRow>`
    select seq, at, actor_id as "actorId", actor_email as "actorEmail", event, source, address, resources
    from sandbox.activity
    where organization_id = ${organizationId} and (${before}::bigint is null or seq < ${before})
      and (${actorId}::uuid is null or actor_id = ${actorId})
    order by seq desc limit ${limit}`.execute(db);
  return rows;
};
