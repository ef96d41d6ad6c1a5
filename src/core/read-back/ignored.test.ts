import fc from "fast-check";
import { expect, test } from "vitest";
import { type AttributeDifference, differenceOf } from "../decision/difference.ts";
import type { DesiredAttribute } from "../objects.ts";
import { contradictionsOf, ignoredOf, isSettled, remainsOf, withoutIgnored } from "./ignored.ts";

const want = (
  path: string,
  value: DesiredAttribute["value"],
  more: Partial<DesiredAttribute> = {},
): DesiredAttribute => ({
  path,
  value,
  origin: `[${path}]`,
  when: "always",
  caseExact: false,
  multivalued: false,
  ...more,
});
const sent = (attribute: DesiredAttribute): AttributeDifference => ({
  path: attribute.path,
  before: undefined,
  after: "x",
  origin: attribute.origin,
  shown: undefined,
});
const account = (resource: Record<string, unknown>) => ({ id: "t1", resource });
const since = "2026-03-02T08:00:00.000Z";

test.each<[what: string, attribute: DesiredAttribute, resource: Record<string, unknown>, remains: boolean]>([
  ["what was sent is there", want("title", "Boss"), { title: "Boss" }, false],
  ["nothing is there", want("title", "Boss"), {}, true],
  ["something else is there", want("title", "Boss"), { title: "Clerk" }, true],
  ["in another case, where that counts", want("title", "Boss", { caseExact: true }), { title: "BOSS" }, false],
  ["with other spaces", want("displayName", "Ada  King "), { displayName: "Ada King" }, false],
  ["a number in another form", want("nickName", "+1 (425) 555-0100"), { nickName: "tel:+1-425-555-0100" }, false],
  ["another number", want("nickName", "+1 (425) 555-0100"), { nickName: "+1 425 555 0101" }, true],
  ["a Boolean as text", want("active", false), { active: "False" }, false],
  ["a Boolean that was not changed", want("active", false), { active: true }, true],
  ["what was to go is gone", want("title", { kind: "clear" }), {}, false],
  ["what was to go is there", want("title", { kind: "clear" }), { title: "Boss" }, true],
  ["what is never shown", want("password", "secret", { unseen: true }), {}, false],
  ["at creation only, and not there", want("title", "Boss", { when: "creation" }), {}, true],
  ["only punctuation was wanted", want("title", "-"), { title: "Boss" }, true],
  ["only punctuation, and it is there", want("title", "-"), { title: "-" }, false],
])("read back: %s", (_what, attribute, resource, remains) => {
  const found = remainsOf([sent(attribute)], [attribute, want("userName", "not sent")], account(resource));
  expect(found.map(({ path }) => path)).toEqual(remains ? [attribute.path] : []);
});

test("an answer to a write accuses nobody of what it does not show", () => {
  const attributes = [want("title", "Boss"), want("nickName", "Ada")];
  const found = contradictionsOf(attributes.map(sent), attributes, account({ nickName: "Countess" }));
  expect(found.map(({ path }) => path)).toEqual(["nickName"]);
});

const [title] = differenceOf([want("title", "Boss")], account({ title: "Clerk" })) as [AttributeDifference];

test.each<[what: string, attribute: DesiredAttribute, has: unknown, left: boolean]>([
  ["the same is wanted, and nothing has changed", want("title", "Boss"), "Clerk", true],
  ["another value is wanted", want("title", "Chief"), "Clerk", false],
  ["the target has another value by now", want("title", "Boss"), "Cook", false],
  ["the target has none by now", want("title", "Boss"), undefined, false],
  ["the mapping is another one", want("title", "Boss", { origin: '"Boss"' }), "Clerk", false],
  ["it is to go", want("title", { kind: "clear" }), "Clerk", false],
])("what was ignored is left alone while nothing changes: %s", (_what, attribute, has, left) => {
  const ignored = [ignoredOf(title, false, since)];
  const differences = differenceOf([attribute, want("nickName", "Ada")], account({ title: has }));
  const { changes, drift } = withoutIgnored(differences, ignored);
  expect(changes.map(({ path }) => path)).toEqual(left ? ["nickName"] : ["title", "nickName"]);
  expect(drift.map(({ path }) => path)).toEqual(left ? ["title"] : []);
  expect(isSettled(ignored, [attribute])).toBe(attribute.origin === "[title]");
});

test("a target that ignores everything is sent each value once, and one that ignores nothing is never doubted", () => {
  const value = fc.constantFrom("a", "b", "", "x y", "+1 2");
  const resource = fc.dictionary(fc.constantFrom("title", "nickName", "locale"), value);
  fc.assert(
    fc.property(resource, resource, (wanted, there) => {
      const desired = Object.entries(wanted).map(([path, each]) => want(path, each));
      const changes = differenceOf(desired, account(there));
      const remains = remainsOf(changes, desired, account(there));
      const ignored = remains.map((change) => ignoredOf(change, false, since));
      const later = withoutIgnored(differenceOf(desired, account(there)), ignored);
      // What the target has in a form of its own is no accusation; everything else is left alone from now on.
      expect(later.changes.length + later.drift.length).toBe(changes.length);
      expect(later.drift).toHaveLength(ignored.length);
      expect(remainsOf(changes, desired, account({ ...there, ...wanted }))).toEqual([]);
    }),
  );
});
