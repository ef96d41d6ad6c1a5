import { afterAll, beforeAll, expect, test } from "vitest";
import type { Store, Tx } from "#store";
import { openTestStore } from "#test/database.ts";
import { changesBy } from "#test/feed.ts";
import {
  type AttributeChanges,
  addMembers,
  countUsers,
  createGroup,
  createUser,
  type DirectoryUser,
  deleteUser,
  findUsers,
  getUser,
  getUsers,
  groupsOf,
  isMember,
  listDeletedUsers,
  listMembers,
  listReports,
  listUsers,
  purgeExpired,
  purgeUser,
  restoreUser,
  setManager,
  updateUser,
} from "./index.ts";

const now = new Date("2026-03-01T08:00:00Z");
const day = (count: number) => new Date(now.getTime() + count * 86_400_000);

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

let made = 0;
const create = (attributes: AttributeChanges = {}): Promise<DirectoryUser> => {
  const userPrincipalName = `u${++made}@example.test`;
  return store.transaction((tx) =>
    createUser(tx, { attributes: { userPrincipalName, displayName: "Ada", ...attributes } }, now),
  );
};
const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => store.transaction(work);

/** Does `work` and answers what the feed tells about it. */
const toldBy = async (work: () => Promise<unknown>): Promise<readonly (string | null)[][]> =>
  (await changesBy(store.db, "directory.change", work)).map((row) => [
    row.kind,
    row.action,
    row.objectId,
    row.relatedId,
  ]);

test("a new user gets what can be told from its name, and is found by id and by name in any case", async () => {
  const user = await run((tx) =>
    createUser(tx, { attributes: { userPrincipalName: "Zoë@Example.test", displayName: "Zoë", jobTitle: "" } }, now),
  );
  expect(user).toEqual({
    kind: "user",
    id: user.id,
    attributes: {
      userPrincipalName: "Zoë@Example.test",
      displayName: "Zoë",
      mailNickname: "Zoë",
      accountEnabled: true,
    },
    managerId: null,
    source: null,
    anchor: null,
    locator: null,
    createdAt: now,
    deletedAt: null,
  });
  expect(await getUser(store.db, user.id.toUpperCase())).toEqual(user);
  expect(await getUser(store.db, "ZOË@example.TEST")).toEqual(user);
  expect(await getUser(store.db, "nobody@example.test")).toBeNull();
});

test.each([
  [{ displayName: "A" }, "userPrincipalName", "The attribute userPrincipalName is missing; a user needs one."],
  [{ userPrincipalName: "a@b" }, "displayName", "The attribute displayName is missing; a user needs one."],
  [{ userPrincipalName: "ab" }, "userPrincipalName", "The attribute userPrincipalName is not of the form name@domain."],
  [{ departmnt: "x" }, "departmnt", "The attribute departmnt is no attribute of a user (did you mean department?)."],
  [{ ctiy: "x" }, "ctiy", "The attribute ctiy is no attribute of a user (did you mean city?)."],
  [{ JobTitle: "x" }, "JobTitle", "The attribute JobTitle is no attribute of a user (did you mean jobTitle?)."],
  [{ qqqqqq: "x" }, "qqqqqq", "The attribute qqqqqq is no attribute of a user."],
  [{ accountEnabled: "yes" }, "accountEnabled", "The attribute accountEnabled takes true or false."],
  [{ city: ["x"] }, "city", "The attribute city takes one text, not a list."],
  [{ otherMails: "x" }, "otherMails", "The attribute otherMails takes a list of texts."],
  [{ givenName: "x".repeat(65) }, "givenName", "The attribute givenName has 65 characters; at most 64 are allowed."],
  [{ city: "a\u0000b" }, "city", "The attribute city holds control characters."],
  [{ city: "\ud800" }, "city", "The attribute city is no well-formed Unicode text."],
  [
    { otherMails: ["ok", "x".repeat(251)] },
    "otherMails",
    "The attribute otherMails holds a value that has 251 characters; at most 250 are allowed.",
  ],
] as const)("%o is refused with a sentence that says why", async (attributes, attribute, message) => {
  await expect(run((tx) => createUser(tx, { attributes }, now))).rejects.toMatchObject({
    code: "InvalidAttribute",
    message,
    facts: { attribute },
  });
});

test("a name that objects inherit is no attribute", async () => {
  const attributes = JSON.parse('{"__proto__": "x", "displayName": "A", "userPrincipalName": "p@example.test"}');
  await expect(run((tx) => createUser(tx, { attributes }, now))).rejects.toMatchObject({ code: "InvalidAttribute" });
});

