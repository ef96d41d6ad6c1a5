import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type AttributeValue,
  compileSchema,
  type DesiredObject,
  decide,
  mapObject,
  scopeObject,
  usualProfile,
} from "#core";
import { type JsonObject, type JsonValue, withoutName, writePath } from "#scim";
import { documentOf, type MappingRow } from "#test/mapping-document.ts";
import { createBody, patchBodies, putBody } from "./writes.ts";

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const operationsOf = (changes: Parameters<typeof patchBodies>[0], resource: JsonObject): unknown => {
  const bodies = patchBodies(changes, { id: "t1", resource }, usualProfile);
  return bodies.ok ? (bodies.value[0]?.Operations ?? null) : bodies.error;
};
/** The body of a create but for its schemas, which the profile gives. */
const resourceBody = (resource: { readonly [name: string]: unknown }): JsonObject =>
  withoutName(createBody("User", resource, usualProfile), "schemas");

test("bodies carry no null, wherever it comes from", () => {
  expect(resourceBody({ a: null, b: [null, { c: null, d: 1 }], e: { f: null }, g: undefined })).toEqual({
    b: [{ d: 1 }],
    e: {},
  });
  expect(operationsOf([{ path: "x", value: { a: null, b: "c" } }], {})).toEqual([
    { op: "add", path: "x", value: { b: "c" } },
  ]);
  const put = putBody(
    [{ path: "title", value: "T" }],
    {
      id: "t1",
      resource: { id: "t1", meta: { created: "x" }, nickName: null, name: { givenName: null, formatted: "F" } },
    },
    usualProfile,
  );
  expect(put).toEqual({ ok: true, value: { id: "t1", name: { formatted: "F" }, title: "T" } });
});

test("what joins a list is sent by itself with PATCH, and as the whole list with PUT", () => {
  const change = { path: "roles", value: [{ value: "a" }, { value: "b" }], adds: [{ value: "b" }] };
  expect(operationsOf([change], { roles: [{ value: "a" }] })).toEqual([
    { op: "add", path: "roles", value: [{ value: "b" }] },
  ]);
  expect(putBody([change], { id: "t1", resource: { roles: [{ value: "a" }] } }, usualProfile)).toEqual({
    ok: true,
    value: { roles: [{ value: "a" }, { value: "b" }] },
  });
});

/** Every way of being null, and everything that a careless conversion would spell out. */
const strange = fc.constantFrom<AttributeValue>(
  null,
  "",
  [],
  [""],
  "True",
  true,
  false,
  0,
  7,
  "7",
  ["a", "b"],
  ["a"],
  "2026-03-01",
);
const attributeNames = ["mail", "jobTitle", "displayName", "proxyAddresses", "floor"];
const sources = [
  ...attributeNames.map((name) => `[${name}]`),
  '"c"',
  null,
  "[manager]",
  'Join(" ", [mail], [jobTitle])',
  "Coalesce([mail], [jobTitle])",
  'Switch([mail], , "True", "False")',
  'Split([jobTitle], ",")',
  "SingleAppRoleAssignment([appRoleAssignments])",
  "AppRoleAssignmentsComplex([appRoleAssignments])",
  "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])",
];
const paths = [
  "nickName",
  "name.givenName",
  'emails[type eq "work"].value',
  'addresses[type eq "work"].locality',
  'roles[primary eq "True"].value',
  "roles",
  `${enterprise}:department`,
  "urn:example:2.0:User:tag",
];

const row: fc.Arbitrary<MappingRow> = fc.record({
  to: fc.constantFrom(...paths),
  from: fc.constantFrom(...sources),
  members: fc.record({
    defaultValue: fc.constantFrom(null, "d", "True", "7"),
    nullBehaviour: fc.constantFrom("leave", "clear", "default"),
    defaultOnUpdate: fc.boolean(),
    flowType: fc.constantFrom("Always", "ObjectAddOnly", "MultiValueAddOnly", "ValueAddOnly", "AttributeAddOnly"),
    flowBehavior: fc.constantFrom("FlowWhenChanged", "FlowAlways"),
  }),
  target: fc.record({
    // Mostly what takes anything: a value that does not fit ends the try.
    type: fc.constantFrom("String", "String", "String", "String", "String", "Boolean", "Integer", "DateTime", "Binary"),
    multivalued: fc.boolean(),
    mutability: fc.constantFrom("ReadWrite", "ReadWrite", "ReadWrite", "ReadOnly", "Immutable", "WriteOnly"),
  }),
});

