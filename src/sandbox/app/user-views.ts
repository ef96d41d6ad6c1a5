import { sql } from "kysely";
import { z } from "zod";
import type { Result } from "#scim";
import { listAccountGroups } from "../access/account-groups.ts";
import { absentMember } from "../access/members.ts";
import { listRoles } from "../access/roles.ts";
import { findAccount, listAccounts } from "../accounts.ts";
import { type Caller, may } from "../caller.ts";
import { done, lacks } from "../outcome.ts";
import type { Tenant } from "../tenant.ts";
import { isId } from "../user-answers.ts";
import { type UserView, userShape } from "./shapes.ts";

const email = z.string().trim().min(1).max(254);
const name = z.string().trim().min(1).max(500);
const roles = z.array(z.strictObject({ roleId: z.uuid(), accountGroupId: z.uuid().nullable().default(null) })).max(500);
export const newUser = z.strictObject({
  email,
  name: name.nullable().default(null),
  roles,
  loginAccountGroupId: z.uuid().nullable().default(null),
});
export const userChange = z.strictObject({
  email: email.optional(),
  name: name.optional(),
  roles: roles.optional(),
  loginAccountGroupId: z.uuid().optional(),
  active: z.boolean().optional(),
});
export const listQuery = z.object({
  search: z.string().max(254).default(""),
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  count: z.coerce.number().int().min(1).max(200).default(50),
});

/** What the ids in users stand for. */
export const namesOf = async ({ store, organization }: Tenant) => ({
  roles: await listRoles(store.db, organization.id),
  groups: await listAccountGroups(store.db, organization.id),
  singleSignOn: organization.settings.singleSignOn,
});

/** A page of the users whose login, userName or name holds `search`. */
export const viewUsers = async (
  tenant: Tenant,
  caller: Caller,
  { search, page, count }: z.infer<typeof listQuery>,
): Promise<Result<{ readonly users: readonly UserView[]; readonly total: number }>> => {
  if (!may(caller, "View all users")) return lacks("View all users");
  const where = sql`(${search} = '' or strpos(lower(concat_ws(' ', p.email, user_name, display_name, formatted_name)), lower(${search})) > 0)`;
  const { accounts, total } = await listAccounts(tenant.store.db, caller.organizationId, {
    where,
    offset: (page - 1) * count,
    limit: count,
  });
  const names = await namesOf(tenant);
  return done({ users: accounts.map((account) => userShape(account, names)), total });
};

export const viewUser = async (tenant: Tenant, caller: Caller, id: string): Promise<Result<UserView>> => {
  if (!may(caller, "View all users")) return lacks("View all users");
  const account = isId(id) ? await findAccount(tenant.store.db, caller.organizationId, id, { lock: false }) : null;
  return account === null ? absentMember : done(userShape(account, await namesOf(tenant)));
};