test("custom attributes hold texts, numbers, Booleans and lists", async () => {
  const own = "extension_0123456789abcdef0123456789abcdef_";
  const values = { [`${own}badge`]: 7, [`${own}site`]: "Ürümqi", [`${own}remote`]: true, extensionAttribute15: "x" };
  const user = await create({ ...values, [`${own}tags`]: ["a", "b"] });
  expect((await getUser(store.db, user.id))!.attributes).toMatchObject({ ...values, [`${own}tags`]: ["a", "b"] });
});

test("an update sets, clears and tells; what changes nothing leaves no trace", async () => {
  const user = await create({ jobTitle: "Cook", otherMails: ["a@x.test", "b@x.test"] });
  const change = { jobTitle: null, city: "Oslo" };
  expect(await toldBy(() => run((tx) => updateUser(tx, user.id, change, now)))).toEqual([
    ["user", "updated", user.id, null],
  ]);
  const after = (await getUser(store.db, user.id))!.attributes;
  expect([after.jobTitle, after.city]).toEqual([undefined, "Oslo"]);
  const same = { ...after, jobTitle: null };
  expect(await toldBy(() => run((tx) => updateUser(tx, user.id, same, now)))).toEqual([]);
  await expect(run((tx) => updateUser(tx, user.id, { accountEnabled: null }, now))).rejects.toMatchObject({
    code: "InvalidAttribute",
    facts: { attribute: "accountEnabled" },
  });
  await expect(run((tx) => updateUser(tx, "no-id", {}, now))).rejects.toMatchObject({ code: "UserNotFound" });
});

test("two live users cannot share a userPrincipalName, in whatever case", async () => {
  const one = await create();
  const other = await create();
  const name = String(one.attributes.userPrincipalName).toUpperCase();
  const taken = { code: "UserPrincipalNameTaken", facts: { userPrincipalName: name } };
  await expect(create({ userPrincipalName: name })).rejects.toMatchObject(taken);
  await expect(run((tx) => updateUser(tx, other.id, { userPrincipalName: name }, now))).rejects.toMatchObject(taken);
});

test("a soft-deleted user is gone from view and its name is free for a rehire", async () => {
  const leaver = await create({ mail: "leaver@example.test", employeeId: "E-77" });
  const name = String(leaver.attributes.userPrincipalName);
  const total = await countUsers(store.db);
  expect(await toldBy(() => run((tx) => deleteUser(tx, leaver.id, day(1))))).toEqual([
    ["user", "deleted", leaver.id, null],
  ]);
  expect(await countUsers(store.db)).toBe(total - 1);
  expect(await getUser(store.db, leaver.id)).toBeNull();
  expect(await getUser(store.db, name)).toBeNull();
  expect(await findUsers(store.db, "employeeId", "e-77")).toEqual([]);
  expect(await getUsers(store.db, [leaver.id, "rubbish"])).toEqual(
    new Map([[leaver.id, { ...leaver, deletedAt: day(1) }]]),
  );
  expect((await listDeletedUsers(store.db, { limit: 100 })).map((user) => user.id)).toContain(leaver.id);
  await expect(run((tx) => deleteUser(tx, leaver.id, now))).rejects.toMatchObject({ code: "UserNotFound" });
  await expect(run((tx) => updateUser(tx, leaver.id, {}, now))).rejects.toMatchObject({ code: "UserNotFound" });

  const rehire = await create({ userPrincipalName: name });
  await expect(run((tx) => restoreUser(tx, leaver.id, {}, day(2)))).rejects.toMatchObject({
    code: "UserPrincipalNameTaken",
  });
  const newUserPrincipalName = "second@example.test";
  expect(await toldBy(() => run((tx) => restoreUser(tx, leaver.id, { newUserPrincipalName }, day(2))))).toEqual([
    ["user", "restored", leaver.id, null],
  ]);
  expect(await getUser(store.db, newUserPrincipalName)).toEqual({
    ...leaver,
    attributes: { ...leaver.attributes, userPrincipalName: newUserPrincipalName },
  });
  expect((await findUsers(store.db, "mail", "LEAVER@example.test")).map((user) => user.id)).toEqual([leaver.id]);
  expect((await getUser(store.db, name))?.id).toBe(rehire.id);
  await expect(run((tx) => restoreUser(tx, leaver.id, {}, day(2)))).rejects.toMatchObject({ code: "NotDeleted" });
});

