import { LockstepError } from "#runtime";

export type DirectoryErrorCode =
  | "UserNotFound"
  | "GroupNotFound"
  | "MemberNotFound"
  | "ManagerNotFound"
  /** `facts.userPrincipalName`, `facts.holderId` where it is known. */
  | "UserPrincipalNameTaken"
  /** The source has an object with this anchor already. */
  | "AnchorTaken"
  /** `facts.attribute`, and `facts.suggestion` where the name is unknown and another is near. */
  | "InvalidAttribute"
  /** `facts.memberIds`: those that are in the group already. */
  | "MemberExists"
  | "NotAMember"
  /** A group cannot be its own member, nor a user their own manager. */
  | "OwnReference"
  /** Only a soft-deleted object can be restored or purged. */
  | "NotDeleted";

export class DirectoryError extends LockstepError<DirectoryErrorCode> {
  override readonly name = "DirectoryError";
}
