import { type RawBuilder, sql } from "kysely";
import { isGuid } from "#runtime";
import type { Result } from "#scim";
import { type ActivityRow, listActivity } from "../activity.ts";
import type { Caller } from "../caller.ts";
import { loginEvents } from "../events.ts";
import { done, no } from "../outcome.ts";
import type { Permission } from "../permissions.ts";
import type { Tenant } from "../tenant.ts";

/** Which lines of the activity log somebody wants to see; what is null does not narrow. */
export interface ActivityQuery {
  readonly from: Date | null;
  /** Lines before this moment. */
  readonly to: Date | null;
  /** E-mail of the one who acted, or whom it was about. */
  readonly user: string | null;
  readonly event: string | null;
  readonly accountGroupId: string | null;
  /** Goes on after the page whose cursor this is. */
  readonly cursor: string | null;
  readonly limit: number;
}

export interface ActivityPage {
  readonly rows: readonly ActivityRow[];
  /** For the next page; null when this is the last one. */
  readonly cursor: string | null;
}

/** Years for which the log is kept. */
const yearsKept = 2;

const start = (now: Date): Date => {
  const first = new Date(now);
  first.setUTCFullYear(first.getUTCFullYear() - yearsKept);
  return first;
};

/** The lines that a caller may see: all, those of account groups, or the caller's own logins. Null: none. */
const visible = (caller: Caller): RawBuilder<unknown> | null => {
  const holds = (permission: Permission) => caller.roles.filter((role) => role.permissions.includes(permission));
  const ofGroups = holds("View activity log for all users in account group");
  if (holds("View user activity in all account groups").length > 0) return sql`true`;
  const own = sql`(actor_id = ${caller.id} and event = any(${loginEvents}::text[]))`;
  if (ofGroups.length > 0) {
    const groups = ofGroups.map((role) => role.accountGroupId);
    const reached = groups.includes(null)
      ? sql`account_group_id is not null`
      : sql`account_group_id = any(${groups}::uuid[])`;
    return sql`(${reached} or ${own})`;
  }
  return holds("View own activity log").length > 0 ? own : null;
};

/** Reads a page of the activity log, as far as the caller may see it. */
export const viewActivity = async (
  tenant: Tenant,
  caller: Caller,
  query: ActivityQuery,
): Promise<Result<ActivityPage>> => {
  const allowed = visible(caller);
  if (allowed === null) return no(403, "None of your roles lets you see the activity log.");
  const { from, to, user, event, accountGroupId, cursor, limit } = query;
  if (accountGroupId !== null && !isGuid(accountGroupId)) return no(400, "An account group is named by its id.");
  if (cursor !== null && !/^\d{1,15}$/.test(cursor)) return no(400, "The cursor is none that was given out.");
  const oldest = start(tenant.clock.now());
  const last = to !== null && to < oldest ? oldest : to;
  const subject = JSON.stringify([{ type: "userEmail", name: user }]);
  const rows = await listActivity(tenant.store.db, caller.organizationId, {
    before: cursor === null ? null : Number(cursor),
    limit: limit + 1,
    where: sql`${allowed} and at >= ${from !== null && from > oldest ? from : oldest}
      and (${last}::timestamptz is null or at < ${last})
      and (${event}::text is null or event = ${event})
      and (${accountGroupId}::uuid is null or account_group_id = ${accountGroupId})
      and (${user}::text is null or lower(actor_email) = lower(${user}) or resources @> ${subject}::jsonb)`,
  });
  const page = rows.slice(0, limit);
  return done({ rows: page, cursor: rows.length > limit ? String(page.at(-1)?.seq) : null });
};

/** The condition for what is older than the log reaches back. */
export const isOutdated = (now: Date): RawBuilder<unknown> => sql`at < ${start(now)}`;
