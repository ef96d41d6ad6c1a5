import { sql } from "kysely";
import { isGuid } from "#runtime";
import type { Result } from "#scim";
import type { Tx } from "#store";
import type { Account, AccountRole } from "../accounts.ts";
import { type Caller, may, mayEditIn } from "../caller.ts";
import { done, lacks, no } from "../outcome.ts";
import { hasManagementPermissions } from "../permissions.ts";

/** A role that somebody wants an account to have; null: in all account groups. */
export type RoleGrant = Omit<AccountRole, "name">;

/** Roles that one account may hold, each account group counting by itself. */
const most = 500;

/** Where an account's roles are (null: in all account groups), as permissions to edit it are asked for. */
const placesOf = (roles: readonly Pick<AccountRole, "accountGroupId">[]): readonly string[] | null => {
  const groups = roles.map((role) => role.accountGroupId).filter((group) => group !== null);
  return groups.length < roles.length ? null : groups;
};

export const mayEditAccount = (caller: Caller, account: Pick<Account, "roles">): boolean =>
  mayEditIn(caller, placesOf(account.roles));

interface KnownRole {
  id: string;
  permissions: string[];
}

const keyOf = ({ roleId, accountGroupId }: RoleGrant): string => `${roleId} ${accountGroupId}`;

/**
 * Checks that roles and account groups exist and that the caller may hand out, and take away, what differs.
 * @param held what the account has now
 */
export const checkRoles = async (
  tx: Tx,
  caller: Caller,
  wanted: readonly RoleGrant[],
  held: readonly RoleGrant[],
): Promise<Result<readonly RoleGrant[]>> => {
  if (wanted.length === 0) return no(400, "A user needs at least one role.");
  if (wanted.length > most) return no(400, `A user has at most ${most} roles.`);
  const unique = [...new Map(wanted.map((grant) => [keyOf(grant), grant])).values()];
  const roleIds = [...unique, ...held].map(({ roleId }) => roleId).filter(isGuid);
  const groupIds = unique.map(({ accountGroupId }) => accountGroupId).filter((id) => id !== null && isGuid(id));
  const roles = await sql<KnownRole>`select id, permissions from sandbox.role
    where organization_id = ${caller.organizationId} and id = any(${roleIds}::uuid[])`.execute(tx);
  const groups = await sql<{ id: string }>`select id from sandbox.account_group
    where organization_id = ${caller.organizationId} and id = any(${groupIds}::uuid[])`.execute(tx);
  for (const { roleId, accountGroupId } of unique) {
    if (!roles.rows.some(({ id }) => id === roleId)) return no(400, `There is no role with the id ${quote(roleId)}.`);
    if (accountGroupId !== null && !groups.rows.some(({ id }) => id === accountGroupId)) {
      return no(400, `There is no account group with the id ${quote(accountGroupId)}.`);
    }
  }
  const before = new Set(held.map(keyOf));
  const after = new Set(unique.map(keyOf));
  const differing = [
    ...unique.filter((grant) => !before.has(keyOf(grant))),
    ...held.filter((grant) => !after.has(keyOf(grant))),
  ];
  if (differing.length > 0 && !mayEditIn(caller, placesOf(differing))) {
    return no(403, "You may not give or take roles in every account group that you name.");
  }
  const isManagement = differing.some(({ roleId }) =>
    hasManagementPermissions(roles.rows.find(({ id }) => id === roleId)?.permissions ?? []),
  );
  if (isManagement && !may(caller, "Assign management permissions")) return lacks("Assign management permissions");
  return done(unique);
};

const quote = (text: string): string => JSON.stringify(text.slice(0, 80));
