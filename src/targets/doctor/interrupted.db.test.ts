import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { schemaUrns } from "#scim";
import { type DoctorRig, interrupting, openDoctorRig } from "#test/doctor-rig.ts";
import { type ScimTestServer, startScimTestServer } from "#test/wire/scim-test-server.ts";

const token = "token-of-the-examined-target";
let rig: DoctorRig;
let server: ScimTestServer;

/** Somebody who was there before, with a name that looks a little like the doctor's. */
const settle = (): void => {
  for (const name of ["ada@example.com", "lockstep-doctor@example.com", "lockstep-doctors-friend@example.com"]) {
    const made = server.users.create({
      schemas: [schemaUrns.user],
      userName: name,
      active: true,
      emails: [{ type: "work", value: name }],
    });
    expect(made.ok).toBe(true);
  }
  expect(server.groups.create({ schemas: [schemaUrns.group], displayName: "lockstep-doctor-team" }).ok).toBe(true);
};

const record = () => ({ users: server.users.all(), groups: server.groups.all() });

/** Ids of everybody whom a request wrote to. */
const written = (): readonly string[] =>
  server.requests
    .filter(({ method }) => method === "PATCH" || method === "PUT" || method === "DELETE")
    .map(({ path }) => decodeURIComponent(path.split("?")[0]!.split("/")[2] ?? ""));

const fresh = () => {
  server.reset();
  settle();
  return {
    before: structuredClone(record()),
    theirs: [...server.users.all(), ...server.groups.all()].map(({ id }) => id),
  };
};

beforeAll(async () => {
  rig = openDoctorRig();
  server = await startScimTestServer({ token });
});
afterAll(async () => {
  await server.close();
  await rig.close();
});

/** Requests of an examination that nothing disturbs. */
const wholeRun = async (): Promise<number> => {
  fresh();
  const { requests, verdict } = await rig.examine(server.baseUrl, token, { members: 2 });
  expect(verdict).not.toBe("cannot");
  return requests;
};

test("an examination leaves the target as it was, and writes to nobody who was there before", async () => {
  const { before, theirs } = fresh();
  const { cleanUp, interrupted } = await rig.examine(server.baseUrl, token, { members: 10, measuresPace: true });
  expect(record()).toEqual(before);
  expect(written().filter((id) => theirs.includes(id))).toEqual([]);
  expect({ interrupted, cleanUp }).toEqual({ interrupted: false, cleanUp: { removed: 13, left: [], journal: null } });
  expect(readdirSync(rig.folder)).toEqual([]);
});

test("what earlier runs left without a journal is known by its name: old ones go with the next run, young ones with a clean-up", async () => {
  const { before } = fresh();
  const named = (at: number) => `lockstep-doctor-${at.toString(36).padStart(8, "0")}abcd-ann@example.com`;
  const seconds = Math.floor(Date.now() / 1000);
  const leave = (userName: string) => server.users.create({ schemas: [schemaUrns.user], userName, active: true });
  leave(named(seconds - 7200));
  leave(named(seconds - 60));
  const there = () => server.users.all().map(({ userName }) => userName);
  expect(there()).toContain(named(seconds - 7200));
  expect((await rig.examine(server.baseUrl, token)).cleanUp.left).toEqual([]);
  expect(there()).not.toContain(named(seconds - 7200));
  expect(there()).toContain(named(seconds - 60));
  expect(await rig.cleanUp(server.baseUrl, token)).toMatchObject({ removed: 1, left: [] });
  expect(record()).toEqual(before);

  // Also where nothing can be searched for.
  leave(named(seconds - 60));
  server.faults.add({ kind: "501", method: "GET", path: "/Users?filter", times: null });
  expect(await rig.cleanUp(server.baseUrl, token)).toMatchObject({ removed: 1, left: [] });
  expect(record()).toEqual(before);
});

/** An examination whose process is gone after its request number `at`. */
const dies = async (at: number): Promise<void> => {
  let tell: () => void = () => undefined;
  const dead = new Promise<void>((done) => {
    tell = done;
  });
  const http = interrupting(rig.http, at, async (request, send) => {
    await send(request);
    tell();
    return new Promise(() => undefined);
  });
  void rig.examine(server.baseUrl, token, { http, members: 2 });
  await dead;
};

