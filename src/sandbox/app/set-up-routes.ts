import { Hono } from "hono";
import { z } from "zod";
import {
  createAccountGroup,
  deleteAccountGroup,
  renameAccountGroup,
  viewAccountGroups,
} from "../access/account-groups.ts";
import { createRole, deleteRole, type RoleWish, updateRole, viewRoles } from "../access/roles.ts";
import { changeSettings, viewSettings } from "../access/settings-changes.ts";
import { createOrganizationAs, updateOrganization } from "../organizations.ts";
import { type Permission, permissionInfos } from "../permissions.ts";
import { nothing, reply, withBody } from "../routing.ts";
import { switchDescriptions } from "../settings.ts";
import type { AppContext } from "./admission.ts";
import { roleShape } from "./shapes.ts";

export const name = z.string().trim().min(1).max(100);
const labels = permissionInfos.map(({ label }) => label) as [Permission, ...Permission[]];
export const roleBody = z.strictObject({ name, permissions: z.array(z.enum(labels)).max(200) });
export const organizationBody = z.strictObject({ name: name.optional(), plan: name.optional() });
const newOrganization = z.strictObject({
  name,
  plan: name.default("Standard"),
  admin: z.strictObject({ email: z.string().trim().min(1).max(254), name: z.string().trim().min(1).max(500) }),
});

export const wishOf = ({ name, permissions }: z.infer<typeof roleBody>): RoleWish => ({
  name,
  permissions: labels.filter((label) => permissions.includes(label)),
});

/** The organisation itself: name and plan, account groups, roles, SCIM settings and switches. */
export const setUpRoutes = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });

  routes.get("/organization", (call) => {
    const { id, name, plan } = call.var.tenant.organization;
    return call.json({ id, name, plan });
  });
  routes.patch("/organization", (call) =>
    withBody(
      call,
      organizationBody,
      (body) => updateOrganization(call.var.tenant, call.var.caller, body),
      (changed) => call.json(changed),
    ),
  );
  routes.post("/organizations", (call) =>
    withBody(
      call,
      newOrganization,
      (body) => createOrganizationAs(call.var.tenant, call.var.caller, body),
      (made) => call.json(made, 201),
    ),
  );

  routes.get("/account-groups", async (call) =>
    call.json({ accountGroups: await viewAccountGroups(call.var.tenant, call.var.caller) }),
  );
  routes.post("/account-groups", (call) =>
    withBody(
      call,
      z.strictObject({ name }),
      (body) => createAccountGroup(call.var.tenant, call.var.caller, body.name),
      (group) => call.json(group, 201),
    ),
  );
  routes.patch("/account-groups/:id", (call) => {
    const id = call.req.param("id");
    return withBody(
      call,
      z.strictObject({ name }),
      (body) => renameAccountGroup(call.var.tenant, call.var.caller, id, body.name),
      (group) => call.json(group),
    );
  });
  routes.delete("/account-groups/:id", async (call) =>
    reply(call, await deleteAccountGroup(call.var.tenant, call.var.caller, call.req.param("id")), nothing),
  );

  routes.get("/permissions", (call) => call.json({ permissions: permissionInfos }));
  routes.get("/roles", async (call) =>
    reply(call, await viewRoles(call.var.tenant, call.var.caller), (roles) =>
      call.json({ roles: roles.map(roleShape) }),
    ),
  );
  routes.post("/roles", (call) =>
    withBody(
      call,
      roleBody,
      (body) => createRole(call.var.tenant, call.var.caller, wishOf(body)),
      (role) => call.json(roleShape(role), 201),
    ),
  );
  routes.put("/roles/:id", (call) => {
    const id = call.req.param("id");
    return withBody(
      call,
      roleBody,
      (body) => updateRole(call.var.tenant, call.var.caller, id, wishOf(body)),
      (role) => call.json(roleShape(role)),
    );
  });
  routes.delete("/roles/:id", async (call) =>
    reply(call, await deleteRole(call.var.tenant, call.var.caller, call.req.param("id")), nothing),
  );

  // SCIM settings and switches are one object; how each is explained comes with it.
  routes.get("/settings", (call) =>
    reply(call, viewSettings(call.var.tenant, call.var.caller), (settings) =>
      call.json({ settings, descriptions: switchDescriptions }),
    ),
  );
  routes.patch("/settings", (call) =>
    withBody(
      call,
      z.record(z.string().max(100), z.unknown()),
      (body) => changeSettings(call.var.tenant, call.var.caller, body),
      ({ settings }) => call.json({ settings }),
    ),
  );
  return routes;
};
