import { type Context, Hono } from "hono";
import { z } from "zod";
import { type Result, type ScimError, statusError } from "#scim";
import { problem } from "../problem.ts";
import { nothing, readAs, reply } from "../routing.ts";
import { followLink, readLink } from "../sign-in/follow-link.ts";
import { sendPasswordLink, signIn, type TooMany } from "../sign-in/sign-in.ts";
import type { Service } from "../tenant.ts";
import { addressOfCall, giveSession } from "./admission.ts";

export const email = z.string().trim().min(1).max(254);
const password = z.string().min(1).max(1000);
export const signInBody = z.strictObject({ email, password });
export const linkBody = z.strictObject({
  password: password.nullable().default(null),
  name: z.string().trim().min(1).max(500).nullable().default(null),
});

export const tooManyTries = ({ retryAfter }: TooMany): ScimError =>
  statusError(429, `Too many tries. Try again in ${Math.ceil(retryAfter / 60)} minutes.`);

export const tooMany = (call: Context, { retryAfter }: TooMany): Response =>
  problem(tooManyTries({ retryAfter }), call.req.path, {
    "retry-after": String(retryAfter),
  });

export const isTooMany = (outcome: Result<unknown> | TooMany): outcome is TooMany => "retryAfter" in outcome;

/** What nobody needs to have signed in for: signing in, and following links that work once. */
export const signInRoutes = (service: Service): Hono => {
  const routes = new Hono({ strict: false });

  routes.post("/sign-in", async (call) => {
    const body = await readAs(call, signInBody);
    if (!body.ok) return reply(call, body, nothing);
    const outcome = await signIn(service, body.value, addressOfCall(call));
    if (isTooMany(outcome)) return tooMany(call, outcome);
    return reply(call, outcome, ({ session }) => {
      giveSession(service, call, session);
      return call.json({ kind: "sign-in" });
    });
  });

  routes.post("/password-links", async (call) => {
    const body = await readAs(call, z.strictObject({ email }));
    if (!body.ok) return reply(call, body, nothing);
    const refused = await sendPasswordLink(service, body.value.email, addressOfCall(call));
    return refused === null ? call.body(null, 202) : tooMany(call, refused);
  });

  routes.get("/links/:value", async (call) =>
    reply(call, await readLink(service, call.req.param("value")), (link) => call.json(link)),
  );

  routes.post("/links/:value", async (call) => {
    const body = await readAs(call, linkBody);
    if (!body.ok) return reply(call, body, nothing);
    const followed = await followLink(service, call.req.param("value"), body.value, addressOfCall(call));
    return reply(call, followed, (outcome) => {
      if (outcome.kind !== "sign-in") return call.json(outcome);
      giveSession(service, call, outcome.session);
      return call.json({ kind: "sign-in" });
    });
  });
  return routes;
};
