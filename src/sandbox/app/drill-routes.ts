import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { type Activity, recordActivity } from "../activity.ts";
import { may } from "../caller.ts";
import { type Fault, faults, faultWish } from "../drill/index.ts";
import { events } from "../events.ts";
import { done, lacks, no } from "../outcome.ts";
import { nothing, reply, withBody } from "../routing.ts";
import type { AppContext } from "./admission.ts";

const limitBody = z.strictObject({ requestsPerMinute: z.union([z.int().min(1).max(1_000_000), z.literal("off")]) });

const permission = "Edit security & authentication settings";

const requirePermission = createMiddleware<AppContext>((call, next) =>
  may(call.var.caller, permission) ? next() : Promise.resolve(reply(call, lacks(permission), nothing)),
);

/** Faults to rehearse with, and the rate limit. They are the whole sandbox's, and gone when it stops. */
export const drillRoutes = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });
  routes.use("/drill", requirePermission);
  routes.use("/drill/*", requirePermission);

  const tell = ({ caller, tenant }: AppContext["Variables"], event: Activity["event"], names: readonly string[]) =>
    recordActivity(tenant.store.db, {
      event,
      at: tenant.clock.now(),
      caller,
      resources: names.map((name) => ({ type: "drill", name })),
    });
  const nameOf = ({ kind, method, path, times }: Fault): string =>
    `${kind} for ${times === null ? "all" : `the next ${times}`} ${method ?? "requests"}${path === null ? "" : ` at ${path}`}`;

  routes.get("/drill", (call) => {
    const { drill, limiters, organization } = call.var.tenant;
    return call.json({
      faults: drill.list(),
      met: drill.met,
      kinds: Object.entries(faults).map(([kind, description]) => ({ kind, ...description })),
      rateLimit: limiters.of(organization.id).state(),
    });
  });

  routes.post("/drill/faults", (call) =>
    withBody(
      call,
      faultWish,
      (wish) => {
        const fault = call.var.tenant.drill.add(wish);
        return fault === null ? no(409, "There are 50 faults already. Switch some of them off.") : done(fault);
      },
      async (fault) => {
        await tell(call.var, events.drillStarted, [nameOf(fault)]);
        return call.json(fault, 201);
      },
    ),
  );
  routes.delete("/drill/faults", async (call) => {
    if (call.var.tenant.drill.clear() > 0) await tell(call.var, events.drillStopped, ["all faults"]);
    return nothing();
  });
  routes.delete("/drill/faults/:id", async (call) => {
    const fault = call.var.tenant.drill.remove(call.req.param("id"));
    return reply(call, fault === null ? no(404, "There is no fault with this id.") : done(fault), async (gone) => {
      await tell(call.var, events.drillStopped, [nameOf(gone)]);
      return nothing();
    });
  });
  routes.put("/drill/rate-limit", (call) =>
    withBody(
      call,
      limitBody,
      ({ requestsPerMinute }) => {
        const { limiters, organization } = call.var.tenant;
        limiters.set(requestsPerMinute, organization.id);
        return done(requestsPerMinute);
      },
      async (limit) => {
        await tell(call.var, events.settingsChanged, [`${limit} requests a minute`]);
        return nothing();
      },
    ),
  );
  return routes;
};
