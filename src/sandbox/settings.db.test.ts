import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#runtime";
import type { SandboxSettings } from "#sandbox";
import { messageUrns, schemaUrns } from "#scim";
import { openTestSandbox, type Reply, rawRequest, type SandboxClient, signInAtSandbox } from "#test/sandbox-client.ts";

let sandbox: SandboxClient;
beforeAll(async () => {
  sandbox = await openTestSandbox();
});
afterAll(() => sandbox.end());

const user = (more: object = {}) => ({ schemas: [schemaUrns.user], userName: `${newId()}@x.example`, ...more });
const create = async (more: object = {}): Promise<Reply> => sandbox.call("POST", "/Users", user(more));
const search = async (filter: string) =>
  (await sandbox.call("GET", `/Users?filter=${encodeURIComponent(filter)}`)).status;
const patch = async (id: string, ...Operations: object[]) =>
  sandbox.call("PATCH", `/Users/${id}`, { schemas: [messageUrns.patchOp], Operations });

/** What `look` sees under each value of a switch, while the sandbox runs. */
const under = async <Name extends keyof SandboxSettings>(
  name: Name,
  values: readonly SandboxSettings[Name][],
  look: () => Promise<unknown>,
): Promise<readonly unknown[]> => {
  const seen: unknown[] = [];
  for (const value of values) {
    await sandbox.changeSettings({ [name]: value });
    seen.push(await look());
  }
  return seen;
};

test("filters: all operators, comparisons by eq joined by and, or one comparison by eq", async () => {
  const filters = [
    'userName eq "a"',
    'userName eq "a" and externalId eq "b"',
    'userName eq "a" and (externalId eq "b" and externalId eq "c")',
    'userName eq "a" or externalId eq "b"',
    'not (userName eq "a")',
    'userName sw "a"',
    "externalId pr",
    'userName eq "a" and externalId sw "b"',
  ];
  const look = () => Promise.all(filters.map(search));
  expect(await under("filters", ["eq", "eq-and", "all"], look)).toEqual([
    [200, 400, 400, 400, 400, 400, 400, 400],
    [200, 200, 400, 400, 400, 400, 400, 400],
    [200, 200, 200, 200, 200, 200, 200, 200],
  ]);
});

test("unknownAttributes: dropped, or the request is refused", async () => {
  const { id } = (await create()).body;
  const look = async () => [
    (await create({ title: "Analyst" })).status,
    (await create({ [schemaUrns.enterpriseUser]: { department: "Sales" } })).status,
    (await create({ displayName: "Known", name: { formatted: "Known" }, externalId: "k" })).status,
    (await sandbox.call("PUT", `/Users/${id}`, user({ nickName: "N" }))).status,
    (await patch(id, { op: "add", path: "title", value: "Analyst" })).status,
    (await patch(id, { op: "replace", value: { displayName: "Known" } })).status,
  ];
  expect(await under("unknownAttributes", ["refuse", "ignore"], look)).toEqual([
    [400, 400, 201, 400, 400, 200],
    [201, 201, 201, 200, 200, 200],
  ]);
});

test("scim1Answer: SCIM 1.1 is clearly not there", async () => {
  const headers = { authorization: `Bearer ${sandbox.token}` };
  const look = async () => {
    const response = await fetch(`${sandbox.web}scim/v1/Users`, { headers });
    const { detail } = (await response.json()) as { detail: string };
    return [
      response.status,
      detail.includes("/scim/v2"),
      await rawRequest(sandbox.port, "/scim/v1", { headers }),
      await rawRequest(sandbox.port, "/scim/v1/Schemas/users", { headers }),
      await rawRequest(sandbox.port, "/scim/v1/Users"),
    ];
  };
  expect(await under("scim1Answer", ["404", "501"], look)).toEqual([
    [404, true, 404, 404, 401],
    [501, true, 501, 501, 401],
  ]);
});

test("groupsAnswer, discovery: what is not there answers as it is told to", async () => {
  const groups = async () => [
    (await sandbox.call("GET", "/Groups")).status,
    (await sandbox.call("POST", "/Groups", {})).status,
  ];
  expect(await under("groupsAnswer", ["501", "empty", "404"], groups)).toEqual([
    [501, 501],
    [200, 404],
    [404, 404],
  ]);
  const paths = ["/ServiceProviderConfig", "/Schemas", "/ResourceTypes", `/Schemas/${schemaUrns.user}`];
  const discovery = () => Promise.all(paths.map(async (path) => (await sandbox.call("GET", path)).status));
  expect(await under("discovery", [false, true], discovery)).toEqual([
    [404, 404, 404, 404],
    [200, 200, 200, 200],
  ]);
});

test("disableAction: a disabled user stays, inactive, and can come back; or is gone, and is made anew", async () => {
  const look = async () => {
    const { id, userName } = (await create()).body;
    await patch(id, { op: "Replace", path: "active", value: "False" });
    const kept = await sandbox.call("GET", `/Users/${id}`);
    const back = await patch(id, { op: "replace", path: "active", value: true });
    const anew = await sandbox.call("POST", "/Users", user({ userName }));
    return [kept.status, kept.body.active, back.status, anew.status];
  };
  expect(await under("disableAction", ["remove", "keep-inactive"], look)).toEqual([
    [404, undefined, 404, 201],
    [200, false, 200, 409],
  ]);
});

test("pageSize, largestPage: how many users a list holds", async () => {
  for (let n = 0; n < 5; n++) await create();
  const count = async () => [
    (await sandbox.call("GET", "/Users")).body.itemsPerPage,
    (await sandbox.call("GET", "/Users?count=100")).body.itemsPerPage,
  ];
  await sandbox.changeSettings({ largestPage: 4 });
  expect(await under("pageSize", [2, 3, 10], count)).toEqual([
    [2, 4],
    [3, 4],
    [4, 4],
  ]);
});

test("a page shows and changes switches, and tells what each one does", async () => {
  const page = await signInAtSandbox(sandbox);
  const { settings, descriptions } = (await page.ask("GET", "settings")).body;
  expect(descriptions.map(({ name }: { name: string }) => name)).toEqual(Object.keys(settings));
  for (const each of descriptions)
    expect(each).toMatchObject({ description: expect.any(String), why: expect.any(String) });
  const changed = await page.ask("PATCH", "settings", { groupsAnswer: "501" });
  expect([changed.status, changed.body.settings.groupsAnswer, (await sandbox.call("GET", "/Groups")).status]).toEqual([
    200,
    "501",
    501,
  ]);
  const { activity } = (await page.ask("GET", "activity?limit=1")).body;
  expect(activity).toMatchObject([
    { event: "Settings changed", resources: [{ type: "setting", name: 'groupsAnswer = "501"' }] },
  ]);
});
