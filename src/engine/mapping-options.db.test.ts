import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSchema, saveSchema } from "#apps";
import type { AttributeMapping } from "#core";
import type { AttributeChanges } from "#directory";
import { attribute, type JsonObject, type JsonValue, messageUrns, schemaUrns, userResourceType } from "#scim";
import { type EngineRig, openEngineRig, type Scene } from "#test/engine-rig.ts";
import { documentOf, type MappingRow } from "#test/mapping-document.ts";

const enterprise = schemaUrns.enterpriseUser;
const custom = "urn:ietf:params:scim:schemas:extension:nordhavn:2.0:User";
const old = "urn:scim:schemas:extension:enterprise:1.0";

const extension = (id: string, ...attributes: ReturnType<typeof attribute>[]) => ({
  schema: { id, name: id, description: id, attributes },
  required: false,
});

/** A user with extensions of the application's own, and with roles that have the name Entra gives them. */
const userType = {
  ...userResourceType,
  schema: {
    ...userResourceType.schema,
    attributes: userResourceType.schema.attributes.map((one) =>
      one.name === "roles"
        ? { ...one, subAttributes: [...one.subAttributes, attribute("displayName", "Name of the role.")] }
        : one,
    ),
  },
  extensions: [
    ...userResourceType.extensions,
    extension(
      custom,
      attribute("tag", "A text."),
      attribute("tags", "Texts.", { multiValued: true }),
      attribute("floor", "A number.", { type: "integer" }),
      attribute("remote", "A Boolean.", { type: "boolean" }),
      attribute("hired", "A date.", { type: "dateTime" }),
      attribute("photo", "Bytes.", { type: "binary", caseExact: true }),
      attribute("code", "A text whose case counts.", { caseExact: true }),
    ),
    extension(old, attribute("department", "A text.")),
  ],
};

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig({ userType });
});
afterAll(() => rig.close());

const login: MappingRow = { to: "userName", from: "[userPrincipalName]", members: { matchingPriority: 1 } };
const active: MappingRow = { to: "active", from: "Not([IsSoftDeleted])", target: { type: "Boolean" } };

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: JsonValue;
}

const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Every request while `work` ran but the connection tests, ids of accounts shown as `{id}`. */
const sent = async (work: () => Promise<unknown>): Promise<readonly Sent[]> => {
  const before = rig.server.requests.length;
  await work();
  return rig.server.requests
    .slice(before)
    .map(({ method, path, body }) => ({ method, path: decodeURIComponent(path).replaceAll("+", " "), body }))
    .filter(({ path }) => !/filter=.* eq "[0-9a-f-]{36}"$/.test(path))
    .map(({ method, path, body }) => ({
      method,
      path: path.replaceAll(guid, "{id}"),
      body: body === "" ? null : (JSON.parse(body) as JsonValue),
    }));
};

const openScene = async (rows: readonly MappingRow[], bend?: Parameters<typeof documentOf>[1]): Promise<Scene> => {
  const scene = await rig.openScene({ template: "scim" });
  await rig.store.transaction((tx) => saveSchema(tx, scene.jobId, documentOf(rows, bend), rig.clock.now()));
  return scene;
};

/** The account as a create carries it: what every one has, and what the row adds. */
const bodyOf = (scene: Scene, name: string, more: JsonObject): JsonObject => ({
  schemas: [schemaUrns.user, ...Object.keys(more).filter((key) => key.startsWith("urn:"))],
  userName: scene.upn(name),
  active: true,
  ...more,
});

const patch = (operations: readonly object[]): JsonValue => ({
  schemas: [messageUrns.patchOp],
  Operations: operations as never,
});

const created = (scene: Scene, more: JsonObject): readonly Sent[] => [
  { method: "GET", path: `/Users?filter=userName eq "${scene.upn("ada")}"`, body: null },
  { method: "POST", path: "/Users", body: bodyOf(scene, "ada", more) },
];

const look: Sent = { method: "GET", path: "/Users/{id}", body: null };
const updated = (operations: readonly object[] | null): readonly Sent[] =>
  operations === null
    ? []
    : operations.length === 0
      ? [look]
      : [look, { method: "PATCH", path: "/Users/{id}", body: patch(operations) }];

