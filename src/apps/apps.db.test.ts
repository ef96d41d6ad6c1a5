import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newId } from "#runtime";
import type { Store } from "#store";
import { openTestStore } from "#test/database.ts";
import {
  type App,
  addApp,
  addOwner,
  appsAssignedTo,
  assign,
  assignedGroupIds,
  assignmentsOf,
  createJob,
  defaultAccessRoleId,
  deleteApp,
  getApp,
  getAssignment,
  jobsForPrincipals,
  listApps,
  listAssignments,
  listOwners,
  removeOwner,
  renameApp,
  setExpandNested,
  tenantId,
  unassign,
  unassignPrincipals,
} from "./index.ts";

let store: Store;
const now = new Date("2026-05-04T08:00:00Z");
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await sql`delete from apps.app`.execute(store.db);
  await sql`delete from apps.change`.execute(store.db);
});

const add = (template = "thousandeyes", displayName?: string): Promise<App> =>
  store.transaction((tx) => addApp(tx, template, { now, ...(displayName === undefined ? {} : { displayName }) }));

const changes = async () => {
  const { rows } = await sql`
    select kind, object_id as object, related_id as app, action from apps.change order by xid, seq`.execute(store.db);
  return rows;
};

test("an app is added with its roles, under four ids of its own, and found by each of them and by its name", async () => {
  const app = await add();
  expect(app).toMatchObject({ templateId: "thousandeyes", displayName: "ThousandEyes", createdAt: now });
  expect(app.roles.map(({ id: _, ...role }) => role)).toEqual([
    { displayName: "User", description: "User", value: null, isEnabled: true, allowedMemberTypes: ["User"] },
    {
      displayName: "msiam_access",
      description: "msiam_access",
      value: null,
      isEnabled: true,
      allowedMemberTypes: ["User"],
    },
  ]);
  for (const key of [app.id, app.applicationObjectId, app.appId, app.appId.toUpperCase(), " thousandEYES "]) {
    expect(await getApp(store.db, key)).toEqual(app);
  }
  for (const key of ["nothing", newId(), "", "a\0b"]) expect(await getApp(store.db, key)).toBeNull();
  expect(await changes()).toEqual([{ kind: "app", object: app.id, app: app.id, action: "add" }]);
});

test("a name that several apps have is refused with their ids; renaming mends it", async () => {
  const first = await add();
  const second = await add();
  await expect(getApp(store.db, "ThousandEyes")).rejects.toMatchObject({
    code: "AmbiguousApp",
    facts: { ids: [first.id, second.id].toSorted() },
  });
  const renamed = await store.transaction((tx) => renameApp(tx, second.id, "  Other one ", now));
  expect(renamed.displayName).toBe("Other one");
  expect((await getApp(store.db, "ThousandEyes"))?.id).toBe(first.id);
  expect((await listApps(store.db)).map((app) => app.displayName)).toEqual(["Other one", "ThousandEyes"]);
});

test("an unknown template, an empty or unstorable name and an unknown app are refused", async () => {
  await expect(add("nonesuch")).rejects.toMatchObject({ code: "TemplateNotFound" });
  for (const name of ["", "  ", "a\0b", "x".repeat(257)]) {
    await expect(add("scim", name)).rejects.toMatchObject({ code: "InvalidName" });
  }
  for (const id of [newId(), "not an id"]) {
    await expect(store.transaction((tx) => deleteApp(tx, id, now))).rejects.toMatchObject({ code: "AppNotFound" });
  }
  expect(await listApps(store.db)).toEqual([]);
});

test("deleting an app takes its job, assignments and owners along and says so once", async () => {
  const app = await add();
  const user = newId();
  await store.transaction(async (tx) => {
    await assign(tx, app.id, { id: user, type: "User" }, "User", { now });
    await addOwner(tx, app.id, user, now);
    await createJob(tx, app.id, now);
  });
  await store.transaction((tx) => deleteApp(tx, app.id, now));
  expect(await getApp(store.db, app.id)).toBeNull();
  expect(await appsAssignedTo(store.db, [user])).toEqual([]);
  expect(await jobsForPrincipals(store.db, [user])).toEqual([]);
  expect((await changes()).at(-1)).toEqual({ kind: "app", object: app.id, app: app.id, action: "delete" });
});

