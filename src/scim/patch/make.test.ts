import { expect, test } from "vitest";
import {
  type AttributeChange,
  applyPatchBody,
  entraCompliantStyle,
  entraLegacyStyle,
  groupResourceType,
  type JsonObject,
  makeMemberPatch,
  makePatch,
  type PatchStyle,
  patchOpBody,
  readPath,
  rfcStyle,
  schemaUrns,
  userResourceType,
} from "../index.ts";

const enterprise = schemaUrns.enterpriseUser;
const current: JsonObject = {
  schemas: [schemaUrns.user],
  id: "u1",
  userName: "mira@example.com",
  displayName: "Mira",
  title: "Analyst",
  active: true,
  name: { givenName: "Mira" },
  emails: [{ type: "home", value: "mira@home.example.net" }],
};
const changes: readonly AttributeChange[] = [
  { path: "displayName", value: "Mira Lind" },
  { path: 'emails[type eq "work"].value', value: "mira.lind@example.com" },
  { path: "active", value: false },
  { path: "name.familyName", value: "Lind" },
  { path: `${enterprise}:department`, value: "Ops" },
  { path: "title", value: undefined },
  { path: "nickName", value: undefined },
];

const operations = (style: PatchStyle, from?: JsonObject): unknown => {
  const made = makePatch(changes, style, from);
  return made.ok ? patchOpBody(made.value).Operations : made.error;
};

test("the flagged dialect: removals, value paths, then one operation without a path", () => {
  expect(operations(entraCompliantStyle, current)).toEqual([
    { op: "remove", path: "title" },
    { op: "add", path: 'emails[type eq "work"].value', value: "mira.lind@example.com" },
    {
      op: "replace",
      value: {
        displayName: "Mira Lind",
        active: false,
        "name.familyName": "Lind",
        [`${enterprise}:department`]: "Ops",
      },
    },
  ]);
});

test("the older dialect: one capitalised operation per attribute in the order given, Booleans as text", () => {
  expect(operations(entraLegacyStyle, current)).toEqual([
    { op: "Replace", path: "displayName", value: "Mira Lind" },
    { op: "Add", path: 'emails[type eq "work"].value', value: "mira.lind@example.com" },
    { op: "Replace", path: "active", value: "False" },
    { op: "Add", path: "name.familyName", value: "Lind" },
    { op: "Add", path: `${enterprise}:department`, value: "Ops" },
    { op: "Remove", path: "title" },
  ]);
});

test("without the current resource everything is replaced or removed", () => {
  expect(operations(entraLegacyStyle)).toEqual([
    { op: "Replace", path: "displayName", value: "Mira Lind" },
    { op: "Replace", path: 'emails[type eq "work"].value', value: "mira.lind@example.com" },
    { op: "Replace", path: "active", value: "False" },
    { op: "Replace", path: "name.familyName", value: "Lind" },
    { op: "Replace", path: `${enterprise}:department`, value: "Ops" },
    { op: "Remove", path: "title" },
    { op: "Remove", path: "nickName" },
  ]);
});

test("grouped members may be nested as the RFC has them", () => {
  expect(operations({ ...rfcStyle, layout: "grouped" }, current)).toEqual([
    { op: "remove", path: "title" },
    { op: "add", path: "emails", value: [{ type: "work", value: "mira.lind@example.com" }] },
    {
      op: "replace",
      value: {
        displayName: "Mira Lind",
        active: false,
        name: { familyName: "Lind" },
        [enterprise]: { department: "Ops" },
      },
    },
  ]);
});

test("parts of one absent value are appended together", () => {
  const made = makePatch(
    [
      { path: 'addresses[type eq "work"].locality', value: "Bristol" },
      { path: 'addresses[type eq "work"].postalCode', value: "BS1 0AA" },
      { path: 'roles[primary eq "True"].value', value: "viewer" },
      { path: 'emails[type eq "home"].display', value: "Home" },
    ],
    rfcStyle,
    current,
  );
  expect(made.ok && patchOpBody(made.value).Operations).toEqual([
    { op: "add", path: 'emails[type eq "home"].display', value: "Home" },
    { op: "add", path: "addresses", value: [{ type: "work", locality: "Bristol", postalCode: "BS1 0AA" }] },
    { op: "add", path: "roles", value: [{ primary: true, value: "viewer" }] },
  ]);
});

const made = (asked: readonly AttributeChange[], style: PatchStyle, from?: JsonObject): unknown => {
  const patch = makePatch(asked, style, from);
  return patch.ok ? patchOpBody(patch.value).Operations : patch.error;
};

test("what only joins the values that are there is added by itself, also where the rest is grouped", () => {
  const having: JsonObject = { ...current, roles: [{ value: "viewer" }] };
  const asked: readonly AttributeChange[] = [
    { path: "roles", value: [{ value: "viewer" }, { value: "editor" }], adds: [{ value: "editor" }] },
    { path: "title", value: "Lead" },
    { path: "displayName", value: "M" },
  ];
  expect(made(asked, rfcStyle, having)).toEqual([
    { op: "add", path: "roles", value: [{ value: "editor" }] },
    { op: "replace", path: "title", value: "Lead" },
    { op: "replace", path: "displayName", value: "M" },
  ]);
  expect(made(asked, entraCompliantStyle, having)).toEqual([
    { op: "add", path: "roles", value: [{ value: "editor" }] },
    { op: "replace", value: { title: "Lead", displayName: "M" } },
  ]);
  expect(made(asked.slice(0, 1), rfcStyle)).toEqual([{ op: "add", path: "roles", value: [{ value: "editor" }] }]);
  expect(made(asked.slice(0, 1), rfcStyle, current)).toEqual([
    { op: "add", path: "roles", value: [{ value: "viewer" }, { value: "editor" }] },
  ]);
  expect(made([{ path: "roles", value: [{ value: "viewer" }], adds: [] }], rfcStyle, having)).toEqual([]);
});

