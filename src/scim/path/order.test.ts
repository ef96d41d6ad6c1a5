import { expect, test } from "vitest";
import { compareSortKeys, type JsonObject, schemaUrns, sortKeyOf, userResourceType } from "../index.ts";

const enterprise = schemaUrns.enterpriseUser;
const users: readonly JsonObject[] = [
  {
    id: "1",
    userName: "bea",
    meta: { created: "2025-03-01T10:00:00+02:00" },
    emails: [{ value: "z" }, { value: "a", primary: true }],
    [enterprise]: { department: "Ops" },
  },
  { id: "2", userName: "Ann", meta: { created: "2025-03-01T09:00:00Z" }, active: true },
  { id: "3", userName: "cid", emails: [{ value: "B" }], active: false, [enterprise]: { department: "it" } },
];

test.each([
  ["userName", "ascending", ["2", "1", "3"]],
  ["USERNAME", "descending", ["3", "1", "2"]],
  ["meta.created", "ascending", ["1", "2", "3"]],
  ["meta.created", "descending", ["3", "2", "1"]],
  ["emails", "ascending", ["1", "3", "2"]],
  ["emails.value", "descending", ["2", "3", "1"]],
  ["active", "ascending", ["3", "2", "1"]],
  [`${enterprise}:department`, "ascending", ["3", "1", "2"]],
] as const)("by %s %s", (sortBy, sortOrder, expected) => {
  const key = sortKeyOf(userResourceType, sortBy, "strict");
  if (!key.ok) throw new Error(key.error.detail);
  const direction = sortOrder === "ascending" ? 1 : -1;
  const sorted = users.toSorted((left, right) => direction * compareSortKeys(key.value(left), key.value(right)));
  expect(sorted.map((user) => user.id)).toEqual(expected);
});

test.each(["name", "colour", "a..b", "password", enterprise])("%s is nothing to sort by", (sortBy) => {
  const key = sortKeyOf(userResourceType, sortBy, "strict");
  expect(key.ok ? undefined : key.error.scimType).toBe("invalidPath");
});
