import { LockstepError } from "#runtime";
import type { AppsErrorCode } from "./types.ts";

export class AppsError extends LockstepError<AppsErrorCode> {
  override readonly name = "AppsError";
}

export const noJob = (jobId: string): AppsError =>
  new AppsError("JobNotFound", `There is no provisioning job ${jobId}. List the app's jobs to see its id.`, {
    facts: { jobId },
  });
