import { errorBody, type JsonObject, type ScimError, type ScimType, scimError, statusError } from "#scim";

/** What a request is answered with; a null body is an empty one. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject | null;
  readonly headers: Readonly<Record<string, string>>;
}

export const answer = (
  status: number,
  body: JsonObject | null,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({ status, body, headers });

/** A SCIM error (RFC 7644 section 3.12). */
export const refusal = (error: ScimError, headers: Readonly<Record<string, string>> = {}): Answer =>
  answer(error.status, errorBody(error), headers);

export const refuse = (status: number, detail: string): Answer => refusal(statusError(status, detail));

export const refuseAs = (kind: ScimType, detail: string): Answer => refusal(scimError(kind, detail));
