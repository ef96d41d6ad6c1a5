import { afterAll, beforeAll, expect, test } from "vitest";
import type { Store, Tx } from "#store";
import { openTestStore } from "#test/database.ts";
import { changesBy } from "#test/feed.ts";
import {
  addMembers,
  countGroups,
  countMembers,
  createGroup,
  createUser,
  deleteGroup,
  deleteUser,
  findGroups,
  getGroup,
  getGroups,
  getObject,
  groupsOf,
  isMember,
  listDeletedGroups,
  listGroups,
  listMembers,
  nestedGroups,
  purgeGroup,
  removeMembers,
  restoreGroup,
  updateGroup,
} from "./index.ts";

const now = new Date("2026-03-01T08:00:00Z");
const later = new Date("2026-03-02T08:00:00Z");

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => store.transaction(work);
const group = (displayName: string) => run((tx) => createGroup(tx, { attributes: { displayName } }, now));
let made = 0;
const user = async (): Promise<string> => {
  const attributes = { userPrincipalName: `member${++made}@example.test`, displayName: "Member" };
  return (await run((tx) => createUser(tx, { attributes }, now))).id;
};

/** Does `work` and answers what the feed tells about it. */
const toldBy = async (work: (tx: Tx) => Promise<unknown>): Promise<readonly (string | null)[][]> =>
  (await changesBy(store.db, "directory.change", () => run(work))).map((row) => [
    row.kind,
    row.action,
    row.objectId,
    row.relatedId,
  ]);

test("a group needs a name only; what changes nothing leaves no trace", async () => {
  const cooks = await group("Köche: Süd");
  expect(cooks).toMatchObject({
    kind: "group",
    attributes: { displayName: "Köche: Süd", mailNickname: "KöcheSüd", securityEnabled: true, mailEnabled: false },
    createdAt: now,
    deletedAt: null,
  });
  expect(await getGroup(store.db, cooks.id)).toEqual(cooks);
  expect(await getObject(store.db, cooks.id)).toEqual(cooks);
  expect(await findGroups(store.db, " KÖCHE:  süd")).toEqual([cooks]);
  const described = { description: "All who cook" };
  expect(await toldBy((tx) => updateGroup(tx, cooks.id, described, now))).toEqual([
    ["group", "updated", cooks.id, null],
  ]);
  expect(await toldBy((tx) => updateGroup(tx, cooks.id, described, now))).toEqual([]);
  await expect(run((tx) => updateGroup(tx, cooks.id, { displayName: null }, now))).rejects.toMatchObject({
    code: "InvalidAttribute",
    facts: { attribute: "displayName" },
  });
  await expect(run((tx) => updateGroup(tx, cooks.id, { jobTitle: "x" }, now))).rejects.toMatchObject({
    message: "The attribute jobTitle is no attribute of a group.",
  });
});

test("users and groups become members once, and leave", async () => {
  const [outer, inner] = [await group("Outer"), await group("Inner")];
  const [one, two] = [await user(), await user()];
  const told = await toldBy((tx) => addMembers(tx, outer.id, [one, inner.id, one], now));
  expect(told.toSorted()).toEqual([one, inner.id].map((id) => ["membership", "added", id, outer.id]).toSorted());
  await expect(run((tx) => addMembers(tx, outer.id, [one, two], now))).rejects.toMatchObject({
    code: "MemberExists",
    facts: { memberIds: [one] },
  });
  expect(await isMember(store.db, outer.id, two)).toBe(false);
  expect(await toldBy((tx) => addMembers(tx, outer.id, [one, two], now, { ignoreExisting: true }))).toEqual([
    ["membership", "added", two, outer.id],
  ]);
  const members = [
    { id: one, kind: "user" },
    { id: two, kind: "user" },
    { id: inner.id, kind: "group" },
  ].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  expect(await listMembers(store.db, outer.id, { limit: 10 })).toEqual(members);
  expect(await listMembers(store.db, outer.id, { limit: 10, after: members[1]!.id })).toEqual(members.slice(2));
  expect(await listMembers(store.db, outer.id, { limit: 10, kind: "group" })).toEqual([
    { id: inner.id, kind: "group" },
  ]);
  expect(await countMembers(store.db, outer.id)).toBe(3);

  expect(await toldBy((tx) => removeMembers(tx, outer.id, [one], now))).toEqual([
    ["membership", "removed", one, outer.id],
  ]);
  await expect(run((tx) => removeMembers(tx, outer.id, [one], now))).rejects.toMatchObject({
    code: "NotAMember",
    facts: { memberIds: [one] },
  });
  expect(await toldBy((tx) => removeMembers(tx, outer.id, [one, "x"], now, { ignoreMissing: true }))).toEqual([]);
});

test("groups may contain each other, but not themselves, and nobody who is not there", async () => {
  const [a, b] = [await group("A"), await group("B")];
  await run(async (tx) => {
    await addMembers(tx, a.id, [b.id], now);
    await addMembers(tx, b.id, [a.id], now);
  });
  const add = (id: string) => run((tx) => addMembers(tx, a.id, [id], now));
  await expect(add(a.id.toUpperCase())).rejects.toMatchObject({ code: "OwnReference" });
  await expect(add("nobody")).rejects.toMatchObject({ code: "MemberNotFound", facts: { memberIds: ["nobody"] } });
  const leaver = await user();
  await run((tx) => deleteUser(tx, leaver, now));
  await expect(add(leaver)).rejects.toMatchObject({ code: "MemberNotFound" });
  await expect(run((tx) => addMembers(tx, leaver, [], now))).rejects.toMatchObject({ code: "GroupNotFound" });
});

