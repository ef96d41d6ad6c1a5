import fc from "fast-check";
import { expect, test } from "vitest";
import {
  errorBody,
  groupResourceType,
  isJsonArray,
  type JsonObject,
  listResponse,
  messageUrns,
  parseErrorBody,
  parseListResponse,
  parsePatchOp,
  readPageRequest,
  readProjection,
  representation,
  resourceTypeDocument,
  schemaDocuments,
  schemaUrns,
  scimError,
  serviceProviderConfigDocument,
  statusError,
  userResourceType,
} from "../index.ts";

const enterprise = schemaUrns.enterpriseUser;

test("an error body carries its status as a string and reads back", () => {
  const clash = scimError("uniqueness", "Taken.");
  expect(errorBody(clash)).toEqual({
    schemas: [messageUrns.error],
    status: "409",
    scimType: "uniqueness",
    detail: "Taken.",
  });
  expect(parseErrorBody(errorBody(clash), 500)).toEqual(clash);
  const gone = statusError(404, "No such user.");
  expect(errorBody(gone)).toEqual({ schemas: [messageUrns.error], status: "404", detail: "No such user." });
  expect(parseErrorBody(errorBody(gone), 500)).toEqual(gone);
});

test.each([
  [
    { status: 400, detail: "d", scimType: "odd" },
    { status: 400, scimType: undefined, detail: "d" },
  ],
  [{ Detail: "d" }, { status: 422, scimType: undefined, detail: "d" }],
  [
    { status: "none", scimType: "mutability" },
    { status: 422, scimType: "mutability", detail: "" },
  ],
  [{ message: "d" }, undefined],
  ["text", undefined],
])("a target's error body %j", (body, expected) => {
  expect(parseErrorBody(body, 422)).toEqual(expected && { ...expected, position: undefined });
});

test("a list reads back; an empty one may lack its resources", () => {
  const page = { resources: [{ id: "1" }], totalResults: 7, startIndex: 3 };
  expect(listResponse(page).itemsPerPage).toBe(1);
  expect(parseListResponse(listResponse(page))).toEqual({ ok: true, value: page });
  expect(parseListResponse({ schemas: [messageUrns.listResponse], totalResults: 0 })).toEqual({
    ok: true,
    value: { resources: [], totalResults: 0, startIndex: 1 },
  });
});

const listed = { schemas: [messageUrns.listResponse], totalResults: 1 };

test.each([
  ["numbers as texts", { ...listed, totalResults: "7", startIndex: "3", Resources: [{ id: "1" }] }, 7, 3],
  ["an object instead of an array", { ...listed, Resources: { id: "1" } }, 1, 1],
  ["no schemas", { totalResults: 1, Resources: [{ id: "1" }] }, 1, 1],
  ["no total", { schemas: [messageUrns.listResponse], Resources: [{ id: "1" }] }, 1, 1],
  ["names in another letter case", { Schemas: listed.schemas, TOTALRESULTS: 1, resources: [{ id: "1" }] }, 1, 1],
])("a sloppy list is read: %s", (_what, body, totalResults, startIndex) => {
  expect(parseListResponse(body)).toEqual({ ok: true, value: { resources: [{ id: "1" }], totalResults, startIndex } });
});

test("a page by cursor says what comes next", () => {
  const read = parseListResponse({ ...listed, Resources: [{ id: "1" }], nextCursor: "abc" });
  expect(read.ok && read.value.nextCursor).toBe("abc");
});

test.each([
  [[]],
  [{ totalResults: 0 }],
  [{ ...listed, Resources: "x" }],
  [{ ...listed, Resources: ["x"] }],
  [{ ...listed, totalResults: "many", Resources: [] }],
  [{ result: "fine" }],
])("%j is no list", (body) => {
  const read = parseListResponse(body);
  expect(read.ok ? undefined : read.error.status).toBe(502);
});

test.each([
  [undefined, undefined, { startIndex: 1, count: undefined }],
  ["0", "-5", { startIndex: 1, count: 0 }],
  ["6", "5", { startIndex: 6, count: 5 }],
  ["x", "1.5", { startIndex: 1, count: undefined }],
  ["9".repeat(400), "9".repeat(20), { startIndex: Number.MAX_SAFE_INTEGER, count: Number.MAX_SAFE_INTEGER }],
  [`-${"9".repeat(20)}`, `-${"9".repeat(20)}`, { startIndex: 1, count: 0 }],
])("startIndex %s with count %s", (startIndex, count, expected) => {
  expect(readPageRequest(startIndex, count)).toEqual(expected);
});

