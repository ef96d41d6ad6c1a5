import { statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { endAll, openPlace, type Place, type Started, sampleFacts, start, startOnce, until } from "./command-line.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

const sample = sampleFacts();
const owner = "admin@sandbox.example";
const userNames = (users: readonly { readonly userName: string }[]) => users.map(({ userName }) => userName).sort();
const inStep = (server: Started) =>
  until("everything is in step", async () => {
    const { apps } = await server.ask("/lockstep/v1/status");
    const { counts, running } = apps[0].jobs[0];
    return running === null && counts.pending === 0 && counts;
  });

afterEach(endAll);

describe("the sample organisation", () => {
  let place: Place;
  beforeAll(async () => {
    place = await openPlace("Données d’essai 数据");
  });
  afterAll(() => place.end());

  test("the first start provisions everybody who is assigned and enabled, and says so", async () => {
    const { code, ready, summary, lines, err } = await startOnce(place);
    expect({ code, lines: lines.length, err: err.includes("fail") }).toEqual({ code: 0, lines: 2, err: false });
    expect(ready).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      tokenFile: join(place.data, "token"),
      data: place.data,
      sandbox: {
        baseUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/scim\/v2$/),
        token: expect.stringMatching(/^[\w-]{20,}$/),
        web: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
        signInLink: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/links\/[\w-]{43}$/),
      },
    });
    const people = sample.provisioned.length;
    expect(summary).toEqual({
      inScope: people,
      inStep: people,
      created: people,
      updated: 0,
      disabled: 0,
      deleted: 0,
      skipped: 36,
      failed: 0,
      held: 0,
      requests: expect.any(Number),
      seconds: expect.any(Number),
    });
    expect(Object.keys(summary!)).toEqual(
      "inScope inStep created updated disabled deleted skipped failed held requests seconds".split(" "),
    );
    expect(people).toBe(166);
    expect(sample.defaultAccessOnly).toHaveLength(26);
    expect(statSync(join(place.data, "token")).mode & 0o777).toBe(0o600);
    expect(statSync(place.data).mode & 0o777).toBe(0o700);
  });

  test("a second start provisions nobody twice, in about one request", async () => {
    const { code, summary } = await startOnce(place);
    expect({ code, ...summary }).toMatchObject({
      code: 0,
      inScope: 166,
      inStep: 166,
      created: 0,
      updated: 0,
      failed: 0,
    });
    expect(summary!.requests).toBeLessThanOrEqual(2);
  });

  test("the tenant has its owner and exactly those people; logs and provision explain the others", async () => {
    const server = await start(place);
    await inStep(server);
    expect(userNames(await server.sandbox.all())).toEqual([owner, ...sample.provisioned].sort());

    const logOf = async (name: string) => (await server.json("logs", "--user", name)).value[0];
    const [viaDefaultAccess, disabled, unassigned] = [
      sample.defaultAccessOnly[0]!,
      sample.disabled[0]!,
      sample.unassigned[0]!,
    ];
    const skipped = { provisioningAction: "other", provisioningStatusInfo: { status: "skipped" } };
    expect(await logOf(viaDefaultAccess)).toMatchObject({
      ...skipped,
      sourceIdentity: { displayName: sample.nameOf(viaDefaultAccess) },
      explanation: expect.stringMatching(/Default Access/),
    });
    expect(await logOf(disabled)).toMatchObject({ ...skipped, explanation: expect.stringMatching(/blocked/) });
    expect(await server.json("provision", unassigned)).toMatchObject({
      action: "skip",
      changes: [],
      entry: { explanation: expect.stringMatching(/not assigned/) },
    });

    const second = await startOnce(place);
    expect(second.code).toBe(1);
    expect(second.out).toBe("");
    expect(second.err).toContain(`is in use by process ${server.pid}`);
    expect(await server.ask("/lockstep/v1/status")).toMatchObject({ users: sample.people, groups: sample.groups });

    const ended = await server.end("SIGINT");
    expect(ended.code).toBe(0);
    expect(ended.milliseconds).toBeLessThan(5_000);
    const gone = await server.run(["status"]);
    expect(gone).toMatchObject({ code: 3, out: "" });
    expect(gone.err).toMatch(/^No server is running for .*npx lockstep start/);
  });

  test("a killed server is started again and goes on; a tenant on another port keeps its people; TERM ends it too", async () => {
    const killed = await start(place);
    await inStep(killed);
    const name = sample.provisioned[0]!;
    await killed.json("user", "update", name, "--set", "displayName=Before The Crash");
    await killed.end("SIGKILL");

    const server = await start(place);
    expect(server.ready.sandbox.baseUrl).not.toBe(killed.ready.sandbox.baseUrl);
    expect(server.ready.sandbox.token).toBe(killed.ready.sandbox.token);
    await until("the change made before the crash has arrived", async () => {
      const { displayName } = await server.sandbox.find(name);
      return displayName === "Before The Crash";
    });
    await inStep(server);
    expect(userNames(await server.sandbox.all())).toEqual([owner, ...sample.provisioned].sort());
    expect(await server.json("logs", "--action", "create", "--limit", "1000")).toMatchObject({
      value: { length: sample.provisioned.length },
    });
    expect(await server.end("SIGTERM")).toMatchObject({ code: 0 });
  });
});

