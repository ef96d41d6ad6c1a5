import { type Assignment, assignedGroupIds, assignmentsOf } from "#apps";
import type { AssignmentPath, AttributeValue, Presence, SourceObject } from "#core";
import { type DirectoryGroup, type DirectoryUser, getGroups, getUsers, groupsOf } from "#directory";
import type { Queryable } from "#store";
import type { Due } from "./due.ts";
import { intendedAmong } from "./intents.ts";
import type { JobContext } from "./job-context.ts";
import { linksOf, type StoredLink } from "./links.ts";

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
  const paths = await readPaths(q, context, ids);
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

/** Every way in which the principals reach the app: their own assignments, then those of groups that they are direct members of. */
const readPaths = async (
  q: Queryable,
  context: JobContext,
  principalIds: readonly string[],
): Promise<Map<string, AssignmentPath[]>> => {
  const paths = new Map<string, AssignmentPath[]>();
  const add = (principalId: string, path: AssignmentPath) => {
    const known = paths.get(principalId);
    if (known === undefined) paths.set(principalId, [path]);
    else known.push(path);
  };
  for (const assignment of await assignmentsOf(q, context.app.id, principalIds))
    add(assignment.principalId, pathOf(assignment, null));
  const assignedGroups = await assignedGroupIds(q, context.app.id);
  if (assignedGroups.length === 0) return paths;
  const memberships = await groupsOf(q, principalIds, assignedGroups);
  if (memberships.length === 0) return paths;
  const through = [...new Set(memberships.map(({ groupId }) => groupId))];
  const names = await getGroups(q, through);
  const ofGroups = Map.groupBy(await assignmentsOf(q, context.app.id, through), ({ principalId }) => principalId);
  for (const { memberId, groupId } of memberships) {
    const displayName = String(names.get(groupId)?.attributes.displayName ?? groupId);
    for (const assignment of ofGroups.get(groupId) ?? [])
      add(memberId, pathOf(assignment, { id: groupId, displayName }));
  }
  return paths;
};

const pathOf = (assignment: Assignment, group: AssignmentPath["group"]): AssignmentPath => ({
  assignmentId: assignment.id,
  roleId: assignment.roleId,
  roleName: assignment.roleName,
  provisionable: assignment.provisionable,
  group,
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