test("owners are added once, listed, and removed", async () => {
  const app = await add();
  const [ann, ben] = [newId(), newId()];
  await store.transaction(async (tx) => {
    await addOwner(tx, app.id, ann, now);
    await addOwner(tx, app.id, ben, new Date(now.getTime() + 1));
    await addOwner(tx, app.id, ann, now);
  });
  expect(await listOwners(store.db, app.id)).toEqual([ann, ben]);
  expect(await store.transaction((tx) => removeOwner(tx, app.id, ann))).toBe(true);
  expect(await store.transaction((tx) => removeOwner(tx, app.id, ann))).toBe(false);
  expect(await listOwners(store.db, app.id)).toEqual([ben]);
  await expect(store.transaction((tx) => addOwner(tx, app.id, "somebody", now))).rejects.toMatchObject({
    code: "InvalidPrincipal",
  });
});

test("a role is named by id, by name in any case, or is Default Access, which each template provisions or not", async () => {
  const thousandEyes = await add();
  const generic = await add("scim");
  const user = { id: newId(), type: "User" as const };
  const made = await store.transaction(async (tx) => [
    await assign(tx, thousandEyes.id, user, "user", { now }),
    await assign(tx, thousandEyes.id, user, thousandEyes.roles[1]?.id ?? "", { now, expandNested: true }),
    await assign(tx, thousandEyes.id, user, "default access", { now }),
    await assign(tx, generic.id, user, defaultAccessRoleId, { now }),
  ]);
  expect(made.map(({ roleName, provisionable, expandNested }) => ({ roleName, provisionable, expandNested }))).toEqual([
    { roleName: "User", provisionable: true, expandNested: false },
    { roleName: "msiam_access", provisionable: true, expandNested: true },
    { roleName: "Default Access", provisionable: false, expandNested: false },
    { roleName: "Default Access", provisionable: true, expandNested: false },
  ]);
  for (const each of made) {
    expect(each.id).toMatch(/^[\w-]{43}$/);
    expect(await getAssignment(store.db, each.id)).toEqual(each);
  }
  expect(await assignmentsOf(store.db, thousandEyes.id, [user.id])).toEqual(made.slice(0, 3));
  expect((await changes()).slice(-4)).toEqual(
    [thousandEyes, thousandEyes, thousandEyes, generic].map((app) => ({
      kind: "assignment",
      object: user.id,
      app: app.id,
      action: "add",
    })),
  );
});

test("an unknown role names the roles there are; a repeated assignment and a principal without id are refused", async () => {
  const app = await add();
  const user = { id: newId(), type: "User" as const };
  const attempt = (role: string, principal = user) =>
    store.transaction((tx) => assign(tx, app.id, principal, role, { now }));
  await expect(attempt("Owner")).rejects.toMatchObject({
    code: "RoleNotFound",
    facts: { roles: ["User", "msiam_access", "Default Access"] },
  });
  await attempt("User");
  await expect(attempt("user")).rejects.toMatchObject({ code: "AlreadyAssigned" });
  await expect(attempt("User", { ...user, id: "ann@example.com" })).rejects.toMatchObject({ code: "InvalidPrincipal" });
  expect((await listAssignments(store.db, { appId: app.id })).items).toHaveLength(1);
});

test("a disabled role cannot be given, and those who have it are not provisioned by it", async () => {
  const app = await add();
  const user = { id: newId(), type: "User" as const };
  await store.transaction((tx) => assign(tx, app.id, user, "User", { now }));
  await sql`update apps.app_role set is_enabled = false where app_id = ${app.id} and display_name = 'User'`.execute(
    store.db,
  );
  expect((await assignmentsOf(store.db, app.id, [user.id])).map((each) => each.provisionable)).toEqual([false]);
  await expect(
    store.transaction((tx) => assign(tx, app.id, { id: newId(), type: "User" }, "User", { now })),
  ).rejects.toMatchObject({ code: "RoleNotFound" });
});

