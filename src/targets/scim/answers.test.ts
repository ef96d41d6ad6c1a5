import fc from "fast-check";
import { expect, test } from "vitest";
import type { HttpFailureCode, HttpHeaders, HttpOutcome } from "#http";
import { judge, notScim, type Purpose } from "./answers.ts";

const now = new Date("2026-03-01T08:00:00.000Z");
const scim = { "content-type": "application/scim+json" };
const purposes: readonly Purpose[] = ["list", "get", "create", "update", "remove"];

const answer = (status: number, body: unknown = "", headers: HttpHeaders = scim): HttpOutcome => ({
  ok: true,
  response: { status, headers, body: typeof body === "string" ? body : JSON.stringify(body) },
});

const failure = (code: HttpFailureCode, sent: boolean, status: number | null = null): HttpOutcome => ({
  ok: false,
  failure: { code, sent, message: "It went wrong.", status, headers: status === null ? null : {} },
});

const verdict = (purpose: Purpose, outcome: HttpOutcome): string => {
  const judged = judge({ purpose, what: "POST /Users" }, outcome, now);
  return judged.ok ? "ok" : `${judged.trouble.kind} ${judged.trouble.code}`;
};

const forAll = (outcome: HttpOutcome): Record<Purpose, string> =>
  Object.fromEntries(purposes.map((purpose) => [purpose, verdict(purpose, outcome)])) as Record<Purpose, string>;

const same = (text: string) => ({ list: text, get: text, create: text, update: text, remove: text });
const split = (reads: string, writes: string) => ({
  list: reads,
  get: reads,
  create: writes,
  update: writes,
  remove: writes,
});

const incompatible = `incompatible ${notScim}`;

test.each([
  [200, same("ok")],
  [201, same("ok")],
  [202, split(incompatible, `uncertain ${notScim}`)],
  [204, split(incompatible, "ok")],
  [302, same(incompatible)],
  [400, same("permanent UnprocessableEntity")],
  [401, same("credentials SystemForCrossDomainIdentityManagementInvalidCredentials")],
  [402, same("permanent LicenseLimitExceeded")],
  [403, same("permanent InsufficientRights")],
  [404, { ...same("gone InvalidAnchor"), list: incompatible, create: incompatible }],
  [405, same("permanent MethodNotAllowed")],
  [408, split("transient Timeout", "uncertain Timeout")],
  [409, same("duplicate Conflict")],
  [
    410,
    { ...same("gone InvalidAnchor"), list: "permanent UnprocessableEntity", create: "permanent UnprocessableEntity" },
  ],
  [412, same("permanent UnprocessableEntity")],
  [413, same("permanent UnprocessableEntity")],
  [415, same(`permanent ${notScim}`)],
  [418, same("permanent UnprocessableEntity")],
  [422, same("permanent UnprocessableEntity")],
  [425, same("transient InternalServerError")],
  [428, same("permanent UnprocessableEntity")],
  [429, same("transient TooManyRequests")],
  [500, split("transient InternalServerError", "uncertain InternalServerError")],
  [501, same("permanent NotImplemented")],
  [502, split("transient InternalServerError", "uncertain InternalServerError")],
  [503, split("transient InternalServerError", "uncertain InternalServerError")],
  [504, split("transient Timeout", "uncertain Timeout")],
])("status %d", (status, expected) => {
  expect(forAll(answer(status, status === 204 ? "" : { id: "1" }))).toEqual(expected);
});

test.each([
  ["ConnectionRefused", false, same("transient WebExceptionProtocolError")],
  ["NameNotFound", false, same("transient WebExceptionProtocolError")],
  ["TlsFailed", false, same("transient WebExceptionProtocolError")],
  ["Timeout", false, same("transient Timeout")],
  ["Timeout", true, split("transient Timeout", "uncertain Timeout")],
  ["Reset", true, split("transient WebExceptionProtocolError", "uncertain WebExceptionProtocolError")],
  ["Cancelled", true, split("transient Cancelled", "uncertain Cancelled")],
  ["Cancelled", false, same("transient Cancelled")],
  ["TooLarge", true, split(incompatible, "uncertain WebExceptionProtocolError")],
  ["Malformed", true, split(incompatible, "uncertain WebExceptionProtocolError")],
  ["ForbiddenAddress", false, same("permanent NotPermitted")],
  ["InsecureUrl", false, same("permanent NotPermitted")],
] as const)("no answer: %s, sent %s", (code, sent, expected) => {
  expect(forAll(failure(code, sent))).toEqual(expected);
});

test("a refusal whose body broke off is still that refusal; a success that broke off is not one", () => {
  expect(verdict("create", failure("Reset", true, 409))).toBe("duplicate Conflict");
  expect(verdict("create", failure("Timeout", true, 429))).toBe("transient TooManyRequests");
  expect(verdict("create", failure("Reset", true, 201))).toBe("uncertain WebExceptionProtocolError");
  expect(verdict("get", failure("Reset", true, 200))).toBe("transient WebExceptionProtocolError");
});

test.each([
  ["", "nothing came"],
  ['{"id":', "the body is no complete JSON object"],
  ["[]", "the body is no complete JSON object"],
  ["<!DOCTYPE html><p>Sign in</p>", "an HTML page came"],
])("a body %j that is no resource", (body, why) => {
  const read = judge({ purpose: "get", what: "GET /Users/1" }, answer(200, body), now);
  expect(read.ok ? "" : read.trouble.message).toBe(
    `GET /Users/1 was answered with 200, but ${why}; check the base URL.`,
  );
  for (const purpose of ["create", "update", "remove"] as const)
    expect(verdict(purpose, answer(200, body))).toBe(body === "" ? "ok" : `uncertain ${notScim}`);
});

