import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type JsonObject, type JsonValue, type Mode, schemaUrns } from "#scim";
import { type Call, type GenericClient, openTestGeneric } from "#test/generic-client.ts";
import { comparable } from "#test/scim-fixtures.ts";

type Outcome = { readonly after?: JsonObject; readonly error?: { readonly status: string; readonly scimType: string } };
type Case = Outcome & {
  readonly id: string;
  readonly profile: Mode | "both";
  readonly resourceType?: "User" | "Group";
  readonly others?: readonly JsonObject[];
  readonly before: JsonObject;
  readonly patch: JsonValue;
  readonly alsoAccept?: readonly Outcome[];
};

const fixture = new URL("../../../test/fixtures/scim/patch-cases.json", import.meta.url);
const cases: readonly Case[] = JSON.parse(readFileSync(fixture, "utf8"));

const runs = cases.flatMap((item) =>
  (["strict", "compat"] as const)
    .filter((mode) => item.profile === "both" || item.profile === mode)
    .map((mode) => ({ name: `${item.id} ${mode}`, item, mode })),
);

let sandbox: GenericClient;
beforeAll(async () => {
  sandbox = await openTestGeneric();
});
afterAll(() => sandbox.end());

const idsIn = (value: unknown): readonly string[] => [...new Set(JSON.stringify(value).match(/\b[ug]-\d{4}\b/g) ?? [])];

const create = async (call: Call, endpoint: string, resource: JsonObject): Promise<string> => {
  const { id: _id, meta: _meta, groups: _groups, ...given } = resource;
  const reply = await call("POST", endpoint, given);
  expect([reply.status, reply.body]).toEqual([201, expect.anything()]);
  return reply.body.id;
};

/** Everybody whom the case names is there. @returns how the case's ids are called on this server */
const prepare = async (
  call: Call,
  item: Case,
): Promise<{ id: string; rename: <T>(value: T) => T; endpoint: string }> => {
  const endpoint = item.resourceType === "Group" ? "/Groups" : "/Users";
  const names = new Map<string, string>();
  const rename = <T>(value: T): T =>
    JSON.parse(
      JSON.stringify(value)
        .replaceAll(/\b[ug]-\d{4}\b/g, (id) => names.get(id) ?? id)
        .replaceAll("https://scim.example.com/v2", sandbox.baseUrl),
    );
  const others = item.others ?? [];
  const known = new Set([item.before.id, ...others.map(({ id }) => id)]);
  const named = idsIn([item.before, item.patch, item.after ?? {}]).filter((id) => !known.has(id) && id < "u-7");
  for (const id of named.filter((one) => one.startsWith("u"))) {
    names.set(id, await create(call, "/Users", { schemas: [schemaUrns.user], userName: `${id}@somebody.example` }));
  }
  for (const other of others) names.set(String(other.id), await create(call, endpoint, rename(other)));
  const id = await create(call, endpoint, rename(item.before));
  names.set(String(item.before.id), id);
  return { id, rename, endpoint };
};

test("every patch case is there", () => {
  expect([cases.length, runs.length]).toEqual([131, 236]);
});

test.each(runs)("$name", async ({ name, item, mode }) => {
  const call = await sandbox.tenant(name, mode);
  const { id, rename, endpoint } = await prepare(call, item);
  const before = await call("GET", `${endpoint}/${id}`);
  expect(comparable(before.body, rename(item.before))).toEqual(comparable(rename(item.before)));
  const reply = await call("PATCH", `${endpoint}/${id}`, rename(item.patch));
  const after = await call("GET", `${endpoint}/${id}`);
  const outcomes = [item, ...(item.alsoAccept ?? [])].map((outcome) =>
    rename({ after: outcome.after, error: outcome.error }),
  );
  const isRefused = reply.status >= 400;
  const fitting = outcomes.find((outcome) => (outcome.error !== undefined) === isRefused);
  if (isRefused) {
    expect({ status: reply.body.status, scimType: reply.body.scimType }).toEqual(fitting?.error ?? item.after);
    expect(reply.body.status).toBe(String(reply.status));
    expect(after.body).toEqual(before.body);
  } else {
    expect([200, 204]).toContain(reply.status);
    const wanted = fitting?.after ?? {};
    expect(comparable(after.body, wanted)).toEqual(comparable(wanted));
    if (reply.status === 200) expect(reply.body).toEqual(after.body);
  }
});
