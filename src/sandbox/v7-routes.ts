import { Hono } from "hono";
import { listActivity } from "./activity.ts";
import { may } from "./caller.ts";
import type { SandboxContext } from "./request-context.ts";
import type { Tenant } from "./tenant.ts";

const pageLength = 100;

/** The little of the vendor's REST API that a provisioning administrator looks at: who am I, and what happened. */
export const v7Routes = (tenant: Tenant): Hono<SandboxContext> => {
  const routes = new Hono<SandboxContext>({ strict: false });

  routes.get("/users/current", (context) => {
    const { caller } = context.var;
    const rolesIn = (accountGroupId: string | null) =>
      caller.roles.filter((role) => role.accountGroupId === accountGroupId).map((role) => ({ name: role.name }));
    const groups = [...new Set(caller.roles.map((role) => role.accountGroupId))].filter((id) => id !== null);
    return context.json({
      uid: caller.id,
      name: caller.name,
      email: caller.email,
      accountGroupRoles: groups.map((aid) => ({ accountGroup: { aid }, roles: rolesIn(aid) })),
      allAccountGroupRoles: rolesIn(null),
    });
  });

  routes.get("/audit-user-events", async (context) => {
    const { caller } = context.var;
    const seesAll =
      may(caller, "View user activity in all account groups") ||
      may(caller, "View activity log for all users in account group");
    const cursor = context.req.query("cursor") ?? "";
    const rows = await listActivity(tenant.store.db, tenant.organization.id, {
      before: /^\d{1,15}$/.test(cursor) ? Number(cursor) : null,
      limit: pageLength,
      actorId: seesAll ? null : caller.id,
    });
    const last = rows.length === pageLength ? rows.at(-1) : undefined;
    return context.json({
      auditEvents: rows.map((row) => ({
        date: row.at.toISOString(),
        event: row.event,
        user: row.actorEmail,
        uid: row.actorId,
        ipAddress: row.address,
        source: row.source,
        resources: row.resources,
      })),
      ...(last === undefined ? {} : { _links: { next: { href: `/v7/audit-user-events?cursor=${last.seq}` } } }),
    });
  });
  return routes;
};
