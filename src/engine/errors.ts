import { LockstepError } from "#runtime";

export type EngineErrorCode =
  | "JobNotFound"
  | "NotConfigured"
  | "ObjectNotFound"
  | "SchemaInvalid"
  | "FenceLost"
  | "Stopping"
  | "NotMapped"
  | "ExaminationRunning";

export class EngineError extends LockstepError<EngineErrorCode> {
  override readonly name = "EngineError";
}
