import { Hono } from "hono";
import { statusError } from "#scim";
import { problem } from "../problem.ts";
import type { Service } from "../tenant.ts";
import { type AppContext, refuseAsJson, refuseForeign, requireSignIn } from "./admission.ts";
import { drillRoutes } from "./drill-routes.ts";
import { profileRoutes } from "./profile-routes.ts";
import { recordRoutes } from "./record-routes.ts";
import { sessionRoutes } from "./session-routes.ts";
import { setUpRoutes } from "./set-up-routes.ts";
import { signInRoutes } from "./sign-in-routes.ts";
import { userRoutes } from "./user-routes.ts";

/**
 * Everything that a page for people needs, as JSON, to be mounted at `/app`. Only signing in and links are open; the rest wants a session or an API
 * token. What happens here counts against no rate limit and meets no fault of a drill.
 */
export const appRoutes = (service: Service, isLoopback: boolean): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });
  routes.use("*", refuseForeign(isLoopback, refuseAsJson));
  routes.route("/", signInRoutes(service));
  routes.use("*", requireSignIn(service, refuseAsJson));
  for (const part of [sessionRoutes(), profileRoutes(), userRoutes(), setUpRoutes(), recordRoutes(), drillRoutes()]) {
    routes.route("/", part);
  }
  routes.all("*", (call) => problem(statusError(404, "There is nothing at this address."), call.req.path));
  return routes;
};
