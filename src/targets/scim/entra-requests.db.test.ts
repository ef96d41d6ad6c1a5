import { generateKeyPairSync } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ProfileChanges, profileOf } from "#core";
import { type HttpClient, openHttpClient } from "#http";
import { type JsonObject, type JsonValue, schemaUrns, writePath } from "#scim";
import { openHurryingClock } from "#test/wire/hurrying-clock.ts";
import {
  type Answer,
  type AttributeChange,
  openScimTarget,
  type RequestOptions,
  type Target,
  type TargetCredentials,
  type TargetObject,
} from "../index.ts";

interface Fixture {
  readonly name: string;
  readonly request: { readonly method: string; readonly path: string; readonly body: JsonValue };
  readonly response: { readonly status: number; readonly headers?: Record<string, string>; readonly body: JsonValue };
}

const folder = new URL("../../../test/fixtures/scim/requests-entra/", import.meta.url);
const fixtures = new Map(
  readdirSync(folder).map((file) => [
    file.slice(0, 3),
    JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Fixture,
  ]),
);

interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** Answers everything as the fixture does. */
let answer: Fixture["response"] = { status: 200, body: null };
let recorded: Recorded[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { method = "", url: path = "" } = request;
    recorded.push({ method, path, body: Buffer.concat(chunks).toString("utf8") });
    const { status, headers = {}, body } = answer;
    response.writeHead(status, { "content-type": "application/scim+json", ...headers });
    response.end(body === null ? "" : JSON.stringify(body));
  });
});
let http: HttpClient;
let origin = "";

/** Of a length that no `Retry-After` of the fixtures has, so that the clock knows it (milliseconds). */
const deadline = 30_001;
const clock = openHurryingClock(deadline);

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  http = openHttpClient({ clock, allowedHosts: [] });
});
afterAll(async () => {
  await http.close();
  server.closeAllConnections();
  server.close();
});

const enterprise = schemaUrns.enterpriseUser;
const badge = "urn:ietf:params:scim:schemas:extension:example:2.0:User:badge";
const bulk: RequestOptions = { lane: "bulk" };
const mira = "3f7c2a10-5d1e-4b8e-9a41-0c6d2f9b7e01";
const jonas = "3f7c2a10-5d1e-4b8e-9a41-0c6d2f9b7e02";
const ingrid = "3f7c2a10-5d1e-4b8e-9a41-0c6d2f9b7e03";
const operators = "9d0e4b77-1c52-4f0a-8e2b-5a7f3c1d0a11";

/** A resource that has these values under these paths, as mappings give them. */
const having = (values: Readonly<Record<string, JsonValue>>): JsonObject =>
  Object.entries(values).reduce<JsonObject>((resource, [path, value]) => {
    const written = writePath(resource, path, value);
    if (!written.ok) throw new Error(written.error.detail);
    return written.value;
  }, {});

