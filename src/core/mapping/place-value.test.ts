import { expect, test } from "vitest";
import { type AttributeValue, compileSchema, type DesiredAttribute, mapObject, scopeObject } from "#core";
import { documentOf, type MappingRow } from "#test/mapping-document.ts";

const drawn = { now: "2026-01-02T03:04:05Z", random: new Uint8Array(64) };

const roles = (...names: string[]) =>
  names.map((name) => ({
    assignmentId: name,
    roleId: `id of ${name}`,
    roleName: name,
    provisionable: true,
    group: null,
  }));

const desired = (
  rows: readonly MappingRow[],
  attributes: Readonly<Record<string, AttributeValue>>,
  { manager = null, having = [] }: { manager?: string | null; having?: readonly string[] } = {},
) => {
  const compiled = compileSchema(documentOf(rows));
  if (!compiled.ok || compiled.schema.users === null) throw new Error(JSON.stringify(compiled));
  const scoped = scopeObject({ type: "User", id: "u1", attributes, manager, presence: "present" }, roles(...having), {
    syncAll: true,
    filters: [],
  });
  const mapped = mapObject(scoped, compiled.schema.users, drawn);
  if (!mapped.ok) throw new Error(mapped.error.message);
  return mapped.object;
};

/** `value when`, with what else is special about it. */
const short = ({ value, when, adds, accompanies }: DesiredAttribute): string =>
  [JSON.stringify(value), when, adds ? "adds" : "", accompanies ? "along" : ""].filter(Boolean).join(" ");

const flows = (row: Omit<MappingRow, "to">, attributes: Readonly<Record<string, AttributeValue>>): string[] =>
  desired([{ to: "nickName", ...row }], attributes).attributes.map(short);

const one = { multivalued: false } as const;
const many = { multivalued: true } as const;
const clear = '{"kind":"clear"} update';

test.each<
  [
    flowType: NonNullable<MappingRow["members"]>["flowType"],
    target: object,
    value: string[],
    onUpdates: string[],
    clears: string[],
  ]
>([
  ["Always", one, ['"v" always'], ['"d" always'], [clear]],
  ["ObjectAddOnly", one, ['"v" creation'], ['"d" creation'], []],
  ["AttributeAddOnly", one, ['"v" whenEmpty'], ['"d" whenEmpty'], []],
  ["ValueAddOnly", one, ['"v" always'], ['"d" always'], []],
  ["MultiValueAddOnly", one, ['"v" whenEmpty'], ['"d" whenEmpty'], []],
  ["Always", many, ['["v"] always'], ['["d"] always'], [clear]],
  ["ObjectAddOnly", many, ['["v"] creation'], ['["d"] creation'], []],
  ["AttributeAddOnly", many, ['["v"] whenEmpty'], ['["d"] whenEmpty'], []],
  ["ValueAddOnly", many, ['["v"] always adds'], ['["d"] always adds'], []],
  ["MultiValueAddOnly", many, ['["v"] always adds'], ['["d"] always adds'], []],
])("flow type %s into %j, with every null behaviour", (flowType, target, value, onUpdates, clears) => {
  const row = (members: object = {}) => ({ from: "[jobTitle]", target, members: { flowType, ...members } }) as never;
  const atCreation = target === many ? '["d"] creation' : '"d" creation';
  const full = { jobTitle: "v" };
  for (const members of [
    {},
    { nullBehaviour: "leave" },
    { nullBehaviour: "clear" },
    { defaultValue: "d" },
    { defaultValue: "d", defaultOnUpdate: true },
  ]) {
    expect(flows(row(members), full)).toEqual(value);
  }
  expect(flows(row(), {})).toEqual([]);
  expect(flows(row({ nullBehaviour: "leave" }), {})).toEqual([]);
  expect(flows(row({ nullBehaviour: "default" }), {})).toEqual([]);
  expect(flows(row({ nullBehaviour: "clear" }), {})).toEqual(clears);
  expect(flows(row({ defaultValue: "d" }), {})).toEqual([atCreation]);
  expect(flows(row({ defaultValue: "d", nullBehaviour: "clear" }), {})).toEqual([atCreation, ...clears]);
  expect(flows(row({ defaultValue: "d", defaultOnUpdate: true }), {})).toEqual(onUpdates);
});

