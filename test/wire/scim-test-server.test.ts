import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openHttpClient } from "#http";
import { systemClock } from "#runtime";
import type { FaultMix } from "./fault-switches.ts";
import { type ScimTestState, startScimTestServer } from "./scim-test-server.ts";

const mix: FaultMix = { "502AfterCommit": 0.1, dropAfterCommit: 0.1, truncate201: 0.1 };

const script = fileURLToPath(new URL("./scim-test-server-process.ts", import.meta.url));

test("a process of its own serves, draws faults from a seed, and can be asked what happened", async () => {
  const child = spawn(process.execPath, [script, "--token", "sesame"], { stdio: ["ignore", "pipe", "inherit"] });
  const http = openHttpClient({ clock: systemClock, allowedHosts: [] });
  try {
    const line = await new Promise<string>((done) => createInterface(child.stdout).once("line", done));
    const { baseUrl, admin } = JSON.parse(line) as { baseUrl: string; admin: string };
    const call = async (method: "GET" | "POST", url: string, body: unknown = null) => {
      const outcome = await http.request({
        method,
        url,
        headers: { authorization: "Bearer sesame", "content-type": "application/scim+json" },
        body: body === null ? null : JSON.stringify(body),
        deadline: 20_000,
        maxBytes: 10_000_000,
      });
      return outcome.ok ? { status: outcome.response.status, body: outcome.response.body } : { status: 0, body: "" };
    };
    const round = async (): Promise<{ statuses: number[]; state: ScimTestState }> => {
      await call("POST", `${admin}/reset`, {});
      await call("POST", `${admin}/mix`, { seed: 7, mix });
      const statuses: number[] = [];
      for (let index = 0; index < 60; index += 1) {
        const schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"];
        statuses.push((await call("POST", `${baseUrl}/Users`, { schemas, userName: `p${index}` })).status);
      }
      return { statuses, state: JSON.parse((await call("GET", `${admin}/state`)).body) as ScimTestState };
    };
    const first = await round();
    expect(first.state.accepted.map(({ name }) => name)).toEqual(Array.from({ length: 60 }, (_, index) => `p${index}`));
    expect(first.state.users).toHaveLength(60);
    expect(first.state.requests).toBe(60);
    const counted = first.state.faults;
    expect(first.statuses.filter((status) => status === 502)).toHaveLength(counted["502AfterCommit"] ?? -1);
    expect(first.statuses.filter((status) => status === 0)).toHaveLength(
      (counted.dropAfterCommit ?? 0) + (counted.truncate201 ?? 0),
    );
    expect(Object.keys(counted).sort()).toEqual(["502AfterCommit", "dropAfterCommit", "truncate201"]);
    expect((await round()).statuses).toEqual(first.statuses);
  } finally {
    await http.close();
    child.kill();
  }
});

test("names are unique whatever their letter case, and become free again", async () => {
  const server = await startScimTestServer();
  const schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"];
  const ann = server.users.create({ schemas, userName: "Ann" });
  const again = server.users.create({ schemas, userName: "ANN" });
  expect(again.ok ? 0 : again.error.status).toBe(409);
  const id = ann.ok ? String(ann.value.id) : "";
  const Operations = [{ op: "replace", path: "userName", value: "Bob" }];
  expect(server.users.patch(id, { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations }).ok).toBe(
    true,
  );
  expect(server.users.create({ schemas, userName: "ann" }).ok).toBe(true);
  const found = server.users.list(new URLSearchParams({ filter: 'userName eq "bob"' }));
  expect(found.ok && found.value.resources.map((resource) => resource.id)).toEqual([id]);
  expect(server.users.remove(id)).toBe(true);
  expect(server.users.create({ schemas, userName: "bob" }).ok).toBe(true);
  await server.close();
});
