import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLog } from "#runtime";
import { openQueue, type Queue, type Store } from "#store";
import { openTestStore, testDatabaseUrl } from "#test/database.ts";

let store: Store;
let queue: Queue;
beforeAll(async () => {
  store = await openTestStore();
  queue = await openQueue(store, testDatabaseUrl(store), silentLog);
});
afterAll(async () => {
  await queue.stop();
  await store.close();
});

test("a wake-up that comes while its key is being handled is handled afterwards, and many become one", async () => {
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const again = Promise.withResolvers<void>();
  await queue.work("cycle", async (key) => {
    seen.push(key);
    if (seen.length === 1) await gate.promise;
    else again.resolve();
  });
  await queue.send("cycle", "job-1");
  while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await Promise.all(Array.from({ length: 5 }, () => queue.send("cycle", "job-1")));
  expect(seen).toEqual(["job-1"]);
  gate.resolve();
  await again.promise;
  expect(seen).toEqual(["job-1", "job-1"]);
});
