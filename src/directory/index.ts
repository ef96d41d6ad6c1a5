import type { Queryable, Tx } from "#store";
import type { AttributeChanges, DirectoryGroup, DirectoryUser, ObjectKind } from "./objects.ts";

export { DirectoryError, type DirectoryErrorCode } from "./errors.ts";
export type { AttributeChanges, AttributeValue, DirectoryGroup, DirectoryUser, ObjectKind } from "./objects.ts";

export interface NewObject {
  readonly attributes: AttributeChanges;
  readonly source?: string | null;
  readonly anchor?: string | null;
  readonly locator?: string | null;
}
export interface NewUser extends NewObject {
  readonly managerId?: string | null;
}
/** A page by id: those after `after` (null: from the start), at most `limit`. */
export interface PageOptions {
  readonly after?: string | null;
  readonly limit: number;
}
export interface ListOptions extends PageOptions {
  /** Soft-deleted ones too. */
  readonly includeDeleted?: boolean;
  /** Part of displayName, userPrincipalName or mail, in any case. */
  readonly search?: string;
}

export declare const createUser: (tx: Tx, input: NewUser, now: Date) => Promise<DirectoryUser>;
/** null clears; answers the user as it is now. Only live users. */
export declare const updateUser: (tx: Tx, id: string, changes: AttributeChanges, now: Date) => Promise<DirectoryUser>;
export declare const deleteUser: (tx: Tx, id: string, now: Date) => Promise<void>;
export declare const restoreUser: (
  tx: Tx,
  id: string,
  options: { readonly newUserPrincipalName?: string },
  now: Date,
) => Promise<DirectoryUser>;
export declare const purgeUser: (tx: Tx, id: string, now: Date) => Promise<void>;
/** Purges what was soft-deleted 30 days ago or more, at most `limit` (500) objects; call again until it answers 0. */
export declare const purgeExpired: (tx: Tx, now: Date, limit?: number) => Promise<number>;
/** Live users only. */
export declare const getUser: (q: Queryable, idOrUserPrincipalName: string) => Promise<DirectoryUser | null>;
/** Soft-deleted ones too (deletedAt tells); ids that nobody has are absent. */
export declare const getUsers: (q: Queryable, ids: readonly string[]) => Promise<ReadonlyMap<string, DirectoryUser>>;
/** Live users, compared without case; more than one is possible for mail and employeeId. */
export declare const findUsers: (
  q: Queryable,
  by: "userPrincipalName" | "mail" | "employeeId",
  value: string,
) => Promise<readonly DirectoryUser[]>;
export declare const listUsers: (q: Queryable, options: ListOptions) => Promise<readonly DirectoryUser[]>;
export declare const countUsers: (q: Queryable) => Promise<number>;

export declare const setManager: (tx: Tx, userId: string, managerId: string | null, now: Date) => Promise<void>;
export declare const listReports: (
  q: Queryable,
  managerId: string,
  page: PageOptions,
) => Promise<readonly DirectoryUser[]>;

export declare const createGroup: (tx: Tx, input: NewObject, now: Date) => Promise<DirectoryGroup>;
export declare const updateGroup: (tx: Tx, id: string, changes: AttributeChanges, now: Date) => Promise<DirectoryGroup>;
export declare const deleteGroup: (tx: Tx, id: string, now: Date) => Promise<void>;
export declare const restoreGroup: (tx: Tx, id: string, now: Date) => Promise<DirectoryGroup>;
export declare const purgeGroup: (tx: Tx, id: string, now: Date) => Promise<void>;
export declare const getGroup: (q: Queryable, id: string) => Promise<DirectoryGroup | null>;
export declare const getGroups: (q: Queryable, ids: readonly string[]) => Promise<ReadonlyMap<string, DirectoryGroup>>;
/** Live groups of this displayName, compared without case. */
export declare const findGroups: (q: Queryable, displayName: string) => Promise<readonly DirectoryGroup[]>;
export declare const listGroups: (q: Queryable, options: ListOptions) => Promise<readonly DirectoryGroup[]>;
export declare const countGroups: (q: Queryable) => Promise<number>;

export interface Member {
  readonly id: string;
  readonly kind: ObjectKind;
}
/** Members may be users and groups. Answers how many were added; refuses with `MemberExists` unless `ignoreExisting`. */
export declare const addMembers: (
  tx: Tx,
  groupId: string,
  memberIds: readonly string[],
  now: Date,
  options?: { readonly ignoreExisting?: boolean },
) => Promise<number>;
export declare const removeMembers: (
  tx: Tx,
  groupId: string,
  memberIds: readonly string[],
  now: Date,
  options?: { readonly ignoreMissing?: boolean },
) => Promise<number>;
/** Live direct members by id. */
export declare const listMembers: (
  q: Queryable,
  groupId: string,
  page: PageOptions & { readonly kind?: ObjectKind },
) => Promise<readonly Member[]>;
export declare const countMembers: (q: Queryable, groupId: string) => Promise<number>;
/** Direct memberships in live groups; `withinGroupIds` narrows them to these groups. */
export declare const groupsOf: (
  q: Queryable,
  memberIds: readonly string[],
  withinGroupIds?: readonly string[],
) => Promise<readonly { readonly memberId: string; readonly groupId: string }[]>;
export declare const isMember: (q: Queryable, groupId: string, memberId: string) => Promise<boolean>;

/** Soft-deleted objects by id. */
export declare const listDeleted: <Kind extends ObjectKind>(
  q: Queryable,
  kind: Kind,
  page: PageOptions,
) => Promise<readonly (Kind extends "user" ? DirectoryUser : DirectoryGroup)[]>;
/** A user or group by id, soft-deleted ones too. */
export declare const getObject: (q: Queryable, id: string) => Promise<DirectoryUser | DirectoryGroup | null>;
