import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type AttributeDefinition,
  applyPatch,
  applyPatchBody,
  attribute,
  groupResourceType,
  type JsonObject,
  type JsonValue,
  type Mode,
  messageUrns,
  type PatchOperation,
  type ResourceType,
  schemaUrns,
  userResourceType,
} from "../index.ts";

const enterprise = schemaUrns.enterpriseUser;
const user: JsonObject = {
  schemas: [schemaUrns.user, enterprise],
  id: "u1",
  userName: "mira@example.com",
  name: { givenName: "Mira" },
  emails: [{ type: "work", value: "mira@example.com", primary: true }],
  [enterprise]: { manager: { value: "u2", $ref: "https://scim.example.com/Users/u2", displayName: "Tomas" } },
};

const deepFreeze = <T>(value: T): T => {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
};

const paths = fc.oneof(
  fc.constantFrom(
    "userName",
    "name",
    "name.givenName",
    "emails",
    "emails.value",
    'emails[type eq "work"].value',
    'emails[type eq "home"]',
    'emails[primary eq "True"].value',
    'emails[not (type eq "work")]',
    "members",
    "schemas",
    "meta",
    "active",
    enterprise,
    `${enterprise}:manager`,
    "manager",
    "__proto__",
    "constructor.prototype",
  ),
  fc.string(),
);
const values = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<JsonValue>(
    "True",
    "",
    [],
    {},
    [{ value: "x", primary: true }],
    { value: "x", type: "home" },
    { "name.givenName": "M", [`${enterprise}:department`]: "Ops", active: "False" },
  ),
);
const bodies = fc.record({
  schemas: fc.constant([messageUrns.patchOp]),
  Operations: fc.array(
    fc.record(
      { op: fc.constantFrom("add", "Replace", "remove"), path: paths, value: values },
      { requiredKeys: ["op"] },
    ),
    { maxLength: 5 },
  ),
});

test("a PATCH leaves the given resource alone, keeps what is required and never throws", () => {
  const frozen = deepFreeze(user);
  const copy = structuredClone(user);
  fc.assert(
    fc.property(bodies, fc.constantFrom<Mode>("strict", "compat"), (body, mode) => {
      const patched = applyPatchBody(userResourceType, frozen, deepFreeze(body), { mode });
      expect(frozen).toEqual(copy);
      if (patched.ok) {
        const { resource } = patched.value;
        expect([resource.id, typeof resource.userName, resource.userName === ""]).toEqual(["u1", "string", false]);
        expect(Object.getPrototypeOf(resource)).toBe(Object.prototype);
      } else {
        expect(patched.error.status).toBe(400);
      }
    }),
    { numRuns: 500 },
  );
});

test("running an accepted replace a second time changes nothing", () => {
  const operations: readonly PatchOperation[] = [
    { op: "replace", path: 'emails[type eq "home"].value', value: "m@home.example.net" },
    { op: "add", path: `${enterprise}:department`, value: "Ops" },
    { op: "add", path: "emails", value: [{ type: "other", value: "o@example.com" }] },
  ];
  const once = applyPatch(userResourceType, user, operations, { mode: "compat" });
  const twice = once.ok ? applyPatch(userResourceType, once.value.resource, operations, { mode: "compat" }) : once;
  expect(once.ok && once.value.changed).toBe(true);
  expect(twice.ok && twice.value.changed).toBe(false);
});

test("anything at all as a body is answered, not thrown", () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withDate: true, withMap: true }), (body) => {
      expect(applyPatchBody(userResourceType, user, body, { mode: "compat" }).ok).toBe(false);
    }),
  );
});