interface Row {
  readonly rows: readonly MappingRow[];
  /** What the directory says at creation. */
  readonly has?: AttributeChanges;
  /** What the create carries besides login and `active`. */
  readonly create: JsonObject;
  /** What somebody writes to the account in the target before the update. */
  readonly there?: readonly object[];
  /** What changes in the directory. */
  readonly change: AttributeChanges;
  /** The operations of the PATCH; none: looked, and nothing to write; null: not even looked. */
  readonly update: readonly object[] | null;
}

const replace = (path: string, value: JsonValue) => ({ op: "replace", path, value });
const add = (path: string, value: JsonValue) => ({ op: "add", path, value });
const remove = (path: string) => ({ op: "remove", path });

const title = (
  from: string | null,
  members: Partial<AttributeMapping> = {},
  target: NonNullable<MappingRow["target"]> = {},
) => [{ to: "title", from, members, target }];
const list = (from: string, members: Partial<AttributeMapping> = {}): MappingRow[] => [
  { to: `${custom}:tags`, from, members, target: { multivalued: true } },
];
const typed = (name: string, from: string, target: NonNullable<MappingRow["target"]>): MappingRow[] => [
  { to: `${custom}:${name}`, from, target },
];

const engineer = { jobTitle: "Engineer" };
const captain = { jobTitle: "Captain" };
const gone = { jobTitle: null };

