import { afterAll, beforeAll, expect, test } from "vitest";
import { newId, systemClock } from "#runtime";
import { schemaUrns, userResourceType } from "#scim";
import type { Store } from "#store";
import { openTestStore } from "#test/database.ts";
import type { Search } from "../provider/resource-store.ts";
import { settle } from "./context.ts";
import { databaseOf } from "./database.ts";
import { findResources } from "./find.ts";
import { typesOf } from "./schemas.ts";
import { tenantStore } from "./store.ts";
import { openTenant } from "./tenants.ts";

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const baseUrl = "http://127.0.0.1/scim/v2";

/** Pages through five users by cursor, two at a time, while some go between the look at the first page and its reading. */
const pagesWhileGoing = async (going: readonly string[], sort: Search["sort"]): Promise<readonly unknown[]> => {
  const tenant = await openTenant(store, systemClock, newId(), "strict");
  const resources = tenantStore(store, systemClock, baseUrl, tenant);
  const ids = new Map<string, string>();
  for (const userName of ["a", "b", "c", "d", "e"]) {
    const resource = { schemas: [schemaUrns.user], userName };
    const made = await resources.create([{ type: userResourceType, id: null, resource }]);
    if (made.ok) ids.set(userName, made.value[0]?.id ?? "");
  }
  const db = databaseOf(store);
  const context = { store, clock: systemClock, tenant, frame: { baseUrl, types: typesOf("strict") } };
  const leaving = [...going];
  const place: Parameters<typeof findResources>[0] = {
    db,
    tenant,
    settle: async (rows) => {
      const settled = await settle(context, db, rows);
      for (const name of leaving.splice(0)) await resources.remove(userResourceType, ids.get(name) ?? "", () => null);
      return settled;
    },
  };
  const seen: unknown[] = [];
  let cursor: string | null = null;
  do {
    const found = await findResources(place, {
      types: [userResourceType],
      filter: null,
      sort,
      start: { kind: "cursor", cursor },
      limit: 2,
      wanted: { members: false },
    });
    if (!found.ok) throw new Error(found.error.detail);
    seen.push(...found.value.resources.map(({ resource }) => resource.userName));
    cursor = found.value.next;
  } while (cursor !== null);
  return seen;
};

test.each([
  [["a"], ["b", "c", "d", "e"]],
  [["b"], ["a", "c", "d", "e"]],
  [
    ["a", "b"],
    ["c", "d", "e"],
  ],
  [["a", "b", "c", "d", "e"], []],
])("when %j go while a page is read, the pages still hold all others, each once", async (going, others) => {
  expect(await pagesWhileGoing(going, null)).toEqual(others);
  expect(await pagesWhileGoing(going, { by: "userName", order: "ascending" })).toEqual(others);
});
