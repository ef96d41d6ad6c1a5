import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLog } from "#runtime";
import { openStore, type Store } from "#store";
import { openTestStore } from "#test/database.ts";

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

test("a failing statement spoils neither the connection nor the next transaction", async () => {
  await expect(store.transaction((tx) => sql`select 1/0`.execute(tx))).rejects.toThrow("division by zero");
  await expect(sql`select nonsense`.execute(store.db)).rejects.toThrow("nonsense");
  const { rows } = await sql<{ n: number }>`select 41 + 1 as n`.execute(store.db);
  expect(rows).toEqual([{ n: 42 }]);
});

test("a transaction that throws leaves nothing behind", async () => {
  await sql`create table public.kept (n int)`.execute(store.db);
  await expect(
    store.transaction(async (tx) => {
      await sql`insert into public.kept values (1)`.execute(tx);
      throw new Error("stop");
    }),
  ).rejects.toThrow("stop");
  const { rows } = await sql<{ n: number }>`select count(*) as n from public.kept`.execute(store.db);
  expect(rows).toEqual([{ n: 0 }]);
});

test("a large parameter and many parallel statements arrive whole", async () => {
  const large = "ø".repeat(1_000_000);
  const { rows } = await sql<{ n: number }>`select length(${large}::text) as n`.execute(store.db);
  expect(rows).toEqual([{ n: 1_000_000 }]);
  const sums = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      sql<{ n: number }>`select ${i}::int + 1 as n`.execute(store.db).then((r) => r.rows[0]?.n),
    ),
  );
  expect(sums).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
});

test("statements that fail among others leave every answer with the statement that asked", async () => {
  await sql`create table public.taken (n int primary key)`.execute(store.db);
  await sql`insert into public.taken values (1)`.execute(store.db);
  const asked = (n: number) => store.pool.query({ name: "asked", text: "select $1::int as n", values: [n] });
  const insert = () => store.pool.query({ name: "taken", text: "insert into public.taken values ($1)", values: [1] });
  const clash = async (n: number) => {
    await expect(insert()).rejects.toMatchObject({ code: "23505" });
    return (await asked(n)).rows[0]?.n;
  };
  for (let round = 0; round < 20; round++) {
    expect(await Promise.all([clash(1), clash(2), clash(3), clash(4)])).toEqual([1, 2, 3, 4]);
  }
});

test("a sealed secret opens at its own place only", () => {
  const sealed = store.sealer.seal("hunter2", "apps.secret/1/SecretToken");
  expect(sealed).not.toContain("hunter2");
  expect(store.sealer.open(sealed, "apps.secret/1/SecretToken")).toBe("hunter2");
  expect(() => store.sealer.open(sealed, "apps.secret/2/SecretToken")).toThrow("does not open at this place");
});

test("a folder lets one process in, keeps its data, and refuses a short key", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-store-"));
  try {
    const first = await openStore({ folder, log: silentLog });
    await sql`create table public.kept (n int)`.execute(first.db);
    await expect(openStore({ folder, log: silentLog })).rejects.toMatchObject({
      code: "FolderInUse",
      facts: { pid: process.pid },
    });
    expect(statSync(join(folder, "key")).mode & 0o777).toBe(0o600);
    await first.close();
    writeFileSync(join(folder, "lock"), JSON.stringify({ pid: 2 ** 22 + 1, started: "1" }));
    const second = await openStore({ folder, log: silentLog });
    expect((await sql`select n from public.kept`.execute(second.db)).rows).toEqual([]);
    await second.close();
    await expect(openStore({ folder, key: "short", log: silentLog })).rejects.toMatchObject({ code: "WrongKey" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("what has been answered is forgotten", async () => {
  const store = await openTestStore();
  const read = async (times: number) => {
    for (let time = 0; time < times; time++)
      await store.pool.query("select repeat('x', 1000) from generate_series(1, 1000)");
  };
  await read(30);
  const before = process.memoryUsage.rss();
  await read(300);
  const mebibytes = (process.memoryUsage.rss() - before) / 2 ** 20;
  // Kept, they would be 300 and more.
  expect(mebibytes).toBeLessThan(150);
  await store.close();
});
