import { assignedGroupIds, expandedGroupIds } from "#apps";
import { type NestedGroup, nestedGroups } from "#directory";
import type { Queryable } from "#store";

/** How members of a group reach an app. */
export interface Way {
  /** The group that is assigned. */
  readonly assignedId: string;
  /** The groups that lead from it to the members' own, that one included; empty where it is the assigned group itself. */
  readonly through: readonly string[];
}

/** The groups whose direct members reach an app: those that are assigned, and those within an assigned group whose assignment expands them. */
export interface Reach {
  readonly ways: ReadonlyMap<string, readonly Way[]>;
  /** Assigned groups of which members of nested groups count. */
  readonly expanded: readonly string[];
}

export const readReach = async (q: Queryable, appId: string): Promise<Reach> => {
  const assigned = await assignedGroupIds(q, appId);
  const expanded = assigned.length === 0 ? [] : await expandedGroupIds(q, appId);
  const within: readonly NestedGroup[] = expanded.length === 0 ? [] : await nestedGroups(q, expanded);
  const ways = new Map<string, Way[]>(assigned.map((id) => [id, [{ assignedId: id, through: [] }]]));
  for (const { rootId, groupId, through } of within) {
    const way = { assignedId: rootId, through };
    const known = ways.get(groupId);
    if (known === undefined) ways.set(groupId, [way]);
    else known.push(way);
  }
  return { ways, expanded };
};

/** The groups whose direct members count as members of a group: itself, and those within it where its assignment expands them. */
export const groupsCountedIn = ({ ways, expanded }: Reach, groupId: string): readonly string[] =>
  expanded.includes(groupId)
    ? [...ways].filter(([, each]) => each.some(({ assignedId }) => assignedId === groupId)).map(([id]) => id)
    : [groupId];

/** Groups that have members of their own and of others, of which somebody who joins or leaves the group becomes one, or is none any more. */
export const groupsCounting = ({ ways, expanded }: Reach, groupId: string): readonly string[] => {
  const above = (ways.get(groupId) ?? []).map(({ assignedId }) => assignedId).filter((id) => expanded.includes(id));
  return [...new Set([groupId, ...above])];
};
