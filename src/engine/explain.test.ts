import { expect, test } from "vitest";
import type { MappingError } from "#core";
import type { FailureCode } from "#targets";
import { adviceFor } from "./explain.ts";

/** Codes of steps before any request, and of answers that turn out to be about somebody else. */
type OwnCode = MappingError["code"] | "DuplicateSourceEntries" | "DuplicateTargetEntries" | "ImportSkipped";

/** Every code with which an object can fail, and a word that its advice cannot do without. The type keeps it whole. */
const codes: Readonly<Record<FailureCode | OwnCode, RegExp>> = {
  Cancelled: /looked at again/,
  Conflict: /Change the value that is taken/,
  DuplicateSourceEntries: /another matching value/,
  DuplicateTargetEntries: /surplus accounts/,
  ImportSkipped: /matching attribute/,
  InsufficientRights: /Admin permissions/,
  InternalServerError: /tried again by itself/,
  InvalidAnchor: /looked for again/,
  InvalidDomain: /domain/,
  LicenseLimitExceeded: /seats/,
  MandatoryFieldsMissing: /default value/,
  MappingFailed: /expression/,
  MethodNotAllowed: /address/,
  MissingValues: /default value/,
  NotConfigured: /credentials/,
  NotImplemented: /profile/,
  NotPermitted: /creation only/,
  SchemaAttributeNotFound: /mapping/,
  SchemaPropertyCanOnlyAcceptValue: /single value/,
  SelectUniqueValueFailed: /another rule/,
  SystemForCrossDomainIdentityManagementInvalidCredentials: /new token/,
  SystemForCrossDomainIdentityManagementMultipleEntriesInResponse: /many objects/,
  SystemForCrossDomainIdentityManagementServiceIncompatible: /address/,
  Timeout: /timeoutSeconds/,
  TooManyRequests: /Nothing needs to be done/,
  UnprocessableEntity: /own words/,
  WebExceptionProtocolError: /tried again by itself/,
};

test.each(Object.entries(codes))("%s has advice of its own, in whole sentences", (code, words) => {
  const advice = adviceFor(code);
  expect(advice).toMatch(words);
  expect(advice).not.toBe(adviceFor("SomethingNew"));
  expect(advice).toMatch(/^[A-Z][^\n]*\.$/);
});

test("a code that nobody knows yet has advice too, and no name of an object's own parts is one", () => {
  expect(adviceFor("SomethingNew")).toMatch(/retry the object\.$/);
  expect(adviceFor("constructor")).toBe(adviceFor("SomethingNew"));
});
