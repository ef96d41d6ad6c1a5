import { expect, test } from "vitest";
import { holdsValues, pathKey, problemOfPath, writtenPath } from "./target-path.ts";

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

test.each([
  ["userName", "USERNAME", true],
  ["userName", "urn:ietf:params:scim:schemas:core:2.0:User:userName", true],
  ['emails[type eq "work"].value', 'Emails[Type EQ "WORK"].Value', true],
  ['emails[type eq "work"].value', 'emails[type  eq  "work"]', true],
  ['emails[type eq "work"].value', 'emails[type eq "home"].value', false],
  ['emails[type eq "work"].value', "emails.value", false],
  ['emails[type eq "work"].value', 'emails[type eq "work"].display', false],
  ['roles[primary eq "True"].value', "roles[primary eq true].value", true],
  ['x[a eq "1" and b eq "2"].value', 'x[b eq "2" and a eq "1"].value', true],
  ['x[a eq "1" and b eq "2"].value', 'x[a eq "2" and b eq "1"].value', false],
  [`${enterprise}:manager`, `${enterprise.toUpperCase()}:Manager.value`, true],
  [`${enterprise}:department`, "department", false],
  ["urn:scim:schemas:extension:enterprise:1.0.manager", "urn:scim:schemas:extension:enterprise:1.0:manager", true],
  ["name.givenName", "name.familyName", false],
  ["not a path", "NOT A PATH ", true],
])("%s and %s are one target: %s", (left, right, same) => {
  expect(pathKey(left) === pathKey(right)).toBe(same);
});

test.each(["userName", "name.formatted", 'addresses[type eq "untyped"].country', `${enterprise}:manager`, "a$b.c-d"])(
  "%s can be written",
  (path) => {
    expect(problemOfPath(path)).toBeNull();
  },
);

test.each([
  "emails[type",
  'emails[type eq "work"',
  "emails[type].value",
  'emails[not (type eq "work")].value',
  'emails[type ne "work"].value',
  'emails[type eq "work" or type eq "home"].value',
  "name.given.first",
  "display name",
  "__proto__",
  "",
])("%j cannot be written, and the sentence says how paths are written", (path) => {
  expect(problemOfPath(path)).toMatch(/\. Write it as attribute, attribute\.sub, /);
});

test("requests carry the value of what a filter picks, a reference as a whole, and SCIM's own spelling", () => {
  expect(writtenPath('emails[type eq "work"]', "User", "String")).toBe('emails[type eq "work"].value');
  expect(writtenPath('addresses[type eq "work"].locality', "User", "String")).toBe(
    'addresses[type eq "work"].locality',
  );
  expect(writtenPath(`${enterprise}:manager.value`, "User", "Reference")).toBe(`${enterprise}:manager`);
  expect(writtenPath(`${enterprise}:manager`, "User", "Reference")).toBe(`${enterprise}:manager`);
  expect(writtenPath("ACTIVE", "User", "Boolean")).toBe("active");
  expect(writtenPath("DisplayName", "Group", "String")).toBe("displayName");
  expect(writtenPath("badgeNumber", "User", "String")).toBe("badgeNumber");
  expect(writtenPath("emails[type", "User", "String")).toBe("emails[type");
});

test("lists whose values are objects are known", () => {
  expect(["roles", "EMAILS", "phoneNumbers"].map((path) => holdsValues(path, "User"))).toEqual([true, true, true]);
  expect(
    ["userName", "tags", "roles.value", 'roles[type eq "a"]', "addresses", `${enterprise}:roles`].filter((path) =>
      holdsValues(path, "User"),
    ),
  ).toEqual([]);
});
