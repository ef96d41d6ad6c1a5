import { existsSync, readdirSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApp, openApi } from "#api";
import { getUser } from "#directory";
import type { CycleReport, Progress } from "#engine";
import { silentLog, systemClock } from "#runtime";
import { openTestApi, type TestApi } from "#test/api.ts";

let site: TestApi;
beforeAll(async () => {
  site = await openTestApi();
});
afterAll(() => site.close());

/** A request whose Host header is what it says, which fetch does not allow. */
const askHost = (host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { host, authorization: `Bearer ${site.token}` };
    const outgoing = request(`${site.api.url}/lockstep/v1/status`, { headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    outgoing.on("error", reject);
    outgoing.end();
  });

test("only those with the token come in, and only under the server's own names", async () => {
  const bare = await site.ask("GET", "/v1.0/users", undefined, { authorization: "" });
  expect([bare.status, bare.headers.get("www-authenticate"), bare.body.error.code, bare.body.error.message]).toEqual([
    401,
    "Bearer",
    "InvalidAuthenticationToken",
    "Access token is empty.",
  ]);
  const wrong = await site.ask("GET", "/lockstep/v1/nothing", undefined, { authorization: `Bearer ${site.token}x` });
  expect([wrong.status, wrong.headers.get("www-authenticate"), wrong.body.error.message]).toEqual([
    401,
    'Bearer error="invalid_token"',
    "Access token validation failure.",
  ]);
  expect((await site.ask("GET", "/health", undefined, { authorization: "" })).body).toEqual({ status: "ok" });
  expect((await site.ask("GET", "/ready", undefined, { authorization: "" })).body).toEqual({ status: "ready" });
  expect(await askHost("localhost:8400")).toBe(200);
  expect(await askHost("[::1]:8400")).toBe(200);
  expect(await askHost("attacker.example.com")).toBe(403);
  expect(await askHost("127.0.0.1.example.com:8400")).toBe(403);
});

test("every answer has its ids, and every error is JSON that tells nothing of the inside", async () => {
  const sent = await site.ask("GET", "/v1.0/nothing/here", undefined, { "client-request-id": "my-own-id" });
  expect([sent.status, sent.body.error.code, sent.body.error.message]).toEqual([
    404,
    "ResourceNotFound",
    "Resource not found for the segment 'here'.",
  ]);
  expect(sent.headers.get("request-id")).toBe(sent.body.error.innerError["request-id"]);
  expect(sent.headers.get("client-request-id")).toBe("my-own-id");
  expect(sent.body.error.innerError["client-request-id"]).toBe("my-own-id");
  expect(sent.body.error.innerError.date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  expect(sent.headers.get("odata-version")).toBe("4.0");

  expect((await site.ask("GET", "/elsewhere")).body.error.code).toBe("RouteNotFound");
  expect((await site.ask("PUT", "/v1.0/users")).status).toBe(405);
  expect((await site.ask("POST", "/v1.0/users", "{nonsense")).body.error).toMatchObject({ code: "BadRequest" });
  expect((await site.ask("POST", "/v1.0/users", "[]")).status).toBe(400);
  expect((await site.ask("GET", "/v1.0/users/%00")).status).toBe(400);
  expect((await site.ask("GET", "/lockstep/v1/logs?search=%00")).status).toBe(400);
  expect((await site.ask("POST", "/v1.0/users", { displayName: "a\0b", userPrincipalName: "a@b.c" })).status).toBe(400);
  expect((await site.ask("GET", "/v1.0/users/%E0%A4%A")).body.error.code).toBe("Request_ResourceNotFound");
  const big = await site.ask("POST", "/v1.0/users", { displayName: "x".repeat(1_100_000) });
  expect([big.status, big.body.error.code]).toEqual([413, "RequestEntityTooLarge"]);

  const broken = createApp({
    ...{ store: site.store, clock: systemClock, log: silentLog, token: "t", host: "localhost", version: "0" },
    engine: new Proxy(site.engine, {
      get: (target, name) =>
        name === "status" ? () => Promise.reject(new TypeError("secret inside")) : Reflect.get(target, name),
    }),
    info: { data: site.data, sandbox: () => null },
  });
  await newJob("Inside");
  const failed = await broken.request("http://localhost/lockstep/v1/jobs/inside/status", {
    headers: { authorization: "Bearer t" },
  });
  expect(failed.status).toBe(500);
  const text = await failed.text();
  expect(JSON.parse(text).error.code).toBe("InternalServerError");
  expect(text).not.toMatch(/secret inside|at .*\.ts/);
});

const newJob = async (displayName: string): Promise<string> => {
  const { body } = await site.ask("POST", "/v1.0/applicationTemplates/thousandeyes/instantiate", { displayName });
  const base = `/v1.0/servicePrincipals/${body.servicePrincipal.id}/synchronization/jobs`;
  return (await site.ask("POST", base, { templateId: "thousandeyes" })).body.id;
};

const cycle: CycleReport = {
  id: "7f0d3c5e-6a0b-4f66-8a4b-9a1d6f0e2c11",
  jobId: "",
  kind: "incremental",
  state: "succeeded",
  beganAt: "2026-05-04T08:00:00.000Z",
  endedAt: null,
  counts: {
    total: 2,
    done: 1,
    created: 1,
    updated: 0,
    enabled: 0,
    disabled: 0,
    deleted: 0,
    skipped: 0,
    unchanged: 0,
    failed: 0,
    held: 0,
    requests: 2,
  },
  error: null,
};
const progressOf = (jobId: string, phase: Progress["phase"]): Progress => ({
  jobId,
  cycle,
  phase,
  rate: 1,
  secondsLeft: null,
});

test("a cycle is run and watched line by line, and its failure is the last line", async () => {
  const job = await newJob("Streamed");
  site.engine.cycle = async (jobId, tell) => {
    tell(progressOf(jobId, "writing"));
    return { ...cycle, jobId };
  };
  const run = await site.ask("POST", "/lockstep/v1/jobs/streamed/run");
  expect(run.headers.get("content-type")).toBe("application/x-ndjson");
  expect(
    run.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([{ progress: progressOf(job, "writing") }, { report: { ...cycle, jobId: job } }]);
  expect(site.engine.listeners(job)).toBe(0);
  site.engine.cycle = () => Promise.reject(new TypeError("inside"));
  const failed = await site.ask("POST", `/lockstep/v1/jobs/${job}/run`);
  expect(JSON.parse(failed.text).error.code).toBe("InternalServerError");
  expect((await site.ask("POST", "/lockstep/v1/jobs/nobody/run")).body.error.code).toBe("AppNotFound");
});

test("progress arrives as events until the listener leaves", async () => {
  const job = await newJob("Watched");
  site.engine.statusOf = { running: progressOf(job, "deciding") };
  const leaving = new AbortController();
  const answer = await fetch(`${site.api.url}/lockstep/v1/jobs/watched/events`, {
    headers: { authorization: `Bearer ${site.token}` },
    signal: leaving.signal,
  });
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const readUntil = async (wanted: string) => {
    while (!text.includes(wanted)) text += (await reader?.read())?.value ?? "";
  };
  await readUntil('"phase":"deciding"');
  site.engine.tell(job, progressOf(job, "done"));
  await readUntil('"phase":"done"');
  expect(text).toContain(`event: progress\ndata: ${JSON.stringify(progressOf(job, "done"))}\n\n`);
  site.engine.statusOf = {};
  leaving.abort();
  await expect.poll(() => site.engine.listeners(job)).toBe(0);
});

test("a file is imported as it is sent, and removes nobody unasked", async () => {
  const path = "/lockstep/v1/imports?name=people.csv&complete=true";
  const head = "employeeId,userPrincipalName,displayName\n";
  const rows = ["1,ada@example.com,Ada", "2,bo@example.com,Bo", "3,no-address,Cy"];
  const send = async (lines: readonly string[], query = "") => {
    const answer = await site.ask("POST", path + query, head + lines.join("\n"));
    return answer.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  };
  const dry = (await send(rows, "&dryRun=true")).at(-1);
  expect(dry.summary).toMatchObject({ dryRun: true, source: "people" });
  expect(await getUser(site.store.db, "ada@example.com")).toBeNull();

  const first = await send(rows);
  expect(first.filter((line) => "problem" in line)).toHaveLength(1);
  expect(first.at(-1).summary).toMatchObject({ users: { added: 2 }, problemCount: 1 });
  expect(site.engine.calls.at(-1)).toEqual(["wake", undefined]);

  const good = rows.slice(0, 2);
  await send(good);
  const unasked = (await send(good.slice(0, 1))).at(-1);
  expect(unasked.needsConfirmation).toEqual({ remove: 1 });
  expect(unasked.summary.removal.outcome).toBe("declined");
  expect(await getUser(site.store.db, "bo@example.com")).not.toBeNull();
  const confirmed = (await send(good.slice(0, 1), "&confirmRemovals=1")).at(-1);
  expect(confirmed.summary.removal).toMatchObject({ outcome: "done", missing: 1 });
  expect(await getUser(site.store.db, "bo@example.com")).toBeNull();

  const empty = await site.ask("POST", path, "");
  expect([empty.status, empty.body.error.code]).toEqual([400, "file-empty"]);
  expect((await site.ask("POST", `${path}&format=xml`, "x")).status).toBe(400);
  const large =
    head +
    Array.from({ length: 30_000 }, (_unused, at) => `${at + 10},p${at}@example.com,${"Person ".repeat(6)}`).join("\n");
  expect(large.length).toBeGreaterThan(1024 * 1024);
  const bulk = await site.ask("POST", `${path}&dryRun=true&source=bulk`, large);
  expect(JSON.parse(bulk.text.trimEnd().split("\n").at(-1) ?? "").summary.users.added).toBe(30_000);
  const uploads = join(site.data, "uploads");
  expect(existsSync(uploads) ? readdirSync(uploads) : []).toEqual([]);
});

test("the status tells what is here", async () => {
  const { body } = await site.ask("GET", "/lockstep/v1/status");
  expect(body).toMatchObject({ version: "0.0.0-test", url: site.api.url, sandbox: null });
  expect(body.apps.map((app: { displayName: string }) => app.displayName)).toContain("Streamed");
  expect(Object.keys(body).toSorted()).toEqual(
    ["version", "url", "startedAt", "database", "sandbox", "users", "groups", "apps"].toSorted(),
  );
});

test("a port that is taken gives way to the next free one, and closing ends the streams", async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
  const { port } = blocker.address() as { port: number };
  const options = {
    ...{ store: site.store, engine: site.engine, clock: systemClock, log: silentLog, token: "t", host: "127.0.0.1" },
    ...{ version: "0", info: { data: site.data, sandbox: () => null } },
  };
  const api = await openApi({ ...options, port });
  try {
    expect(api.port).not.toBe(port);
    expect(api.url).toBe(`http://127.0.0.1:${api.port}`);
    const job = await newJob("Closing");
    const events = await fetch(`${api.url}/lockstep/v1/jobs/${job}/events`, { headers: { authorization: "Bearer t" } });
    const rest = events.text();
    await api.close();
    expect(await rest).toBe(":\n\n");
    expect(site.engine.listeners(job)).toBe(0);
    await expect(fetch(`${api.url}/health`)).rejects.toThrow();
  } finally {
    blocker.close();
  }
});
