import { Hono } from "hono";
import {
  addMembers,
  countGroups,
  countMembers,
  createGroup,
  type DirectoryGroup,
  deleteGroup,
  findGroups,
  getGroup,
  listGroups,
  listMembers,
  type ObjectKind,
  removeMembers,
  updateGroup,
} from "#directory";
import { graphTexts, groupProperties, groupResource, readBound, readGroup, readReference, selected } from "#graph";
import type { Queryable, Tx } from "#store";
import type { Api, Call, Env, Routes } from "../api.ts";
import { ApiError, badRequest } from "../api-error.ts";
import { type AuditNote, modifiedOf, objectTarget } from "../audit.ts";
import { readJson } from "../request-body.ts";
import { answer, answerList, missing, nothing, onlyOrder, pageOf, part, queryOf } from "./answers.ts";
import { demanded, liveObject, objectsOf, typed } from "./principals.ts";
import { changesOf } from "./users.ts";

const rules = { type: "microsoft.graph.group", properties: groupProperties, most: 999, usual: 100 };

const note = (
  activity: string,
  operation: AuditNote["operation"],
  group: DirectoryGroup,
  before: DirectoryGroup | null = null,
): AuditNote => ({
  category: "GroupManagement",
  activity,
  operation,
  targets: [objectTarget(group, before === null ? [] : modifiedOf(before.attributes, group.attributes))],
});

const existingGroup = async (q: Queryable, id: string): Promise<DirectoryGroup> => {
  const group = await getGroup(q, id);
  if (group === null) throw missing(id);
  return group;
};

/** The ids of live users and groups that references name (a user's may be a userPrincipalName). */
const idsOf = async (q: Queryable, references: readonly string[]): Promise<readonly string[]> => {
  const ids: string[] = [];
  for (const reference of references) {
    const object = await liveObject(q, reference);
    if (object === null) throw missing(reference);
    ids.push(object.id);
  }
  return ids;
};

const boundMembers = (body: unknown): readonly string[] => {
  const bound = readBound(body, "members");
  if (bound === null) throw badRequest(graphTexts.invalidReference);
  if (bound.length > 20) throw badRequest("At most 20 members can be bound in one request. Add the others one by one.");
  return bound;
};

const join = async (tx: Tx, group: DirectoryGroup, references: readonly string[], now: Date) => {
  if (references.length > 0) await addMembers(tx, group.id, await idsOf(tx, references), now);
};

export const groupRoutes = (api: Api): Routes => {
  const { store } = api;
  const routes = new Hono<Env>();

  routes.get("/groups", async (call) => {
    const query = queryOf(call, rules);
    onlyOrder(query, ["id"]);
    const id = demanded(query.filter, "eq", "id");
    const name = demanded(query.filter, "eq", "displayName");
    const named = id === null ? null : [await getGroup(store.db, id)].flatMap((group) => group ?? []);
    const found = named ?? (name === null ? null : await findGroups(store.db, name));
    const search = demanded(query.filter, "startswith", "displayName") ?? undefined;
    return answerList(call, query, {
      context: "groups",
      divisible: true,
      read: async (after, limit) =>
        found === null
          ? pageOf(await listGroups(store.db, { after, limit: limit + 1, search }), limit)
          : pageOf(found.filter((group) => after === null || group.id > after).slice(0, limit + 1), limit),
      wire: (groups) => groups.map(groupResource),
      count: () => countGroups(store.db),
    });
  });

  routes.post("/groups", async (call) => {
    const body = await readJson(call);
    const attributes = changesOf(readGroup(body));
    const references = boundMembers(body);
    const group = await api.change(
      call,
      async (tx, now) => {
        const created = await createGroup(tx, { attributes }, now);
        await join(tx, created, references, now);
        return created;
      },
      (created) => note("Add group", "Add", created),
    );
    return answer(call, "groups/$entity", groupResource(group), 201);
  });

  routes.get("/groups/:id", async (call) => {
    const { select } = queryOf(call, rules);
    const group = await existingGroup(store.db, part(call, "id"));
    const context = select === null ? "groups/$entity" : `groups(${select.join(",")})/$entity`;
    return answer(call, context, selected(groupResource(group), select));
  });

  routes.patch("/groups/:id", async (call) => {
    const body = await readJson(call);
    const changes = changesOf(readGroup(body));
    const references = boundMembers(body);
    await api.change(
      call,
      async (tx, now) => {
        const before = await existingGroup(tx, part(call, "id"));
        const after = await updateGroup(tx, before.id, changes, now);
        await join(tx, after, references, now);
        return { before, after };
      },
      ({ before, after }) => note("Update group", "Update", after, before),
    );
    return nothing(call);
  });

  routes.delete("/groups/:id", async (call) => {
    await api.change(
      call,
      async (tx, now) => {
        const group = await existingGroup(tx, part(call, "id"));
        await deleteGroup(tx, group.id, now);
        return group;
      },
      (group) => note("Delete group", "Delete", group),
    );
    return nothing(call);
  });

  const members = async (call: Call, kind: ObjectKind | undefined) => {
    const query = queryOf(call, { ...rules, type: "microsoft.graph.directoryObject", properties: null });
    const group = await existingGroup(store.db, part(call, "id"));
    return answerList(call, query, {
      context: "directoryObjects",
      divisible: true,
      read: async (after, limit) =>
        pageOf(await listMembers(store.db, group.id, { after, limit: limit + 1, kind }), limit),
      wire: async (page) => (await objectsOf(store.db, page)).map((object) => typed(object, query.select !== null)),
      count: () => countMembers(store.db, group.id),
    });
  };
  routes.get("/groups/:id/members", (call) => members(call, undefined));
  routes.get("/groups/:id/members/microsoft.graph.user", (call) => members(call, "user"));
  routes.get("/groups/:id/members/microsoft.graph.group", (call) => members(call, "group"));

  routes.post("/groups/:id/members/$ref", async (call) => {
    const reference = readReference(await readJson(call));
    if (reference === null) throw badRequest(graphTexts.invalidReference);
    await api.change(
      call,
      async (tx, now) => {
        const group = await existingGroup(tx, part(call, "id"));
        await join(tx, group, [reference], now);
        return { group, member: await liveObject(tx, reference) };
      },
      ({ group, member }) => ({
        ...note("Add member to group", "Assign", group),
        targets: [...(member === null ? [] : [objectTarget(member)]), objectTarget(group)],
      }),
    );
    return nothing(call);
  });

  routes.delete("/groups/:id/members/:member/$ref", async (call) => {
    await api.change(
      call,
      async (tx, now) => {
        const group = await existingGroup(tx, part(call, "id"));
        const member = await liveObject(tx, part(call, "member"));
        if (member === null) throw missing(part(call, "member"));
        await removeMembers(tx, group.id, [member.id], now);
        return { group, member };
      },
      ({ group, member }) => ({
        ...note("Remove member from group", "Unassign", group),
        targets: [objectTarget(member), objectTarget(group)],
      }),
    );
    return nothing(call);
  });

  // Without /$ref this would delete the member itself.
  routes.delete("/groups/:id/members/:member", () => {
    throw new ApiError(405, "Request_BadRequest", graphTexts.notAllowed);
  });

  return routes;
};