test("a PATCH body gives its operations, names in any letter case", () => {
  const body = {
    SCHEMAS: [messageUrns.patchOp],
    operations: [
      { OP: "Remove", Path: "title" },
      { op: "add", value: {} },
    ],
  };
  expect(parsePatchOp(body, "strict")).toEqual({
    ok: true,
    value: [
      { op: "remove", path: "title", value: undefined },
      { op: "add", path: undefined, value: {} },
    ],
  });
});

test("no body makes a guard throw", () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }), (body) => {
      expect(parsePatchOp(body, "compat").ok).toBe(false);
      expect(parseListResponse(body).ok).toBe(false);
      parseErrorBody(body, 500);
    }),
  );
});

const user: JsonObject = {
  schemas: [schemaUrns.user, enterprise],
  id: "u1",
  userName: "mira",
  password: "never shown",
  name: { givenName: "Mira", familyName: "Okafor" },
  emails: [{ type: "work", value: "m" }],
  [enterprise]: { department: "Ops", costCenter: "7" },
};
const always = { schemas: user.schemas, id: "u1" };
const name = { givenName: "Mira", familyName: "Okafor" };
const emails = [{ type: "work", value: "m" }];

test.each<[string | undefined, string | undefined, unknown]>([
  [undefined, undefined, { ...always, userName: "mira", name, emails, [enterprise]: user[enterprise] }],
  ["userName, NAME.givenName", undefined, { ...always, userName: "mira", name: { givenName: "Mira" } }],
  ["emails.value,password", undefined, { ...always, emails: [{ value: "m" }] }],
  [`${enterprise}:department`, undefined, { ...always, [enterprise]: { department: "Ops" } }],
  [enterprise, undefined, { ...always, [enterprise]: user[enterprise] }],
  ["unknown", undefined, always],
  [
    undefined,
    `id,name.givenName,emails,${enterprise}`,
    { ...always, userName: "mira", name: { familyName: "Okafor" } },
  ],
])("a reply with attributes %s without %s", (attributes, excluded, expected) => {
  const projection = readProjection(attributes, excluded, "compat");
  expect(projection.ok && representation(userResourceType, user, projection.value)).toEqual(expected);
});

test("attributes and excludedAttributes exclude each other", () => {
  const both = readProjection("userName", "members", "strict");
  expect(both.ok ? undefined : both.error.scimType).toBe("invalidValue");
});

test("the discovery documents say what the schemas say", () => {
  const documents = schemaDocuments([userResourceType, groupResourceType, userResourceType], { baseUrl: "/v2" });
  expect(documents.map((document) => document.id)).toEqual([schemaUrns.user, enterprise, schemaUrns.group]);
  const attributes = documents[0]?.attributes;
  const byName = new Map(isJsonArray(attributes) ? attributes.map((item) => [(item as JsonObject).name, item]) : []);
  expect(byName.get("userName")).toEqual({
    name: "userName",
    type: "string",
    multiValued: false,
    description: expect.any(String),
    required: true,
    caseExact: false,
    mutability: "readWrite",
    returned: "default",
    uniqueness: "server",
  });
  expect(byName.has("externalId")).toBe(false);
  expect(JSON.stringify(byName.get("emails"))).toContain('"canonicalValues":["work","home","other"]');
  expect(JSON.stringify(documents)).not.toContain("null");
  expect(JSON.stringify(schemaDocuments([groupResourceType], { baseUrl: "", withCommonAttributes: true }))).toContain(
    '"name":"externalId"',
  );
  expect(resourceTypeDocument(userResourceType, "/v2")).toEqual({
    schemas: [schemaUrns.resourceType],
    id: "User",
    name: "User",
    endpoint: "/Users",
    description: expect.any(String),
    schema: schemaUrns.user,
    schemaExtensions: [{ schema: enterprise, required: false }],
    meta: { resourceType: "ResourceType", location: "/v2/ResourceTypes/User" },
  });
});

test("the service's abilities become its configuration document", () => {
  const scheme = { type: "oauthbearertoken", name: "Token", description: "A bearer token.", primary: true } as const;
  const document = serviceProviderConfigDocument(
    {
      patch: true,
      bulk: undefined,
      filter: { maxResults: 200 },
      changePassword: false,
      sort: true,
      etag: false,
      authenticationSchemes: [scheme],
    },
    "/v2",
  );
  expect(document).toEqual({
    schemas: [schemaUrns.serviceProviderConfig],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: 200 },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: false },
    authenticationSchemes: [scheme],
    meta: { resourceType: "ServiceProviderConfig", location: "/v2/ServiceProviderConfig" },
  });
});