test("a value nested a hundred thousand levels deep is refused without exhausting the stack", () => {
  const deep = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`) as JsonValue;
  for (const path of ["title", "name", "emails", 'emails[type eq "home"].value', 'emails[type eq "home"]', "manager"]) {
    const patched = applyPatch(userResourceType, user, [{ op: "add", path, value: deep }], { mode: "compat" });
    expect(patched.ok ? path : patched.error.scimType).toBe("invalidValue");
  }
});

const outcome = (
  type: ResourceType,
  before: JsonObject,
  operation: PatchOperation,
  mode: Mode = "compat",
): JsonObject | string => {
  const patched = applyPatch(type, before, [operation], { mode });
  return patched.ok ? patched.value.resource : (patched.error.scimType ?? String(patched.error.status));
};

test("own __proto__ keys of parsed JSON are refused and reach no prototype", () => {
  const value = JSON.parse('{"__proto__": {"polluted": true}}') as JsonValue;
  for (const path of [undefined, "name", enterprise]) {
    for (const mode of ["strict", "compat"] as const) {
      expect(["invalidPath", "invalidSyntax"]).toContain(
        outcome(userResourceType, user, { op: "add", path, value }, mode),
      );
    }
  }
  expect("polluted" in {}).toBe(false);
});

test("a new manager takes the old one's reference and name along", () => {
  const after = outcome(userResourceType, user, { op: "replace", path: "manager", value: "u3" });
  expect(after).toEqual({ ...user, [enterprise]: { manager: { value: "u3" } } });
});

test("a remove whose value names nobody empties no group", () => {
  const group: JsonObject = { schemas: [schemaUrns.group], displayName: "NOC", members: [{ value: "u1" }] };
  const remove = (value: JsonValue, mode: Mode): JsonObject | string =>
    outcome(groupResourceType, group, { op: "remove", path: "members", value }, mode);
  expect(remove([], "compat")).toEqual(group);
  expect(remove([{ value: "u9" }], "compat")).toEqual(group);
  expect(remove([{ value: "u1" }], "strict")).toBe("invalidValue");
});

test("required attributes may not be left empty, whatever the operation", () => {
  const group: JsonObject = { schemas: [schemaUrns.group], displayName: "NOC" };
  expect(outcome(groupResourceType, group, { op: "remove", path: "displayName", value: undefined })).toBe("mutability");
  expect(outcome(groupResourceType, group, { op: "replace", path: "displayName", value: null })).toBe("invalidValue");
});

test("a selected record is merged by add and swapped by replace", () => {
  const value = { type: "work", value: "m@example.com" };
  const path = 'emails[type eq "work"]';
  expect(outcome(userResourceType, user, { op: "add", path, value })).toEqual({
    ...user,
    emails: [{ ...value, primary: true }],
  });
  expect(outcome(userResourceType, user, { op: "replace", path, value })).toEqual({ ...user, emails: [value] });
});

test("a member cannot be turned into another one", () => {
  const group: JsonObject = { schemas: [schemaUrns.group], displayName: "NOC", members: [{ value: "u1" }] };
  for (const op of ["add", "replace"] as const) {
    const change: PatchOperation = { op, path: 'members[value eq "u1"]', value: { value: "u2" } };
    expect(outcome(groupResourceType, group, change)).toBe("mutability");
  }
});

test("what only the server writes is skipped in a pathless value by compat, refused by strict", () => {
  const operation: PatchOperation = { op: "replace", path: undefined, value: { id: "u9", groups: [], title: "Lead" } };
  expect(outcome(userResourceType, user, operation, "compat")).toEqual({ ...user, title: "Lead" });
  expect(outcome(userResourceType, user, operation, "strict")).toBe("mutability");
});

test("an empty array unassigns a single value too", () => {
  for (const mode of ["strict", "compat"] as const) {
    const after = outcome(userResourceType, { ...user, title: "T" }, { op: "replace", path: "title", value: [] }, mode);
    expect(after).toEqual(user);
  }
});

test("dropping an extension drops its URN, but not what only the server writes in it", () => {
  const remove: PatchOperation = { op: "remove", path: enterprise, value: undefined };
  const { [enterprise]: _, ...rest } = user;
  expect(outcome(userResourceType, user, remove)).toEqual({ ...rest, schemas: [schemaUrns.user] });
  const urn = "urn:example:params:scim:schemas:extension:badge:2.0:User";
  const attributes = [attribute("badge", "Badge.", { mutability: "readOnly" }), attribute("colour", "Colour.")];
  const schema = { id: urn, name: "Badge", description: "Badges.", attributes };
  const type: ResourceType = { ...userResourceType, extensions: [{ schema, required: false }] };
  const badged = { schemas: [schemaUrns.user, urn], userName: "a", [urn]: { badge: "7", colour: "red" } };
  expect(outcome(type, badged, { ...remove, path: urn })).toEqual({ ...badged, [urn]: { badge: "7" } });
  const required: ResourceType = { ...userResourceType, extensions: [{ schema, required: true }] };
  expect(outcome(required, badged, { ...remove, path: urn })).toBe("mutability");
});

const withAttributes = (...attributes: readonly AttributeDefinition[]): ResourceType => ({
  ...groupResourceType,
  schema: { ...groupResourceType.schema, attributes: [...groupResourceType.schema.attributes, ...attributes] },
});

test("an immutable attribute can be set once", () => {
  const type = withAttributes(attribute("badge", "Badge number.", { mutability: "immutable" }));
  const group: JsonObject = { schemas: [schemaUrns.group], displayName: "NOC" };
  const set = outcome(type, group, { op: "add", path: "badge", value: "7" });
  expect(set).toEqual({ ...group, badge: "7" });
  const badged = { ...group, badge: "7" };
  expect(outcome(type, badged, { op: "replace", path: "badge", value: "7" })).toEqual(badged);
  expect(outcome(type, badged, { op: "replace", path: "badge", value: "8" })).toBe("mutability");
  expect(outcome(type, badged, { op: "remove", path: "badge", value: undefined })).toBe("mutability");
});

test("a multi-valued attribute of plain values adds, selects and removes by value", () => {
  const type = withAttributes(attribute("labels", "Labels.", { multiValued: true }));
  const group: JsonObject = { schemas: [schemaUrns.group], displayName: "NOC", labels: ["a", "b"] };
  const labelled = (labels: JsonValue): JsonObject => ({ ...group, labels });
  expect(outcome(type, group, { op: "add", path: "labels", value: ["B", "c"] })).toEqual(labelled(["a", "b", "c"]));
  expect(outcome(type, group, { op: "remove", path: 'labels[value eq "A"]', value: undefined })).toEqual(
    labelled(["b"]),
  );
  expect(outcome(type, group, { op: "remove", path: "labels", value: ["b"] })).toEqual(labelled(["a"]));
});

test("unknown members of a pathless value are skipped when the caller asks for it", () => {
  const value = { favouriteColour: "teal", title: "Lead" };
  const operations: readonly PatchOperation[] = [{ op: "replace", path: undefined, value }];
  const tolerant = applyPatch(userResourceType, user, operations, { mode: "compat", unknown: "ignore" });
  expect(tolerant.ok && tolerant.value.resource).toEqual({ ...user, title: "Lead" });
  const plain = applyPatch(userResourceType, user, operations, { mode: "compat" });
  expect(plain.ok ? undefined : plain.error.scimType).toBe("invalidPath");
});
