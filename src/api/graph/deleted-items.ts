import { Hono } from "hono";
import { z } from "zod";
import { unassignPrincipals } from "#apps";
import {
  type DirectoryGroup,
  type DirectoryUser,
  getObject,
  listDeletedGroups,
  listDeletedUsers,
  purgeGroup,
  purgeUser,
  restoreGroup,
  restoreUser,
} from "#directory";
import { groupProperties, groupResource, userProperties, userResource } from "#graph";
import type { Queryable } from "#store";
import type { Api, Env, Routes } from "../api.ts";
import { type AuditNote, objectTarget } from "../audit.ts";
import { readAs } from "../request-body.ts";
import { answer, answerList, missing, nothing, pageOf, part, queryOf } from "./answers.ts";
import { typed } from "./principals.ts";

const existing = async (q: Queryable, id: string): Promise<DirectoryUser | DirectoryGroup> => {
  const object = await getObject(q, id);
  if (object === null || object.deletedAt === null) throw missing(id);
  return object;
};

const note = (
  activity: string,
  operation: AuditNote["operation"],
  object: DirectoryUser | DirectoryGroup,
): AuditNote => ({
  category: object.kind === "user" ? "UserManagement" : "GroupManagement",
  activity: `${activity} ${object.kind}`,
  operation,
  targets: [objectTarget(object)],
});

const restoreBody = z.looseObject({ newUserPrincipalName: z.string().nullish() });

/** What is soft-deleted: seen, restored, or purged. */
export const deletedItemRoutes = (api: Api): Routes => {
  const { store } = api;
  const routes = new Hono<Env>();
  const base = "/directory/deletedItems";

  routes.get(`${base}/microsoft.graph.user`, (call) => {
    const query = queryOf(call, { type: "microsoft.graph.user", properties: userProperties, most: 999, usual: 100 });
    return answerList(call, query, {
      context: "users",
      divisible: true,
      read: async (after, limit) => pageOf(await listDeletedUsers(store.db, { after, limit: limit + 1 }), limit),
      wire: (users) => users.map(userResource),
    });
  });

  routes.get(`${base}/microsoft.graph.group`, (call) => {
    const query = queryOf(call, { type: "microsoft.graph.group", properties: groupProperties, most: 999, usual: 100 });
    return answerList(call, query, {
      context: "groups",
      divisible: true,
      read: async (after, limit) => pageOf(await listDeletedGroups(store.db, { after, limit: limit + 1 }), limit),
      wire: (groups) => groups.map(groupResource),
    });
  });

  routes.get(`${base}/:id`, async (call) => {
    const object = await existing(store.db, part(call, "id"));
    const deletedDateTime = object.deletedAt?.toISOString() ?? null;
    return answer(call, "directoryObjects/$entity", { ...typed(object), deletedDateTime });
  });

  routes.post(`${base}/:id/restore`, async (call) => {
    const { newUserPrincipalName } = await readAs(call, restoreBody);
    const restored = await api.change(
      call,
      async (tx, now) => {
        const { id, kind } = await existing(tx, part(call, "id"));
        if (kind === "group") return restoreGroup(tx, id, now);
        return restoreUser(tx, id, { newUserPrincipalName: newUserPrincipalName ?? undefined }, now);
      },
      (object) => note("Restore", "Update", object),
    );
    return answer(call, "directoryObjects/$entity", typed(restored));
  });

  routes.delete(`${base}/:id`, async (call) => {
    await api.change(
      call,
      async (tx, now) => {
        const object = await existing(tx, part(call, "id"));
        await (object.kind === "user" ? purgeUser : purgeGroup)(tx, object.id, now);
        await unassignPrincipals(tx, null, [object.id], now);
        return object;
      },
      (object) => note("Hard delete", "Delete", object),
    );
    return nothing(call);
  });

  return routes;
};
