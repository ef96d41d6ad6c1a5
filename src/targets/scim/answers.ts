import type { HttpFailure, HttpHeaders, HttpOutcome } from "#http";
import { headerOf, readRetryAt } from "#http";
import {
  foldCase,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  messageUrns,
  parseErrorBody,
  type ScimError,
  statusError,
  valueOfName,
} from "#scim";
import type { FailureCode, FailureKind } from "../target.ts";
import { errorDetail } from "./error-detail.ts";

/** What a request was for. Its answers mean different things: a 404 on a list is no SCIM, a 404 on an id is an object that is gone. */
export type Purpose = "list" | "get" | "create" | "update" | "remove";

/** A request that failed: what that means, and one sentence without secrets of ours (the target's words are in it as they came). */
export interface Trouble {
  readonly kind: FailureKind;
  readonly code: FailureCode;
  readonly status: number | null;
  /** What kind of error the target calls it (RFC 7644 section 3.12), null where it does not. */
  readonly scimType: string | null;
  readonly message: string;
  readonly retryAt: Date | null;
}

export type Verdict =
  | {
      readonly ok: true;
      readonly status: number;
      readonly body: JsonObject | null;
      /** Where the target says that what was made can be found; null where it does not. */
      readonly location: string | null;
    }
  | { readonly ok: false; readonly trouble: Trouble };

/** Code for answers that are not SCIM. */
export const notScim = "SystemForCrossDomainIdentityManagementServiceIncompatible";
/** Code for many objects where one was asked for. */
export const tooMany = "SystemForCrossDomainIdentityManagementMultipleEntriesInResponse";
const badCredentials = "SystemForCrossDomainIdentityManagementInvalidCredentials";

export interface Question {
  readonly purpose: Purpose;
  /** The request as a sentence names it: `POST /Users`. */
  readonly what: string;
  /** True where the request said which version it means. */
  readonly conditional?: boolean;
}

const isWrite = (purpose: Purpose): boolean => purpose === "create" || purpose === "update" || purpose === "remove";
const isOfOneObject = (purpose: Purpose): boolean => purpose !== "list" && purpose !== "create";

