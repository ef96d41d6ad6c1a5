import { Hono } from "hono";
import { z } from "zod";
import { type App, type Assignment, getApp, getAssignment, listApps, listAssignments } from "#apps";
import { getGroups, getUsers } from "#directory";
import { assignmentResource, graphTexts } from "#graph";
import { isGuid } from "#runtime";
import type { Queryable } from "#store";
import type { Api, Call, Env, Routes } from "../api.ts";
import { badRequest } from "../api-error.ts";
import { graphApp } from "../apps-of-call.ts";
import { addAssignment, removeAssignment, typeOf } from "../assignment-changes.ts";
import { readAs } from "../request-body.ts";
import { answer, answerList, missing, nothing, type Page, part, queryOf } from "./answers.ts";
import { demanded, liveObject } from "./principals.ts";

const rules = {
  type: "microsoft.graph.appRoleAssignment",
  properties: (
    "id deletedDateTime appRoleId createdDateTime principalDisplayName principalId principalType resourceDisplayName " +
    "resourceId"
  ).split(" "),
  most: 999,
  usual: 100,
};

const body = z.looseObject({ principalId: z.string(), resourceId: z.string(), appRoleId: z.string() });

/** Display names of users and groups, soft-deleted ones too. */
export const namesOf = async (
  q: Queryable,
  assignments: readonly Assignment[],
): Promise<ReadonlyMap<string, string>> => {
  const ids = assignments.map(({ principalId }) => principalId);
  const objects = [...(await getUsers(q, ids)).values(), ...(await getGroups(q, ids)).values()];
  return new Map(objects.map(({ id, attributes }) => [id, String(attributes.displayName ?? "")]));
};

const principals = { users: "user", groups: "group" } as const;

/** Who may use which app, seen from the app, from a user and from a group. */
export const appRoleAssignmentRoutes = (api: Api): Routes => {
  const { store } = api;
  const routes = new Hono<Env>();

  const list = (
    call: Call,
    context: string,
    filterOf: (principalId: string | null) => Parameters<typeof listAssignments>[1],
  ) => {
    const query = queryOf(call, rules);
    const filter = filterOf(demanded(query.filter, "eq", "principalId"));
    return answerList(call, query, {
      context,
      divisible: false,
      read: async (after, limit): Promise<Page<Assignment>> =>
        listAssignments(store.db, filter, { limit, ...(after === null ? {} : { after }) }),
      wire: async (page) => {
        const names = await namesOf(store.db, page);
        const apps = new Map((await listApps(store.db)).map((app) => [app.id, app]));
        return page.flatMap((each) => {
          const app = apps.get(each.appId);
          return app === undefined ? [] : [assignmentResource(each, app, names.get(each.principalId) ?? null)];
        });
      },
    });
  };

  const base = "/servicePrincipals/:id/appRoleAssignedTo";

  routes.get(base, async (call) => {
    const app = await graphApp(store.db, part(call, "id"));
    return list(call, `servicePrincipals('${app.id}')/appRoleAssignedTo`, (principalId) => ({
      appId: app.id,
      ...(principalId === null || !isGuid(principalId) ? {} : { principalId }),
    }));
  });

  const ofApp = async (app: App, assignmentId: string): Promise<Assignment> => {
    const found = await getAssignment(store.db, assignmentId);
    if (found === null || found.appId !== app.id) throw missing(assignmentId);
    return found;
  };

  routes.get(`${base}/:assignment`, async (call) => {
    const app = await graphApp(store.db, part(call, "id"));
    const found = await ofApp(app, part(call, "assignment"));
    const names = await namesOf(store.db, [found]);
    const resource = assignmentResource(found, app, names.get(found.principalId) ?? null);
    return answer(call, `servicePrincipals('${app.id}')/appRoleAssignedTo/$entity`, resource);
  });

  const add = async (call: Call, app: App, principalId: string, roleId: string, context: string) => {
    const principal = await liveObject(store.db, principalId);
    if (principal === null) throw badRequest(graphTexts.invalidReference);
    const added = await addAssignment(api, call, app, principal, roleId);
    const name = String(principal.attributes.displayName ?? "");
    return answer(call, context, assignmentResource(added, app, name), 201);
  };

  routes.post(base, async (call) => {
    const given = await readAs(call, body);
    const app = await graphApp(store.db, part(call, "id"));
    if (given.resourceId.toLowerCase() !== app.id) throw badRequest(graphTexts.invalidResource);
    const context = `servicePrincipals('${app.id}')/appRoleAssignedTo/$entity`;
    return add(call, app, given.principalId, given.appRoleId, context);
  });

  const remove = async (call: Call, app: App, assignment: Assignment) => {
    await removeAssignment(api, call, app, await liveObject(store.db, assignment.principalId), assignment.id);
    return nothing(call);
  };

  routes.delete(`${base}/:assignment`, async (call) => {
    const app = await graphApp(store.db, part(call, "id"));
    return remove(call, app, await ofApp(app, part(call, "assignment")));
  });

  for (const [collection, kind] of Object.entries(principals)) {
    const path = `/${collection}/:id/appRoleAssignments`;
    const existing = async (id: string) => {
      const object = await liveObject(store.db, id);
      if (object === null || object.kind !== kind) throw missing(id);
      return object;
    };

    routes.get(path, async (call) => {
      const object = await existing(part(call, "id"));
      const filter = { principalId: object.id, principalType: typeOf(object) };
      return list(call, `${collection}('${object.id}')/appRoleAssignments`, () => filter);
    });

    routes.post(path, async (call) => {
      const given = await readAs(call, body);
      const object = await existing(part(call, "id"));
      const app = isGuid(given.resourceId) ? await getApp(store.db, given.resourceId) : null;
      if (app === null || given.principalId.toLowerCase() !== object.id) throw badRequest(graphTexts.invalidResource);
      return add(call, app, object.id, given.appRoleId, `${collection}('${object.id}')/appRoleAssignments/$entity`);
    });

    routes.delete(`${path}/:assignment`, async (call) => {
      const object = await existing(part(call, "id"));
      const found = await getAssignment(store.db, part(call, "assignment"));
      if (found === null || found.principalId !== object.id) throw missing(part(call, "assignment"));
      return remove(call, await graphApp(store.db, found.appId), found);
    });
  }

  return routes;
};
