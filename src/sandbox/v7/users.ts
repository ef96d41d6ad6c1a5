import { Hono } from "hono";
import { sql } from "kysely";
import { z } from "zod";
import { listAccountGroups } from "../access/account-groups.ts";
import type { RoleGrant } from "../access/member-roles.ts";
import { absentMember, createMember, deleteMember, updateMember } from "../access/members.ts";
import { listRoles } from "../access/roles.ts";
import { type Account, findAccount, listAccounts } from "../accounts.ts";
import { type Caller, may } from "../caller.ts";
import { done, lacks, no } from "../outcome.ts";
import { nothing, readQuery, reply, withBody } from "../routing.ts";
import type { Tenant } from "../tenant.ts";
import { isId } from "../user-answers.ts";
import { hal, type V7Context } from "./context.ts";
import { hrefOf, type Names, userDetail, userShape } from "./shapes.ts";

const pageLength = 500;

const id = z.string().min(1).max(100);
const userBody = z.object({
  name: z.string().trim().min(1).max(500).optional(),
  email: z.string().trim().min(1).max(254).optional(),
  loginAccountGroupId: id.optional(),
  accountGroupRoles: z
    .array(z.object({ accountGroupId: id, roleIds: z.array(id).max(200) }))
    .max(500)
    .optional(),
  allAccountGroupRoleIds: z.array(id).max(200).optional(),
});
type UserBody = z.infer<typeof userBody>;

const namesOf = async ({ store, organization }: Tenant): Promise<Names> => ({
  roles: await listRoles(store.db, organization.id),
  groups: await listAccountGroups(store.db, organization.id),
});

const inGroups = (body: UserBody): readonly RoleGrant[] | undefined =>
  body.accountGroupRoles?.flatMap(({ accountGroupId, roleIds }) =>
    roleIds.map((roleId) => ({ roleId, accountGroupId })),
  );

const inAll = (body: UserBody): readonly RoleGrant[] | undefined =>
  body.allAccountGroupRoleIds?.map((roleId) => ({ roleId, accountGroupId: null }));

/** The roles that a body asks for: each of its two lists replaces what was there, and one that is not given leaves it. */
const rolesOf = (body: UserBody, held: readonly RoleGrant[]): readonly RoleGrant[] | undefined => {
  const [groups, all] = [inGroups(body), inAll(body)];
  if (groups === undefined && all === undefined) return undefined;
  const heldIn = (isIn: (accountGroupId: string | null) => boolean) =>
    held.filter(({ accountGroupId }) => isIn(accountGroupId));
  return [...(groups ?? heldIn((group) => group !== null)), ...(all ?? heldIn((group) => group === null))];
};

const findUser = (tenant: Tenant, caller: Caller, uid: string): Promise<Account | null> =>
  isId(uid) ? findAccount(tenant.store.db, caller.organizationId, uid, { lock: false }) : Promise.resolve(null);

/** `/users` of the REST API. */
export const userRoutes = (): Hono<V7Context> => {
  const routes = new Hono<V7Context>({ strict: false });
  const query = z.object({
    cursor: z
      .string()
      .regex(/^\d{1,9}$/, "is none that was given out")
      .optional(),
  });

  routes.get("/users", async (call) => {
    const { caller, tenant } = call.var;
    if (!may(caller, "View all users")) return reply(call, lacks("View all users"), nothing);
    return reply(call, readQuery(call, query), async ({ cursor = "0" }) => {
      const offset = Number(cursor);
      const where = sql`true`;
      const { accounts, total } = await listAccounts(tenant.store.db, caller.organizationId, {
        where,
        offset,
        limit: pageLength,
      });
      const names = await namesOf(tenant);
      const next = offset + accounts.length;
      const isLast = accounts.length === 0 || next >= total;
      return hal({
        users: accounts.map((account) => userShape(account, names)),
        _links: {
          self: { href: hrefOf(tenant, "users") },
          ...(isLast ? {} : { next: { href: hrefOf(tenant, `users?cursor=${next}`) } }),
        },
      });
    });
  });

  routes.get("/users/current", async (call) => {
    const { everywhere, tenant } = call.var;
    const account = await findUser(tenant, everywhere, everywhere.id);
    if (account === null) return reply(call, absentMember, nothing);
    return hal(userDetail(tenant, account, await namesOf(tenant)));
  });

  routes.get("/users/:id", async (call) => {
    const { caller, tenant } = call.var;
    if (!may(caller, "View all users")) return reply(call, lacks("View all users"), nothing);
    const account = await findUser(tenant, caller, call.req.param("id"));
    return reply(call, account === null ? absentMember : done(account), async (found) =>
      hal(userDetail(tenant, found, await namesOf(tenant))),
    );
  });

  routes.post("/users", (call) => {
    const { caller, tenant } = call.var;
    return withBody(
      call,
      userBody,
      (body) =>
        body.email === undefined
          ? no(400, 'A new user needs an "email".')
          : createMember(tenant, caller, {
              email: body.email,
              name: body.name ?? null,
              roles: rolesOf(body, []) ?? [],
              loginAccountGroupId: body.loginAccountGroupId ?? null,
            }),
      async (account) => {
        const location = hrefOf(tenant, `users/${account.id}`);
        return hal(userDetail(tenant, account, await namesOf(tenant)), 201, { location });
      },
    );
  });

  routes.put("/users/:id", (call) => {
    const { caller, tenant } = call.var;
    const uid = call.req.param("id");
    return withBody(
      call,
      userBody,
      (body) =>
        updateMember(tenant, caller, uid, {
          name: body.name,
          email: body.email,
          roles: (held) => rolesOf(body, held),
          loginAccountGroupId: body.loginAccountGroupId,
        }),
      async (account) => hal(userDetail(tenant, account, await namesOf(tenant))),
    );
  });

  routes.delete("/users/:id", async (call) =>
    reply(call, await deleteMember(call.var.tenant, call.var.caller, call.req.param("id")), nothing),
  );
  return routes;
};
