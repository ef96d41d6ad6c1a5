import { LockstepError } from "#runtime";

export type StoreErrorCode =
  | "FolderInUse"
  | "FolderUnusable"
  | "WrongKey"
  | "NewerDatabase"
  | "CannotConnect"
  | "Sealed";

export class StoreError extends LockstepError<StoreErrorCode> {
  override readonly name = "StoreError";
}