test("direct memberships are answered for many at once, and narrowed to some groups", async () => {
  const [a, b, c] = [await group("A"), await group("B"), await group("C")];
  const [one, two, three] = [await user(), await user(), await user()];
  await run(async (tx) => {
    await addMembers(tx, a.id, [one, two, b.id], now);
    await addMembers(tx, b.id, [two, three], now);
    await addMembers(tx, c.id, [one], now);
    await deleteGroup(tx, c.id, now);
  });
  const pairs = async (ids: string[], within?: string[]) =>
    (await groupsOf(store.db, ids, within)).map((pair) => `${pair.memberId} ${pair.groupId}`).toSorted();
  expect(await pairs([one, two, b.id, "rubbish"])).toEqual(
    [`${one} ${a.id}`, `${two} ${a.id}`, `${two} ${b.id}`, `${b.id} ${a.id}`].toSorted(),
  );
  expect(await pairs([one, two, three], [b.id])).toEqual([`${two} ${b.id}`, `${three} ${b.id}`].toSorted());
  expect(await pairs([one], [])).toEqual([]);
});

test("a deleted group has no members to be seen until it is restored, and its purge tells each of them", async () => {
  const [doomed, outer] = [await group("Doomed"), await group("Outer")];
  const member = await user();
  await run(async (tx) => {
    await addMembers(tx, doomed.id, [member], now);
    await addMembers(tx, outer.id, [doomed.id], now);
  });
  const total = await countGroups(store.db);
  expect(await toldBy((tx) => deleteGroup(tx, doomed.id, later))).toEqual([
    ["group", "deleted", doomed.id, null],
    ["membership", "removed", member, doomed.id],
  ]);
  expect(await countGroups(store.db)).toBe(total - 1);
  expect(await getGroup(store.db, doomed.id)).toBeNull();
  expect((await getGroups(store.db, [doomed.id])).get(doomed.id)).toEqual({ ...doomed, deletedAt: later });
  expect(await listDeletedGroups(store.db, { limit: 100 })).toContainEqual({ ...doomed, deletedAt: later });
  expect((await listGroups(store.db, { limit: 100 })).map((row) => row.id)).not.toContain(doomed.id);
  expect(await listMembers(store.db, doomed.id, { limit: 9 })).toEqual([]);
  expect(await countMembers(store.db, outer.id)).toBe(0);
  expect(await isMember(store.db, doomed.id, member)).toBe(false);
  expect(await groupsOf(store.db, [member])).toEqual([]);
  await expect(run((tx) => addMembers(tx, doomed.id, [], now))).rejects.toMatchObject({ code: "GroupNotFound" });

  expect(await toldBy((tx) => restoreGroup(tx, doomed.id, later))).toEqual([
    ["group", "restored", doomed.id, null],
    ["membership", "added", member, doomed.id],
  ]);
  expect(await getGroup(store.db, doomed.id)).toEqual(doomed);
  expect(await isMember(store.db, doomed.id, member)).toBe(true);
  await expect(run((tx) => restoreGroup(tx, doomed.id, later))).rejects.toMatchObject({ code: "NotDeleted" });
  await expect(run((tx) => purgeGroup(tx, doomed.id, later))).rejects.toMatchObject({ code: "NotDeleted" });

  await run((tx) => deleteGroup(tx, doomed.id, later));
  const told = await toldBy((tx) => purgeGroup(tx, doomed.id, later));
  expect(told.slice(0, 2).toSorted()).toEqual(
    [
      ["membership", "removed", member, doomed.id],
      ["membership", "removed", doomed.id, outer.id],
    ].toSorted(),
  );
  expect(told.slice(2)).toEqual([["group", "purged", doomed.id, null]]);
  expect(await getObject(store.db, doomed.id)).toBeNull();
});

test("groups within groups are found by the shortest way, in circles too, and only as long as they all live", async () => {
  const [outer, middle, inner, alone] = [
    await group("Outer"),
    await group("Middle"),
    await group("Inner"),
    await group("Alone"),
  ];
  const somebody = await user();
  await run(async (tx) => {
    await addMembers(tx, outer.id, [middle.id, inner.id], now);
    await addMembers(tx, middle.id, [inner.id, somebody], now);
    await addMembers(tx, inner.id, [outer.id, alone.id], now);
  });
  const within = async (...roots: string[]) =>
    (await nestedGroups(store.db, roots)).map(({ rootId, groupId, through }) => [rootId, groupId, through]);
  expect(await within(outer.id)).toEqual(
    expect.arrayContaining([
      [outer.id, middle.id, [middle.id]],
      [outer.id, inner.id, [inner.id]],
      [outer.id, alone.id, [inner.id, alone.id]],
    ]),
  );
  expect(await within(outer.id)).toHaveLength(3);
  expect((await within(middle.id, alone.id)).map(([root, found]) => [root, found])).toEqual(
    expect.arrayContaining([
      [middle.id, inner.id],
      [middle.id, outer.id],
      [middle.id, alone.id],
    ]),
  );
  await run((tx) => deleteGroup(tx, inner.id, later));
  expect(await within(outer.id)).toEqual([[outer.id, middle.id, [middle.id]]]);
  expect(await within("nonsense")).toEqual([]);
});