test("assignments are taken away one by one, or all of a principal in one app or everywhere", async () => {
  const [one, two] = [await add(), await add("scim")];
  const [ann, ben] = [newId(), newId()];
  const made = await store.transaction(async (tx) => ({
    annOne: await assign(tx, one.id, { id: ann, type: "User" }, "User", { now }),
    annDefault: await assign(tx, one.id, { id: ann, type: "User" }, "Default Access", { now }),
    annTwo: await assign(tx, two.id, { id: ann, type: "User" }, "User", { now }),
    benOne: await assign(tx, one.id, { id: ben, type: "User" }, "User", { now }),
  }));
  await sql`delete from apps.change`.execute(store.db);
  expect(await store.transaction((tx) => unassign(tx, made.benOne.id, now))).toEqual(made.benOne);
  expect(await store.transaction((tx) => unassignPrincipals(tx, one.id, [ann, ben], now))).toEqual([
    made.annOne,
    made.annDefault,
  ]);
  expect(await appsAssignedTo(store.db, [ann, ben])).toEqual([{ appId: two.id, principalId: ann }]);
  expect(await store.transaction((tx) => unassignPrincipals(tx, null, [ann], now))).toEqual([made.annTwo]);
  expect(await changes()).toEqual([
    { kind: "assignment", object: ben, app: one.id, action: "remove" },
    { kind: "assignment", object: ann, app: one.id, action: "remove" },
    { kind: "assignment", object: ann, app: two.id, action: "remove" },
  ]);
  for (const id of [made.benOne.id, "../x", ""]) {
    await expect(store.transaction((tx) => unassign(tx, id, now))).rejects.toMatchObject({
      code: "AssignmentNotFound",
    });
  }
});

test("lists go page by page in the order of assigning, filtered by app and principal", async () => {
  const app = await add();
  const people = Array.from({ length: 5 }, newId);
  const group = newId();
  await store.transaction(async (tx) => {
    for (const id of people) await assign(tx, app.id, { id, type: "User" }, "User", { now });
    await assign(tx, app.id, { id: group, type: "Group" }, "User", { now });
    await assign(tx, app.id, { id: group, type: "Group" }, "Default Access", { now });
  });
  const seen: string[] = [];
  const sizes: number[] = [];
  let after: string | null = null;
  do {
    const page = await listAssignments(
      store.db,
      { appId: app.id, principalType: "User" },
      { limit: 2, ...(after === null ? {} : { after }) },
    );
    sizes.push(page.items.length);
    seen.push(...page.items.map((each) => each.principalId));
    after = page.next;
  } while (after !== null);
  expect(seen).toEqual(people);
  expect(sizes).toEqual([2, 2, 1]);
  expect(await assignedGroupIds(store.db, app.id)).toEqual([group]);
  expect((await listAssignments(store.db, { principalId: group })).items.map((each) => each.roleName)).toEqual([
    "User",
    "Default Access",
  ]);
});

test("the apps and jobs behind a principal are found, apps without a job have none", async () => {
  const [one, two] = [await add(), await add("scim")];
  const [ann, ben] = [newId(), newId()];
  const job = await store.transaction(async (tx) => {
    for (const app of [one, two]) await assign(tx, app.id, { id: ann, type: "User" }, "User", { now });
    return createJob(tx, one.id, now);
  });
  expect(await appsAssignedTo(store.db, [ann, ben])).toEqual(
    [one.id, two.id].toSorted().map((appId) => ({ appId, principalId: ann })),
  );
  expect(await jobsForPrincipals(store.db, [ann, ben])).toEqual([{ jobId: job.id, appId: one.id, principalId: ann }]);
});

test("nested groups are switched on one assignment and the engine is told", async () => {
  const app = await add();
  const group = newId();
  const made = await store.transaction((tx) => assign(tx, app.id, { id: group, type: "Group" }, "User", { now }));
  expect(await store.transaction((tx) => setExpandNested(tx, made.id, true, now))).toEqual({
    ...made,
    expandNested: true,
  });
  expect((await changes()).at(-1)).toEqual({ kind: "assignment", object: group, app: app.id, action: "update" });
});

test("the tenant id is a GUID that stays", async () => {
  const id = await tenantId(store.db);
  expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(await tenantId(store.db)).toBe(id);
});

test("what is rolled back leaves no change behind", async () => {
  await expect(
    store.transaction(async (tx) => {
      await addApp(tx, "scim", { now });
      throw new Error("changed my mind");
    }),
  ).rejects.toThrow("changed my mind");
  expect(await changes()).toEqual([]);
  expect(await listApps(store.db)).toEqual([]);
});
