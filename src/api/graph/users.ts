import { Hono } from "hono";
import {
  countUsers,
  createUser,
  type DirectoryUser,
  deleteUser,
  getUser,
  groupsOf,
  listReports,
  listUsers,
  setManager,
  updateUser,
} from "#directory";
import {
  defaultUserProperties,
  graphTexts,
  type PropertyReading,
  readBound,
  readReference,
  readUser,
  selected,
  userProperties,
  userResource,
} from "#graph";
import type { Queryable } from "#store";
import type { Api, Call, Env, Routes } from "../api.ts";
import { badRequest } from "../api-error.ts";
import { type AuditNote, modifiedOf, objectTarget } from "../audit.ts";
import { readJson } from "../request-body.ts";
import { answer, answerList, missing, nothing, onlyOrder, pageOf, part, queryOf } from "./answers.ts";
import { demanded, objectsOf, typed, usersByIndex } from "./principals.ts";

const rules = { type: "microsoft.graph.user", properties: userProperties, most: 999, usual: 100 };

const note = (
  activity: string,
  operation: AuditNote["operation"],
  user: DirectoryUser,
  before: DirectoryUser | null = null,
): AuditNote => ({
  category: "UserManagement",
  activity,
  operation,
  targets: [objectTarget(user, before === null ? [] : modifiedOf(before.attributes, user.attributes))],
});

export const existingUser = async (q: Queryable, id: string): Promise<DirectoryUser> => {
  const user = await getUser(q, id);
  if (user === null) throw missing(id);
  return user;
};

/** What a body sets, or the refusal that names the property. */
export const changesOf = (reading: PropertyReading) => {
  if (reading.ok) return reading.changes;
  const details =
    reading.property === null ? [] : [{ code: "InvalidValue", target: reading.property, message: reading.message }];
  throw badRequest(reading.message, details);
};

export const userRoutes = (api: Api): Routes => {
  const { store } = api;
  const routes = new Hono<Env>();

  routes.get("/users", async (call) => {
    const query = queryOf(call, rules);
    onlyOrder(query, ["id"]);
    const found = await usersByIndex(store.db, query.filter);
    const search = demanded(query.filter, "startswith", "displayName") ?? demanded(query.filter, "eq", "displayName");
    return answerList(call, query, {
      context: "users",
      shown: defaultUserProperties,
      divisible: true,
      read: async (after, limit) =>
        found === null
          ? pageOf(await listUsers(store.db, { after, limit: limit + 1, search: search ?? undefined }), limit)
          : pageOf(found.filter((user) => after === null || user.id > after).slice(0, limit + 1), limit),
      wire: (users) => users.map(userResource),
      count: () => countUsers(store.db),
    });
  });

  routes.post("/users", async (call) => {
    const body = await readJson(call);
    const attributes = changesOf(readUser(body));
    const [managerRef] = boundOf(body);
    const user = await api.change(
      call,
      async (tx, now) => {
        const managerId = managerRef === undefined ? null : (await existingUser(tx, managerRef)).id;
        return createUser(tx, { attributes, managerId }, now);
      },
      (created) => note("Add user", "Add", created),
    );
    return answer(call, "users/$entity", userResource(user), 201);
  });

  routes.get("/users/:id", async (call) => {
    const { select } = queryOf(call, rules);
    const user = await existingUser(store.db, part(call, "id"));
    const context = select === null ? "users/$entity" : `users(${select.join(",")})/$entity`;
    return answer(call, context, selected(userResource(user), select ?? defaultUserProperties));
  });

  routes.patch("/users/:id", async (call) => {
    const body = await readJson(call);
    const changes = changesOf(readUser(body));
    await api.change(
      call,
      async (tx, now) => {
        const before = await existingUser(tx, part(call, "id"));
        return { before, after: await updateUser(tx, before.id, changes, now) };
      },
      ({ before, after }) => note("Update user", "Update", after, before),
    );
    return nothing(call);
  });

  routes.delete("/users/:id", async (call) => {
    await api.change(
      call,
      async (tx, now) => {
        const user = await existingUser(tx, part(call, "id"));
        await deleteUser(tx, user.id, now);
        return user;
      },
      (user) => note("Delete user", "Delete", user),
    );
    return nothing(call);
  });

  routes.get("/users/:id/manager", async (call) => {
    const user = await existingUser(store.db, part(call, "id"));
    const manager = user.managerId === null ? null : await getUser(store.db, user.managerId);
    if (manager === null) throw missing("manager");
    return answer(call, "directoryObjects/$entity", typed(manager));
  });

  routes.put("/users/:id/manager/$ref", async (call) => {
    const reference = readReference(await readJson(call));
    if (reference === null) throw badRequest(graphTexts.invalidReference);
    await changeManager(call, reference);
    return nothing(call);
  });

  routes.delete("/users/:id/manager/$ref", async (call) => {
    await changeManager(call, null);
    return nothing(call);
  });

  const changeManager = (call: Call, reference: string | null) =>
    api.change(
      call,
      async (tx, now) => {
        const user = await existingUser(tx, part(call, "id"));
        const manager = reference === null ? null : await existingUser(tx, reference);
        await setManager(tx, user.id, manager?.id ?? null, now);
        return { user, manager };
      },
      ({ user, manager }) => ({
        ...note(manager === null ? "Remove user's manager" : "Set user manager", "Update", user),
        targets: manager === null ? [objectTarget(user)] : [objectTarget(user), objectTarget(manager)],
      }),
    );

  routes.get("/users/:id/directReports", async (call) => {
    const query = queryOf(call, rules);
    const user = await existingUser(store.db, part(call, "id"));
    return answerList(call, query, {
      context: "directoryObjects",
      divisible: true,
      read: async (after, limit) => pageOf(await listReports(store.db, user.id, { after, limit: limit + 1 }), limit),
      wire: (users) => users.map((user) => typed(user, query.select !== null)),
    });
  });

  routes.get("/users/:id/memberOf", async (call) => {
    const query = queryOf(call, { ...rules, type: "microsoft.graph.directoryObject", properties: null });
    const user = await existingUser(store.db, part(call, "id"));
    const memberships = await groupsOf(store.db, [user.id]);
    const ids = memberships.map(({ groupId }) => groupId).toSorted();
    return answerList(call, query, {
      context: "directoryObjects",
      divisible: true,
      read: async (after, limit) => {
        const wanted = ids.filter((id) => after === null || id > after).slice(0, limit + 1);
        return pageOf(
          await objectsOf(
            store.db,
            wanted.map((id) => ({ id, kind: "group" })),
          ),
          limit,
        );
      },
      wire: (groups) => groups.map((group) => typed(group, query.select !== null)),
    });
  });

  return routes;
};

const boundOf = (body: unknown): readonly string[] => {
  const bound = readBound(body, "manager");
  if (bound === null || bound.length > 1) throw badRequest(graphTexts.invalidReference);
  return bound;
};
