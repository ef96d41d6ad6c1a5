import { sql } from "kysely";
import { isGuid } from "#runtime";
import type { Result } from "#scim";
import type { Tx } from "#store";
import { done, no } from "../outcome.ts";
import type { RoleGrant } from "./member-roles.ts";

/** Checks that somebody with these roles could land in this account group after signing in. */
export const checkLoginAccountGroup = async (
  tx: Tx,
  organizationId: string,
  roles: readonly Pick<RoleGrant, "accountGroupId">[],
  id: string,
): Promise<Result<string>> => {
  const { rows } = isGuid(id)
    ? await sql`select 1 from sandbox.account_group where organization_id = ${organizationId} and id = ${id}`.execute(
        tx,
      )
    : { rows: [] };
  if (rows.length === 0) return no(400, "The login account group is none of the organization's account groups.");
  const reaches = roles.some(({ accountGroupId }) => accountGroupId === null || accountGroupId === id.toLowerCase());
  return reaches ? done(id) : no(400, "The user has no role in the login account group.");
};

export const saveLoginAccountGroup = async (tx: Tx, personId: string, id: string): Promise<void> => {
  await sql`update sandbox.person set login_account_group_id = ${id} where id = ${personId}`.execute(tx);
};

/** True when the person has accounts in other organisations, and thus chooses the login account group alone. */
export const isElsewhere = async (tx: Tx, personId: string, organizationId: string): Promise<boolean> => {
  const { rows } =
    await sql`select 1 from sandbox.account where person_id = ${personId} and organization_id <> ${organizationId}`.execute(
      tx,
    );
  return rows.length > 0;
};
