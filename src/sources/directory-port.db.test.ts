import { sql } from "kysely";
import { afterAll, beforeAll, describe } from "vitest";
import type { Store } from "#store";
import { importPortSuite } from "#test/conformance/import-port.ts";
import { openTestStore } from "#test/database.ts";
import { directoryPort } from "./directory-port.ts";

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

describe("the directory keeps the contract of an import port", () => {
  importPortSuite(async () => {
    await sql`truncate directory.member, directory.object, directory.source`.execute(store.db);
    return { port: (source) => directoryPort(store, source, () => new Date("2026-03-01T08:00:00Z")) };
  });
});