/** What each option sends with a new account, and what afterwards. */
const table: Readonly<Record<string, Row>> = {
  // Mapping types.
  Direct: {
    rows: title("[jobTitle]"),
    has: engineer,
    create: { title: "Engineer" },
    change: captain,
    update: [replace("title", "Captain")],
  },
  "Direct, empty at first": {
    rows: title("[jobTitle]"),
    create: {},
    change: captain,
    update: [add("title", "Captain")],
  },
  "Direct with a default": {
    rows: title("[jobTitle]", { defaultValue: "Staff" }),
    create: { title: "Staff" },
    change: captain,
    update: [replace("title", "Captain")],
  },
  Constant: { rows: title('"Staff"'), create: { title: "Staff" }, change: captain, update: null },
  Expression: {
    rows: title('Append("Chief ", [jobTitle])'),
    has: engineer,
    create: { title: "Chief Engineer" },
    change: captain,
    update: [replace("title", "Chief Captain")],
  },
  "Expression that leaves itself out": {
    rows: title("IgnoreFlowIfNullOrEmpty([jobTitle])", { defaultValue: "Staff" }),
    create: {},
    change: captain,
    update: [add("title", "Captain")],
  },
  "None with a default fills what is empty": {
    rows: [...title(null, { defaultValue: "Staff" }), { to: "nickName", from: "[jobTitle]" }],
    has: engineer,
    create: { title: "Staff", nickName: "Engineer" },
    there: [remove("title")],
    change: captain,
    update: [add("title", "Staff"), replace("nickName", "Captain")],
  },
  "None with a default leaves what is there": {
    rows: [...title(null, { defaultValue: "Staff" }), { to: "nickName", from: "[jobTitle]" }],
    has: engineer,
    create: { title: "Staff", nickName: "Engineer" },
    there: [replace("title", "Boss")],
    change: captain,
    update: [replace("nickName", "Captain")],
  },
  "None without a default": { rows: title(null), create: {}, change: captain, update: null },
  "The definition's default of what nothing maps": {
    rows: [{ to: "userType", from: null, target: { required: true, defaultValue: "Employee" } }],
    create: { userType: "Employee" },
    change: captain,
    update: null,
  },
  // Flow types.
  Always: {
    rows: title("[jobTitle]"),
    has: engineer,
    create: { title: "Engineer" },
    there: [replace("title", "Boss")],
    change: captain,
    update: [replace("title", "Captain")],
  },
  ObjectAddOnly: {
    rows: title("[jobTitle]", { flowType: "ObjectAddOnly" }),
    has: engineer,
    create: { title: "Engineer" },
    change: captain,
    update: null,
  },
  "AttributeAddOnly where there is a value": {
    rows: title("[jobTitle]", { flowType: "AttributeAddOnly" }),
    has: engineer,
    create: { title: "Engineer" },
    change: captain,
    update: [],
  },
  "AttributeAddOnly where there is none": {
    rows: title("[jobTitle]", { flowType: "AttributeAddOnly" }),
    has: engineer,
    create: { title: "Engineer" },
    there: [remove("title")],
    change: captain,
    update: [add("title", "Captain")],
  },
  ValueAddOnly: {
    rows: title("[jobTitle]", { flowType: "ValueAddOnly" }),
    has: engineer,
    create: { title: "Engineer" },
    change: captain,
    update: [replace("title", "Captain")],
  },
  "ValueAddOnly never takes away": {
    rows: title("[jobTitle]", { flowType: "ValueAddOnly", nullBehaviour: "clear" }),
    has: engineer,
    create: { title: "Engineer" },
    change: gone,
    update: [],
  },
  "ValueAddOnly of a list adds": {
    rows: list("[otherMails]", { flowType: "ValueAddOnly" }),
    has: { otherMails: ["a@x", "b@x"] },
    create: { [custom]: { tags: ["a@x", "b@x"] } },
    change: { otherMails: ["b@x", "c@x"] },
    update: [add(`${custom}:tags`, ["c@x"])],
  },
  MultiValueAddOnly: {
    rows: list("[otherMails]", { flowType: "MultiValueAddOnly" }),
    has: { otherMails: ["a@x"] },
    create: { [custom]: { tags: ["a@x"] } },
    there: [add(`${custom}:tags`, ["theirs"])],
    change: { otherMails: ["b@x"] },
    update: [add(`${custom}:tags`, ["b@x"])],
  },
  "MultiValueAddOnly of what is there": {
    rows: list("[otherMails]", { flowType: "MultiValueAddOnly" }),
    has: { otherMails: ["a@x", "b@x"] },
    create: { [custom]: { tags: ["a@x", "b@x"] } },
    change: { otherMails: ["b@x"] },
    update: [],
  },
  "MultiValueAddOnly of one value": {
    rows: title("[jobTitle]", { flowType: "MultiValueAddOnly" }),
    has: engineer,
    create: { title: "Engineer" },
    change: captain,
    update: [],
  },
  "Always of a list replaces it": {
    rows: list("[otherMails]"),
    has: { otherMails: ["a@x"] },
    create: { [custom]: { tags: ["a@x"] } },
    there: [add(`${custom}:tags`, ["theirs"])],
    change: { otherMails: ["b@x", "c@x"] },
    update: [replace(`${custom}:tags`, ["b@x", "c@x"])],
  },
  "The order of a list does not count": {
    rows: list("[otherMails]"),
    has: { otherMails: ["a@x", "b@x"] },
    create: { [custom]: { tags: ["a@x", "b@x"] } },
    change: { otherMails: ["b@x", "a@x"] },
    update: [],
  },
  // Flow behaviour.
  FlowWhenChanged: {
    rows: [...title('"Staff"'), { to: "nickName", from: "[jobTitle]" }],
    has: engineer,
    create: { title: "Staff", nickName: "Engineer" },
    change: captain,
    update: [replace("nickName", "Captain")],
  },
  "FlowAlways goes along": {
    rows: [...title('"Staff"', { flowBehavior: "FlowAlways" }), { to: "nickName", from: "[jobTitle]" }],
    has: engineer,
    create: { title: "Staff", nickName: "Engineer" },
    change: captain,
    update: [replace("nickName", "Captain"), replace("title", "Staff")],
  },
  "FlowAlways brings no update about": {
    rows: title('"Staff"', { flowBehavior: "FlowAlways" }),
    create: { title: "Staff" },
    change: captain,
    update: null,
  },
  // Null.
  "null: leave": { rows: title("[jobTitle]"), has: engineer, create: { title: "Engineer" }, change: gone, update: [] },
  "null: clear": {
    rows: title("[jobTitle]", { nullBehaviour: "clear" }),
    has: engineer,
    create: { title: "Engineer" },
    change: gone,
    update: [remove("title")],
  },
  "null: clear where there is nothing": {
    rows: title("[jobTitle]", { nullBehaviour: "clear" }),
    create: {},
    change: { city: "Oslo" },
    update: null,
  },
  "null: default at creation only": {
    rows: title("[jobTitle]", { defaultValue: "Staff" }),
    has: engineer,
    create: { title: "Engineer" },
    change: gone,
    update: [],
  },
  "null: default on updates too": {
    rows: title("[jobTitle]", { defaultValue: "Staff", defaultOnUpdate: true }),
    has: engineer,
    create: { title: "Engineer" },
    change: gone,
    update: [replace("title", "Staff")],
  },
  "null: default at creation, clear later": {
    rows: title("[jobTitle]", { defaultValue: "Staff", nullBehaviour: "clear" }),
    has: engineer,
    create: { title: "Engineer" },
    change: gone,
    update: [remove("title")],
  },
  "null: clear a list": {
    rows: list("[otherMails]", { nullBehaviour: "clear" }),
    has: { otherMails: ["a@x"] },
    create: { [custom]: { tags: ["a@x"] } },
    change: { otherMails: null },
    update: [remove(`${custom}:tags`)],
  },
  "null: clear a part of a name": {
    rows: [
      { to: "name.givenName", from: "[jobTitle]", members: { nullBehaviour: "clear" } },
      { to: "name.familyName", from: "[surname]" },
    ],
    has: engineer,
    create: { name: { givenName: "Engineer", familyName: "Example" } },
    change: gone,
    update: [remove("name.givenName")],
  },
  "an empty text is a value": {
    rows: title('Join("", [city])'),
    has: { city: "Oslo" },
    create: { title: "Oslo" },
    change: { city: null },
    update: [replace("title", "")],
  },
  // Types.
  "Boolean from text": {
    rows: typed("remote", "[jobTitle]", { type: "Boolean" }),
    has: { jobTitle: "TRUE" },
    create: { [custom]: { remote: true } },
    change: { jobTitle: "false" },
    update: [replace(`${custom}:remote`, false)],
  },
  "Integer from text": {
    rows: typed("floor", "[jobTitle]", { type: "Integer" }),
    has: { jobTitle: "007" },
    create: { [custom]: { floor: 7 } },
    change: { jobTitle: "-1" },
    update: [replace(`${custom}:floor`, -1)],
  },
  "DateTime from the language's text": {
    rows: typed("hired", "CDate([jobTitle])", { type: "DateTime" }),
    has: { jobTitle: "2026-03-01" },
    create: { [custom]: { hired: "2026-03-01T00:00:00Z" } },
    change: { jobTitle: "2026-03-02 14:30" },
    update: [replace(`${custom}:hired`, "2026-03-02T14:30:00Z")],
  },
  "DateTime of the same moment": {
    rows: typed("hired", "[jobTitle]", { type: "DateTime" }),
    has: { jobTitle: "2026-03-01T08:00:00Z" },
    create: { [custom]: { hired: "2026-03-01T08:00:00Z" } },
    change: { jobTitle: "2026-03-01T09:00:00+01:00" },
    update: [],
  },
  Binary: {
    rows: typed("photo", "ConvertToBase64([jobTitle])", { type: "Binary" }),
    has: { jobTitle: "a" },
    create: { [custom]: { photo: "YQA=" } },
    change: { jobTitle: "i" },
    update: [replace(`${custom}:photo`, "aQA=")],
  },
  "String from a Boolean": {
    rows: typed("tag", "[accountEnabled]", {}),
    create: { [custom]: { tag: "True" } },
    change: captain,
    update: null,
  },
  "case does not count": {
    rows: typed("tag", "[jobTitle]", {}),
    has: engineer,
    create: { [custom]: { tag: "Engineer" } },
    change: { jobTitle: "ENGINEER" },
    update: [],
  },
  "exact case counts": {
    rows: typed("code", "[jobTitle]", { caseExact: true }),
    has: engineer,
    create: { [custom]: { code: "Engineer" } },
    change: { jobTitle: "ENGINEER" },
    update: [replace(`${custom}:code`, "ENGINEER")],
  },
  // Mutability.
  Immutable: {
    rows: title("[jobTitle]", {}, { mutability: "Immutable" }),
    has: engineer,
    create: { title: "Engineer" },
    change: captain,
    update: null,
  },
  ReadOnly: {
    rows: title("[jobTitle]", {}, { mutability: "ReadOnly" }),
    has: engineer,
    create: {},
    change: captain,
    update: null,
  },
  WriteOnly: {
    rows: [{ to: "password", from: "[jobTitle]", target: { mutability: "WriteOnly" } }],
    has: { jobTitle: "Secret-1" },
    create: { password: "Secret-1" },
    change: { jobTitle: "Secret-2" },
    update: null,
  },
  "WriteOnly that goes along": {
    rows: [
      {
        to: "password",
        from: "[jobTitle]",
        target: { mutability: "WriteOnly" },
        members: { flowBehavior: "FlowAlways" },
      },
      { to: "nickName", from: "[city]" },
    ],
    has: { jobTitle: "Secret-1", city: "Oslo" },
    create: { password: "Secret-1", nickName: "Oslo" },
    change: { jobTitle: "Secret-2", city: "Bergen" },
    update: [replace("nickName", "Bergen"), add("password", "Secret-2")],
  },
  // Paths.
  "a part of a complex attribute": {
    rows: [{ to: "name.formatted", from: 'Join(" ", [givenName], [surname])' }],
    create: { name: { formatted: "ada Example" } },
    change: { surname: "King" },
    update: [replace("name.formatted", "ada King")],
  },
  "a value picked by its type": {
    rows: [{ to: 'emails[type eq "work"].value', from: "[otherMails]" }],
    has: { otherMails: ["a@x"] },
    create: { emails: [{ type: "work", value: "a@x" }] },
    change: { otherMails: ["b@x"] },
    update: [replace('emails[type eq "work"].value', "b@x")],
  },
  "a value that is not there yet": {
    rows: [{ to: 'emails[type eq "work"].value', from: "[jobTitle]" }],
    create: {},
    there: [add("emails", [{ type: "home", value: "h@x" }])],
    change: { jobTitle: "b@x" },
    update: [add("emails", [{ type: "work", value: "b@x" }])],
  },
  "a value picked without naming its part": {
    rows: [{ to: 'emails[type eq "work"]', from: "[jobTitle]" }],
    has: { jobTitle: "a@x" },
    create: { emails: [{ type: "work", value: "a@x" }] },
    change: { jobTitle: "b@x" },
    update: [replace('emails[type eq "work"].value', "b@x")],
  },
  "a value that goes": {
    rows: [{ to: 'phoneNumbers[type eq "mobile"].value', from: "[mobile]", members: { nullBehaviour: "clear" } }],
    has: { mobile: "+47 1" },
    create: { phoneNumbers: [{ type: "mobile", value: "+47 1" }] },
    change: { mobile: null },
    update: [remove('phoneNumbers[type eq "mobile"]')],
  },
  "several parts of one value": {
    rows: [
      { to: 'addresses[type eq "work"].streetAddress', from: "[streetAddress]", members: { nullBehaviour: "clear" } },
      { to: 'addresses[type eq "work"].locality', from: "[city]" },
    ],
    has: { streetAddress: "Quay 1", city: "Oslo" },
    create: { addresses: [{ type: "work", streetAddress: "Quay 1", locality: "Oslo" }] },
    change: { streetAddress: null, city: "Bergen" },
    update: [
      remove('addresses[type eq "work"].streetAddress'),
      replace('addresses[type eq "work"].locality', "Bergen"),
    ],
  },
  "the enterprise extension": {
    rows: [{ to: `${enterprise}:department`, from: "[department]" }],
    has: { department: "Sales" },
    create: { [enterprise]: { department: "Sales" } },
    change: { department: "Legal" },
    update: [replace(`${enterprise}:department`, "Legal")],
  },
  "an extension of the application's own": {
    rows: typed("tag", "[department]", {}),
    has: { department: "Sales" },
    create: { [custom]: { tag: "Sales" } },
    change: { department: "Legal" },
    update: [replace(`${custom}:tag`, "Legal")],
  },
  "an attribute of SCIM 1.1": {
    rows: [{ to: `${old}.department`, from: "[department]" }],
    has: { department: "Sales" },
    create: { [old]: { department: "Sales" } },
    change: { department: "Legal" },
    update: [replace(`${old}:department`, "Legal")],
  },
};