/** Ways of speaking that the fixtures show. */
const legacy: ProfileChanges = { patchStyle: "entraLegacy" };
const compliant: ProfileChanges = { patchStyle: "entraCompliant" };
/** As Microsoft's validator words single changes. */
const validator: ProfileChanges = { ...compliant, alone: "grouped" };
const entra: ProfileChanges = { userSchemas: [schemaUrns.user, enterprise], resourceTypeInMeta: true };
const coreOnly: ProfileChanges = { userSchemas: [schemaUrns.user], resourceTypeInMeta: true };
const entraGroups: ProfileChanges = {
  groupSchemas: [schemaUrns.group, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
  resourceTypeInMeta: true,
};

interface Production {
  readonly profile?: ProfileChanges;
  /** Goes along in the tenant URL. */
  readonly flag?: string;
  readonly credentials?: TargetCredentials;
  /** Which of the requests is meant where there are several; the first unless told. */
  readonly at?: number;
  readonly act: (target: Target) => Promise<Answer<unknown>>;
}

const probe = (matchingPath: string): Production => ({ act: (target) => target.probe({ ...bulk, matchingPath }) });
const find = (path: string, value: string, type: "User" | "Group" = "User"): Production => ({
  act: (target) => target.find(type, path, value, bulk),
});
const create = (profile: ProfileChanges, values: Readonly<Record<string, JsonValue>>, flag?: string): Production => ({
  profile,
  ...(flag === undefined ? {} : { flag }),
  act: (target) => target.create("User", having(values), bulk),
});
const createGroup = (profile: ProfileChanges, values: Readonly<Record<string, JsonValue>>): Production => ({
  profile,
  act: (target) => target.create("Group", having(values), bulk),
});

/** What the account has before, and what it should have afterwards; undefined is nothing. */
const update = (
  profile: ProfileChanges,
  before: Readonly<Record<string, JsonValue>>,
  after: Readonly<Record<string, JsonValue | undefined>>,
  id = mira,
  type: "User" | "Group" = "User",
): Production => ({
  profile,
  act: (target) => {
    const changes: AttributeChange[] = Object.entries(after).map(([path, value]) => ({ path, value }));
    const current: TargetObject = { id, resource: having(before) };
    return target.update(type, id, changes, current, bulk);
  },
});
const members = (profile: ProfileChanges, add: readonly string[], remove: readonly string[] = []): Production => ({
  profile,
  act: (target) => target.changeMembers(operators, { add, remove }, bulk),
});
const page = (from: number): Production => ({
  profile: { pageSize: 5 },
  act: (target) => target.list("User", from, bulk),
});
const discover = (at: number): Production => ({ at, act: (target) => target.discover(bulk) });

const okafor = {
  externalId: "mira.okafor",
  userName: "mira.okafor@contoso.example.com",
  active: true,
  displayName: "Mira Okafor",
  title: "Network Analyst",
  preferredLanguage: "en-GB",
  'emails[type eq "work"].value': "mira.okafor@contoso.example.com",
  'emails[type eq "work"].primary': true,
  'phoneNumbers[type eq "work"].value': "+44 20 7946 0011",
  "name.formatted": "Mira Okafor",
  "name.familyName": "Okafor",
  "name.givenName": "Mira",
  roles: [],
  [`${enterprise}:employeeNumber`]: "4417",
  [`${enterprise}:department`]: "Operations",
} as const;

const lind = {
  displayName: "Mira Lind",
  'emails[type eq "work"].value': "mira.lind@contoso.example.com",
  "name.formatted": "Mira Lind",
  "name.familyName": "Lind",
  externalId: "mira.lind",
  [`${enterprise}:employeeNumber`]: "4499",
};

const role = (value: string, display: string) => ({
  primary: false,
  type: "WindowsAzureActiveDirectoryRole",
  display,
  value,
});

/** From a change of state to the request: by the number of its fixture. */
/** Credentials of a client that signs who it is. */
const signing: TargetCredentials = {
  kind: "clientCredentials",
  tokenUrl: "/oauth/token",
  clientId: "client-123",
  clientSecret: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  }) as string,
  scope: "scim",
  sendAs: "assertion",
};

