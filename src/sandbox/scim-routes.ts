import { type Context, Hono } from "hono";
import { listResponse, type Projection, readPageRequest, readProjection, scimMediaType } from "#scim";
import { type Answer, answer, refusal, refuse } from "./answer.ts";
import { type Caller, may } from "./caller.ts";
import { deleteUser, patchUser, replaceUser } from "./change-user.ts";
import { createUser } from "./create-user.ts";
import { discover } from "./discovery.ts";
import { listUsers, readUser } from "./read-users.ts";
import { readJson } from "./request-body.ts";
import type { SandboxContext } from "./request-context.ts";

/** Puts an answer on the wire. */
export const send = ({ status, body, headers }: Answer): Response =>
  body === null
    ? new Response(null, { status, headers })
    : new Response(JSON.stringify(body), { status, headers: { ...headers, "content-type": scimMediaType } });

const notAllowed = (methods: string): Answer => ({
  ...refuse(405, `This address takes ${methods} only.`),
  headers: { allow: methods },
});

const lacks = (permission: string): Answer =>
  refuse(403, `The token's owner lacks the permission "${permission}". Give it to one of the owner's roles.`);

const groupsAnswers: Readonly<Record<"404" | "501" | "empty", Answer>> = {
  "404": refuse(404, "This organization has no groups."),
  "501": refuse(501, "Groups are not implemented."),
  empty: answer(200, listResponse({ resources: [], totalResults: 0, startIndex: 1 })),
};

/** The SCIM service, to be mounted at its base path, behind the check of the token. */
export const scimRoutes = (): Hono<SandboxContext> => {
  const routes = new Hono<SandboxContext>({ strict: false });

  const projectionOf = (context: Context<SandboxContext>) =>
    readProjection(
      context.req.query("attributes"),
      context.req.query("excludedAttributes"),
      context.var.tenant.organization.settings.mode,
    );

  const reading = async (
    context: Context<SandboxContext>,
    work: (projection: Projection) => Promise<Answer>,
  ): Promise<Response> => {
    if (!may(context.var.caller, "View all users")) return send(lacks("View all users"));
    const projection = projectionOf(context);
    return send(projection.ok ? await work(projection.value) : refusal(projection.error));
  };

  const writing = async (
    context: Context<SandboxContext>,
    work: (caller: Caller, body: unknown, projection: Projection) => Promise<Answer>,
  ): Promise<Response> => {
    const { caller } = context.var;
    if (!may(caller, "Edit users")) return send(lacks("Edit users"));
    const projection = projectionOf(context);
    if (!projection.ok) return send(refusal(projection.error));
    const body = await readJson(context);
    return send(body.ok ? await work(caller, body.value, projection.value) : refusal(body.error));
  };

  routes.get("/Users", (context) =>
    reading(context, (projection) =>
      listUsers(context.var.tenant, {
        filter: context.req.query("filter"),
        page: readPageRequest(context.req.query("startIndex"), context.req.query("count")),
        projection,
      }),
    ),
  );
  routes.post("/Users", (context) =>
    writing(context, (caller, body, projection) => createUser(context.var.tenant, caller, body, projection)),
  );
  routes.all("/Users", () => send(notAllowed("GET, POST")));

  routes.get("/Users/:id", (context) =>
    reading(context, (projection) => readUser(context.var.tenant, context.req.param("id"), projection)),
  );
  routes.put("/Users/:id", (context) =>
    writing(context, (caller, body, projection) =>
      replaceUser(context.var.tenant, caller, { id: context.req.param("id"), projection }, body),
    ),
  );
  routes.patch("/Users/:id", (context) =>
    writing(context, (caller, body, projection) =>
      patchUser(context.var.tenant, caller, { id: context.req.param("id"), projection }, body),
    ),
  );
  routes.delete("/Users/:id", async (context) => {
    const { caller, tenant } = context.var;
    if (!may(caller, "Edit users")) return send(lacks("Edit users"));
    return send(await deleteUser(tenant, caller, context.req.param("id")));
  });
  routes.all("/Users/:id", () => send(notAllowed("GET, PUT, PATCH, DELETE")));

  for (const kind of ["ServiceProviderConfig", "Schemas", "ResourceTypes"] as const) {
    const open = (context: Context<SandboxContext>, id: string | undefined) =>
      send(discover(context.var.tenant, kind, { id, filter: context.req.query("filter") }));
    routes.get(`/${kind}`, (context) => open(context, undefined));
    routes.all(`/${kind}`, () => send(notAllowed("GET")));
    if (kind !== "ServiceProviderConfig")
      routes.get(`/${kind}/:id`, (context) => open(context, context.req.param("id")));
  }

  const groups = (context: Context<SandboxContext>) => {
    const { groupsAnswer } = context.var.tenant.organization.settings;
    const isList = context.req.method === "GET" && !/\/Groups\/./.test(context.req.path);
    return send(groupsAnswers[groupsAnswer === "empty" && !isList ? "404" : groupsAnswer]);
  };
  routes.all("/Groups", groups);
  routes.all("/Groups/:id", groups);
  routes.all("/Bulk", () => send(refuse(501, "Bulk requests are not implemented.")));
  routes.all("/Me", () => send(refuse(501, "The /Me address is not implemented.")));
  return routes;
};
