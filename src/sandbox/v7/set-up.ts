import { Hono } from "hono";
import { z } from "zod";
import {
  createAccountGroup,
  deleteAccountGroup,
  renameAccountGroup,
  viewAccountGroups,
} from "../access/account-groups.ts";
import { createRole, deleteRole, type RoleWish, updateRole, viewRoles } from "../access/roles.ts";
import { findAccount } from "../accounts.ts";
import { may } from "../caller.ts";
import { done, lacks, no } from "../outcome.ts";
import { permissionInfos } from "../permissions.ts";
import { nothing, reply, withBody } from "../routing.ts";
import { hal, type V7Context } from "./context.ts";
import { accountGroupShape, hrefOf, permissionsOfIds, roleDetail, roleShape, self } from "./shapes.ts";

const name = z.string().trim().min(1).max(100);
const roleBody = z.object({ name, permissions: z.array(z.string().max(20)).max(200) });
const groupBody = z.object({ accountGroupName: name });

const wishOf = ({ name, permissions: ids }: z.infer<typeof roleBody>) => {
  const permissions = permissionsOfIds(ids);
  return "unknown" in permissions
    ? no(400, `There is no permission with the id ${JSON.stringify(permissions.unknown)}.`)
    : done<RoleWish>({ name, permissions });
};

/** `/roles`, `/permissions` and `/account-groups` of the REST API. */
export const setUpRoutes = (): Hono<V7Context> => {
  const routes = new Hono<V7Context>({ strict: false });
  const absentRole = no(404, "The organization has no role with this id.");
  const absentGroup = no(404, "You have no account group with this id.");

  routes.get("/permissions", (call) =>
    may(call.var.caller, "View roles")
      ? hal({ permissions: permissionInfos, _links: self(call.var.tenant, "permissions") })
      : reply(call, lacks("View roles"), nothing),
  );

  routes.get("/roles", async (call) => {
    const { caller, tenant } = call.var;
    return reply(call, await viewRoles(tenant, caller), (roles) =>
      hal({ roles: roles.map(roleShape), _links: self(tenant, "roles") }),
    );
  });
  routes.get("/roles/:id", async (call) => {
    const { caller, tenant } = call.var;
    return reply(call, await viewRoles(tenant, caller), (roles) => {
      const role = roles.find(({ id }) => id === call.req.param("id"));
      return reply(call, role === undefined ? absentRole : done(role), (found) => hal(roleDetail(tenant, found)));
    });
  });
  routes.post("/roles", (call) => {
    const { caller, tenant } = call.var;
    return withBody(
      call,
      roleBody,
      (body) => {
        const wish = wishOf(body);
        return wish.ok ? createRole(tenant, caller, wish.value) : wish;
      },
      (role) => hal(roleDetail(tenant, role), 201, { location: hrefOf(tenant, `roles/${role.id}`) }),
    );
  });
  routes.put("/roles/:id", (call) => {
    const { caller, tenant } = call.var;
    const id = call.req.param("id");
    return withBody(
      call,
      roleBody,
      (body) => {
        const wish = wishOf(body);
        return wish.ok ? updateRole(tenant, caller, id, wish.value) : wish;
      },
      (role) => hal(roleDetail(tenant, role)),
    );
  });
  routes.delete("/roles/:id", async (call) =>
    reply(call, await deleteRole(call.var.tenant, call.var.caller, call.req.param("id")), nothing),
  );

  const groupsOf = async ({ caller, everywhere, tenant }: V7Context["Variables"]) => {
    const own = await findAccount(tenant.store.db, caller.organizationId, caller.id, { lock: false });
    const groups = await viewAccountGroups(tenant, everywhere);
    return groups.map((group) => accountGroupShape(tenant, caller, own?.loginAccountGroupId ?? null, group));
  };
  routes.get("/account-groups", async (call) =>
    hal({ accountGroups: await groupsOf(call.var), _links: self(call.var.tenant, "account-groups") }),
  );
  routes.get("/account-groups/:id", async (call) => {
    const group = (await groupsOf(call.var)).find(({ aid }) => aid === call.req.param("id"));
    return reply(call, group === undefined ? absentGroup : done(group), (found) =>
      hal({ ...found, _links: self(call.var.tenant, `account-groups/${found.aid}`) }),
    );
  });
  routes.post("/account-groups", (call) => {
    const { caller, tenant } = call.var;
    return withBody(
      call,
      groupBody,
      ({ accountGroupName }) => createAccountGroup(tenant, caller, accountGroupName),
      (group) => {
        const path = `account-groups/${group.id}`;
        const shape = { ...accountGroupShape(tenant, caller, null, group), _links: self(tenant, path) };
        return hal(shape, 201, { location: hrefOf(tenant, path) });
      },
    );
  });
  routes.put("/account-groups/:id", (call) => {
    const { caller, tenant } = call.var;
    const id = call.req.param("id");
    return withBody(
      call,
      groupBody,
      ({ accountGroupName }) => renameAccountGroup(tenant, caller, id, accountGroupName),
      (group) =>
        hal({ ...accountGroupShape(tenant, caller, null, group), _links: self(tenant, `account-groups/${group.id}`) }),
    );
  });
  routes.delete("/account-groups/:id", async (call) =>
    reply(call, await deleteAccountGroup(call.var.tenant, call.var.caller, call.req.param("id")), nothing),
  );
  return routes;
};
