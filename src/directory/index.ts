export type { DirectoryAccess, DirectoryTransaction } from "./access.ts";
export { attributeNames } from "./attribute-rules.ts";
export { DirectoryError, type DirectoryErrorCode } from "./errors.ts";
export { createGroup, deleteGroup, restoreGroup, updateGroup } from "./groups.ts";
export { importObjects } from "./import-objects.ts";
export type { ImportOutcome, ImportRow } from "./import-plan.ts";
export { addMemberships, type EndingMemberships, endMemberships, setManagers } from "./links.ts";
export {
  addMembers,
  countMembers,
  groupsOf,
  isMember,
  listMembers,
  type Member,
  type Membership,
  membersOfAny,
  type NestedGroup,
  nestedGroups,
  removeMembers,
} from "./members.ts";
export type { AttributeChanges, AttributeValue, DirectoryGroup, DirectoryUser, ObjectKind } from "./objects.ts";
export { purgeExpired, purgeGroup, purgeUser, retentionDays } from "./purging.ts";
export {
  countGroups,
  countUsers,
  findGroups,
  findUsers,
  getGroup,
  getGroups,
  getObject,
  getUser,
  getUsers,
  type ListOptions,
  listDeletedGroups,
  listDeletedUsers,
  listGroups,
  listReports,
  listUsers,
  type PageOptions,
} from "./reads.ts";
export { type FoundObject, findReferences, type ObjectReference } from "./references.ts";
export { anchorFieldOf, deleteByAnchor, getByAnchor, listByAnchor, setAnchorField } from "./source-objects.ts";
export { createUser, deleteUser, type NewUser, restoreUser, setManager, updateUser } from "./users.ts";
export type { NewObject } from "./writes.ts";