const blemishes = (value: unknown, at = "$"): readonly string[] => {
  if (value === null || value === undefined) return [`${at} is ${value}`];
  if (typeof value === "string") return /undefined|\[object |NaN|^null$/.test(value) ? [`${at} is ${value}`] : [];
  if (typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, member]) => blemishes(member, `${at}.${name}`));
};

test("nothing unknown gets into a request, whatever is mapped how: no null, no undefined, no object as text", () => {
  const rows = fc.uniqueArray(row, { selector: ({ to }) => to, minLength: 1, maxLength: 3 });
  const person = fc.record(Object.fromEntries(attributeNames.map((name) => [name, strange])));
  const roleNames = fc.array(fc.constantFrom("Editor", "Viewer"), { maxLength: 2 });
  const there = fc.constantFrom<JsonObject>(
    {},
    { nickName: null, roles: [{ value: "Viewer" }], emails: [{ type: "work", value: null }] },
    { nickName: "n", roles: [], name: { givenName: "g" }, addresses: [{ type: "work", locality: "l" }] },
  );
  let bodies = 0;
  fc.assert(
    fc.property(rows, person, roleNames, there, (mappings, attributes, roles, resource) => {
      const compiled = compileSchema(documentOf(mappings));
      if (!compiled.ok || compiled.schema.users === null) throw new Error(JSON.stringify(compiled));
      const assigned = roles.map((roleName) => ({
        assignmentId: roleName,
        roleId: roleName,
        roleName,
        provisionable: true,
        group: null,
      }));
      const source = { type: "User", id: "u1", attributes, manager: null, presence: "present" } as const;
      const scoped = scopeObject(source, assigned, { syncAll: true, filters: [] });
      const mapped = mapObject(scoped, compiled.schema.users, {
        now: "2026-03-01T08:00:00Z",
        random: new Uint8Array(64),
      });
      if (!mapped.ok) {
        expect(mapped.error.message).not.toMatch(/undefined|\[object /);
        return;
      }
      for (const changes of [changesOf(mapped.object, null), changesOf(mapped.object, resource)]) {
        const made = changes.reduce<JsonObject>((body, { path, after }) => {
          const written = writePath(body, path, after as JsonValue | undefined);
          if (!written.ok) throw new Error(written.error.detail);
          return written.value;
        }, {});
        expect(blemishes(resourceBody(made))).toEqual([]);
        bodies += Number(changes.length > 0);
        const asked = changes.map(({ path, after, adds }) => ({ path, value: after, adds }));
        const patch = patchBodies(asked, { id: "t1", resource }, usualProfile);
        const put = putBody(asked, { id: "t1", resource }, usualProfile);
        expect([patch.ok, put.ok]).toEqual([true, true]);
        if (patch.ok) for (const body of patch.value) expect(blemishes(JSON.parse(JSON.stringify(body)))).toEqual([]);
        if (put.ok) expect(blemishes(put.value)).toEqual([]);
      }
    }),
    { numRuns: 600 },
  );
  expect(bodies).toBeGreaterThan(100);

  function changesOf(object: DesiredObject, resource: JsonObject | null) {
    const decision = decide({
      scoped: scopeObject({ type: "User", id: "u1", attributes: {}, manager: null, presence: "present" }, [], {
        syncAll: true,
        filters: [],
      }),
      link: null,
      desired: { ok: true, object },
      match: resource === null ? { kind: "none", goneId: null } : { kind: "linked", current: { id: "t1", resource } },
      holder: null,
      policy: {
        actions: { create: true, update: true, delete: true },
        skipOutOfScopeDeletions: false,
        canDisable: true,
      },
    });
    return decision.kind === "decision" ? decision.changes : [];
  }
});