const productions: Readonly<Record<string, Production>> = {
  "001": probe("userName"),
  "002": find("displayName", "a7b8c9d0-e1f2-4a3b-8c4d-5e6f70819203", "Group"),
  "003": probe("externalId"),
  "004": probe("userName"),
  "005": probe("userName"),
  "006": discover(2),
  "007": discover(1),
  "008": discover(0),
  "009": find("userName", "mira.okafor@contoso.example.com"),
  "010": find("userName", "jonas.weber@contoso.example.com"),
  "011": find("userName", "MIRA.OKAFOR@CONTOSO.EXAMPLE.COM"),
  "012": find("externalId", "mira.okafor"),
  "013": find('emails[type eq "work"].value', "mira.okafor@contoso.example.com"),
  "014": find("externalId", "jonas.weber"),
  "015": find("externalId", "shared"),
  "016": find(badge, "B-204"),
  "017": find("userName", "yuki.o'hara+test@contoso.example.com"),
  "018": find("userName", "aiko.tanaka@contoso.example.com"),
  "019": create(entra, okafor),
  "020": create({}, { userName: "rosa.ibarra@contoso.example.com" }),
  "021": create(entra, {
    externalId: "jonas.weber",
    userName: "jonas.weber@contoso.example.com",
    active: true,
    displayName: "Jonas Weber",
    "name.familyName": "Weber",
    "name.givenName": "Jonas",
  }),
  "022": create(entra, { userName: "priya.raman@contoso.example.com", active: true, [badge]: "B-204" }),
  "023": create(coreOnly, {
    externalId: "samuel.osei",
    userName: "samuel.osei@contoso.example.com",
    active: true,
    displayName: "Samuel Osei",
    roles: [{ primary: true, type: "WindowsAzureActiveDirectoryRole", value: "Auditor" }],
  }),
  "024": create(coreOnly, {
    externalId: "lena.duarte",
    userName: "lena.duarte@contoso.example.com",
    active: true,
    roles: [role("operator", "Operator"), role("auditor", "Auditor")],
  }),
  "025": create(
    { booleans: "text" },
    { userName: "tomas.lindqvist@contoso.example.com", active: true, displayName: "Tomas Lindqvist" },
  ),
  "026": create(entra, {
    userName: "ingrid.halvorsen@contoso.example.com",
    active: true,
    [`${enterprise}:manager`]: ingrid,
  }),
  "027": create(entra, okafor),
  "028": create({}, { active: true, displayName: "No Name" }),
  "029": create(entra, okafor),
  "030": create(entra, okafor),
  "031": create(entra, okafor, "aadOptscim062020"),
  "032": { act: (target) => target.get("User", mira, bulk) },
  "033": { act: (target) => target.get("User", mira, bulk) },
  "034": { act: (target) => target.get("User", "00000000-aaaa-4bbb-8ccc-0000000000ff", bulk) },
  "035": update(legacy, { displayName: "Mira Okafor" }, { displayName: "Mira Okafor-Lind" }),
  "036": update(legacy, {}, { nickName: "Mimi" }),
  "037": update(compliant, {}, { nickName: "Mimi" }),
  "038": update(legacy, okafor, { userName: "mira.lind@contoso.example.com" }),
  "039": update(validator, okafor, { userName: "mira.lind@contoso.example.com" }),
  "040": update(legacy, okafor, lind),
  "041": update(compliant, okafor, lind),
  "042": update(compliant, okafor, {
    'phoneNumbers[type eq "mobile"].value': "+44 7700 900123",
    'addresses[type eq "work"].locality': "Bristol",
    'addresses[type eq "work"].country': "GB",
    nickName: "Mimi",
    "name.middleName": "Ife",
    [`${enterprise}:costCenter`]: "CC-20",
  }),
  "043": update(legacy, {}, { 'emails[type eq "work"].value': "mira.okafor@contoso.example.com" }),
  "044": update(legacy, {}, { 'emails[type eq "work"].primary': "true", 'emails[type eq "work"].type': "work" }),
  "045": update(
    compliant,
    { 'emails[type eq "work"].value': "mira@old.example.com", 'emails[type eq "work"].primary': false },
    {
      'emails[type eq "work"].value': "mira.okafor@contoso.example.com",
      'emails[type eq "work"].primary': true,
    },
  ),
  "046": update(
    legacy,
    {},
    {
      'addresses[type eq "work"].formatted': "Harbour Office",
      'addresses[type eq "work"].streetAddress': "1 Quay Street",
      'addresses[type eq "work"].postalCode': "BS1 0AA",
    },
  ),
  "047": update(legacy, {}, { [`${enterprise}:department`]: "Field Support" }),
  "048": update(compliant, {}, { [`${enterprise}:department`]: "Field Support" }),
  "049": update(legacy, { [badge]: "B-204" }, { [badge]: "B-205" }),
  "050": update(legacy, okafor, { title: "Lead Analyst" }),
  "051": update(legacy, okafor, { title: "Lead Analyst" }, "00000000-aaaa-4bbb-8ccc-0000000000ff"),
  "052": update(legacy, okafor, { active: false }),
  "053": update(legacy, okafor, { userName: "jonas.weber@contoso.example.com" }),
  "054": update(compliant, okafor, {
    'phoneNumbers[type eq "work"].value': "",
    title: "",
    preferredLanguage: "",
  }),
  "055": update({ ...compliant, clearing: "null" }, okafor, {
    title: undefined,
    [`${enterprise}:department`]: undefined,
  }),
  "056": update(
    legacy,
    {},
    { roles: [{ value: '{"id":"5c1e2f30-0000-4000-8000-00000000000a","value":"auditor","displayName":"Auditor"}' }] },
  ),
  "057": update(compliant, { roles: [role("auditor", "Auditor")] }, { roles: [role("operator", "Operator")] }),
  "058": update(
    compliant,
    { roles: [{ ...role("auditor", "Auditor"), primary: true }] },
    { 'roles[primary eq "True"].display': "Operator", 'roles[primary eq "True"].value': "operator" },
  ),
  "059": update(legacy, okafor, { active: false }),
  "060": update(compliant, okafor, { active: false }),
  "061": update(compliant, okafor, { active: false, userName: "del-mira.okafor@contoso.example.com" }),
  "062": update(legacy, { ...okafor, active: false }, { active: true }),
  "063": update(compliant, { ...okafor, active: false }, { active: true }),
  "064": { act: (target) => target.remove("User", mira, bulk) },
  "065": { act: (target) => target.remove("User", mira, bulk) },
  "066": { act: (target) => target.holds("User", mira, "manager", ingrid, bulk) },
  "067": update(legacy, {}, { [`${enterprise}:manager.value`]: ingrid }),
  "068": update(compliant, {}, { [`${enterprise}:manager.value`]: ingrid }),
  "069": update({ ...compliant, references: "object" }, {}, { [`${enterprise}:manager.value`]: ingrid }),
  "070": update({ ...legacy, references: "list" }, {}, { [`${enterprise}:manager.value`]: ingrid }),
  "071": update(legacy, { [`${enterprise}:manager.value`]: ingrid }, { [`${enterprise}:manager.value`]: jonas }),
  "072": update(
    { ...compliant, clearing: "emptyText" },
    { [`${enterprise}:manager.value`]: ingrid },
    { [`${enterprise}:manager`]: undefined },
  ),
  "073": update(
    { ...compliant, referenceRemoval: "filter" },
    { [`${enterprise}:manager.value`]: ingrid },
    { [`${enterprise}:manager.value`]: undefined },
  ),
  "074": find("displayName", "Network Operators", "Group"),
  "075": find("displayName", "Field Support", "Group"),
  "076": find("externalId", "7b1d9f60-2a34-4c8d-b1aa-60d2a9e4c5f7", "Group"),
  "077": createGroup(entraGroups, {
    externalId: "7b1d9f60-2a34-4c8d-b1aa-60d2a9e4c5f7",
    displayName: "Network Operators",
  }),
  "078": createGroup({}, { externalId: "c2f0a1d4-0000-4000-8000-000000000022", displayName: "Edge Probes" }),
  "079": createGroup({}, { externalId: "c2f0a1d4-0000-4000-8000-000000000023", displayName: "network operators" }),
  "080": { act: (target) => target.get("Group", operators, bulk) },
  "081": { act: (target) => target.get("Group", "00000000-aaaa-4bbb-8ccc-0000000000ee", bulk) },
  "082": update(
    legacy,
    { displayName: "Network Operators" },
    { displayName: "Network Operators EMEA" },
    operators,
    "Group",
  ),
  "083": update(
    validator,
    { displayName: "Network Operators" },
    { displayName: "Network Operators EMEA" },
    operators,
    "Group",
  ),
  "084": update(
    validator,
    { externalId: "x" },
    { externalId: "c2f0a1d4-0000-4000-8000-000000000099" },
    operators,
    "Group",
  ),
  "085": members({ ...legacy, memberValues: "withNullRef" }, [mira]),
  "086": members(compliant, [mira]),
  "087": members(compliant, [mira, jonas, ingrid]),
  "088": members(legacy, [mira]),
  "089": members(legacy, [], [mira]),
  "090": members(compliant, [], [mira]),
  "091": { act: (target) => target.holds("Group", operators, "members", mira, bulk) },
  "092": { act: (target) => target.remove("Group", operators, bulk) },
  "093": page(1),
  "094": page(11),
  "095": { act: (target) => target.count("User", bulk) },
  "096": {
    credentials: {
      kind: "clientCredentials",
      tokenUrl: "/oauth/token",
      clientId: "client-123",
      clientSecret: "not-a-secret",
      scope: "scim",
      sendAs: "body",
    },
    act: (target) => target.get("User", mira, bulk),
  },
  "098": { credentials: signing, act: (target) => target.get("User", mira, bulk) },
};

