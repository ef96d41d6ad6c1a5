import { LockstepError } from "#runtime";
import type { AppsErrorCode } from "./types.ts";

export class AppsError extends LockstepError<AppsErrorCode> {
  override readonly name = "AppsError";
}
