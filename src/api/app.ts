import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { sql } from "kysely";
import { graphTexts, normalisePath } from "#graph";
import { checkHost, identify, refuseNul, requireToken } from "./admission.ts";
import { type Api, type ApiOptions, apiOf, type Call, type Env, type Routes } from "./api.ts";
import { ApiError } from "./api-error.ts";
import { bodyOf, isGraph } from "./error-answers.ts";
import { appRoleAssignmentRoutes } from "./graph/app-role-assignments.ts";
import { applicationTemplateRoutes } from "./graph/application-templates.ts";
import { auditLogRoutes } from "./graph/audit-logs.ts";
import { deletedItemRoutes } from "./graph/deleted-items.ts";
import { groupRoutes } from "./graph/groups.ts";
import { schemaRoutes } from "./graph/schema.ts";
import { servicePrincipalRoutes } from "./graph/service-principals.ts";
import { synchronizationRoutes } from "./graph/synchronization.ts";
import { userRoutes } from "./graph/users.ts";
import { appRoutes } from "./lockstep/apps.ts";
import { doctorRoutes } from "./lockstep/doctor.ts";
import { functionRoutes } from "./lockstep/functions.ts";
import { importRoutes } from "./lockstep/imports.ts";
import { jobRoutes } from "./lockstep/jobs.ts";
import { logRoutes } from "./lockstep/logs.ts";
import { schemaDocumentRoutes } from "./lockstep/schema.ts";
import { statusRoutes } from "./lockstep/status.ts";
import { trialRoutes } from "./lockstep/trials.ts";
import { discard } from "./request-body.ts";

const graphRoutes = [
  userRoutes,
  deletedItemRoutes,
  groupRoutes,
  applicationTemplateRoutes,
  servicePrincipalRoutes,
  appRoleAssignmentRoutes,
  schemaRoutes,
  synchronizationRoutes,
  auditLogRoutes,
];
const lockstepRoutes = [
  statusRoutes,
  jobRoutes,
  schemaDocumentRoutes,
  trialRoutes,
  functionRoutes,
  appRoutes,
  doctorRoutes,
  logRoutes,
  importRoutes,
];

const most = 1024 * 1024;
const limitBody = bodyLimit({
  maxSize: most,
  onError: () => {
    throw new ApiError(
      413,
      "RequestEntityTooLarge",
      "The body of the request is larger than 1 MB. Send less at a time.",
    );
  },
});

/** The whole HTTP interface as one function from request to response; nothing listens yet. */
export const createApp = (options: ApiOptions): Routes => {
  const api = apiOf(options);
  const app = new Hono<Env>({ getPath: (request) => normalisePath(new URL(request.url).pathname) });

  app.use(identify);
  app.use(checkHost(api.host));
  app.get("/health", (call) => call.json({ status: "ok" }));
  app.get("/ready", (call) => ready(api, call));
  app.use(requireToken(api.token));
  app.use(refuseNul);
  app.use((call, next) => (call.req.path === "/lockstep/v1/imports" ? next() : limitBody(call, next)));

  const graph = new Hono<Env>();
  for (const routes of graphRoutes) graph.route("/", routes(api));
  app.route("/v1.0", graph);
  app.route("/beta", graph);
  for (const routes of lockstepRoutes) app.route("/lockstep/v1", routes(api));

  app.notFound((call) => {
    throw noRoute(app, call);
  });
  app.onError(async (error, call) => {
    await discard(call.req.raw);
    const { answer, body } = bodyOf(api, call, error);
    return call.json(body, answer.status);
  });
  return app;
};

const ready = async (api: Api, call: Call): Promise<Response> => {
  try {
    await sql`select 1`.execute(api.store.db);
    return call.json({ status: "ready" });
  } catch (error) {
    api.log.warn({ err: error }, "the database does not answer");
    throw new ApiError(503, "DatabaseUnavailable", "The database does not answer. Look into the server's log.");
  }
};

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** A path that is served under another method is told apart from one that is not served at all. */
const noRoute = (app: Routes, call: Call): ApiError => {
  const { path, method } = call.req;
  const isServed = (other: string) => app.router.match(other, path)[0].some(([[, route]]) => route.method === other);
  if (methods.some((other) => other !== method && isServed(other))) {
    return new ApiError(405, "Request_BadRequest", graphTexts.notAllowed);
  }
  if (!isGraph(path)) return new ApiError(404, "RouteNotFound", `There is nothing at ${method} ${path.slice(0, 200)}.`);
  return new ApiError(404, "ResourceNotFound", graphTexts.noSegment(path.split("/").at(-1)?.slice(0, 100) ?? ""));
};
