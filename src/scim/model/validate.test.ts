import fc from "fast-check";
import { expect, test } from "vitest";
import {
  attribute,
  groupResourceType,
  type JsonObject,
  type ResourceType,
  schemaUrns,
  uniqueKeys,
  uniqueNameGroupResourceType,
  uniquenessClash,
  userResourceType,
  type ValidateOptions,
  validateResource,
} from "../index.ts";

const enterprise = schemaUrns.enterpriseUser;
const compat: ValidateOptions = { mode: "compat", unknown: "ignore" };
const strict: ValidateOptions = { mode: "strict", unknown: "refuse" };

const outcome = (body: unknown, options: ValidateOptions, type: ResourceType = userResourceType): unknown => {
  const checked = validateResource(type, body, options);
  return checked.ok ? checked.value : [checked.error.status, checked.error.scimType];
};

test("a create body as Entra sends it becomes a clean resource", () => {
  const body = {
    schemas: [schemaUrns.user.toUpperCase(), enterprise],
    id: "mine",
    meta: { resourceType: "User" },
    USERNAME: "mira@example.com",
    active: "True",
    nickName: null,
    roles: [],
    favouriteColour: "teal",
    name: { GivenName: "Mira", middleName: null },
    emails: [{ type: "work", value: "mira@example.com", primary: "True" }],
    groups: [{ value: "g1" }],
    [enterprise]: { Department: "Ops", manager: "u2" },
  };
  expect(outcome(body, compat)).toEqual({
    schemas: [schemaUrns.user, enterprise],
    userName: "mira@example.com",
    active: true,
    name: { givenName: "Mira" },
    emails: [{ type: "work", value: "mira@example.com", primary: true }],
    [enterprise]: { department: "Ops", manager: { value: "u2" } },
  });
});

const schemas = [schemaUrns.user];
test.each<[string, unknown, ValidateOptions, string]>([
  ["no object", [], compat, "invalidSyntax"],
  ["no schemas", { userName: "a" }, strict, "invalidSyntax"],
  ["another type's schema", { schemas: [schemaUrns.group], userName: "a" }, compat, "invalidSyntax"],
  ["no userName", { schemas }, compat, "invalidValue"],
  ["an empty userName", { schemas, userName: "" }, compat, "invalidValue"],
  ["a number for a text", { schemas, userName: 7 }, compat, "invalidValue"],
  ["a text for a Boolean", { schemas, userName: "a", active: "True" }, strict, "invalidValue"],
  ["an unknown attribute", { schemas, userName: "a", colour: "teal" }, strict, "invalidValue"],
  ["an unknown sub-attribute", { schemas, userName: "a", name: { colour: "teal" } }, strict, "invalidValue"],
  ["two spellings of one name", { schemas, userName: "a", USERNAME: "b" }, compat, "invalidSyntax"],
  ["two primaries", { schemas, userName: "a", emails: [{ primary: true }, { primary: true }] }, compat, "invalidValue"],
  ["a NUL character", { schemas, userName: "a\u0000" }, compat, "invalidValue"],
  ["a text for an extension", { schemas, userName: "a", [enterprise]: "x" }, compat, "invalidValue"],
  ["an own __proto__", JSON.parse('{"userName":"a","__proto__":{"x":1}}'), compat, "invalidSyntax"],
  ["an own __proto__ inside", JSON.parse('{"userName":"a","name":{"__proto__":{"x":1}}}'), compat, "invalidSyntax"],
])("%s is refused", (_, body, options, scimType) => {
  expect(outcome(body, options)).toEqual([400, scimType]);
});

test("a replacement clears what is not sent and keeps what only the server writes", () => {
  const current: JsonObject = {
    schemas,
    id: "u1",
    userName: "a",
    title: "T",
    groups: [{ value: "g1" }],
    meta: { resourceType: "User" },
    [enterprise]: { department: "Ops" },
  };
  const body = { schemas, id: "other", userName: "b", meta: { resourceType: "Nonsense" } };
  expect(outcome(body, { ...strict, current })).toEqual({
    schemas,
    id: "u1",
    meta: { resourceType: "User" },
    userName: "b",
    groups: [{ value: "g1" }],
  });
});

test("an immutable attribute stays when it is left out and may not change", () => {
  const badge = attribute("badge", "Badge number.", { mutability: "immutable" });
  const type: ResourceType = {
    ...groupResourceType,
    schema: { ...groupResourceType.schema, attributes: [...groupResourceType.schema.attributes, badge] },
  };
  const current = { schemas: [schemaUrns.group], displayName: "NOC", badge: "7" };
  const body = { schemas: [schemaUrns.group], displayName: "NOC" };
  expect(outcome(body, { ...strict, current }, type)).toEqual(current);
  expect(outcome({ ...body, badge: "8" }, { ...strict, current }, type)).toEqual([400, "mutability"]);
});

test("members given twice are one member", () => {
  const body = {
    schemas: [schemaUrns.group],
    displayName: "NOC",
    members: [{ value: "a" }, { value: "a", type: "User" }],
  };
  expect(outcome(body, strict, groupResourceType)).toEqual({ ...body, members: [{ value: "a" }] });
});

test("any body is answered, not thrown, and an accepted one is accepted again unchanged", () => {
  const bodies = fc.oneof(
    fc.anything({ withNullPrototype: true, withDate: true }),
    fc.record({
      userName: fc.jsonValue(),
      name: fc.jsonValue(),
      emails: fc.jsonValue(),
      active: fc.jsonValue(),
      [enterprise]: fc.jsonValue(),
    }),
    fc.record({
      userName: fc.string({ minLength: 1 }),
      emails: fc.array(fc.record({ type: fc.string(), value: fc.string() }, { requiredKeys: [] })),
      active: fc.constantFrom("True", false, null),
    }),
  );
  fc.assert(
    fc.property(bodies, (body) => {
      const first = validateResource(userResourceType, body, compat);
      if (first.ok) expect(validateResource(userResourceType, first.value, strict)).toEqual(first);
      else expect(first.error.status).toBe(400);
    }),
  );
});

test("unique values ignore case where their attribute does, and a resource is no clash with itself", () => {
  const mine = { id: "1", userName: "Mira@Example.com" };
  expect(uniqueKeys(userResourceType, mine)).toEqual([{ attribute: "userName", key: "mira@example.com" }]);
  const other = { id: "2", userName: "MIRA@example.com" };
  expect(uniquenessClash(userResourceType, mine, [mine])).toBeUndefined();
  expect(uniquenessClash(userResourceType, mine, [mine, other])?.status).toBe(409);
  expect(uniquenessClash(userResourceType, { userName: "mira@example.com" }, [other])?.scimType).toBe("uniqueness");
  const [group, twin] = [
    { id: "1", displayName: "NOC" },
    { id: "2", displayName: "noc" },
  ];
  expect(uniquenessClash(groupResourceType, group, [twin])).toBeUndefined();
  expect(uniquenessClash(uniqueNameGroupResourceType, group, [twin])?.status).toBe(409);
});
