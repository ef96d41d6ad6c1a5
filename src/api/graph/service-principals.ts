import { Hono } from "hono";
import { z } from "zod";
import { type App, addOwner, deleteApp, jobsOf, listApps, listOwners, removeOwner, renameApp, tenantId } from "#apps";
import { applicationResource, graphTexts, readReference, selected, servicePrincipalResource } from "#graph";
import type { Api, Call, Env, Routes } from "../api.ts";
import { ApiError, badRequest } from "../api-error.ts";
import { graphApp, templateOf } from "../apps-of-call.ts";
import { type AuditNote, appTarget, objectTarget } from "../audit.ts";
import { readAs, readJson } from "../request-body.ts";
import { answer, answerList, missing, nothing, onlyOrder, optionsOf, pageOfAll, part, queryOf } from "./answers.ts";
import { objectsOf, typed } from "./principals.ts";
import { existingUser } from "./users.ts";

const rules = { type: "microsoft.graph.servicePrincipal", properties: null, most: 999, usual: 100 };

const note = (activity: string, operation: AuditNote["operation"], app: App): AuditNote => ({
  category: "ApplicationManagement",
  activity,
  operation,
  targets: [appTarget(app)],
});

const patchBody = z.strictObject({ displayName: z.string().optional(), "@odata.type": z.string().optional() });

/** Enterprise apps, in both of Graph's forms. */
export const servicePrincipalRoutes = (api: Api): Routes => {
  const { store } = api;
  const routes = new Hono<Env>();

  const forms = [
    { path: "/servicePrincipals", context: "servicePrincipals", wireOf: servicePrincipalResource },
    { path: "/applications", context: "applications", wireOf: applicationResource },
  ] as const;

  for (const { path, context, wireOf } of forms) {
    const wire = async (apps: readonly App[]) => {
      const tenant = await tenantId(store.db);
      return apps.map((app) => wireOf(app, { templateGuid: templateOf(app)?.guid ?? "", tenantId: tenant }));
    };

    routes.get(path, async (call) => {
      const query = queryOf(call, rules);
      onlyOrder(query, ["displayname", "displayname asc"]);
      const all = await listApps(store.db);
      return answerList(call, query, {
        context,
        divisible: true,
        read: async (after, limit) => pageOfAll(all, after, limit),
        wire,
        count: async () => all.length,
      });
    });

    routes.get(`${path}/:id`, async (call) => {
      const { select } = queryOf(call, rules);
      const [resource = {}] = await wire([await graphApp(store.db, part(call, "id"))]);
      return answer(call, `${context}/$entity`, selected(resource, select));
    });

    routes.patch(`${path}/:id`, async (call) => {
      const { displayName } = await readAs(call, patchBody);
      await api.change(
        call,
        async (tx, now) => {
          const app = await graphApp(tx, part(call, "id"));
          return displayName === undefined ? app : renameApp(tx, app.id, displayName, now);
        },
        (app) => note("Update service principal", "Update", app),
      );
      return nothing(call);
    });

    routes.delete(`${path}/:id`, async (call) => {
      const accounts = optionsOf(call).get("accounts") ?? "leave";
      if (accounts !== "leave") {
        const sentence = `Accounts cannot be treated as '${accounts.slice(0, 20)}' when an app is deleted. Unassign everyone first if they shall be disabled, then delete with accounts=leave.`;
        throw new ApiError(501, "NotImplemented", sentence);
      }
      const app = await graphApp(store.db, part(call, "id"));
      for (const job of await jobsOf(store.db, app.id)) await api.engine.forgetJob(job.id);
      await api.change(
        call,
        async (tx, now) => deleteApp(tx, app.id, now),
        () => note("Remove service principal", "Delete", app),
      );
      return nothing(call);
    });
  }

  routes.get("/servicePrincipals/:id/owners", async (call) => {
    const query = queryOf(call, { ...rules, type: "microsoft.graph.directoryObject" });
    const app = await graphApp(store.db, part(call, "id"));
    const ids = await listOwners(store.db, app.id);
    const owners = await objectsOf(
      store.db,
      ids.map((id) => ({ id, kind: "user" })),
    );
    const live = owners.filter((owner) => owner.deletedAt === null);
    return answerList(call, query, {
      context: "directoryObjects",
      divisible: true,
      read: async (after, limit) => pageOfAll(live, after, limit),
      wire: (page) => page.map((owner) => typed(owner, query.select !== null)),
    });
  });

  routes.post("/servicePrincipals/:id/owners/$ref", async (call) => {
    const reference = readReference(await readJson(call));
    if (reference === null) throw badRequest(graphTexts.invalidReference);
    await changeOwner(call, reference, true);
    return nothing(call);
  });

  routes.delete("/servicePrincipals/:id/owners/:owner/$ref", async (call) => {
    await changeOwner(call, part(call, "owner"), false);
    return nothing(call);
  });

  const changeOwner = (call: Call, reference: string, adding: boolean) =>
    api.change(
      call,
      async (tx, now) => {
        const app = await graphApp(tx, part(call, "id"));
        const owner = await existingUser(tx, reference);
        if (adding) await addOwner(tx, app.id, owner.id, now);
        else if (!(await removeOwner(tx, app.id, owner.id))) throw missing(reference);
        return { app, owner };
      },
      ({ app, owner }) => ({
        ...note(adding ? "Add owner to service principal" : "Remove owner from service principal", "Update", app),
        targets: [appTarget(app), objectTarget(owner)],
      }),
    );

  return routes;
};
