import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { appendToFeed, feedDelay, feedHead, newEpoch, pruneFeed, readFeed, type Store, type Watermark } from "#store";
import { openTestStore } from "#test/database.ts";
import { settledFeed } from "#test/feed.ts";

const table = "directory.change";
const at = new Date("2026-03-01T08:00:00Z");

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await sql`truncate directory.change`.execute(store.db);
});

const id = () => randomUUID();
const append = (...objectIds: string[]) =>
  store.transaction((tx) =>
    appendToFeed(
      tx,
      table,
      objectIds.map((objectId) => ({ kind: "user", objectId, action: "updated" })),
      at,
    ),
  );

/** The ids after `watermark` that may be read by now, and where to go on. */
const readNow = async (watermark: Watermark | null, limit = 100) => {
  const page = await readFeed(store.db, table, watermark, limit);
  if (page.kind === "expired") throw new Error("expired");
  return { ids: page.rows.map((row) => row.objectId), watermark: page.watermark };
};

/** The same once everything that is committed may be read. */
const read = async (watermark: Watermark | null, limit = 100) => {
  await settledFeed(store.db, table);
  return readNow(watermark, limit);
};

test("changes are read page by page in the order in which they were made, each once", async () => {
  const head = await feedHead(store.db, table);
  const ids = Array.from({ length: 7 }, id);
  await append(...ids.slice(0, 4));
  await append(...ids.slice(4));
  const seen: string[] = [];
  let watermark = head;
  for (let page = await read(watermark, 3); page.ids.length > 0; page = await read(watermark, 3)) {
    seen.push(...page.ids);
    watermark = page.watermark;
  }
  expect(seen).toEqual(ids);
  expect(await read(watermark)).toEqual({ ids: [], watermark });
  const group = id();
  const added = { kind: "membership", objectId: ids[0]!, relatedId: group, action: "added" };
  await store.transaction((tx) => appendToFeed(tx, table, [added], at));
  expect(await readFeed(store.db, table, watermark, 9)).toMatchObject({ kind: "changes", rows: [{ ...added, at }] });
});

test("a transaction does not read its own changes, and one that is rolled back tells nothing", async () => {
  const head = await feedHead(store.db, table);
  const mine = id();
  await store.transaction(async (tx) => {
    await appendToFeed(tx, table, [{ kind: "user", objectId: mine, action: "updated" }], at);
    expect(await readFeed(tx, table, head, 9)).toEqual({ kind: "changes", rows: [], watermark: head });
  });
  const undone = store.transaction(async (tx) => {
    await appendToFeed(tx, table, [{ kind: "user", objectId: id(), action: "updated" }], at);
    throw new Error("stop");
  });
  await expect(undone).rejects.toThrow("stop");
  expect((await read(head)).ids).toEqual([mine]);
});

test("two changes committed out of order are both seen", async () => {
  const [early, late] = [id(), id()];
  const head = await feedHead(store.db, table);
  const insert = `insert into directory.change (kind, object_id, action, at) values ('user', $1, 'updated', now())`;
  if (store.kind === "postgresql") {
    const first = await store.pool.connect();
    const second = await store.pool.connect();
    try {
      await first.query("begin");
      await first.query(insert, [early]);
      await second.query(insert, [late]);
      const between = await readNow(head);
      expect(between.ids).toEqual([]);
      expect((await feedDelay(store.db, table)).heldSince).toBeInstanceOf(Date);
      const newcomer = await feedHead(store.db, table);
      await first.query("commit");
      expect((await read(between.watermark)).ids.sort()).toEqual([early, late].sort());
      expect((await read(newcomer)).ids).toContain(early);
    } finally {
      first.release();
      second.release();
    }
    return;
  }
  // One session cannot have two transactions open. The same rows are laid out as a late committer leaves them: the one with the
  // lower transaction id appears after the other has been written, with a higher seq.
  const { rows } = await sql<{ xid: string }>`select pg_current_xact_id()::text as xid`.execute(store.db);
  await store.pool.query(insert, [late]);
  const before = await read(head, 0);
  await sql`insert into directory.change (xid, kind, object_id, action, at)
    values (${rows[0]!.xid}::xid8, 'user', ${early}, 'updated', ${at})`.execute(store.db);
  expect((await read(before.watermark)).ids).toEqual([early, late]);
});

