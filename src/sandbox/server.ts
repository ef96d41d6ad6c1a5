import { type Context, Hono } from "hono";
import { type ScimError, statusError } from "#scim";
import { refusal, refuse } from "./answer.ts";
import { authenticate } from "./authentication.ts";
import { may } from "./caller.ts";
import { overviewPage } from "./overview-page.ts";
import type { SandboxContext } from "./request-context.ts";
import { scimRoutes, send } from "./scim-routes.ts";
import type { Tenant } from "./tenant.ts";
import { v7Routes } from "./v7-routes.ts";

/** Everything that the sandbox answers. All addresses but the page at `/` need a token, known or not. */
export const sandboxServer = (tenant: Tenant, isLoopback: boolean): Hono<SandboxContext> => {
  const app = new Hono<SandboxContext>({ strict: false });

  const fail = (context: Context, error: ScimError, headers: Record<string, string> = {}): Response =>
    /^\/v7(\/|$)/.test(context.req.path)
      ? new Response(
          JSON.stringify({
            type: "about:blank",
            title: error.detail,
            status: error.status,
            instance: context.req.path,
          }),
          { status: error.status, headers: { ...headers, "content-type": "application/problem+json" } },
        )
      : send(refusal(error, headers));

  app.use("*", async (context, next) => {
    await next();
    const state = tenant.limiter.state();
    if (state !== null) {
      context.header("X-Organization-Rate-Limit-Limit", String(state.limit));
      context.header("X-Organization-Rate-Limit-Remaining", String(state.remaining));
      context.header("X-Organization-Rate-Limit-Reset", String(state.reset));
    }
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Cache-Control", "no-store");
  });

  app.get("/", (context) => overviewPage(tenant, context, isLoopback));

  app.use("*", async (context, next) => {
    const header = context.req.header("authorization");
    const caller = await authenticate(tenant, header, context.env.incoming.socket.remoteAddress ?? null);
    if (caller === null) {
      const problem = header === undefined ? "" : ', error="invalid_token"';
      return fail(context, statusError(401, "Give a valid API token: Authorization: Bearer <token>."), {
        "www-authenticate": `Bearer realm="ThousandEyes sandbox"${problem}`,
      });
    }
    if (!tenant.limiter.take()) {
      const state = tenant.limiter.state();
      return fail(
        context,
        statusError(429, "The organization has used up its requests for this minute. Try again later."),
        {
          "retry-after": String(state?.retryAfter ?? 60),
        },
      );
    }
    if (!may(caller, "API access")) {
      return fail(context, statusError(403, 'The token\'s owner lacks the permission "API access".'));
    }
    context.set("caller", caller);
    return next();
  });

  const scim = scimRoutes(tenant);
  app.route("/scim/v2", scim);
  app.route("/scim", scim);
  app.route("/v7", v7Routes(tenant));

  app.notFound((context) => fail(context, statusError(404, "There is nothing at this address.")));
  app.onError((error, context) => {
    tenant.log.error({ err: error, path: context.req.path }, "a request to the sandbox failed");
    return send(refuse(500, "The request failed in the sandbox. Its log says why."));
  });
  return app;
};