test.each<[flowType: string, members: object, mutability: string, value: string]>([
  ["Always", {}, "ReadWrite", '"v" always'],
  ["Always", { flowBehavior: "FlowAlways" }, "ReadWrite", '"v" always along'],
  ["ValueAddOnly", { flowBehavior: "FlowAlways" }, "ReadWrite", '"v" always along'],
  ["ObjectAddOnly", { flowBehavior: "FlowAlways" }, "ReadWrite", '"v" creation'],
  ["AttributeAddOnly", { flowBehavior: "FlowAlways" }, "ReadWrite", '"v" whenEmpty'],
  ["MultiValueAddOnly", { flowBehavior: "FlowAlways" }, "ReadWrite", '"v" whenEmpty'],
  ["Always", {}, "WriteOnly", '"v" creation'],
  ["Always", { flowBehavior: "FlowAlways" }, "WriteOnly", '"v" creation along'],
  ["ObjectAddOnly", { flowBehavior: "FlowAlways" }, "WriteOnly", '"v" creation'],
  ["Always", {}, "Immutable", '"v" creation'],
  ["Always", { flowBehavior: "FlowAlways" }, "Immutable", '"v" creation'],
  ["Always", {}, "ReadOnly", ""],
  ["ObjectAddOnly", {}, "ReadOnly", ""],
])("%s %j into an attribute that is %s", (flowType, members, mutability, value) => {
  const row = { from: "[jobTitle]", members: { flowType, ...members }, target: { mutability } } as never;
  expect(flows(row, { jobTitle: "v" })).toEqual(value === "" ? [] : [value]);
  expect(flows({ ...(row as object), members: { flowType, nullBehaviour: "clear", ...members } } as never, {})).toEqual(
    mutability === "ReadWrite" && flowType === "Always" ? [clear] : [],
  );
});

test("type None fills what is empty, or only what is new", () => {
  const none = (members: object) => flows({ from: null, members: { defaultValue: "d", ...members } }, {});
  expect(none({})).toEqual(['"d" whenEmpty']);
  expect(none({ flowType: "ObjectAddOnly" })).toEqual(['"d" creation']);
  expect(none({ defaultValue: null })).toEqual([]);
});

const manager = { to: "manager", from: "[manager]", target: { type: "Reference" } } as const;
const ids = (...list: string[]) => JSON.stringify({ kind: "reference", ids: list });

test.each<[members: object, withManager: string[], without: string[]]>([
  [{}, [`${ids("m1")} always`], [`${ids()} update`]],
  [{ nullBehaviour: "clear" }, [`${ids("m1")} always`], [`${ids()} update`]],
  [{ nullBehaviour: "leave" }, [`${ids("m1")} always`], []],
  [{ flowType: "ObjectAddOnly" }, [`${ids("m1")} whenEmpty`], []],
  [{ flowType: "AttributeAddOnly" }, [`${ids("m1")} whenEmpty`], []],
  [{ flowType: "MultiValueAddOnly" }, [`${ids("m1")} whenEmpty`], []],
  [{ flowType: "ValueAddOnly" }, [`${ids("m1")} always`], []],
])("a reference %j: whoever has none loses it only where the flow may take away", (members, withManager, without) => {
  const of = (id: string | null) => desired([{ ...manager, members }], {}, { manager: id }).attributes.map(short);
  expect(of("m1")).toEqual(withManager);
  expect(of(null)).toEqual(without);
});

test("a reference of type None is left alone", () => {
  const rows = [{ ...manager, from: null }];
  expect(desired(rows, {}, { manager: "m1" }).attributes).toEqual([]);
  expect(desired(rows, {}).attributes).toEqual([]);
});

test("what the target never shows is shown and remembered by nobody", () => {
  const row = { to: "password", from: "[jobTitle]", target: { mutability: "WriteOnly" } } as const;
  expect(desired([row], { jobTitle: "secret" }).attributes).toMatchObject([
    { path: "password", value: "secret", when: "creation", shown: "[Redact]", unseen: true },
  ]);
  const compiled = compileSchema(documentOf([{ ...row, target: { ...row.target, type: "Integer" } }]));
  const scoped = scopeObject(
    { type: "User", id: "u1", attributes: { jobTitle: "secret" }, manager: null, presence: "present" },
    [],
    { syncAll: true, filters: [] },
  );
  const mapped = compiled.ok && compiled.schema.users !== null ? mapObject(scoped, compiled.schema.users, drawn) : null;
  expect(JSON.stringify(mapped)).toContain("which stays hidden");
  expect(JSON.stringify(mapped)).not.toContain("secret");
});

test("a required reference is missing without anybody to refer to", () => {
  const rows = [{ ...manager, target: { type: "Reference", required: true } }] as const;
  expect(desired(rows, {}, { manager: "m1" }).missing).toEqual([]);
  expect(desired(rows, {}).missing).toEqual(["manager"]);
});

