import { Hono } from "hono";
import { faultWish } from "../drill/index.ts";
import { nothing, reply, withBody } from "../routing.ts";
import type { AppContext } from "./admission.ts";
import { limitBody, limitRequests, switchAllOff, switchOff, switchOn, viewDrill } from "./drill-changes.ts";

/** Faults to rehearse with, and the rate limit. They are the whole sandbox's, and gone when it stops. */
export const drillRoutes = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });
  routes.get("/drill", (call) => reply(call, viewDrill(call.var.tenant, call.var.caller), (drill) => call.json(drill)));
  routes.post("/drill/faults", (call) =>
    withBody(
      call,
      faultWish,
      (wish) => switchOn(call.var.tenant, call.var.caller, wish),
      (fault) => call.json(fault, 201),
    ),
  );
  routes.delete("/drill/faults", async (call) =>
    reply(call, await switchAllOff(call.var.tenant, call.var.caller), nothing),
  );
  routes.delete("/drill/faults/:id", async (call) =>
    reply(call, await switchOff(call.var.tenant, call.var.caller, call.req.param("id")), nothing),
  );
  routes.put("/drill/rate-limit", (call) =>
    withBody(call, limitBody, (body) => limitRequests(call.var.tenant, call.var.caller, body), nothing),
  );
  return routes;
};
