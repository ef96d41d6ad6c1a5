import { type Assignment, assignmentsOf } from "#apps";
import type { AssignmentPath, AttributeValue, Presence, SourceObject } from "#core";
import { type DirectoryGroup, type DirectoryUser, getGroups, getUsers, groupsOf } from "#directory";
import type { Queryable } from "#store";
import type { Due } from "./due.ts";
import { intendedAmong } from "./intents.ts";
import type { JobContext } from "./job-context.ts";
import { linksOf, type StoredLink } from "./links.ts";
import { readReach, type Way } from "./reach.ts";

/** A due object with everything that Lockstep itself knows of it, read after the claim. */
export interface Claimed {
  readonly due: Due;
  readonly source: SourceObject;
  readonly paths: readonly AssignmentPath[];
  readonly link: StoredLink | null;
  /** True when a create was begun earlier and never confirmed: an account may exist that no link knows of. */
  readonly intended: boolean;
}

/** Reads a batch of due objects in a handful of queries, however many they are. */
export const readClaimed = async (q: Queryable, context: JobContext, batch: readonly Due[]): Promise<Claimed[]> => {
  const ids = batch.map(({ id }) => id);
  const userIds = batch.filter(({ type }) => type === "User").map(({ id }) => id);
  const groupIds = batch.filter(({ type }) => type === "Group").map(({ id }) => id);
  const users = await getUsers(q, userIds);
  const groups = groupIds.length === 0 ? new Map<string, DirectoryGroup>() : await getGroups(q, groupIds);
  const paths = await readPaths(q, context, userIds, groupIds);
  const links = await linksOf(q, context.links, ids);
  const intended = await intendedAmong(q, context.job.id, ids);
  return batch.map((due) => ({
    due,
    source: sourceOf(due, users.get(due.id) ?? groups.get(due.id) ?? null),
    paths: paths.get(due.id) ?? [],
    link: links.get(due.id) ?? null,
    intended: intended.has(due.id),
  }));
};

/**
 * Every way in which users and groups reach the app: their own assignments, then, for users, those of groups that they are members of, directly or by a
 * nested group where the assignment lets those count. A group within a group is no reason to provision it.
 */
const readPaths = async (
  q: Queryable,
  context: JobContext,
  userIds: readonly string[],
  groupIds: readonly string[],
): Promise<Map<string, AssignmentPath[]>> => {
  const paths = new Map<string, AssignmentPath[]>();
  const add = (principalId: string, path: AssignmentPath) => {
    const known = paths.get(principalId);
    if (known === undefined) paths.set(principalId, [path]);
    else known.push(path);
  };
  for (const assignment of await assignmentsOf(q, context.app.id, [...userIds, ...groupIds]))
    add(assignment.principalId, pathOf(assignment, null));
  if (userIds.length === 0) return paths;
  const { ways } = await readReach(q, context.app.id);
  const memberships = ways.size === 0 ? [] : await groupsOf(q, userIds, [...ways.keys()]);
  if (memberships.length === 0) return paths;
  const used = [...new Set(memberships.flatMap(({ groupId }) => ways.get(groupId) ?? []))];
  const names = await getGroups(q, [...new Set(used.flatMap((way) => [way.assignedId, ...way.through]))]);
  const nameOfGroup = (id: string): string => String(names.get(id)?.attributes.displayName ?? id);
  const assigned = [...new Set(used.map(({ assignedId }) => assignedId))];
  const ofGroups = Map.groupBy(await assignmentsOf(q, context.app.id, assigned), ({ principalId }) => principalId);
  for (const { memberId, groupId } of memberships) {
    for (const way of shortestFirst(ways.get(groupId) ?? [])) {
      const group = { id: way.assignedId, displayName: nameOfGroup(way.assignedId) };
      for (const assignment of ofGroups.get(way.assignedId) ?? []) {
        if (way.through.length > 0 && !assignment.expandNested) continue;
        add(memberId, pathOf(assignment, group, way.through.map(nameOfGroup)));
      }
    }
  }
  return paths;
};

const shortestFirst = (ways: readonly Way[]): readonly Way[] =>
  ways.toSorted((left, right) => left.through.length - right.through.length);

const pathOf = (
  assignment: Assignment,
  group: AssignmentPath["group"],
  through: readonly string[] = [],
): AssignmentPath => ({
  assignmentId: assignment.id,
  roleId: assignment.roleId,
  roleName: assignment.roleName,
  provisionable: assignment.provisionable,
  group,
  ...(through.length === 0 ? {} : { through }),
});

const sourceOf = (due: Due, object: DirectoryUser | DirectoryGroup | null): SourceObject => ({
  type: due.type,
  id: due.id,
  attributes: (object?.attributes ?? {}) as Readonly<Record<string, AttributeValue>>,
  manager: object?.kind === "user" ? object.managerId : null,
  presence: presenceOf(object),
});

const presenceOf = (object: DirectoryUser | DirectoryGroup | null): Presence =>
  object === null ? "purged" : object.deletedAt === null ? "present" : "softDeleted";

/**
 * The name by which people know the object: its display name, else its login, else what the link remembers, else its id.
 * @param hide what logs show of a text; a name that they must not show is passed over
 */
export const nameOf = ({ source, link }: Pick<Claimed, "source" | "link">, hide: (text: string) => string): string =>
  [source.attributes.displayName, source.attributes.userPrincipalName, link?.displayName]
    .map((name) => String(name ?? ""))
    .find((name) => name !== "" && hide(name) === name) ?? source.id;
