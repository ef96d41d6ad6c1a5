import { expect, it } from "vitest";
import { idInLocation } from "./creates.ts";

it.each<[location: string | null, id: string | null]>([
  ["https://target.example/scim/Users/42", "42"],
  ["/Users/42", "42"],
  ["Users/42/", "42"],
  ["https://target.example/scim/users/42?x=1#y", "42"],
  ["/Users/a%20b", "a b"],
  ["/Users/%E2%82", null],
  ["/Groups/42", null],
  ["/Users/", null],
  ["/Users", null],
  ["42", null],
  ["", null],
  [null, null],
])("the user at %s has the id %s", (location, id) => {
  expect(idInLocation("User", location)).toBe(id);
});

it("finds the id of a group at its own address only", () => {
  expect([idInLocation("Group", "/scim/Groups/7"), idInLocation("Group", "/scim/Users/7")]).toEqual(["7", null]);
});