test("application/json and a byte order mark are taken", () => {
  const outcome = answer(200, `\uFEFF{"id":"1"}`, { "content-type": "application/json; charset=utf-8" });
  expect(judge({ purpose: "get", what: "GET /Users/1" }, outcome, now)).toEqual({
    ok: true,
    status: 200,
    body: { id: "1" },
    location: null,
  });
});

const error = (status: number | string | undefined, more: object = {}) => ({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
  status,
  ...more,
});

test.each([
  [error("409"), same("duplicate Conflict")],
  [error(404), { ...same("gone InvalidAnchor"), list: incompatible, create: incompatible }],
  [error("500"), split("transient InternalServerError", "uncertain InternalServerError")],
  [error(undefined, { detail: "No" }), same("permanent UnprocessableEntity")],
  [error("200"), same("permanent UnprocessableEntity")],
  [{ status: 403, detail: "Not you" }, same("permanent InsufficientRights")],
])("a good status around an error is that error: %j", (body, expected) => {
  expect(forAll(answer(200, body))).toEqual(expected);
});

test("an error in a good answer is named as what it is; a resource that has a status is none", () => {
  const judged = judge({ purpose: "create", what: "POST /Users" }, answer(200, error("409", { detail: "Taken" })), now);
  expect(judged.ok ? null : judged.trouble).toMatchObject({
    status: 200,
    message: 'POST /Users was answered with 200, though the body is an error of 409: "Taken".',
  });
  expect(verdict("get", answer(200, { id: "1", status: 500, detail: "on leave" }))).toBe("ok");
});

test("a condition that failed is somebody else's change: it is tried again", () => {
  const judged = judge({ purpose: "update", what: "PATCH /Users/1", conditional: true }, answer(412), now);
  expect(judged.ok ? "" : `${judged.trouble.kind} ${judged.trouble.code}`).toBe("transient Conflict");
});

test.each([
  ["uniqueness", "Taken", "duplicate Conflict"],
  ["invalidFilter", "No such filter", "permanent NotImplemented"],
  ["mutability", "Read only", "permanent NotPermitted"],
  ["invalidPath", "No path", "permanent SchemaAttributeNotFound"],
  ["noTarget", "No target", "permanent SchemaAttributeNotFound"],
  ["invalidValue", "emails is required", "permanent MandatoryFieldsMissing"],
  ["invalidValue", "Bad value", "permanent UnprocessableEntity"],
  ["invalidValue", "The domain other.example is not allowed", "permanent InvalidDomain"],
  ["invalidValue", "title takes a single value", "permanent UnprocessableEntity"],
  ["invalidValue", "title is a single-valued attribute", "permanent SchemaPropertyCanOnlyAcceptValue"],
  ["invalidSyntax", "Bad", `permanent ${notScim}`],
  ["sensitive", "Bad", "permanent InsufficientRights"],
  ["tooMany", "Bad", "permanent UnprocessableEntity"],
  ["unheardOf", "Bad", "permanent UnprocessableEntity"],
  [undefined, "No licenses left in this subscription", "permanent LicenseLimitExceeded"],
  [undefined, "You have reached the maximum number of seats", "permanent LicenseLimitExceeded"],
])("400 with %s: %s", (scimType, detail, expected) => {
  expect(verdict("create", answer(400, { status: "400", scimType, detail }))).toBe(expected);
});

const messageOf = (body: unknown, status = 403): string => {
  const judged = judge({ purpose: "create", what: "POST /Users" }, answer(status, body), now);
  return judged.ok ? "" : judged.trouble.message;
};

test.each([
  [{ detail: "Only admins may.\nReally\u0000." }, 'was answered with 403: "Only admins may. Really".'],
  [{ title: "Forbidden", status: 403 }, 'was answered with 403: "Forbidden".'],
  [{ error: "invalid_token", error_description: "Expired" }, 'was answered with 403: "Expired".'],
  [{ Errors: [{ description: "", message: "Old form" }] }, 'was answered with 403: "Old form".'],
  ["<html>no</html>", "was answered with 403."],
])("the target's own words: %j", (body, words) => {
  expect(messageOf(body)).toBe(
    `POST /Users ${words} Check that the token's owner has Admin permissions in the target.`,
  );
});

test("the target's words are cut", () => {
  expect(messageOf({ detail: "x".repeat(5000) }, 422)).toBe(
    `POST /Users was answered with 422: "${"x".repeat(300)}…".`,
  );
});

test("Retry-After is passed on for 429 and 503", () => {
  for (const status of [429, 503]) {
    const judged = judge({ purpose: "get", what: "GET /Users/1" }, answer(status, "", { "retry-after": "30" }), now);
    expect(judged.ok ? null : judged.trouble.retryAt).toEqual(new Date(now.getTime() + 30_000));
  }
});

test("a redirect names the other host and nothing more", () => {
  const outcome = answer(307, "", { location: "https://login.example/?token=abc" });
  const judged = judge({ purpose: "list", what: "GET /Users" }, outcome, now);
  expect(judged.ok ? "" : judged.trouble.message).toBe(
    "GET /Users was redirected to login.example (307); redirects are not followed, so give the final address as base URL.",
  );
});

test("any answer at all gets a verdict of one line", () => {
  const headers = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });
  const body = fc.oneof(fc.string(), fc.json());
  fc.assert(
    fc.property(
      fc.constantFrom(...purposes),
      fc.integer({ min: 200, max: 599 }),
      body,
      headers,
      (purpose, status, text, given) => {
        const judged = judge({ purpose, what: "GET /x" }, answer(status, text, given), now);
        if (judged.ok) return status < 300;
        return !/[\n\r]/.test(judged.trouble.message) && judged.trouble.status === status;
      },
    ),
  );
});