test.each(Object.entries(table))("%s", async (_, { rows, has = {}, create, there, change, update }) => {
  const scene = await openScene([login, active, ...rows]);
  const ada = await scene.assigned("ada", has);

  expect(await sent(() => scene.cycle())).toEqual(created(scene, create));
  expect(await scene.lastLog(ada)).toBe("create success");

  if (there !== undefined) {
    const patched = rig.server.users.patch(String(scene.account("ada")?.id), patch(there));
    expect(patched.ok).toBe(true);
  }
  await scene.change(ada, change);
  expect(await sent(() => scene.cycle())).toEqual(updated(update));
  if (update !== null && update.length > 0) expect(await scene.lastLog(ada)).toBe("update success");
  // What was written is as it should be: looking again finds nothing to write.
  expect((await rig.life.engine.provision(scene.jobId, ada, { dry: true })).changes).toEqual([]);
});

test("what the target never shows is neither remembered nor logged, whatever the target answers", async () => {
  const scene = await openScene([
    login,
    active,
    {
      to: "password",
      from: "[jobTitle]",
      target: { mutability: "WriteOnly" },
      members: { flowBehavior: "FlowAlways" },
    },
    { to: "nickName", from: "[city]" },
  ]);
  const ada = await scene.assigned("ada", { jobTitle: "Secret-1", city: "Oslo" });
  await scene.cycle();
  rig.server.faults.add({ kind: "204", method: "PATCH" });
  await scene.change(ada, { jobTitle: "Secret-2", city: "Bergen" });
  expect(await sent(() => scene.cycle())).toEqual(
    updated([replace("nickName", "Bergen"), add("password", "Secret-2")]),
  );
  const { rows } = await sql<{ known: unknown }>`
    select last_known as known from provisioning.link where job_id = ${scene.jobId}`.execute(rig.store.db);
  expect(rows).toMatchObject([{ known: { nickName: "Bergen" } }]);
  const logs = await scene.logs(ada);
  expect(
    logs.map(
      ({ modifiedProperties }) => modifiedProperties.find(({ displayName }) => displayName === "password")?.newValue,
    ),
  ).toEqual(["[Redact]", "[Redact]"]);
  expect(JSON.stringify([rows, logs])).not.toContain("Secret-");
});

