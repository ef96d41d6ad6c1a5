import { Hono } from "hono";
import { sql } from "kysely";
import { z } from "zod";
import { listAccountGroups } from "../access/account-groups.ts";
import {
  absentMember,
  cancelMemberEmailChange,
  createMember,
  deleteMember,
  inviteAgain,
  updateMember,
} from "../access/members.ts";
import { listRoles } from "../access/roles.ts";
import { findAccount, listAccounts } from "../accounts.ts";
import { may } from "../caller.ts";
import { done, lacks } from "../outcome.ts";
import { nothing, readQuery, reply, withBody } from "../routing.ts";
import type { Tenant } from "../tenant.ts";
import { isId } from "../user-answers.ts";
import type { AppContext } from "./admission.ts";
import { userShape } from "./shapes.ts";

const email = z.string().trim().min(1).max(254);
const name = z.string().trim().min(1).max(500);
const roles = z.array(z.strictObject({ roleId: z.uuid(), accountGroupId: z.uuid().nullable().default(null) })).max(500);
const newUser = z.strictObject({
  email,
  name: name.nullable().default(null),
  roles,
  loginAccountGroupId: z.uuid().nullable().default(null),
});
const change = z.strictObject({
  email: email.optional(),
  name: name.optional(),
  roles: roles.optional(),
  loginAccountGroupId: z.uuid().optional(),
  active: z.boolean().optional(),
});
const listQuery = z.object({
  search: z.string().max(254).default(""),
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  count: z.coerce.number().int().min(1).max(200).default(50),
});

const namesOf = async ({ store, organization }: Tenant) => ({
  roles: await listRoles(store.db, organization.id),
  groups: await listAccountGroups(store.db, organization.id),
  singleSignOn: organization.settings.singleSignOn,
});

/** The users of the present organisation. */
export const userRoutes = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });
  const refused = lacks("View all users");

  routes.get("/users", async (call) => {
    const { caller, tenant } = call.var;
    if (!may(caller, "View all users")) return reply(call, refused, nothing);
    return reply(call, readQuery(call, listQuery), async ({ search, page, count }) => {
      const where = sql`(${search} = '' or strpos(lower(concat_ws(' ', p.email, user_name, display_name, formatted_name)), lower(${search})) > 0)`;
      const { accounts, total } = await listAccounts(tenant.store.db, caller.organizationId, {
        where,
        offset: (page - 1) * count,
        limit: count,
      });
      const names = await namesOf(tenant);
      return call.json({ users: accounts.map((account) => userShape(account, names)), total, page, count });
    });
  });

  routes.get("/users/:id", async (call) => {
    const { caller, tenant } = call.var;
    if (!may(caller, "View all users")) return reply(call, refused, nothing);
    const id = call.req.param("id");
    const account = isId(id) ? await findAccount(tenant.store.db, caller.organizationId, id, { lock: false }) : null;
    return reply(call, account === null ? absentMember : done(account), async (found) =>
      call.json(userShape(found, await namesOf(tenant))),
    );
  });

  routes.post("/users", (call) => {
    const { caller, tenant } = call.var;
    return withBody(
      call,
      newUser,
      (body) => createMember(tenant, caller, body),
      async (account) => call.json(userShape(account, await namesOf(tenant)), 201),
    );
  });

  routes.patch("/users/:id", (call) => {
    const { caller, tenant } = call.var;
    const id = call.req.param("id");
    return withBody(
      call,
      change,
      ({ roles: wanted, ...body }) =>
        updateMember(tenant, caller, id, { ...body, ...(wanted === undefined ? {} : { roles: () => wanted }) }),
      async (account) => call.json(userShape(account, await namesOf(tenant))),
    );
  });

  routes.delete("/users/:id", async (call) =>
    reply(call, await deleteMember(call.var.tenant, call.var.caller, call.req.param("id")), nothing),
  );
  routes.delete("/users/:id/pending-email", async (call) =>
    reply(call, await cancelMemberEmailChange(call.var.tenant, call.var.caller, call.req.param("id")), nothing),
  );
  routes.post("/users/:id/registration-mail", async (call) =>
    reply(call, await inviteAgain(call.var.tenant, call.var.caller, call.req.param("id")), nothing),
  );
  return routes;
};
