import type { HttpFailure, HttpHeaders, HttpOutcome } from "#http";
import { headerOf, readRetryAt } from "#http";
import { isJsonObject, type JsonObject, parseErrorBody, type ScimError } from "#scim";
import type { FailureKind } from "../target.ts";
import { errorDetail } from "./error-detail.ts";

/** What a request was for. Its answers mean different things: a 404 on a list is no SCIM, a 404 on an id is an object that is gone. */
export type Purpose = "list" | "get" | "create" | "update" | "remove";

/** A request that failed: what that means, and one sentence without secrets of ours (the target's words are in it as they came). */
export interface Trouble {
  readonly kind: FailureKind;
  readonly code: string;
  readonly status: number | null;
  readonly message: string;
  readonly retryAt: Date | null;
}

export type Verdict =
  | { readonly ok: true; readonly status: number; readonly body: JsonObject | null }
  | { readonly ok: false; readonly trouble: Trouble };

/** Code for answers that are not SCIM. */
export const notScim = "SystemForCrossDomainIdentityManagementServiceIncompatible";
const badCredentials = "SystemForCrossDomainIdentityManagementInvalidCredentials";

export interface Question {
  readonly purpose: Purpose;
  /** The request as a sentence names it: `POST /Users`. */
  readonly what: string;
}

const isWrite = (purpose: Purpose): boolean => purpose === "create" || purpose === "update" || purpose === "remove";
const isOfOneObject = (purpose: Purpose): boolean => purpose !== "list" && purpose !== "create";

const trouble = (
  kind: FailureKind,
  code: string,
  status: number | null,
  message: string,
  retryAt: Date | null = null,
): { readonly ok: false; readonly trouble: Trouble } => ({
  ok: false,
  trouble: { kind, code, status, message, retryAt },
});

const failed = ({ purpose, what }: Question, failure: HttpFailure): Verdict => {
  const { code, message, sent, status } = failure;
  if (code === "InvalidUrl" || code === "InsecureUrl" || code === "ForbiddenAddress") {
    return trouble("permanent", "NotPermitted", status, message);
  }
  const name = code === "Timeout" || code === "Cancelled" ? code : "WebExceptionProtocolError";
  if (sent && isWrite(purpose)) {
    return trouble("uncertain", name, status, `${what} may or may not have been carried out: ${message}`);
  }
  if (code === "TooLarge" || code === "Malformed") return trouble("incompatible", notScim, status, message);
  return trouble("transient", name, status, message);
};

/** A write that was answered well but unreadably may have happened; a read has only shown that this is no SCIM. */
const unreadable = (
  { purpose, what }: Question,
  status: number,
  why: string,
): { readonly ok: false; readonly trouble: Trouble } =>
  isWrite(purpose)
    ? trouble(
        "uncertain",
        notScim,
        status,
        `${what} was answered with ${status}, but ${why}; whether it was done is not known.`,
      )
    : trouble("incompatible", notScim, status, `${what} was answered with ${status}, but ${why}; check the base URL.`);

const parsedBody = (text: string): unknown => {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    return undefined;
  }
};

const kindOfBody = (headers: HttpHeaders, text: string): string => {
  const type = headerOf(headers, "content-type") ?? "";
  if (/html/i.test(type) || /^\s*<(!doctype|html|head|body)/i.test(text)) return "an HTML page came";
  if (text.trim() === "") return "nothing came";
  return "the body is no complete JSON object";
};

const succeeded = (question: Question, status: number, headers: HttpHeaders, text: string): Verdict => {
  const { purpose } = question;
  const body = text === "" ? undefined : parsedBody(text);
  if (status === 202) return unreadable(question, status, "it was only accepted for later");
  if (purpose === "remove") return { ok: true, status, body: null };
  if (isJsonObject(body)) return { ok: true, status, body };
  if (purpose === "update" && text.trim() === "") return { ok: true, status, body: null };
  return unreadable(question, status, kindOfBody(headers, text));
};

const byScimType: Readonly<Record<NonNullable<ScimError["scimType"]>, string>> = {
  invalidFilter: "InvalidFilter",
  tooMany: "TooMany",
  uniqueness: "Conflict",
  mutability: "Mutability",
  invalidSyntax: "InvalidSyntax",
  invalidPath: "SchemaAttributeNotFound",
  noTarget: "SchemaAttributeNotFound",
  invalidValue: "InvalidValue",
  invalidVers: "InvalidVers",
  sensitive: "Sensitive",
  invalidCursor: "InvalidCursor",
  expiredCursor: "ExpiredCursor",
  invalidCount: "InvalidCount",
};

