import { afterAll, beforeAll, expect, test } from "vitest";
import type { Examination } from "#engine";
import { openTestApi, type TestApi } from "#test/api.ts";

let site: TestApi;
beforeAll(async () => {
  site = await openTestApi();
  const { body } = await site.ask("GET", "/v1.0/applicationTemplates?$filter=displayName eq 'ThousandEyes'");
  await site.ask("POST", `/v1.0/applicationTemplates/${body.value[0].id}/instantiate`, { displayName: "Wiki" });
  const given = { baseAddress: "https://scim.example.com/v2", secretToken: "a-secret-token", skipTest: true };
  expect((await site.ask("POST", "/lockstep/v1/apps/wiki/credentials", given)).status).toBe(200);
});
afterAll(() => site.close());

const examination: Examination = {
  baseUrl: "https://scim.example.com/v2",
  at: "2026-01-02T03:04:05.000Z",
  run: "00tp0u5zxryd",
  verdict: "fine",
  interrupted: false,
  findings: [],
  profile: { pageSize: 20 },
  requests: 12,
  cleanUp: { removed: 3, left: [], journal: null },
};

const examine = (body: object) => site.ask("POST", "/lockstep/v1/apps/wiki/doctor", body);
const calls = () => site.engine.calls.filter(([name]) => name === "examine" || name === "removeLeftovers");

test("an examination is a stream of lines that ends with its report, or with what a clean-up removed", async () => {
  site.engine.examination = examination;
  const { status, text } = await examine({ domain: "contoso.example", members: 20, measuresPace: false });
  expect([status, JSON.parse(text)]).toEqual([200, { report: examination }]);
  expect(calls().at(-1)?.slice(2)).toEqual([{}, { domain: "contoso.example", members: 20, measuresPace: false }]);
  expect(JSON.parse((await examine({ cleanUp: true })).text)).toEqual({
    leftovers: { removed: 0, left: [], requests: 2 },
  });
});

test("the saved token goes to no other host, and a wish that is none is refused before anything is asked", async () => {
  const before = calls().length;
  const elsewhere = await examine({ baseAddress: "https://elsewhere.example.net/v2" });
  expect([elsewhere.status, elsewhere.body.error.code]).toEqual([400, "SecretMustBeReentered"]);
  for (const wish of [{ domain: "no domain" }, { members: 0 }, { baseAddress: "ftp://scim.example.com" }, { other: 1 }])
    expect((await examine(wish)).status).toBe(400);
  expect(calls()).toHaveLength(before);
  const credentials = { kind: "bearer", token: "another" };
  await examine({ baseAddress: "https://elsewhere.example.net/v2", credentials });
  expect(calls().at(-1)?.slice(2)).toEqual([{ baseAddress: "https://elsewhere.example.net/v2", credentials }, {}]);
});

test("a profile is saved as found or as one's own, and refused with a sentence where it is none", async () => {
  const put = (body: object) => site.ask("PUT", "/lockstep/v1/apps/wiki/profile", body);
  const settings = async () => (await site.ask("GET", "/lockstep/v1/apps/wiki/settings")).body;
  const found = { baseUrl: examination.baseUrl, at: examination.at, profile: { updateUsers: "put" } };
  expect((await put({ found, own: { pageSize: 5 } })).status).toBe(200);
  expect(await settings()).toMatchObject({ foundProfile: found, profile: { pageSize: 5 } });
  const wrong = await put({ found: { ...found, profile: { updateUsers: "post" } } });
  expect([wrong.status, wrong.body.error.message]).toEqual([400, "updateUsers must be one of patch, put."]);
  expect(await settings()).toMatchObject({ foundProfile: found, profile: { pageSize: 5 } });
  expect((await put({ found: null })).status).toBe(200);
  expect(await settings()).toMatchObject({ foundProfile: null, profile: { pageSize: 5 } });
});