describe("other starts", () => {
  let place: Place;
  afterEach(() => place.end());

  const occupy = async (): Promise<Server> => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    return taken;
  };
  const portOf = (server: Server) => (server.address() as AddressInfo).port;

  test("taken ports are replaced, and said; without the sample the directory is empty", async () => {
    place = await openPlace();
    const [one, two] = [await occupy(), await occupy()];
    try {
      const ports = ["--port", String(portOf(one)), "--sandbox-port", String(portOf(two))];
      const server = await start(place, ["--no-sample", ...ports]);
      expect(server.err()).toContain(`(port ${portOf(one)} is taken)`);
      expect(server.err()).toContain(`(port ${portOf(two)} is taken)`);
      const { url, sandbox } = server.ready;
      expect([new URL(url).port, new URL(sandbox.baseUrl).port]).not.toContain(String(portOf(one)));
      expect(await server.ask("/lockstep/v1/status")).toMatchObject({ users: 0, groups: 0, apps: [] });
      expect(userNames(await server.sandbox.all())).toEqual([owner]);
      expect(await server.end("SIGINT")).toMatchObject({ code: 0 });
      const once = await startOnce(place);
      expect({ code: once.code, summary: once.summary }).toEqual({ code: 0, summary: nothing });
    } finally {
      one.close();
      two.close();
    }
  });

  const nothing = {
    inScope: 0,
    inStep: 0,
    created: 0,
    updated: 0,
    disabled: 0,
    deleted: 0,
    skipped: 0,
    failed: 0,
    held: 0,
    requests: 0,
    seconds: 0,
  };

  test.each(["people.csv", "people.ldif"])("your own people of %s are all provisioned", async (file) => {
    place = await openPlace();
    const { code, summary, err } = await startOnce(place, ["--directory", `examples/${file}`], {
      cwd: join(import.meta.dirname, "../.."),
    });
    expect(err).toContain(`Importing examples/${file}`);
    expect({ code, failed: summary?.failed }).toEqual({ code: 0, failed: 0 });
    expect(summary!.created).toBe(summary!.inStep);
    expect(summary!.created).toBeGreaterThan(5);
  });

  test("a file of people that is none, or is not there, is said and can be mended", async () => {
    place = await openPlace();
    const folder = join(place.data, "..");
    const [nonsense, people] = [join(folder, "100% nonsense.bin"), join(folder, "100% people.csv")];
    writeFileSync(nonsense, Buffer.from([0, 1, 2, 3, 255, 254, 0, 0, 17]));
    writeFileSync(
      people,
      "userPrincipalName,displayName,mail,employeeId\nada@contoso.example,Ada,ada@contoso.example,1\n",
    );
    for (const file of [nonsense, join(folder, "absent.csv")]) {
      const { code, out, err } = await startOnce(place, ["--directory", file]);
      expect({ code, out }).toEqual({ code: 1, out: "" });
      const error = JSON.parse(err.trim().split("\n").at(-1)!).error;
      expect(error.message).toContain(basename(file));
    }
    const { code, summary } = await startOnce(place, ["--directory", people]);
    expect({ code, created: summary?.created }).toEqual({ code: 0, created: 1 });
  });
});
