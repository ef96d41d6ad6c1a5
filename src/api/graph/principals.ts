import {
  type DirectoryGroup,
  type DirectoryUser,
  findUsers,
  getGroups,
  getUser,
  getUsers,
  type Member,
} from "#directory";
import { conjunctsOf, defaultUserProperties, type Filter, groupResource, selected, userResource } from "#graph";
import type { Queryable } from "#store";

type Resource = Readonly<Record<string, unknown>>;

/** A user or group where Graph says only "directory object": its type goes along, and all its properties where the caller selects among them. */
export const typed = (object: DirectoryUser | DirectoryGroup, isSelected = false): Resource =>
  object.kind === "user"
    ? {
        "@odata.type": "#microsoft.graph.user",
        ...(isSelected ? userResource(object) : selected(userResource(object), defaultUserProperties)),
      }
    : { "@odata.type": "#microsoft.graph.group", ...groupResource(object) };

/** Users and groups by their ids, in the order of `members`; those who are gone are left out. */
export const objectsOf = async (
  q: Queryable,
  members: readonly Member[],
): Promise<readonly (DirectoryUser | DirectoryGroup)[]> => {
  const idsOf = (kind: Member["kind"]) => members.flatMap((member) => (member.kind === kind ? [member.id] : []));
  const users = await getUsers(q, idsOf("user"));
  const groups = await getGroups(q, idsOf("group"));
  return members.flatMap(({ id }) => users.get(id) ?? groups.get(id) ?? []);
};

/** What a filter demands of the property at `path`, as a text, so that an index can find it; null without such a part. */
export const demanded = (
  filter: Filter | null,
  test: "eq" | "startswith",
  ...path: readonly string[]
): string | null => {
  const name = path.join("/").toLowerCase();
  for (const each of filter === null ? [] : conjunctsOf(filter)) {
    if (!("path" in each) || each.path.join("/").toLowerCase() !== name) continue;
    if (test === "startswith" && each.kind === "text" && each.test === test) return each.value;
    if (test === "eq" && each.kind === "comparison" && each.operator === test && each.value.kind === "text") {
      return each.value.value;
    }
  }
  return null;
};

/** The users that an index finds for a filter; null when it demands nothing that has one. */
export const usersByIndex = async (q: Queryable, filter: Filter | null): Promise<readonly DirectoryUser[] | null> => {
  const id = demanded(filter, "eq", "id");
  if (id !== null) {
    const user = (await getUsers(q, [id])).get(id.toLowerCase());
    return user === undefined || user.deletedAt !== null ? [] : [user];
  }
  for (const property of ["userPrincipalName", "mail", "employeeId"] as const) {
    const value = demanded(filter, "eq", property);
    if (value !== null) return findUsers(q, property, value);
  }
  return null;
};

/** A live user by id or userPrincipalName, or a live group by id; null without one. */
export const liveObject = async (q: Queryable, id: string): Promise<DirectoryUser | DirectoryGroup | null> => {
  const user = await getUser(q, id);
  if (user !== null) return user;
  const group = (await getGroups(q, [id])).get(id.toLowerCase());
  return group === undefined || group.deletedAt !== null ? null : group;
};
