import { Hono } from "hono";
import { z } from "zod";
import { cancelOwnEmailChange, changeOwnProfile, membershipsOf } from "../access/own-profile.ts";
import { findAccount } from "../accounts.ts";
import { may } from "../caller.ts";
import { nothing, readAs, reply, withBody } from "../routing.ts";
import { changePassword } from "../sign-in/sign-in.ts";
import { createOwnToken, regenerateOwnToken, revokeOwnToken } from "../token-changes.ts";
import { listTokens, type NewToken } from "../tokens.ts";
import { type AppContext, requireSession } from "./admission.ts";
import { isTooMany, tooMany } from "./sign-in-routes.ts";

export const profileBody = z.strictObject({
  name: z.string().trim().min(1).max(500).optional(),
  email: z.string().trim().min(1).max(254).optional(),
  loginAccountGroupId: z.uuid().optional(),
});
export const passwordBody = z.strictObject({
  current: z.string().max(1000).default(""),
  password: z.string().min(1).max(1000),
});
export const tokenBody = z.strictObject({
  name: z.string().trim().min(1).max(100),
  kind: z.enum(["bearer", "basic"]).default("bearer"),
});

/** What people see of themselves. `tokens` is null for those without the permission, who do not see the section. */
export const viewProfile = async ({ caller, tenant }: Pick<AppContext["Variables"], "caller" | "tenant">) => {
  const account = await findAccount(tenant.store.db, caller.organizationId, caller.id, { lock: false });
  return {
    id: caller.id,
    name: account?.displayName ?? account?.formattedName ?? null,
    email: caller.email,
    pendingEmail: account?.pendingEmail ?? null,
    loginAccountGroupId: account?.loginAccountGroupId ?? null,
    memberships: await membershipsOf(tenant.store.db, caller.personId),
    tokens: may(caller, "API access") ? await listTokens(tenant.store.db, caller.id) : null,
  };
};

/** What people see and change of themselves: name, e-mail, password, login account group, API tokens. */
export const profileRoutes = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });
  routes.use("/profile", requireSession);
  routes.use("/profile/*", requireSession);

  routes.get("/profile", async (call) => call.json(await viewProfile(call.var)));

  routes.patch("/profile", (call) => {
    const { caller, tenant } = call.var;
    return withBody(
      call,
      profileBody,
      (body) => changeOwnProfile(tenant, caller, body),
      async ({ email }) => call.json(await viewProfile({ tenant, caller: { ...caller, email } })),
    );
  });

  routes.delete("/profile/pending-email", async (call) =>
    reply(call, await cancelOwnEmailChange(call.var.tenant, call.var.caller), nothing),
  );

  routes.put("/profile/password", async (call) => {
    const { caller, session, tenant } = call.var;
    const body = await readAs(call, passwordBody);
    if (!body.ok) return reply(call, body, nothing);
    const { current, password: next } = body.value;
    const outcome = await changePassword(tenant, caller, { current, next, session });
    return isTooMany(outcome) ? tooMany(call, outcome) : reply(call, outcome, nothing);
  });

  const reveal = ({ id, value, expiresAt }: NewToken) => ({ id, value, expiresAt });
  routes.post("/profile/tokens", (call) =>
    withBody(
      call,
      tokenBody,
      (body) => createOwnToken(call.var.tenant, call.var.caller, body),
      (token) => call.json(reveal(token), 201),
    ),
  );
  routes.post("/profile/tokens/:id/regenerate", async (call) =>
    reply(call, await regenerateOwnToken(call.var.tenant, call.var.caller, call.req.param("id")), (token) =>
      call.json(reveal(token), 201),
    ),
  );
  routes.delete("/profile/tokens/:id", async (call) =>
    reply(call, await revokeOwnToken(call.var.tenant, call.var.caller, call.req.param("id")), nothing),
  );
  return routes;
};
