import type { GraphErrorDetail } from "#graph";

export type Status = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 500 | 501 | 503;

/** A "no" that a route gives itself. `code` and `message` leave the server as they are. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: Status;
  readonly code: string;
  readonly details: readonly GraphErrorDetail[];
  /** Further members of the error object. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(
    status: Status,
    code: string,
    message: string,
    options: { details?: readonly GraphErrorDetail[]; more?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = options.details ?? [];
    this.more = options.more ?? {};
  }
}

export const badRequest = (message: string, details: readonly GraphErrorDetail[] = []): ApiError =>
  new ApiError(400, "Request_BadRequest", message, { details });
