import fc from "fast-check";
import { expect, test } from "vitest";
import { type JsonObject, type JsonValue, readPath, schemaUrns, writePath } from "../index.ts";

const enterprise = schemaUrns.enterpriseUser;
const resource: JsonObject = {
  userName: "mira@example.com",
  Title: "Analyst",
  active: false,
  nickName: null,
  name: { formatted: "Mira Okafor" },
  emails: [
    { type: "home", value: "mira@home.example.net" },
    { type: "Work", value: "mira@example.com", primary: true },
  ],
  roles: [{ value: "viewer", primary: "True" }],
  [enterprise.toUpperCase()]: { Department: "Ops", manager: { value: "u2" } },
};

test.each<[string, JsonValue | undefined]>([
  ["userName", "mira@example.com"],
  ["title", "Analyst"],
  ["active", false],
  ["nickName", undefined],
  ["name.formatted", "Mira Okafor"],
  ["name.familyName", undefined],
  ["emails", resource.emails ?? null],
  ['emails[type eq "work"].value', "mira@example.com"],
  ['emails[type eq "other"].value', undefined],
  ['emails[type eq "home"]', { type: "home", value: "mira@home.example.net" }],
  ["emails.value", "mira@example.com"],
  ['roles[primary eq "True"].value', "viewer"],
  ["roles[primary eq true].value", "viewer"],
  [`${enterprise}:department`, "Ops"],
  [`${enterprise}:manager.value`, "u2"],
  [enterprise, { Department: "Ops", manager: { value: "u2" } }],
  [`${schemaUrns.user}:name.formatted`, "Mira Okafor"],
  ["urn:scim:schemas:extension:enterprise:1.0.department", undefined],
  ["__proto__", undefined],
  ["constructor", undefined],
  ["toString", undefined],
  ["emails[", undefined],
])("reading %s", (path, expected) => {
  expect(readPath(resource, path)).toEqual(expected);
});

test.each<[string, JsonObject, string, JsonValue | undefined, JsonObject]>([
  ["a plain name", {}, "title", "A", { title: "A" }],
  ["the spelling there is", { Title: "A" }, "title", "B", { Title: "B" }],
  ["a parent", {}, "name.formatted", "M", { name: { formatted: "M" } }],
  ["a new value of many", {}, 'emails[type eq "work"].value', "m", { emails: [{ type: "work", value: "m" }] }],
  ["a Boolean of a filter", {}, 'roles[primary eq "True"].value', "v", { roles: [{ primary: true, value: "v" }] }],
  [
    "only the selected value",
    { emails: [{ type: "home", value: "h" }, { type: "work" }] },
    'emails[type eq "work"].value',
    "w",
    {
      emails: [
        { type: "home", value: "h" },
        { type: "work", value: "w" },
      ],
    },
  ],
  ["an extension", {}, `${enterprise}:manager.value`, "u2", { [enterprise]: { manager: { value: "u2" } } }],
  ["a core URN", {}, `${schemaUrns.user}:title`, "A", { title: "A" }],
  ["a removal", { title: "A", id: "1" }, "title", undefined, { id: "1" }],
  ["the last part", { name: { formatted: "M" }, id: "1" }, "name.formatted", undefined, { id: "1" }],
  ["the last extension attribute", { [enterprise]: { department: "D" } }, `${enterprise}:department`, undefined, {}],
  ["a removal of nothing", { id: "1" }, 'emails[type eq "work"].value', undefined, { id: "1" }],
  [
    "a value that loses its value",
    { emails: [{ type: "work", value: "w", primary: true }], id: "1" },
    'emails[type eq "work"].value',
    undefined,
    { id: "1" },
  ],
  [
    "a reference that loses its value",
    { [enterprise]: { manager: { value: "m", displayName: "M" } } },
    `${enterprise}:manager.value`,
    undefined,
    {},
  ],
  [
    "the last part of a selected value",
    { addresses: [{ type: "work", locality: "l" }] },
    'addresses[type eq "work"].locality',
    undefined,
    {},
  ],
  [
    "one part of a selected value",
    { addresses: [{ type: "work", locality: "l", region: "r" }] },
    'addresses[type eq "work"].locality',
    undefined,
    { addresses: [{ type: "work", region: "r" }] },
  ],
  [
    "an attribute of SCIM 1.1",
    {},
    "urn:scim:schemas:extension:enterprise:1.0.manager.value",
    "u2",
    { "urn:scim:schemas:extension:enterprise:1.0": { manager: { value: "u2" } } },
  ],
  ["a whole extension", { [enterprise]: { department: "D" } }, enterprise, undefined, {}],
])("writing %s", (_, before, path, value, after) => {
  const frozen = Object.freeze(structuredClone(before));
  expect(writePath(frozen, path, value)).toEqual({ ok: true, value: after });
  expect(frozen).toEqual(before);
});

test.each([
  ['emails[not (type eq "work")].value', "noTarget"],
  ["emails[type].value", "invalidFilter"],
  ["__proto__", "invalidPath"],
  ["a.__proto__", "invalidPath"],
  ["", "invalidPath"],
])("writing %s is refused", (path, scimType) => {
  const written = writePath({}, path, "x");
  expect(written.ok ? undefined : written.error.scimType).toBe(scimType);
});

test("what is written under a path is read back from it", () => {
  const paths = fc.constantFrom(
    "title",
    "name.givenName",
    'emails[type eq "work"].value',
    'addresses[type eq "work" and primary eq "True"].locality',
    `${enterprise}:department`,
    `${enterprise}:manager.value`,
  );
  const resources = fc.constantFrom<JsonObject>({}, resource, { emails: [] }, { name: { givenName: "x" } });
  fc.assert(
    fc.property(paths, resources, fc.string(), (path, before, value) => {
      const written = writePath(before, path, value);
      expect(written.ok && readPath(written.value, path)).toBe(value);
    }),
  );
});