const roleRow = (from: string, to = "roles", members: Partial<AttributeMapping> = {}): MappingRow => ({
  to,
  from: `${from}([appRoleAssignments])`,
  members,
  target: { multivalued: to === "roles" },
});
const entra = (value: string, name: "display" | "displayName") => ({
  primary: false,
  type: "WindowsAzureActiveDirectoryRole",
  [name]: value,
  value,
});
const primary = 'roles[primary eq "True"].value';

test.each<[what: string, row: MappingRow, create: JsonObject, other: readonly object[], none: readonly object[]]>([
  [
    "one",
    roleRow("SingleAppRoleAssignment", primary, { nullBehaviour: "clear" }),
    { roles: [{ primary: true, value: "User", type: "WindowsAzureActiveDirectoryRole" }] },
    [replace("roles[primary eq true].value", "msiam_access")],
    [remove("roles[primary eq true]")],
  ],
  [
    "added to those that are there",
    roleRow("AppRoleAssignmentsComplex"),
    { roles: [entra("User", "displayName")] },
    [add("roles", [entra("msiam_access", "displayName")])],
    [],
  ],
  [
    "asserted: what is not assigned goes",
    roleRow("AssertiveAppRoleAssignmentsComplex"),
    { roles: [entra("User", "display")] },
    [replace("roles", [entra("msiam_access", "display")])],
    [remove("roles")],
  ],
])("roles: %s", async (_, row, create, other, none) => {
  const scene = await openScene([login, active, row]);
  await scene.secret("SyncAll", "true");
  const ada = await scene.person("ada");
  await scene.assign(ada, "User", "User");
  expect((await sent(() => scene.cycle())).filter(({ method }) => method === "POST")).toContainEqual({
    method: "POST",
    path: "/Users",
    body: bodyOf(scene, "ada", create),
  });
  await scene.unassign(ada);
  await scene.assign(ada, "User", "msiam_access");
  expect(await sent(() => scene.cycle())).toEqual(updated(other));
  await scene.unassign(ada);
  expect(await sent(() => scene.cycle())).toEqual(updated(none));
  expect((await rig.life.engine.provision(scene.jobId, ada, { dry: true })).changes).toEqual([]);
});