const remove = (...paths: string[]): readonly AttributeChange[] => paths.map((path) => ({ path, value: undefined }));

test.each<[what: string, asked: readonly AttributeChange[], from: JsonObject, operations: readonly object[]]>([
  [
    "a value goes as a whole when its `value` does",
    remove('emails[type eq "home"].value'),
    { emails: [{ type: "home", value: "h", primary: true, display: "h" }] },
    [{ op: "remove", path: 'emails[type eq "home"]' }],
  ],
  [
    "a value of several parts goes with the last of them",
    remove('addresses[type eq "work"].locality', "title", 'addresses[type eq "work"].country'),
    { title: "t", addresses: [{ type: "work", locality: "l", country: "c" }] },
    [
      { op: "remove", path: 'addresses[type eq "work"]' },
      { op: "remove", path: "title" },
    ],
  ],
  [
    "one part of several goes alone",
    remove('addresses[type eq "work"].locality'),
    { addresses: [{ type: "work", locality: "l", country: "c" }] },
    [{ op: "remove", path: 'addresses[type eq "work"].locality' }],
  ],
  [
    "a part goes alone where another one is written",
    [...remove('emails[type eq "work"].value'), { path: 'emails[type eq "work"].display', value: "d" }],
    { emails: [{ type: "work", value: "w" }] },
    [
      { op: "remove", path: 'emails[type eq "work"].value' },
      { op: "add", path: 'emails[type eq "work"].display', value: "d" },
    ],
  ],
  [
    "a reference goes as a whole",
    remove(`${enterprise}:manager.value`),
    { [enterprise]: { manager: { value: "m", displayName: "M" } } },
    [{ op: "remove", path: `${enterprise}:manager` }],
  ],
  ["a part of a name goes alone", remove("name.givenName"), current, [{ op: "remove", path: "name.givenName" }]],
])("removal: %s", (_, asked, from, operations) => {
  expect(made(asked, rfcStyle, from)).toEqual(operations);
});

test("a removal of a part is left as it was asked for while the current value is not known", () => {
  expect(made(remove('addresses[type eq "work"].locality'), rfcStyle)).toEqual([
    { op: "remove", path: 'addresses[type eq "work"].locality' },
  ]);
});

test("a strict server is asked for `primary` with a Boolean, Entra's dialects quote it", () => {
  const asked = [{ path: 'roles[primary eq "True" and type eq "a"].value', value: "editor" }];
  const from = { roles: [{ primary: true, type: "a", value: "viewer" }] };
  expect(made(asked, rfcStyle, from)).toEqual([
    { op: "replace", path: 'roles[primary eq true and type eq "a"].value', value: "editor" },
  ]);
  expect(made(asked, entraCompliantStyle, from)).toEqual([
    { op: "replace", path: 'roles[primary eq "True" and type eq "a"].value', value: "editor" },
  ]);
});

test("a lone attribute keeps its path, and no change is no operation", () => {
  const lone = makePatch([{ path: "active", value: true }], entraCompliantStyle);
  expect(lone.ok && patchOpBody(lone.value).Operations).toEqual([{ op: "replace", path: "active", value: true }]);
  expect(makePatch([{ path: "nickName", value: undefined }], entraCompliantStyle, current)).toEqual({
    ok: true,
    value: [],
  });
});

test("an unreadable path is refused", () => {
  const made = makePatch([{ path: "emails[type", value: "x" }], rfcStyle);
  expect(made.ok ? undefined : made.error.scimType).toBe("invalidPath");
});

test.each([
  ["compat", entraLegacyStyle],
  ["compat", entraCompliantStyle],
  ["strict", rfcStyle],
  ["strict", { ...rfcStyle, layout: "grouped" }],
] as const)("a %s server brings about what was asked for", (mode, style) => {
  const made = makePatch(changes, style, current);
  const body = made.ok ? patchOpBody(made.value) : undefined;
  const patched = applyPatchBody(userResourceType, current, body, { mode });
  const found = changes.map(({ path }) => (patched.ok ? readPath(patched.value.resource, path) : patched.error));
  expect(found).toEqual(changes.map(({ value }) => value));
});

test.each([
  ["strict", rfcStyle],
  ["compat", entraLegacyStyle],
] as const)("a %s server changes its members as asked", (mode, style) => {
  const group: JsonObject = {
    schemas: [schemaUrns.group],
    displayName: "NOC",
    members: [{ value: "a" }, { value: 'b"]' }, { value: "c" }],
  };
  const body = patchOpBody(makeMemberPatch({ add: ["d", "c"], remove: ['b"]', "a"] }, style));
  const patched = applyPatchBody(groupResourceType, group, body, { mode });
  expect(patched.ok && patched.value.resource.members).toEqual([{ value: "c" }, { value: "d" }]);
});

test("no members to change is no operation", () => {
  expect(makeMemberPatch({ add: [], remove: [] }, rfcStyle)).toEqual([]);
  expect(makeMemberPatch({ add: [], remove: [] }, entraLegacyStyle)).toEqual([]);
});
