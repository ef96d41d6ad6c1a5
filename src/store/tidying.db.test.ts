import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestStore } from "#test/database.ts";
import type { Store } from "./store.ts";
import { learnSizes, tidy } from "./tidying.ts";

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
  await sql`create table public.heap (n int, half int)`.execute(store.db);
  await sql`insert into public.heap select n, n / 2 from generate_series(1, 5000) n`.execute(store.db);
});
afterAll(() => store.close());

const knownRows = async (): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    select reltuples::int as n from pg_class where oid = 'public.heap'::regclass`.execute(store.db);
  return rows[0]?.n ?? -1;
};

test("the planner learns how large tables are that have just grown", async () => {
  await learnSizes(store.db);
  expect(await knownRows()).toBe(5000);
  // It looks again only at what has grown much.
  await sql`insert into public.heap select n, n from generate_series(1, 500) n`.execute(store.db);
  await learnSizes(store.db);
  expect(await knownRows()).toBe(5000);
  await sql`insert into public.heap select n, n from generate_series(1, 9500) n`.execute(store.db);
  await learnSizes(store.db);
  expect(await knownRows()).toBe(15_000);
});

test("the embedded database uses the room of deleted rows again", async () => {
  await sql`delete from public.heap where n > 100`.execute(store.db);
  await tidy(store);
  if (store.kind === "pglite") expect(await knownRows()).toBe(300);
});
