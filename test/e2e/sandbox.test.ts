import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { endAll, lockstep, startSandbox, until } from "./command-line.ts";

vi.setConfig({ testTimeout: 120_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-sandbox-"));
});
afterEach(endAll);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const user = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: "ada@contoso.example" };
const group = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName: "Night shift" };

test("the generic profile starts empty, keeps what it is told and the mode, and says where it is", async () => {
  const first = await startSandbox(["--profile", "generic", "--mode", "strict", "--data", folder]);
  expect(first.printed).toEqual({
    baseUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/scim\/v2$/),
    token: expect.stringMatching(/^[\w-]{40,}$/),
  });
  expect(await first.all()).toEqual([]);
  expect((await first.call("POST", "/Users", { ...user, active: "True" })).status).toBe(400);
  expect((await first.call("POST", "/Users", user)).status).toBe(201);
  expect((await first.call("POST", "/Groups", group)).status).toBe(201);
  await first.end();
  const second = await startSandbox(["--profile", "generic", "--data", folder]);
  expect(second.printed.token).toBe(first.printed.token);
  expect((await second.find(user.userName)).active).toBeUndefined();
  expect((await second.call("POST", "/Groups", group)).status).toBe(201);
});

test("in memory nothing is kept, and a new tenant takes what Entra sends", async () => {
  const running = await startSandbox(["--profile", "generic", "--memory"]);
  expect((await running.call("POST", "/Users", { ...user, active: "True" })).body.active).toBe(true);
  await running.end();
  expect(await (await startSandbox(["--profile", "generic", "--memory"])).all()).toEqual([]);
});

test("what is still under way when a tenant stops is no failure to tell of", async () => {
  const running = await startSandbox(["--profile", "generic", "--memory"]);
  const operations = Array.from({ length: 200 }, (_, n) => ({
    method: "POST",
    path: "/Users",
    bulkId: `${n}`,
    data: { ...user, userName: `${n}@contoso.example`, password: "Correct-Horse-1" },
  }));
  const schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
  const cutOff = expect(running.call("POST", "/Bulk", { schemas, Operations: operations })).rejects.toThrow();
  await until("the first of them is made", async () => (await running.all()).length > 0);
  await running.end();
  await cutOff;
  expect(running.err()).toBe("");
});

test("behind a proxy, resources are where clients find them", async () => {
  const publicUrl = "https://scim.contoso.example/tenant/scim/v2";
  const args = ["--profile", "generic", "--memory", "--public-url", `${publicUrl}/`];
  const { call } = await startSandbox(args);
  const { body } = await call("POST", "/Users", user);
  expect(body.meta.location).toBe(`${publicUrl}/Users/${body.id}`);
});

test("without a profile it is a ThousandEyes tenant with a page", async () => {
  const { printed, all } = await startSandbox(["--memory"]);
  expect(printed.web).toMatch(/^http:/);
  expect((await all()).map(({ userName }) => userName)).toEqual(["admin@sandbox.example"]);
});

test.each([
  [["--mode", "strict"], "--mode belongs to the profile generic."],
  [["--profile", "generic", "--rate-limit", "5"], "--rate-limit belongs to the profile thousandeyes."],
  [["--public-url", "https://scim.contoso.example"], "--public-url belongs to the profile generic."],
  [["--profile", "generic", "--public-url", "scim.contoso.example"], "It must be an address"],
  [["--profile", "generic", "--public-url", "https://ada:secret@scim.contoso.example"], "It must not hold a user name"],
  [["--data", "somewhere"], "--memory keeps nothing"],
  [["--data", ""], "--memory keeps nothing"],
  [["--profile", "okta"], "Allowed choices are thousandeyes, generic."],
  [["--profile", "generic", "--mode", "lax"], "Allowed choices are strict, compat."],
])("sandbox %j is wrong use", async (args, sentence) => {
  const { code, err, out } = await lockstep(["sandbox", "--memory", ...args]);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(sentence);
});

test("a data folder without a name is wrong use, and nothing is written where the command was given", async () => {
  const cwd = mkdtempSync(join(folder, "here-"));
  const { code, err } = await lockstep(["sandbox", "--port", "0", "--data", ""], { cwd });
  expect([code, err, readdirSync(cwd)]).toEqual([2, "--data names no folder. Name one, or leave it out.\n", []]);
});