test("nothing is lost while several sessions write, delay and roll back", async () => {
  const head = await feedHead(store.db, table);
  const written: string[] = [];
  const seen: string[] = [];
  let watermark = head;
  let writing = true;
  const write = async (writer: number) => {
    for (let turn = 0; turn < 15; turn += 1) {
      const ids = [id(), id()];
      const kept = (turn + writer) % 4 !== 0;
      await store
        .transaction(async (tx) => {
          for (const objectId of ids) {
            await appendToFeed(tx, table, [{ kind: "user", objectId, action: "updated" }], at);
            await sql`select pg_sleep(${((turn * 7 + writer * 3) % 5) / 1000})`.execute(tx);
          }
          if (!kept) throw new Error("stop");
        })
        .catch((error: Error) => expect(error.message).toBe("stop"));
      if (kept) written.push(...ids);
    }
  };
  const reading = (async () => {
    for (let last = false; ; ) {
      const page = await readNow(watermark, 5);
      seen.push(...page.ids);
      watermark = page.watermark;
      if (last && page.ids.length === 0) return;
      if (!writing && !last) await settledFeed(store.db, table);
      last = !writing;
    }
  })();
  await Promise.all([write(0), write(1), write(2)]);
  writing = false;
  await reading;
  expect(seen.toSorted()).toEqual(written.toSorted());
});

test("a reader who had not read what was pruned is told so; others go on", async () => {
  const head = await feedHead(store.db, table);
  const [old, young] = [id(), id()];
  await append(old);
  const read1 = await read(head);
  const newer = new Date(at.getTime() + 1000);
  await store.transaction((tx) =>
    appendToFeed(tx, table, [{ kind: "user", objectId: young, action: "updated" }], newer),
  );
  await settledFeed(store.db, table);
  expect(await store.transaction((tx) => pruneFeed(tx, table, newer))).toBe(1);
  expect(await readFeed(store.db, table, head, 9)).toEqual({ kind: "expired" });
  expect(await readFeed(store.db, table, null, 9)).toEqual({ kind: "expired" });
  expect((await read(read1.watermark)).ids).toEqual([young]);
  expect(await store.transaction((tx) => pruneFeed(tx, table, newer))).toBe(0);
  expect((await read(read1.watermark)).ids).toEqual([young]);
});

test("a new epoch expires every watermark and shows rows whose transaction ids lie in the future", async () => {
  const head = await feedHead(store.db, table);
  const restored = id();
  await sql`insert into directory.change (xid, kind, object_id, action, at)
    values ('9000000000000', 'user', ${restored}, 'updated', ${at})`.execute(store.db);
  expect((await readNow(head)).ids).toEqual([]);
  expect((await feedDelay(store.db, table)).heldSince).toEqual(at);
  await store.transaction(newEpoch);
  expect(await readFeed(store.db, table, head, 9)).toEqual({ kind: "expired" });
  const all = await read(null);
  expect(all.ids).toEqual([restored]);
  expect(all.watermark.epoch).not.toBe(head.epoch);
  expect((await feedDelay(store.db, table)).heldSince).toBeNull();
  const fresh = id();
  await append(fresh);
  expect((await read(all.watermark)).ids).toEqual([fresh]);
});

test("a transaction that is left open is reported", async () => {
  await settledFeed(store.db, table);
  if (store.kind === "pglite") {
    // One session: nobody else can be in the way, and it does not report itself.
    const own = await store.transaction(async (tx) => {
      await appendToFeed(tx, table, [{ kind: "user", objectId: id(), action: "updated" }], at);
      return feedDelay(tx, table);
    });
    expect(own.oldestTransaction).toBeNull();
    return;
  }
  const other = await store.pool.connect();
  try {
    await other.query("begin");
    const { rows } = await other.query("select pg_current_xact_id(), now() as since");
    const { oldestTransaction } = await feedDelay(store.db, table);
    expect(oldestTransaction!.getTime()).toBeLessThanOrEqual(rows[0].since.getTime());
  } finally {
    await other.query("rollback");
    other.release();
  }
});
