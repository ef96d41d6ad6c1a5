import { type DirectoryGroup, type DirectoryUser, findGroups, getGroup, getObject, getUser } from "#directory";
import type { Queryable } from "#store";
import { ApiError } from "../api-error.ts";

/** A user as people name them: userPrincipalName or id; by id a soft-deleted one too. */
export const namedUser = async (q: Queryable, reference: string): Promise<DirectoryUser> => {
  const user = (await getUser(q, reference)) ?? (await getObject(q, reference));
  if (user !== null && user.kind === "user") return user;
  const sentence = `There is no user ${reference.slice(0, 100)}. Give a userPrincipalName or an id of the directory.`;
  throw new ApiError(404, "UserNotFound", sentence);
};

/** A group as people name it: display name or id; by id a soft-deleted one too. */
export const namedGroup = async (q: Queryable, reference: string): Promise<DirectoryGroup> => {
  const byId = (await getGroup(q, reference)) ?? (await getObject(q, reference));
  if (byId !== null && byId.kind === "group") return byId;
  const named = await findGroups(q, reference);
  const [only] = named;
  if (only !== undefined && named.length === 1) return only;
  if (only !== undefined) {
    const ids = named.map((group) => group.id).join(", ");
    throw new ApiError(
      409,
      "AmbiguousGroup",
      `${named.length} groups are called ${reference.slice(0, 100)}. Name one by its id: ${ids}.`,
    );
  }
  const sentence = `There is no group ${reference.slice(0, 100)}. Give a display name or an id of the directory.`;
  throw new ApiError(404, "GroupNotFound", sentence);
};

/** A user or group, whichever the reference fits; users first. */
export const namedPrincipal = async (
  q: Queryable,
  reference: string,
  type: "User" | "Group" | undefined,
): Promise<DirectoryUser | DirectoryGroup> => {
  if (type === "User") return namedUser(q, reference);
  if (type === "Group") return namedGroup(q, reference);
  const user = (await getUser(q, reference)) ?? (await getObject(q, reference));
  if (user !== null) return user;
  try {
    return await namedGroup(q, reference);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    const sentence = `There is no user or group ${reference.slice(0, 100)}. Give a userPrincipalName, a group's display name, or an id.`;
    throw new ApiError(404, "PrincipalNotFound", sentence);
  }
};