test("another examination that is under way is told and left alone, and is no failure of this one", async () => {
  const { before } = fresh();
  await dies(40);
  const theirs = structuredClone(record());
  expect(theirs.users.length).toBeGreaterThan(before.users.length);
  const [name = ""] = readdirSync(rig.folder);
  const journal = join(rig.folder, name);
  const ofDead = readFileSync(journal, "utf8");
  writeFileSync(journal, ofDead.replace(/"pid":\d+/, `"pid":${process.ppid}`));
  const { cleanUp, findings } = await rig.examine(server.baseUrl, token, { members: 2 });
  expect(cleanUp.left).toEqual([]);
  expect(record()).toEqual(theirs);
  const says = `What another examination has made: it is under way, and its journal is ${journal}.`;
  expect(findings.filter(({ code }) => code === "notExamined")).toMatchObject([{ says }]);
  expect(await rig.cleanUp(server.baseUrl, token)).toMatchObject({
    removed: 0,
    left: [`Another examination of this target is under way; its journal is ${journal}.`],
  });
  writeFileSync(journal, ofDead);
  expect(await rig.cleanUp(server.baseUrl, token)).toMatchObject({ left: [] });
  expect(record()).toEqual(before);
});

test("a clean-up that cannot look through the target says why", async () => {
  fresh();
  const { left } = await rig.cleanUp(server.baseUrl, "another-token");
  const why = "so nobody knows whether some are left. GET /%s was answered with 401";
  for (const [index, what] of ["Groups", "Users"].entries())
    expect(left[index]).toContain(
      `The ${what.toLowerCase()} of the target cannot be looked through, ${why.replace("%s", what)}`,
    );
});

describe("disturbed at each of its requests in turn", () => {
  test("stopped: it removes what it made", { timeout: 120_000 }, async () => {
    const all = await wholeRun();
    for (let at = 1; at <= all; at += 1) {
      const { before, theirs } = fresh();
      const stop = new AbortController();
      const http = interrupting(rig.http, at, (request, send) => {
        const answer = send(request);
        stop.abort();
        return answer;
      });
      const { interrupted, cleanUp, profile } = await rig.examine(server.baseUrl, token, {
        http,
        signal: stop.signal,
        members: 2,
      });
      expect({ at, record: record() }).toEqual({ at, record: before });
      expect(written().filter((id) => theirs.includes(id))).toEqual([]);
      if (interrupted) expect(profile).toEqual({});
      expect(cleanUp).toMatchObject({ left: [], journal: null });
    }
  });

  test.each([
    ["goes on", false],
    ["is stopped at that moment", true],
  ])("the answer is lost after the target did what was asked, and it %s", { timeout: 120_000 }, async (_, stops) => {
    const all = await wholeRun();
    for (let at = 1; at <= all; at += 1) {
      const { before, theirs } = fresh();
      const stop = new AbortController();
      const http = interrupting(rig.http, at, async (request, send) => {
        await send(request);
        if (stops) stop.abort();
        return {
          ok: false,
          failure: { code: "Reset", sent: true, message: "The connection broke.", status: null, headers: null },
        };
      });
      const { signal } = stop;
      const { cleanUp } = await rig.examine(server.baseUrl, token, { http, signal, members: 2 });
      expect({ at, record: record() }).toEqual({ at, record: before });
      expect(written().filter((id) => theirs.includes(id))).toEqual([]);
      expect(cleanUp).toMatchObject({ left: [], journal: null });
    }
  });

  test("the process dies: the next clean-up finds everything by the journal", { timeout: 120_000 }, async () => {
    const all = await wholeRun();
    for (let at = 1; at <= all; at += 1) {
      const { before, theirs } = fresh();
      await dies(at);
      const { left } = await rig.cleanUp(server.baseUrl, token);
      expect(left).toEqual([]);
      expect({ at, record: record() }).toEqual({ at, record: before });
      expect(written().filter((id) => theirs.includes(id))).toEqual([]);
      expect(readdirSync(rig.folder)).toEqual([]);
    }
  });
});
