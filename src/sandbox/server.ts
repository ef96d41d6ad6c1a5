import { type Context, Hono } from "hono";
import { type ScimError, statusError } from "#scim";
import { refusal, refuse } from "./answer.ts";
import { appRoutes } from "./app/index.ts";
import { authenticate } from "./authentication.ts";
import { may } from "./caller.ts";
import { isPageAddress, pageRoutes } from "./pages/index.ts";
import { problem } from "./problem.ts";
import type { SandboxContext } from "./request-context.ts";
import { scimRoutes, send } from "./scim-routes.ts";
import type { Service } from "./tenant.ts";
import { v7Routes } from "./v7/index.ts";

/** True for paths whose refusals are `application/problem+json`; the others' are SCIM's. */
const isProblem = (path: string): boolean => /^\/(v7|app)(\/|$)/.test(path);

/** A refusal in the form that its path asks for. */
export const refuseAt = (path: string, error: ScimError, headers: Readonly<Record<string, string>> = {}): Response =>
  isProblem(path) ? problem(error, path, headers) : send(refusal(error, headers));

const fail = (context: Context, error: ScimError, headers: Readonly<Record<string, string>> = {}): Response =>
  refuseAt(context.req.path, error, headers);

/** The REST API says it in the words of OAuth. */
const refuseToken = (context: Context, isPresented: boolean): Response => {
  const sentence = "Give a valid API token: Authorization: Bearer <token>.";
  const challenge = `Bearer realm="ThousandEyes sandbox"${isPresented ? ', error="invalid_token"' : ""}`;
  const headers = { "www-authenticate": challenge };
  if (!/^\/v7(\/|$)/.test(context.req.path)) return fail(context, statusError(401, sentence), headers);
  const body = { error: "invalid_token", error_description: sentence };
  return new Response(JSON.stringify(body), {
    status: 401,
    headers: { ...headers, "content-type": "application/json" },
  });
};

/** Everything that the sandbox answers. All addresses but those of the pages and of `/app` need a token, known or not. */
export const sandboxServer = (service: Service, isLoopback: boolean): Hono<SandboxContext> => {
  const app = new Hono<SandboxContext>({ strict: false });

  app.use("*", async (context, next) => {
    await next();
    const tenant: SandboxContext["Variables"]["tenant"] | undefined = context.get("tenant");
    const state = tenant === undefined ? null : service.limiters.of(tenant.organization.id).state();
    if (state !== null) {
      context.header("X-Organization-Rate-Limit-Limit", String(state.limit));
      context.header("X-Organization-Rate-Limit-Remaining", String(state.remaining));
      context.header("X-Organization-Rate-Limit-Reset", String(state.reset));
    }
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Cache-Control", "no-store");
  });

  const pages = pageRoutes(service, isLoopback);
  app.use("*", (context, next) => {
    if (!isPageAddress(context.req.path)) return next();
    return Promise.resolve(pages.fetch(context.req.raw, context.env));
  });
  app.route("/app", appRoutes(service, isLoopback));

  app.use("*", async (context, next) => {
    const header = context.req.header("authorization");
    const caller = await authenticate(service, header, {
      through: isProblem(context.req.path) ? "API" : "SCIM",
      address: context.env.incoming.socket.remoteAddress ?? null,
    });
    const organization = caller === null ? null : await service.findOrganization(caller.organizationId);
    if (caller === null || organization === null) return refuseToken(context, header !== undefined);
    context.set("caller", caller);
    context.set("tenant", { ...service, organization });
    const limiter = service.limiters.of(organization.id);
    if (!limiter.take()) {
      const { retryAfter } = organization.settings;
      const sentence = "The organization has used up its requests for this minute. Try again later.";
      return fail(
        context,
        statusError(429, sentence),
        retryAfter ? { "retry-after": String(limiter.state()?.retryAfter ?? 60) } : {},
      );
    }
    if (!may(caller, "API access")) {
      return fail(context, statusError(403, 'The token\'s owner lacks the permission "API access".'));
    }
    return next();
  });

  const older = (context: Context<SandboxContext>) =>
    fail(
      context,
      statusError(
        Number(context.var.tenant.organization.settings.scim1Answer),
        "SCIM 1.1 is not served here. Use SCIM 2.0 at /scim/v2.",
      ),
    );
  app.all("/scim/v1", older);
  app.all("/scim/v1/*", older);
  const scim = scimRoutes();
  app.route("/scim/v2", scim);
  app.route("/scim", scim);
  app.route("/v7", v7Routes());

  app.notFound((context) => fail(context, statusError(404, "There is nothing at this address.")));
  app.onError((error, context) => {
    service.log.error({ err: error, path: context.req.path }, "a request to the sandbox failed");
    return isProblem(context.req.path)
      ? problem(statusError(500, "The request failed in the sandbox. Its log says why."), context.req.path)
      : send(refuse(500, "The request failed in the sandbox. Its log says why."));
  });
  return app;
};
