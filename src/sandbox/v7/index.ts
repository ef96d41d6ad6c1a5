import { Hono } from "hono";
import { statusError } from "#scim";
import { problem } from "../problem.ts";
import { reply } from "../routing.ts";
import { regenerateOwnToken } from "../token-changes.ts";
import { accountGroupContext, hal, type V7Context } from "./context.ts";
import { eventRoutes } from "./events.ts";
import { setUpRoutes } from "./set-up.ts";
import { userRoutes } from "./users.ts";

/** The vendor's REST API as far as a provisioning administrator needs it, to be mounted at `/v7`, behind the check of the token. */
export const v7Routes = (): Hono<V7Context> => {
  const routes = new Hono<V7Context>({ strict: false });

  routes.use("*", async (call, next) => {
    if (call.var.tenant.organization.settings.restApi) return next();
    return problem(statusError(404, "The REST API is switched off in this organization."), call.req.path);
  });
  routes.use("*", accountGroupContext);

  routes.post("/api-tokens", async (call) => {
    const { caller, tenant } = call.var;
    return reply(call, await regenerateOwnToken(tenant, caller, caller.tokenId ?? ""), ({ value, expiresAt }) =>
      hal({ bearerToken: value, validUntil: expiresAt.toISOString() }, 201),
    );
  });
  routes.route("/", userRoutes());
  routes.route("/", setUpRoutes());
  routes.route("/", eventRoutes());

  for (const [path, methods] of Object.entries({
    "/api-tokens": "POST",
    "/users": "GET, POST",
    "/users/current": "GET",
    "/users/:id": "GET, PUT, DELETE",
    "/roles": "GET, POST",
    "/roles/:id": "GET, PUT, DELETE",
    "/permissions": "GET",
    "/account-groups": "GET, POST",
    "/account-groups/:id": "GET, PUT, DELETE",
    "/audit-user-events": "GET",
  })) {
    routes.all(path, (call) =>
      problem(statusError(405, `This address takes ${methods} only.`), call.req.path, { allow: methods }),
    );
  }
  return routes;
};