const managerRow = (members: Partial<AttributeMapping> = {}): MappingRow => ({
  to: `${enterprise}:manager`,
  from: "[manager]",
  members,
  target: { type: "Reference" },
});

test.each<[what: string, members: Partial<AttributeMapping>, changed: boolean, cleared: boolean]>([
  ["as usual", {}, true, true],
  ["left alone without one", { nullBehaviour: "leave" }, true, false],
  ["at creation only", { flowType: "ObjectAddOnly" }, false, false],
  ["where there is none", { flowType: "AttributeAddOnly" }, false, false],
  ["never taken away", { flowType: "ValueAddOnly" }, true, false],
])("a manager %s", async (_, members, changed, cleared) => {
  const scene = await openScene([login, active, managerRow(members)]);
  const [bob, cem] = [await scene.assigned("bob"), await scene.assigned("cem")];
  await scene.cycle();
  const idOf = (name: string) => String(scene.account(name)?.id);
  const ada = await scene.person("ada");
  await scene.manager(ada, bob);
  await scene.assign(ada);
  const [, post] = await sent(() => scene.cycle());
  expect(post?.body).toEqual(bodyOf(scene, "ada", { [enterprise]: { manager: { value: idOf("bob") } } }));

  const path = `${enterprise}:manager`;
  await scene.manager(ada, cem);
  const change = (await sent(() => scene.cycle())).filter(({ method }) => method === "PATCH");
  expect(change.map(({ body }) => body)).toEqual(changed ? [patch([replace(path, { value: idOf("cem") })])] : []);

  await scene.manager(ada, null);
  const clearing = (await sent(() => scene.cycle())).filter(({ method }) => method === "PATCH");
  expect(clearing.map(({ body }) => body)).toEqual(cleared ? [patch([remove(path)])] : []);
});

