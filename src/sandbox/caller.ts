import { type RawBuilder, sql } from "kysely";
import type { Permission } from "./permissions.ts";

/** One role that somebody holds; `accountGroupId` null means in all account groups. */
export interface HeldRole {
  readonly roleId: string;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly accountGroupId: string | null;
}

/** As whom a request acts, in one organisation. */
export interface Caller {
  /** Of the account. */
  readonly id: string;
  readonly personId: string;
  readonly organizationId: string;
  readonly email: string;
  readonly name: string | null;
  readonly roles: readonly HeldRole[];
  /** Where the caller is working; null for somebody who has no account group. */
  readonly accountGroup: { readonly id: string; readonly name: string } | null;
  /** The token that was presented; null for a session. */
  readonly tokenId: string | null;
  /** Through which door the request came, and from which address, for the activity log. */
  readonly through: "SCIM" | "API" | "Page";
  readonly address: string | null;
}

/** What the database knows of a caller. */
export type KnownCaller = Omit<Caller, "through" | "address">;

export type CallerRow = Omit<KnownCaller, "tokenId"> & { readonly active: boolean };

/** The account groups that account `a` reaches, in which it works by itself: the login account group, else the oldest. */
const workplace = (chosen: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select jsonb_build_object('id', g.id, 'name', g.name) from sandbox.account_group g
  where g.organization_id = a.organization_id and exists (select from sandbox.account_role h
    where h.account_id = a.id and (h.account_group_id is null or h.account_group_id = g.id))
  order by (g.id = ${chosen}) desc nulls last, (g.id = p.login_account_group_id) desc nulls last, g.seq limit 1)`;

/** Columns of a CallerRow, from `sandbox.account a` and `sandbox.person p`. @param chosen the account group that the caller chose to work in */
export const callerColumns = (chosen: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`a.id, a.person_id as "personId", a.organization_id as "organizationId", a.active, p.email,
    coalesce(a.display_name, a.formatted_name) as name, ${workplace(chosen)} as "accountGroup",
    coalesce((select jsonb_agg(jsonb_build_object('roleId', r.id, 'name', r.name, 'permissions', to_jsonb(r.permissions), 'accountGroupId', h.account_group_id) order by r.name)
      from sandbox.account_role h join sandbox.role r on r.id = h.role_id where h.account_id = a.id), '[]') as roles`;

/** True when the caller holds the permission in any account group. */
export const may = (caller: Caller, permission: Permission): boolean =>
  caller.roles.some((role) => role.permissions.includes(permission));

/** True when the caller holds a role in this account group, or in all. */
export const isIn = (caller: Caller, accountGroupId: string): boolean =>
  caller.roles.some((role) => role.accountGroupId === null || role.accountGroupId === accountGroupId);

/** True when the caller holds the permission in this account group. */
const mayIn = (caller: Caller, permission: Permission, accountGroupId: string): boolean =>
  caller.roles.some(
    (role) =>
      (role.accountGroupId === null || role.accountGroupId === accountGroupId) && role.permissions.includes(permission),
  );

/** True when the caller may edit accounts that belong to these account groups (null: to all of them). */
export const mayEditIn = (caller: Caller, accountGroupIds: readonly string[] | null): boolean => {
  if (may(caller, "Edit users in all account groups")) return true;
  if (accountGroupIds === null || !may(caller, "Edit users")) return false;
  return accountGroupIds.every((id) => mayIn(caller, "Edit users", id));
};