const rolesRow = (from: string, target: object = many, to = "roles"): MappingRow => ({ to, from, target });
const entra = (value: string, name: "display" | "displayName") => ({
  primary: false,
  type: "WindowsAzureActiveDirectoryRole",
  [name]: value,
  value,
});

test("roles: one, added to, or asserted", () => {
  const of = (row: MappingRow, having: readonly string[]) => desired([row], {}, { having }).attributes;
  const single = rolesRow("SingleAppRoleAssignment([appRoleAssignments])", one, 'roles[primary eq "True"].value');
  expect(of(single, ["Editor"]).map(({ path, value, when }) => [path, value, when])).toEqual([
    ['roles[primary eq "True"].value', "Editor", "always"],
    ['roles[primary eq "True"].type', "WindowsAzureActiveDirectoryRole", "creation"],
  ]);
  expect(of(single, [])).toEqual([]);
  const added = rolesRow("AppRoleAssignmentsComplex([appRoleAssignments])");
  expect(of(added, ["Editor", "Viewer"])).toEqual([
    expect.objectContaining({
      path: "roles",
      value: [entra("Editor", "displayName"), entra("Viewer", "displayName")],
      when: "always",
      adds: true,
    }),
  ]);
  expect(of(added, [])).toEqual([]);
  const asserted = rolesRow("AssertiveAppRoleAssignmentsComplex([appRoleAssignments])");
  const [whole] = of(asserted, ["Editor"]);
  expect(whole).toMatchObject({ path: "roles", value: [entra("Editor", "display")], when: "always" });
  expect(whole).not.toHaveProperty("adds");
  expect(of(asserted, []).map(short)).toEqual([clear]);
});

test("where SCIM keeps values as objects, a plain text becomes one", () => {
  const of = (row: MappingRow, attributes: Readonly<Record<string, AttributeValue>>) =>
    desired([row], attributes, { having: ["Editor"] }).attributes.map(({ path, value }) => [path, value]);
  expect(of(rolesRow("SingleAppRoleAssignment([appRoleAssignments])", one), {})).toEqual([
    ["roles", [{ value: "Editor" }]],
  ]);
  expect(of({ to: "emails", from: "[proxyAddresses]", target: many }, { proxyAddresses: ["a@x", "b@x"] })).toEqual([
    ["emails", [{ value: "a@x" }, { value: "b@x" }]],
  ]);
  expect(of({ to: 'emails[type eq "work"]', from: "[mail]" }, { mail: "a@x" })).toEqual([
    ['emails[type eq "work"].value', "a@x"],
  ]);
  expect(of({ to: "nickName", from: "[proxyAddresses]", target: many }, { proxyAddresses: ["a"] })).toEqual([
    ["nickName", ["a"]],
  ]);
});

test("the paths that decisions know are known in any spelling", () => {
  const rows = [
    { to: "Active", from: "Not([IsSoftDeleted])", target: { type: "Boolean" } },
    { to: "USERNAME", from: "[userPrincipalName]", members: { matchingPriority: 1 } },
    {
      to: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
      from: "[manager]",
      target: { type: "Reference" },
    },
  ] as const;
  const object = desired(rows, { userPrincipalName: "a@x" }, { manager: "m1" });
  expect(object.attributes.map(({ path }) => path)).toEqual([
    "active",
    "userName",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
  ]);
  expect(object.matching).toEqual([{ path: "userName", value: "a@x" }]);
});

test("a required attribute that nothing maps gets its definition's default at creation, or is missing", () => {
  const compiled = (defaultValue: string | null) =>
    compileSchema(
      documentOf([{ to: "displayName", from: "[displayName]" }], (_rule, document) => {
        const { attributes } = document.directories[1].objects[0];
        attributes.push({ ...attributes[1], name: "userType", required: true, defaultValue });
      }),
    );
  const mapped = (defaultValue: string | null) => {
    const { schema } = compiled(defaultValue) as { schema: { users: Parameters<typeof mapObject>[1] } };
    const scoped = scopeObject({ type: "User", id: "u", attributes: {}, manager: null, presence: "present" }, [], {
      syncAll: true,
      filters: [],
    });
    const result = mapObject(scoped, schema.users, drawn);
    return result.ok ? [result.object.attributes.map((each) => [each.path, short(each)]), result.object.missing] : null;
  };
  expect(mapped("Employee")).toEqual([[["userType", '"Employee" creation']], []]);
  expect(mapped(null)).toEqual([[], ["userType"]]);
});

test("an empty text is no value for a required attribute", () => {
  const row = { to: "nickName", from: "[jobTitle]", target: { required: true } };
  expect(desired([row], { jobTitle: "" }).missing).toEqual(["nickName"]);
  expect(desired([row], { jobTitle: "x" }).missing).toEqual([]);
});