test("a manager at creation only is still told when the manager's account comes later", async () => {
  const scene = await openScene([login, active, managerRow({ flowType: "ObjectAddOnly" })]);
  const bob = await scene.person("bob");
  const ada = await scene.person("ada");
  await scene.manager(ada, bob);
  await scene.assign(ada);
  expect((await sent(() => scene.cycle()))[1]?.body).toEqual(bodyOf(scene, "ada", {}));
  await scene.assign(bob);
  await scene.cycle();
  const sentLater = await sent(() => scene.cycle());
  expect([...rig.server.users.all()].find(({ userName }) => userName === scene.upn("ada"))).toMatchObject({
    [enterprise]: { manager: { value: scene.account("bob")?.id } },
  });
  expect(sentLater.filter(({ method }) => method !== "GET" && method !== "PATCH")).toEqual([]);
});

test.each<[what: string, row: MappingRow, has: AttributeChanges, code: string, says: string]>([
  [
    "a text that is no Boolean",
    { to: "active", from: "[jobTitle]", target: { type: "Boolean" } },
    { jobTitle: "maybe" },
    "MappingFailed",
    'active takes true or false, and its mapping gives "maybe".',
  ],
  [
    "a number beyond JSON",
    { to: `${custom}:floor`, from: "[jobTitle]", target: { type: "Integer" } },
    { jobTitle: "9007199254740993" },
    "MappingFailed",
    "takes a whole number that JSON keeps exactly",
  ],
  [
    "several values for one",
    { to: "title", from: "[otherMails]" },
    { otherMails: ["a@x", "b@x"] },
    "SchemaPropertyCanOnlyAcceptValue",
    "title takes one value, and its mapping gives 2.",
  ],
  [
    "nothing for a required attribute",
    { to: "title", from: "[jobTitle]", target: { required: true } },
    {},
    "MandatoryFieldsMissing",
    "The target needs title",
  ],
  [
    "an empty text for a required attribute",
    { to: "title", from: 'Join("", [jobTitle])', target: { required: true } },
    {},
    "MandatoryFieldsMissing",
    "The target needs title",
  ],
])("%s sends nothing and says why", async (_, row, has, code, says) => {
  const scene = await openScene([login, row]);
  const ada = await scene.assigned("ada", has);
  expect((await sent(() => scene.cycle())).filter(({ method }) => method !== "GET")).toEqual([]);
  expect(await scene.lastLog(ada)).toBe(`other failure ${code}`);
  expect((await scene.logs(ada))[0]?.explanation).toContain(says);
});

test("matching attributes are asked by precedence, also computed ones and those within a value", async () => {
  const scene = await openScene([
    { ...login, members: { matchingPriority: 3 } },
    active,
    {
      to: "externalId",
      from: "ToUpper([mailNickname])",
      members: { matchingPriority: 1 },
      target: { caseExact: true },
    },
    { to: 'emails[type eq "work"].value', from: "[mail]", members: { matchingPriority: 2 } },
  ]);
  rig.server.users.create({
    schemas: [schemaUrns.user],
    userName: "someone@elsewhere.example",
    emails: [{ type: "work", value: scene.upn("ada") }],
  });
  await scene.assigned("ada", { mailNickname: "ada.l" });
  expect(await sent(() => scene.cycle())).toEqual([
    { method: "GET", path: '/Users?filter=externalId eq "ADA.L"', body: null },
    { method: "GET", path: `/Users?filter=emails[type eq "work"].value eq "${scene.upn("ada")}"`, body: null },
    // The first contact does not rewrite the login of an account that was found by something else.
    { method: "PATCH", path: "/Users/{id}", body: patch([add("active", true), add("externalId", "ADA.L")]) },
  ]);
});

