import { LockstepError } from "#runtime";

export type SandboxErrorCode =
  | "CannotListen"
  | "UnknownOwner"
  | "UnknownRole"
  | "UnknownAccountGroup"
  | "InvalidSettings"
  | "InvalidOrganization";

/** What the sandbox's own operator did wrong; requests of clients are answered with SCIM errors instead. */
export class SandboxError extends LockstepError<SandboxErrorCode> {
  override readonly name = "SandboxError";
}
