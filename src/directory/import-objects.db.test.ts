import { afterAll, beforeAll, expect, test } from "vitest";
import type { Store } from "#store";
import { openTestStore } from "#test/database.ts";
import { changesBy } from "#test/feed.ts";
import {
  type AttributeChanges,
  createUser,
  deleteByAnchor,
  getByAnchor,
  getUser,
  importObjects,
  updateUser,
} from "./index.ts";

const now = new Date("2026-03-01T08:00:00Z");

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const row = (anchor: string, userPrincipalName: string, more: AttributeChanges = {}) => ({
  anchor,
  locator: null,
  attributes: { userPrincipalName, displayName: anchor, ...more },
});
const write = async (source: string, rows: readonly ReturnType<typeof row>[]) => {
  const outcomes = await store.transaction((tx) => importObjects(tx, "user", source, rows, now));
  return outcomes.map((outcome) => (outcome.kind === "refused" ? outcome.fault : outcome.kind));
};
const told = async (work: () => Promise<unknown>) =>
  (await changesBy(store.db, "directory.change", work)).map((change) => `${change.kind} ${change.action}`);
const names = async (source: string, ...anchors: string[]) => {
  const found = await getByAnchor(store.db, "user", source, anchors);
  return anchors.map((anchor) => found.get(anchor)?.attributes.userPrincipalName ?? null);
};

test("says for each row whether it was added, changed, restored or equal, and tells only what changed", async () => {
  expect(
    await told(async () => {
      expect(await write("a", [row("1", "a1@x.test"), row("2", "a2@x.test"), row("3", "a3@x.test")])).toEqual([
        "added",
        "added",
        "added",
      ]);
    }),
  ).toEqual(["user created", "user created", "user created"]);
  await store.transaction((tx) => deleteByAnchor(tx, "user", "a", ["3"], now));
  const second = [row("1", "a1@x.test"), row("2", "a2@x.test", { city: "Oslo" }), row("3", "a3@x.test")];
  expect(
    await told(async () => {
      expect(await write("a", second)).toEqual(["unchanged", "changed", "restored"]);
    }),
  ).toEqual(["user updated", "user restored"]);
  expect(await told(() => write("a", second))).toEqual([]);
});

test("a thousand rows are a few statements, and the second time none that writes", async () => {
  const rows = Array.from({ length: 1000 }, (_unused, at) => row(`b${at}`, `b${at}@x.test`, { employeeId: `${at}` }));
  expect((await told(() => write("b", rows))).length).toBe(1000);
  expect(await told(() => write("b", rows))).toEqual([]);
  const renamed = rows.map((one, at) => row(one.anchor, `b${(at + 1) % 1000}@x.test`, { employeeId: `${at}` }));
  expect((await told(() => write("b", renamed))).length).toBe(1000);
  expect(await names("b", "b0", "b998", "b999")).toEqual(["b1@x.test", "b999@x.test", "b0@x.test"]);
});

test("a bad row is refused with its attribute and reason, and the others are written", async () => {
  expect(
    await write("c", [
      row("1", "nonsense"),
      row("2", "c2@x.test", { cty: "Oslo" }),
      row("3", "c3@x.test"),
      row("3", "c4@x.test"),
      row("", "c5@x.test"),
    ]),
  ).toEqual([
    { attribute: "userPrincipalName", reason: "is not of the form name@domain" },
    { attribute: "cty", reason: "is no attribute of a user (did you mean city?)", suggestion: "city" },
    "added",
    { attribute: "anchor", reason: "occurs twice in one batch" },
    { attribute: "anchor", reason: "has 0 bytes; between 1 and 2000 are allowed" },
  ]);
  expect(await names("c", "1", "2", "3")).toEqual([null, null, "c3@x.test"]);
});

test("a name that a user outside the source holds is refused, and nobody is taken over", async () => {
  const attributes = { userPrincipalName: "Own@x.test", displayName: "By hand" };
  const byHand = await store.transaction((tx) => createUser(tx, { attributes }, now));
  await write("d", [row("1", "d1@x.test")]);
  expect(await write("e", [row("1", "OWN@x.test"), row("2", "D1@x.test"), row("3", "e3@x.test")])).toEqual([
    { attribute: "userPrincipalName", reason: "is OWN@x.test, which is held by a user who belongs to no import" },
    { attribute: "userPrincipalName", reason: "is D1@x.test, which is held by another user of the source d" },
    "added",
  ]);
  expect(await getUser(store.db, "own@x.test")).toEqual(byHand);
});

test("whoever is refused keeps the old name, which refuses those who wanted it", async () => {
  await write("f", [row("1", "f1@x.test"), row("2", "f2@x.test"), row("3", "f3@x.test"), row("9", "f9@x.test")]);
  await write("g", [row("1", "held@x.test")]);
  const chain = [row("3", "f2@x.test"), row("2", "f1@x.test"), row("1", "held@x.test"), row("9", "f10@x.test")];
  const outcome = await write("f", chain);
  expect(outcome.map((one) => (typeof one === "string" ? one : "refused"))).toEqual([
    "refused",
    "refused",
    "refused",
    "changed",
  ]);
  expect(await names("f", "1", "2", "3", "9")).toEqual(["f1@x.test", "f2@x.test", "f3@x.test", "f10@x.test"]);
});

test("two new rows with one name: the first has it", async () => {
  expect(await write("h", [row("1", "same@h.test"), row("2", "SAME@h.test")])).toEqual([
    "added",
    { attribute: "userPrincipalName", reason: "is SAME@h.test, as in another row of the import" },
  ]);
});

test("a deleted object whose name somebody has taken meanwhile is not restored by a row that keeps the name", async () => {
  await write("i", [row("1", "back@i.test")]);
  await store.transaction((tx) => deleteByAnchor(tx, "user", "i", ["1"], now));
  const attributes = { userPrincipalName: "back@i.test", displayName: "Rehire" };
  const rehire = await store.transaction((tx) => createUser(tx, { attributes }, now));
  expect(await write("i", [row("1", "back@i.test")])).toEqual([
    { attribute: "userPrincipalName", reason: "is back@i.test, which is held by a user who belongs to no import" },
  ]);
  await store.transaction((tx) => updateUser(tx, rehire.id, { userPrincipalName: "other@i.test" }, now));
  expect(await write("i", [row("1", "back@i.test")])).toEqual(["restored"]);
});

test("a new locator is stored and nobody is told", async () => {
  await write("j", [row("1", "j1@x.test")]);
  expect(await told(() => write("j", [{ ...row("1", "j1@x.test"), locator: "cn=j" } as never]))).toEqual([]);
  expect((await getByAnchor(store.db, "user", "j", ["1"])).get("1")).toMatchObject({ locator: "cn=j" });
});

test("a source's anchor belongs to one object of a kind", async () => {
  const attributes = { userPrincipalName: "k1@x.test", displayName: "K" };
  await store.transaction((tx) => createUser(tx, { attributes, source: "k", anchor: "1" }, now));
  const again = { attributes: { ...attributes, userPrincipalName: "k2@x.test" }, source: "k", anchor: "1" };
  await expect(store.transaction((tx) => createUser(tx, again, now))).rejects.toMatchObject({ code: "AnchorTaken" });
});