const missingValue = /\b(required|mandatory|missing|must not be empty|may not be (null|empty))\b/i;

const badRequest = (purpose: Purpose, error: ScimError | undefined): string => {
  const scimType = error?.scimType;
  if (missingValue.test(error?.detail ?? "") && (scimType === undefined || scimType === "invalidValue")) {
    return purpose === "create" ? "MandatoryFieldsMissing" : "MissingValues";
  }
  return scimType === undefined ? "BadRequest" : byScimType[scimType];
};

const hints: ReadonlyMap<number, string> = new Map([
  [401, "Check the secret token; it may have expired or been revoked."],
  [402, "Check how many seats the subscription has left."],
  [403, "Check that the token's owner has Admin permissions in the target."],
  [404, "Check the base URL."],
  [405, "Check the base URL and what the target supports."],
  [413, "Send less at a time."],
  [429, "The request is repeated when the target allows it."],
]);

const permanentCodes: ReadonlyMap<number, string> = new Map([
  [402, "LicenseLimitExceeded"],
  [403, "InsufficientRights"],
  [405, "MethodNotAllowed"],
  [406, notScim],
  [412, "PreconditionFailed"],
  [413, "PayloadTooLarge"],
  [415, notScim],
  [422, "UnprocessableEntity"],
  [501, "NotImplemented"],
]);

const redirected = ({ what }: Question, status: number, headers: HttpHeaders): Verdict => {
  const location = headerOf(headers, "location") ?? "";
  const to = URL.canParse(location) ? ` to ${new URL(location).host}` : "";
  return trouble(
    "incompatible",
    notScim,
    status,
    `${what} was redirected${to} (${status}); redirects are not followed, so give the final address as base URL.`,
  );
};

const refused = (question: Question, status: number, headers: HttpHeaders, text: string, now: Date): Verdict => {
  const { purpose, what } = question;
  const body = parsedBody(text);
  const error = parseErrorBody(body, status);
  const detail = errorDetail(body);
  const retryAt = readRetryAt(headers, now);
  const isMissingEndpoint = status === 404 && !isOfOneObject(purpose);
  const hint = status === 404 && !isMissingEndpoint ? undefined : hints.get(status);
  const said = detail === "" ? "." : `: "${detail}".`;
  const message = `${what} was answered with ${status}${said}${hint === undefined ? "" : ` ${hint}`}`;
  const as = (kind: FailureKind, code: string, until: Date | null = null): Verdict =>
    trouble(kind, code, status, message, until);

  if (status === 401) return as("credentials", badCredentials);
  if (status === 409) return as("duplicate", "Conflict");
  if (status === 429) return as("transient", "TooManyRequests", retryAt);
  if (isMissingEndpoint) return as("incompatible", notScim);
  if (status === 404 || (status === 410 && isOfOneObject(purpose))) return as("gone", "InvalidAnchor");
  if (status === 400) {
    return as(error?.scimType === "uniqueness" ? "duplicate" : "permanent", badRequest(purpose, error));
  }
  const permanent = permanentCodes.get(status);
  if (permanent !== undefined) return as("permanent", permanent);
  if (status >= 500 || status === 408 || status === 425) {
    const code = status === 408 || status === 504 ? "Timeout" : "InternalServerError";
    return as(isWrite(purpose) && status !== 425 ? "uncertain" : "transient", code, retryAt);
  }
  return as("permanent", "BadRequest");
};

/**
 * Says what an outcome means for whoever asked. Pure: `now` only places `Retry-After`. A good status with a body that a read
 * or a create cannot do without, and does not have, is trouble; what the body says is for the caller to judge.
 */
export const judge = (question: Question, outcome: HttpOutcome, now: Date): Verdict => {
  if (!outcome.ok) {
    const { failure } = outcome;
    const isRefusal = failure.status !== null && failure.status >= 300 && failure.headers !== null;
    if (!isRefusal) return failed(question, failure);
    return answered(question, failure.status, failure.headers, "", now);
  }
  const { status, headers, body } = outcome.response;
  return answered(question, status, headers, body, now);
};

const answered = (question: Question, status: number, headers: HttpHeaders, text: string, now: Date): Verdict => {
  if (status >= 200 && status < 300) return succeeded(question, status, headers, text);
  if (status < 400) return redirected(question, status, headers);
  return refused(question, status, headers, text, now);
};

/** A good answer whose contents cannot be used after all, such as a 201 without an id. */
export const unusable = (question: Question, status: number, why: string): Trouble =>
  unreadable(question, status, why).trouble;
