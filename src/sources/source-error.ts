export type SourceErrorCode =
  | "file-unreadable"
  | "file-changed"
  | "file-empty"
  | "format-unknown"
  | "header-unknown"
  | "anchor-unknown";

/** A whole file that cannot be imported. Single rows never throw; they are reported as problems. */
export class SourceError extends Error {
  readonly code: SourceErrorCode;
  readonly file: string;
  constructor(code: SourceErrorCode, file: string, message: string) {
    super(message);
    this.name = "SourceError";
    this.code = code;
    this.file = file;
  }
}
