import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compileFilter, parseFilter, schemaUrns, userResourceType } from "#scim";
import { openTestSandbox, type SandboxClient } from "#test/sandbox-client.ts";
import { type Account, listAccounts } from "./accounts.ts";
import { userCondition } from "./user-filter.ts";
import { resourceOf } from "./user-state.ts";

let sandbox: SandboxClient;
let organizationId: string;
let everyone: readonly Account[];
const externalIds = [null, "a", "A", "ab", "b%", "_", "é", "É", "日本", "\\", "'", '"'];
const rules = { mode: "compat", filters: "all" } as const;
const find = (where: ReturnType<typeof userCondition>) => {
  if (!where.ok) throw new Error(where.error.detail);
  return listAccounts(sandbox.store.db, organizationId, { where: where.value, offset: 0, limit: 100 });
};

beforeAll(async () => {
  sandbox = await openTestSandbox();
  for (const [index, externalId] of externalIds.entries()) {
    const userName = `${["Al", "al.", "ÄL", "b_", "ß", "日"][index % 6]}${index}@x.example`;
    const reply = await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName, externalId });
    expect(reply.status).toBe(201);
  }
  const { rows } = await sql<{ id: string }>`select id from sandbox.organization`.execute(sandbox.store.db);
  organizationId = rows[0]?.id ?? "";
  everyone = (await find(userCondition(undefined, rules))).accounts;
});
afterAll(() => sandbox.end());

const value = fc.oneof(
  fc.constantFrom("a", "A", "al", "b", "%", "_", "é", "É", "日", "\\", "'", '"', "", "x.example", "ÄL2@x.example"),
  fc.string({ maxLength: 3 }),
);
const term = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("userName", "EXTERNALID"),
      fc.constantFrom("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"),
      value,
    )
    .map(([name, operator, text]) => `${name} ${operator} ${JSON.stringify(text)}`),
  fc.constantFrom(
    "externalId pr",
    "userName pr",
    "externalId eq null",
    "externalId ne null",
    "externalId eq 5",
    "externalId ne true",
  ),
);
const { filter } = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    term,
    fc
      .tuple(tie("filter"), fc.constantFrom("and", "or"), tie("filter"))
      .map(([left, by, right]) => `(${left}) ${by} (${right})`),
    tie("filter").map((inner) => `not (${inner})`),
  ),
}));

test("the database finds whom the SCIM rules name", async () => {
  expect(everyone).toHaveLength(externalIds.length + 1);
  await fc.assert(
    fc.asyncProperty(filter, async (text) => {
      const parsed = parseFilter(text, "compat");
      const matches = parsed.ok ? compileFilter(parsed.value, userResourceType, "compat") : parsed;
      if (!matches.ok) throw new Error(matches.error.detail);
      const expected = everyone.filter((account) => matches.value(resourceOf(account.id, account)));
      const { accounts, total } = await find(userCondition(text, rules));
      expect(accounts.map((account) => account.userName)).toEqual(expected.map((account) => account.userName));
      expect(total).toBe(expected.length);
    }),
    { numRuns: 300 },
  );
});