/** Requests of Entra's that Lockstep never sends, and why. */
const notSent: Readonly<Record<string, string>> = {
  "097": "a refresh token comes from a consent in the browser, and is replaced at each use",
};

test("there is a production, or a reason against it, for every fixture, and few reasons", () => {
  const known = [...Object.keys(productions), ...Object.keys(notSent)].sort();
  expect(known).toEqual([...fixtures.keys()].sort());
  expect(fixtures.size).toBe(98);
  expect(Object.keys(notSent)).toHaveLength(1);
});

const formOrJson = (body: unknown): unknown => {
  if (typeof body !== "string") return body;
  if (body.startsWith("{")) return JSON.parse(body);
  const fields = new URLSearchParams(body);
  // What is signed is another each time; the fixture has a shape in its place.
  const assertion = fields.get("client_assertion");
  if (assertion !== null) fields.set("client_assertion", assertion.split(".").length === 3 ? "signed" : assertion);
  return [...fields].sort();
};

const canonical = (method: string, path: string, body: unknown) => {
  const url = new URL(path, "http://host.example");
  const text = typeof body === "string" ? body : JSON.stringify(body);
  // A reference names its target by the whole address of wherever that is.
  const here = text.replaceAll("https://scim.example.com/", `${origin}/`);
  return {
    method,
    path: decodeURIComponent(url.pathname),
    query: [...url.searchParams].sort(),
    body: body === "" || body === null ? null : formOrJson(typeof body === "string" ? here : JSON.parse(here)),
  };
};

test.each(
  Object.entries(productions).map(
    ([number, production]) => [fixtures.get(number)?.name ?? number, number, production] as const,
  ),
)("%s", async (_name, number, { profile = {}, flag, credentials, at = 0, act }) => {
  const { request, response } = fixtures.get(number)!;
  answer = response;
  recorded = [];
  const baseUrl = `${origin}/scim/v2${flag === undefined ? "" : `?${flag}`}`;
  // The identifier that nobody has is the fixture's own.
  const asked = /eq\+%22([0-9a-f-]{36})%22/.exec(request.path)?.[1] ?? "";
  const target = openScimTarget({
    baseUrl,
    credentials:
      credentials === undefined || credentials.kind !== "clientCredentials"
        ? { kind: "bearer", token: "opaque" }
        : { ...credentials, tokenUrl: `${origin}${credentials.tokenUrl}` },
    profile: profileOf({ template: {}, found: {}, baseUrl, own: profile }),
    clock,
    http,
    random: () => 0.5,
    newId: () => asked,
    deadline,
  });
  await act(target);
  await target.close();
  const sent = recorded[at];
  expect(sent && canonical(sent.method, sent.path, sent.body)).toEqual(
    canonical(request.method, request.path, request.body),
  );
});
