import { Hono } from "hono";
import { cancelMemberEmailChange, createMember, deleteMember, inviteAgain, updateMember } from "../access/members.ts";
import { nothing, readQuery, reply, withBody } from "../routing.ts";
import type { AppContext } from "./admission.ts";
import { userShape } from "./shapes.ts";
import { listQuery, namesOf, newUser, userChange, viewUser, viewUsers } from "./user-views.ts";

/** The users of the present organisation. */
export const userRoutes = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });

  routes.get("/users", (call) => {
    const { caller, tenant } = call.var;
    return reply(call, readQuery(call, listQuery), async (asked) =>
      reply(call, await viewUsers(tenant, caller, asked), (found) =>
        call.json({ ...found, page: asked.page, count: asked.count }),
      ),
    );
  });

  routes.get("/users/:id", async (call) =>
    reply(call, await viewUser(call.var.tenant, call.var.caller, call.req.param("id")), (user) => call.json(user)),
  );

  routes.post("/users", (call) => {
    const { caller, tenant } = call.var;
    return withBody(
      call,
      newUser,
      (body) => createMember(tenant, caller, body),
      async (account) => call.json(userShape(account, await namesOf(tenant)), 201),
    );
  });

  routes.patch("/users/:id", (call) => {
    const { caller, tenant } = call.var;
    const id = call.req.param("id");
    return withBody(
      call,
      userChange,
      ({ roles: wanted, ...body }) =>
        updateMember(tenant, caller, id, { ...body, ...(wanted === undefined ? {} : { roles: () => wanted }) }),
      async (account) => call.json(userShape(account, await namesOf(tenant))),
    );
  });

  routes.delete("/users/:id", async (call) =>
    reply(call, await deleteMember(call.var.tenant, call.var.caller, call.req.param("id")), nothing),
  );
  routes.delete("/users/:id/pending-email", async (call) =>
    reply(call, await cancelMemberEmailChange(call.var.tenant, call.var.caller, call.req.param("id")), nothing),
  );
  routes.post("/users/:id/registration-mail", async (call) =>
    reply(call, await inviteAgain(call.var.tenant, call.var.caller, call.req.param("id")), nothing),
  );
  return routes;
};
