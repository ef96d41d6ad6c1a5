import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clock, systemClock } from "#runtime";
import { isJsonObject, type JsonObject, type Mode, messageUrns, schemaUrns } from "#scim";
import { type Call, type GenericClient, openTestGeneric } from "#test/generic-client.ts";

type Case = {
  readonly id: string;
  readonly filter: string;
  readonly resources: readonly string[];
  readonly expected: readonly string[] | "error";
  readonly profile: Mode | "both";
  readonly error?: { readonly status: string; readonly scimType: string };
  readonly alsoAccept?: readonly (readonly string[] | "error")[];
};

type Resource = JsonObject & {
  readonly id: string;
  readonly meta: { readonly created: string; readonly lastModified: string };
};

const fixture = new URL("../../../test/fixtures/scim/filter-cases.json", import.meta.url);
const [first, ...cases]: readonly [{ set: readonly Resource[] }, ...Case[]] = JSON.parse(readFileSync(fixture, "utf8"));

const modes = ["strict", "compat"] as const;
const runs = cases.flatMap((item) =>
  modes
    .filter((mode) => item.profile === "both" || item.profile === mode)
    .map((mode) => ({ name: `${item.id} ${mode}: ${item.filter}`, item, mode })),
);

interface Populated {
  readonly call: Call;
  /** The server's id of each resource of the set. */
  readonly ids: ReadonlyMap<string, string>;
}

let time = "2024-01-01T00:00:00Z";
const clock: Clock = { ...systemClock, now: () => new Date(time) };
let sandbox: GenericClient;
let tenants: Readonly<Record<Mode, Populated>>;

const rename = (value: unknown, ids: ReadonlyMap<string, string>) =>
  JSON.parse(JSON.stringify(value).replaceAll(/"([ug]\d)"/g, (_, id) => `"${ids.get(id) ?? id}"`));

/** Makes the whole set, each resource at its time and last changed at its time. */
const populate = async (mode: Mode): Promise<Populated> => {
  const ids = new Map<string, string>();
  const endpointOf = ({ id }: Resource) => (id.startsWith("g") ? "/Groups" : "/Users");
  const call: Call = await sandbox.tenant(mode, mode);
  for (const resource of first.set) {
    const { id, meta, displayName, [schemaUrns.enterpriseUser]: enterprise, members: _members, ...given } = resource;
    const { manager: _manager, ...rest } = isJsonObject(enterprise) ? enterprise : {};
    time = meta.created;
    const extension = Object.keys(rest).length === 0 ? {} : { [schemaUrns.enterpriseUser]: rest };
    const reply = await call("POST", endpointOf(resource), {
      ...given,
      displayName: `not yet ${displayName}`,
      ...extension,
    });
    expect([reply.status, reply.body]).toEqual([201, expect.anything()]);
    ids.set(id, reply.body.id);
  }
  for (const resource of first.set) {
    time = resource.meta.lastModified;
    const { displayName, members } = rename(resource, ids);
    const manager = rename(resource, ids)[schemaUrns.enterpriseUser]?.manager;
    const Operations = [
      { op: "replace", path: "displayName", value: displayName },
      ...(manager === undefined ? [] : [{ op: "add", path: `${schemaUrns.enterpriseUser}:manager`, value: manager }]),
      ...(members === undefined ? [] : [{ op: "add", path: "members", value: members }]),
    ];
    const reply = await call("PATCH", `${endpointOf(resource)}/${ids.get(resource.id)}`, {
      schemas: [messageUrns.patchOp],
      Operations,
    });
    expect([reply.status, reply.body.detail]).toEqual([expect.toBeOneOf([200, 204]), undefined]);
  }
  return { call, ids };
};

beforeAll(async () => {
  sandbox = await openTestGeneric({ clock });
  tenants = { strict: await populate("strict"), compat: await populate("compat") };
});
afterAll(() => sandbox.end());

test("every filter case is there", () => {
  expect([cases.length, runs.length]).toEqual([103, 199]);
});

const outcome = async (
  item: Case,
  mode: Mode,
  send: (call: Call, endpoint: string, filter: string) => ReturnType<Call>,
) => {
  const { call, ids } = tenants[mode];
  const endpoint = item.resources[0]?.startsWith("g") ? "/Groups" : "/Users";
  const filter = item.filter.replaceAll(/"([ug]\d)"/g, (_, id) => `"${ids.get(id) ?? id}"`);
  const reply = await send(call, endpoint, filter);
  if (reply.status !== 200) {
    const { status, scimType } = reply.body;
    expect({ status, scimType }).toEqual(item.error ?? { status: "400", scimType: "invalidFilter" });
    return "error";
  }
  expect(reply.body.totalResults).toBe(reply.body.Resources.length);
  const found = new Set(reply.body.Resources.map(({ id }: JsonObject) => id));
  return item.resources.filter((id) => found.has(ids.get(id) ?? "")).sort();
};

const accepted = ({ expected, alsoAccept = [] }: Case) =>
  [expected, ...alsoAccept].map((answer) => (answer === "error" ? answer : [...answer].sort()));

test.each(runs)("$name", async ({ item, mode }) => {
  const form = (text: string) => encodeURIComponent(text).replaceAll("%20", "+");
  const byGet = await outcome(item, mode, (call, endpoint, filter) =>
    call("GET", `${endpoint}?filter=${form(filter)}`),
  );
  expect(accepted(item)).toContainEqual(byGet);
  const bySearch = await outcome(item, mode, (call, endpoint, filter) =>
    call("POST", `${endpoint}/.search`, { schemas: [messageUrns.searchRequest], filter }),
  );
  expect(bySearch).toEqual(byGet);
});