test("a restored user has its memberships and its manager again", async () => {
  const [user, manager] = [await create(), await create()];
  const group = await run((tx) => createGroup(tx, { attributes: { displayName: "Cooks" } }, now));
  await run(async (tx) => {
    await addMembers(tx, group.id, [user.id], now);
    await setManager(tx, user.id, manager.id, now);
    await deleteUser(tx, user.id, now);
  });
  expect(await listMembers(store.db, group.id, { limit: 10 })).toEqual([]);
  expect(await isMember(store.db, group.id, user.id)).toBe(false);
  expect(await listReports(store.db, manager.id, { limit: 10 })).toEqual([]);
  await run((tx) => restoreUser(tx, user.id, {}, now));
  expect(await listMembers(store.db, group.id, { limit: 10 })).toEqual([{ id: user.id, kind: "user" }]);
  expect((await listReports(store.db, manager.id, { limit: 10 })).map((report) => report.id)).toEqual([user.id]);
});

test("a purge tells every membership that ends and every report without a manager", async () => {
  const [boss, report] = [await create(), await create()];
  const group = await run((tx) => createGroup(tx, { attributes: { displayName: "Bosses" } }, now));
  await run(async (tx) => {
    await addMembers(tx, group.id, [boss.id], now);
    await setManager(tx, report.id, boss.id, now);
  });
  await expect(run((tx) => purgeUser(tx, boss.id, now))).rejects.toMatchObject({ code: "NotDeleted" });
  await run((tx) => deleteUser(tx, boss.id, now));
  expect(await toldBy(() => run((tx) => purgeUser(tx, boss.id, now)))).toEqual([
    ["membership", "removed", boss.id, group.id],
    ["manager", "updated", report.id, null],
    ["user", "purged", boss.id, null],
  ]);
  expect((await getUser(store.db, report.id))!.managerId).toBeNull();
  expect((await getUsers(store.db, [boss.id])).size).toBe(0);
  expect(await groupsOf(store.db, [boss.id])).toEqual([]);
});

test("what was deleted 30 days ago is purged, and not a moment earlier", async () => {
  const user = await create();
  await run((tx) => deleteUser(tx, user.id, day(100)));
  while ((await run((tx) => purgeExpired(tx, new Date(day(130).getTime() - 1), 2))).length > 0);
  expect((await getUsers(store.db, [user.id])).size).toBe(1);
  expect(await run((tx) => purgeExpired(tx, day(130)))).toHaveLength(1);
  expect((await getUsers(store.db, [user.id])).size).toBe(0);
});

test("a manager is set, kept and cleared; nobody manages themselves", async () => {
  const [user, manager] = [await create(), await create()];
  const set = (managerId: string | null) => toldBy(() => run((tx) => setManager(tx, user.id, managerId, now)));
  expect(await set(manager.id)).toEqual([["manager", "updated", user.id, manager.id]]);
  expect(await set(manager.id.toUpperCase())).toEqual([]);
  expect((await getUser(store.db, user.id))!.managerId).toBe(manager.id);
  await expect(set(user.id)).rejects.toMatchObject({ code: "OwnReference" });
  await expect(set("nobody")).rejects.toMatchObject({ code: "ManagerNotFound" });
  await run((tx) => setManager(tx, manager.id, user.id, now));
  expect(await set(null)).toEqual([["manager", "updated", user.id, null]]);
  const second = await run((tx) =>
    createUser(
      tx,
      { attributes: { userPrincipalName: "m@example.test", displayName: "M" }, managerId: manager.id },
      now,
    ),
  );
  expect(second.managerId).toBe(manager.id);
});

test("users are listed page by page, each once, and searched by a part of their names", async () => {
  const needle = await create({ displayName: "Ｎeedle Fritz", mail: "100%_sure@example.test" });
  const seen: string[] = [];
  for (let after: string | null = null; ; after = seen.at(-1) ?? null) {
    const page: readonly DirectoryUser[] = await listUsers(store.db, { after, limit: 3 });
    seen.push(...page.map((user) => user.id));
    if (page.length < 3) break;
  }
  expect(seen).toEqual([...new Set(seen)].sort());
  expect(seen.length).toBe(await countUsers(store.db));
  const search = async (text: string) =>
    (await listUsers(store.db, { limit: 10, search: text })).map((user) => user.id);
  expect(await search("needle  FR")).toEqual([needle.id]);
  expect(await search("%_SURE")).toEqual([needle.id]);
  expect(await search("100__")).toEqual([]);
});
