import fc from "fast-check";
import { expect, test } from "vitest";
import { readTarget } from "./target.ts";

const read = (target: string) => {
  const read = readTarget(target, "/scim/v2");
  return read.ok ? [...read.value.segments, Object.fromEntries(read.value.query)] : read.error.status;
};

test.each([
  ["/scim/v2", [{}]],
  ["/scim/v2/", [{}]],
  ["/scim/v2/Users", ["Users", {}]],
  ["/scim/v2/Users/", ["Users", {}]],
  ["/scim/v2/Users/a%20b", ["Users", "a b", {}]],
  ["/scim/v2/Schemas/urn:a:b", ["Schemas", "urn:a:b", {}]],
  ["/scim/v2/Users?", ["Users", {}]],
  ["/scim/v2/Users?flag&filter=a+b%2Bc&x=1=2", ["Users", { flag: "", filter: "a b+c", x: "1=2" }]],
  ["/scim/v2/Users?a=%252e&b=%C3%A9", ["Users", { a: "%2e", b: "é" }]],
  ["/scim/v2Users", 404],
  ["/scim", 404],
  ["/scim/v2//Users", 404],
  ["/scim/v2/Users//", 404],
  ["/scim/v2/./Users", 404],
  ["/scim/v2/Users/%2e%2E", 404],
  ["/scim/v2/Users%2Fa", 404],
  ["/scim/v2/Users%5ca", 404],
  ["/scim/v2/Users/%00", 404],
  ["/scim/v2/Users/%zz", 400],
  ["/scim/v2/Users/%c0%ae", 400],
  ["/scim/v2/Users?a=%", 400],
  ["/scim/v2/Users?a=1&a=2", 400],
])("%s is read", (target, expected) => {
  expect(read(target)).toEqual(expected);
});

test("what is read can be written and read again, and holds no way out", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "binary", minLength: 1 }).filter((part) => part.isWellFormed())),
      (parts) => {
        const target = readTarget(
          `/scim/v2${parts.map((part) => `/${encodeURIComponent(part)}`).join("")}`,
          "/scim/v2",
        );
        if (target.ok) expect(target.value.segments).toEqual(parts);
        else expect(parts.some((part) => /^\.\.?$|[/\\\p{Cc}]/u.test(part))).toBe(true);
      },
    ),
  );
});