const actions = (flowTypes: string) =>
  openScene([login, active, ...title("[jobTitle]")], (rule) => {
    rule.objectMappings[0].flowTypes = flowTypes;
  });

test("object actions: what is not allowed is not sent", async () => {
  const noCreate = await actions("Update, Delete");
  const ada = await noCreate.assigned("ada", engineer);
  expect((await sent(() => noCreate.cycle())).map(({ method }) => method)).toEqual(["GET"]);
  expect(await noCreate.lastLog(ada)).toBe("other skipped EntrySynchronizationSkipped");

  const noUpdate = await actions("Add, Delete");
  const bob = await noUpdate.assigned("bob", engineer);
  expect((await sent(() => noUpdate.cycle()))[1]).toEqual({
    method: "POST",
    path: "/Users",
    body: bodyOf(noUpdate, "bob", { title: "Engineer" }),
  });
  await noUpdate.change(bob, captain);
  expect(await sent(() => noUpdate.cycle())).toEqual([look]);
  await noUpdate.softDelete(bob);
  expect(await sent(() => noUpdate.cycle())).toEqual([look]);
  await noUpdate.purge(bob);
  expect(await sent(() => noUpdate.cycle())).toEqual([look, { method: "DELETE", path: "/Users/{id}", body: null }]);

  const noDelete = await actions("Add, Update");
  const cem = await noDelete.assigned("cem", engineer);
  await noDelete.cycle();
  await noDelete.softDelete(cem);
  expect(await sent(() => noDelete.cycle())).toEqual(updated([replace("active", false)]));
  await noDelete.purge(cem);
  expect(await sent(() => noDelete.cycle())).toEqual([look]);
});

/** The generic template's schema with its mapping of groups changed. */
const groupScene = async (
  change: (mapping: {
    enabled: boolean;
    attributeMappings: { targetAttributeName: string; flowType: string }[];
  }) => void,
) => {
  const scene = await rig.openScene({ template: "scim" });
  const schema = JSON.parse(JSON.stringify(await readSchema(rig.store.db, scene.jobId)));
  change(schema.synchronizationRules[1].objectMappings[0]);
  await rig.store.transaction((tx) => saveSchema(tx, scene.jobId, schema, rig.clock.now()));
  const [ada, bob] = [await scene.assigned("ada"), await scene.assigned("bob")];
  const team = await scene.group("Team", [ada]);
  await scene.assign(team, "Group");
  return { scene, ada, bob, team };
};

const groupRequests = async (scene: Scene): Promise<readonly Sent[]> => {
  const all = await sent(async () => {
    await scene.cycle();
    await scene.cycle();
  });
  return all.filter(({ path, method }) => path.startsWith("/Groups") && method !== "GET");
};

const member = (scene: Scene, name: string) => String(scene.account(name)?.id);
const flowOfMembers =
  (flowType: string) => (mapping: { attributeMappings: { targetAttributeName: string; flowType: string }[] }) => {
    for (const one of mapping.attributeMappings) if (one.targetAttributeName === "members") one.flowType = flowType;
  };

test.each<[flowType: string, adds: boolean, removes: boolean]>([
  ["Always", true, true],
  ["MultiValueAddOnly", true, false],
  ["ObjectAddOnly", true, false],
])("a group with its members %s", async (flowType, adds, removes) => {
  const { scene, ada, bob, team } = await groupScene(flowOfMembers(flowType));
  expect(await groupRequests(scene)).toEqual([
    {
      method: "POST",
      path: "/Groups",
      body: { schemas: [schemaUrns.group], displayName: expect.stringMatching(/^Team /), externalId: team },
    },
    { method: "PATCH", path: "/Groups/{id}", body: patch([add("members", [{ value: member(scene, "ada") }])]) },
  ]);
  await scene.join(team, bob);
  await scene.leave(team, ada);
  const expected = [
    ...(removes ? [patch([remove(`members[value eq "${member(scene, "ada")}"]`)])] : []),
    ...(adds ? [patch([add("members", [{ value: member(scene, "bob") }])])] : []),
  ];
  expect((await groupRequests(scene)).map(({ body }) => body)).toEqual(expected);
});

test("groups whose mapping is switched off are not provisioned", async () => {
  const { scene } = await groupScene((mapping) => {
    mapping.enabled = false;
  });
  expect(await groupRequests(scene)).toEqual([]);
  expect(rig.server.users.all()).toHaveLength(2);
  expect(rig.server.groups.all()).toEqual([]);
});