const trouble = (
  kind: FailureKind,
  code: FailureCode,
  status: number | null,
  message: string,
  more: Partial<Pick<Trouble, "retryAt" | "scimType">> = {},
): { readonly ok: false; readonly trouble: Trouble } => ({
  ok: false,
  trouble: { kind, code, status, message, retryAt: null, scimType: null, ...more },
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
  const encoding = headerOf(headers, "content-encoding")?.trim().toLowerCase() ?? "";
  if (encoding !== "" && encoding !== "identity")
    return `it came compressed (${encoding.slice(0, 20)}), which nobody asked for`;
  const type = headerOf(headers, "content-type") ?? "";
  if (/html/i.test(type) || /^\s*<(!doctype|html|head|body)/i.test(text)) return "an HTML page came";
  if (text.trim() === "") return "nothing came";
  return "the body is no complete JSON object";
};

/** The error that a good status carries all the same, null where the body is none. */
const errorWithin = (body: unknown): ScimError | null => {
  if (!isJsonObject(body)) return null;
  const schemas = valueOfName(body, "schemas");
  const named = isJsonArray(schemas) && schemas.some((urn) => foldCase(String(urn)) === foldCase(messageUrns.error));
  const error = parseErrorBody(body, 400);
  if (error === undefined) return named ? statusError(400, "") : null;
  if (named) return error.status >= 400 ? error : { ...error, status: 400 };
  const hasNothingElse = ["id", "Resources", "schemas"].every((name) => valueOfName(body, name) === undefined);
  return hasNothingElse && error.status >= 400 && error.detail !== "" ? error : null;
};

const succeeded = (question: Question, status: number, headers: HttpHeaders, text: string, now: Date): Verdict => {
  const { purpose } = question;
  const isEmpty = text.trim() === "";
  const body = isEmpty ? undefined : parsedBody(text);
  const error = errorWithin(body);
  if (error !== null) return refused(question, { status: error.status, shown: status }, headers, text, now);
  if (status === 202) return unreadable(question, status, "it was only accepted for later");
  const location = headerOf(headers, "location") ?? null;
  if (isJsonObject(body)) return { ok: true, status, body: purpose === "remove" ? null : body, location };
  // Nothing need be shown after a write; of what was made, the caller finds out the id.
  if (isEmpty && isWrite(purpose)) return { ok: true, status, body: null, location };
  return unreadable(question, status, kindOfBody(headers, text));
};

const byScimType: Readonly<Record<NonNullable<ScimError["scimType"]>, FailureCode>> = {
  invalidFilter: "NotImplemented",
  tooMany: "UnprocessableEntity",
  uniqueness: "Conflict",
  mutability: "NotPermitted",
  invalidSyntax: notScim,
  invalidPath: "SchemaAttributeNotFound",
  noTarget: "SchemaAttributeNotFound",
  invalidValue: "UnprocessableEntity",
  invalidVers: notScim,
  sensitive: "InsufficientRights",
  invalidCursor: "UnprocessableEntity",
  expiredCursor: "UnprocessableEntity",
  invalidCount: "UnprocessableEntity",
};

/** What targets say in words only, most particular first. */
const byWords: readonly (readonly [words: RegExp, code: FailureCode])[] = [
  [
    /\b(licen[cs]es?|seats?|subscription|quota)\b.*\b(limit|exceed|exhaust|full|reached|left|available|maximum)/i,
    "LicenseLimitExceeded",
  ],
  [/\b(limit|exceed|exhaust|maximum|no more|out of)\b.*\b(licen[cs]es?|seats?|quota)\b/i, "LicenseLimitExceeded"],
  [/\bdomain\b/i, "InvalidDomain"],
  [/\b(single[- ]?valued|only (one|a single) value)\b/i, "SchemaPropertyCanOnlyAcceptValue"],
];

const missingValue = /\b(required|mandatory|missing|must not be empty|may not be (null|empty))\b/i;

const refusalCode = (purpose: Purpose, error: ScimError | undefined, usual: FailureCode): FailureCode => {
  const { scimType, detail = "" } = error ?? {};
  if (missingValue.test(detail) && (scimType === undefined || scimType === "invalidValue")) {
    return purpose === "create" ? "MandatoryFieldsMissing" : "MissingValues";
  }
  const told =
    scimType === undefined || scimType === "invalidValue" ? byWords.find(([words]) => words.test(detail)) : undefined;
  return told?.[1] ?? (scimType === undefined ? usual : byScimType[scimType]);
};

const hints: ReadonlyMap<number, string> = new Map([
  [401, "Check the token or password; it may have expired or been revoked."],
  [402, "Check how many seats the subscription has left."],
  [403, "Check that the token's owner has Admin permissions in the target."],
  [404, "Check the base URL."],
  [405, "Check the base URL and what the target supports."],
  [406, "Let the profile's mediaType name the type that the target wants."],
  [412, "Read the object again: it has changed meanwhile."],
  [413, "Send less at a time: lower membersPerRequest or patchOperations in the profile."],
  [415, "Let the profile's mediaType name the type that the target wants."],
  [428, "Set ifMatch in the profile."],
  [451, "The target refuses for legal reasons, which only its owner can explain."],
  [507, "The target is out of storage: tell its owner."],
  [429, "The request is repeated when the target allows it."],
]);

const permanentCodes: ReadonlyMap<number, FailureCode> = new Map([
  [402, "LicenseLimitExceeded"],
  [405, "MethodNotAllowed"],
  [406, notScim],
  [412, "UnprocessableEntity"],
  [413, "UnprocessableEntity"],
  [415, notScim],
  [428, "UnprocessableEntity"],
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

const refused = (
  question: Question,
  { status, shown }: { readonly status: number /** As the HTTP answer had it. */; readonly shown: number },
  headers: HttpHeaders,
  text: string,
  now: Date,
): Verdict => {
  const { purpose, what, conditional } = question;
  const body = parsedBody(text);
  const error = parseErrorBody(body, status);
  const detail = errorDetail(body);
  const isMissingEndpoint = status === 404 && !isOfOneObject(purpose);
  const hint = status === 404 && !isMissingEndpoint ? undefined : hints.get(status);
  const answer = shown === status ? String(status) : `${shown}, though the body is an error of ${status}`;
  const said = detail === "" ? "." : `: "${detail}".`;
  const message = `${what} was answered with ${answer}${said}${hint === undefined ? "" : ` ${hint}`}`;
  const scimType = error?.scimType ?? null;
  const as = (kind: FailureKind, code: FailureCode): Verdict =>
    trouble(kind, code, shown, message, {
      scimType,
      retryAt: kind === "transient" || kind === "uncertain" ? readRetryAt(headers, now) : null,
    });

  if (status === 401) return as("credentials", badCredentials);
  if (status === 409) return as("duplicate", "Conflict");
  if (status === 429) return as("transient", "TooManyRequests");
  if (isMissingEndpoint) return as("incompatible", notScim);
  if (status === 404 || (status === 410 && isOfOneObject(purpose))) return as("gone", "InvalidAnchor");
  if (status === 400 || status === 422) {
    const code = refusalCode(purpose, error, "UnprocessableEntity");
    return as(scimType === "uniqueness" ? "duplicate" : "permanent", code);
  }
  if (status === 403) return as("permanent", refusalCode(purpose, error, "InsufficientRights"));
  // Somebody else changed the object between our look and our write.
  if (status === 412 && conditional === true) return as("transient", "Conflict");
  const permanent = permanentCodes.get(status);
  if (permanent !== undefined) return as("permanent", permanent);
  if (status >= 500 || status === 408 || status === 425) {
    const code = status === 408 || status === 504 ? "Timeout" : "InternalServerError";
    return as(isWrite(purpose) && status !== 425 ? "uncertain" : "transient", code);
  }
  return as("permanent", "UnprocessableEntity");
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
  if (status >= 200 && status < 300) return succeeded(question, status, headers, text, now);
  if (status < 400) return redirected(question, status, headers);
  return refused(question, { status, shown: status }, headers, text, now);
};

/** A good answer whose contents cannot be used after all, such as a 201 without an id. */
export const unusable = (question: Question, status: number, why: string): Trouble =>
  unreadable(question, status, why).trouble;
