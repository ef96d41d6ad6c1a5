import { Hono } from "hono";
import { z } from "zod";
import { membershipsOf } from "../access/own-profile.ts";
import { nothing, withBody } from "../routing.ts";
import { signOut, switchTo } from "../sign-in/sign-in.ts";
import { type AppContext, requireSession, takeSession } from "./admission.ts";

const id = z.uuid();
export const switchBody = z.strictObject({ organizationId: id.optional(), accountGroupId: id.nullable().optional() });

/** Who has signed in, where they are working, and how to leave. */
export const sessionRoutes = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });

  routes.get("/session", async (call) => {
    const { caller, tenant } = call.var;
    const { id, name, plan } = tenant.organization;
    return call.json({
      user: { id: caller.id, email: caller.email, name: caller.name },
      organization: { id, name, plan },
      accountGroup: caller.accountGroup,
      permissions: [...new Set(caller.roles.flatMap((role) => role.permissions))].sort(),
      memberships: await membershipsOf(tenant.store.db, caller.personId),
      scimBaseUrl: tenant.baseUrl,
    });
  });

  routes.patch("/session", requireSession, (call) => {
    const { caller, session, tenant } = call.var;
    return withBody(
      call,
      switchBody,
      ({ organizationId = caller.organizationId, accountGroupId = null }) =>
        switchTo(tenant, caller, session ?? "", { organizationId, accountGroupId }),
      nothing,
    );
  });

  routes.delete("/session", requireSession, async (call) => {
    const { caller, session, tenant } = call.var;
    await signOut(tenant, caller, session ?? "");
    takeSession(tenant, call);
    return call.body(null, 204);
  });
  return routes;
};
