import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { schemaUrns } from "#scim";
import { endAll, lockstep, openPlace, type Place, projectFolder, type Started, start } from "#test/e2e/command-line.ts";
import { type ScimTestServer, startScimTestServer } from "#test/wire/scim-test-server.ts";

const token = "token-of-the-examined-target";
let folder: string;
let place: Place;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-doctor-"));
  place = await openPlace();
});
afterAll(async () => {
  await endAll();
  await place.end();
  rmSync(folder, { recursive: true, force: true });
});

/** Where to look after a crash is said before anything is made. */
const noted = /^What is made is noted in .*\.jsonl\.\n$/;

/** Knows neither PATCH nor filters. */
const startSimpleTarget = (): Promise<ScimTestServer> =>
  startScimTestServer({
    token,
    faults: [
      { kind: "501", method: "PATCH", times: null },
      { kind: "501", method: "GET", path: "/Users?filter", times: null },
      { kind: "501", method: "GET", path: "/Groups?filter", times: null },
      { kind: "501", method: "GET", path: "/Groups?excludedAttributes=members&filter", times: null },
      { kind: "501", method: "GET", path: "/Groups?attributes=id&filter", times: null },
    ],
  });

const people = Array.from({ length: 20 }, (_, at) => ({
  name: `person${String(at).padStart(2, "0")}@contoso.example`,
  displayName: `Person ${at}`,
}));

const csv = [
  "userPrincipalName,displayName,mail,employeeId,givenName,surname",
  ...people.map(({ name, displayName }, at) => `${name},${displayName},${name},e${at},Person,Number ${at}`),
].join("\n");

/** Everybody of the directory, in one group that is assigned to an app for this target. */
const furnish = async (server: Started, target: ScimTestServer): Promise<void> => {
  const file = join(folder, "people.csv");
  writeFileSync(file, csv);
  const bearer = { authorization: `Bearer ${readFileSync(server.ready.tokenFile, "utf8").trim()}` };
  const ask = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${server.ready.url}${path}`, {
      method,
      headers: { ...bearer, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return text === "" ? null : JSON.parse(text);
  };
  await server.json("import", file);
  const group = await server.json("group", "create", "Everybody");
  const { value: users } = await ask("GET", "/v1.0/users?$top=100");
  for (const { id } of users) {
    const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${id}` };
    await ask("POST", `/v1.0/groups/${group.id}/members/$ref`, reference);
  }
  await server.json("app", "add", "scim", "--name", "Wiki");
  const credentials = ["--base-address", target.baseUrl, "--secret-token", token, "--app", "Wiki", "--skip-test"];
  await server.json("credentials", ...credentials);
  await server.json("assign", "Everybody", "--type", "group", "--app", "Wiki");
};

test("a job provisions into a target with neither PATCH nor filters as the doctor found it, with nothing set by hand", {
  timeout: 120_000,
}, async () => {
  const target = await startSimpleTarget();
  const server = await start(place, ["--no-sample"]);
  await furnish(server, target);

  const found = await server.run(["doctor", "--app", "Wiki", "--no-rate", "--members", "3"]);
  expect(found).toMatchObject({ code: 0, err: expect.stringMatching(noted) });
  expect(found.out).toContain("It has no PATCH.");
  expect(found.out).toContain("Users cannot be searched for.");
  expect(found.out).toContain("This target can be provisioned, with what is said above.");
  expect([target.state.users, target.state.groups]).toEqual([[], []]);

  const learned = {
    duplicateIsConflict: true,
    filterable: [],
    filterableGroups: [],
    updateUsers: "put" as const,
    updateGroups: "put" as const,
  };
  const profile = await server.json("profile", "show", "Wiki");
  expect(profile).toMatchObject({ found: { baseUrl: target.baseUrl, profile: learned }, own: {}, effective: learned });

  await server.json("resume", "Wiki");
  await server.run(["run", "Wiki"]);
  await server.json("user", "update", people[3]!.name, "--display-name", "Renamed");
  await server.run(["run", "Wiki"]);
  const names = target.state.users.map(({ userName, displayName }) => [userName, displayName]).sort();
  expect(names).toEqual(people.map(({ name, displayName }, at) => [name, at === 3 ? "Renamed" : displayName]));
  const [group, ...others] = target.state.groups;
  expect(others).toEqual([]);
  expect(group).toMatchObject({ displayName: "Everybody" });
  const members = (group!.members as unknown as { value: string }[]).map(({ value }) => value).sort();
  expect(members).toEqual(target.state.users.map(({ id }) => id).sort());
  expect(target.requests.filter(({ method, status }) => method === "PATCH" && status !== 501)).toEqual([]);
  const { apps } = await server.json("status");
  expect(apps[0].jobs[0].counts).toMatchObject({ failed: 0, inStep: 21 });

  const mine = await server.json("profile", "set", "pageSize=20", "requestsPerSecond=50", "--app", "Wiki");
  expect(mine).toMatchObject({ own: { pageSize: 20, requestsPerSecond: 50 }, effective: { ...learned, pageSize: 20 } });
  const wrong = await server.run(["profile", "set", "updateUsers=post", "--app", "Wiki"]);
  expect(wrong).toMatchObject({ code: 1, err: "updateUsers must be one of patch, put.\n" });
  const file = join(folder, "found.json");
  writeFileSync(
    file,
    JSON.stringify({ baseUrl: target.baseUrl, at: "2026-01-02T03:04:05.000Z", profile: { pageSize: 7 } }),
  );
  expect(await server.json("profile", "load", file, "--app", "Wiki")).toMatchObject({
    found: { profile: { pageSize: 7 } },
  });
  const bare = await server.json("profile", "reset", "Wiki");
  expect(bare).toMatchObject({ found: null, own: {}, effective: { updateUsers: "patch", pageSize: 100 } });
  await server.end();
  await target.close();
});

test("after a kill -9 in the middle, --clean-up leaves the target as it was", { timeout: 60_000 }, async () => {
  const target = await startScimTestServer({
    token,
    faults: [{ kind: "hangAfterCommit", method: "POST", path: "/Groups" }],
  });
  const friend = { schemas: [schemaUrns.user], userName: "lockstep-doctor@example.com", active: true };
  target.users.create(friend);
  const before = structuredClone(target.state.users);
  const program = join(projectFolder, "bin/lockstep.mjs");
  const args = ["doctor", target.baseUrl, "--token", token, "--data", folder];
  const child = spawn(process.execPath, [program, ...args], { stdio: "ignore" });
  await target.held(1);
  const ended = once(child, "close");
  child.kill("SIGKILL");
  await ended;
  expect(target.state.users.length).toBeGreaterThan(before.length);
  expect(target.state.groups).toHaveLength(1);
  const cleaned = await lockstep([...args, "--clean-up", "--json"]);
  expect(cleaned).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(cleaned.out)).toMatchObject({ removed: target.state.removed.length - 1, left: [] });
  expect([target.state.users, target.state.groups]).toEqual([before, []]);
  await target.close();
});

test("Ctrl-C ends an examination with exit code 130 and leaves the target as it was", { timeout: 60_000 }, async () => {
  const target = await startScimTestServer({
    token,
    faults: [{ kind: "hang", method: "GET", path: "/Groups?excludedAttributes=members&startIndex" }],
  });
  const program = join(projectFolder, "bin/lockstep.mjs");
  const args = ["doctor", target.baseUrl, "--token", token, "--data", folder];
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const printed = text(child.stdout);
  const ended = once(child, "close");
  await target.held(1);
  expect(target.state.users.length).toBeGreaterThan(0);
  child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
  expect(await printed).toContain("The examination was stopped before its end; nothing is concluded from it.");
  expect([target.state.users, target.state.groups]).toEqual([[], []]);
  await target.close();
});

test("a target that cannot be provisioned is exit code 1, and what was found is for programs too", async () => {
  const target = await startScimTestServer({ token, faults: [{ kind: "403", method: "POST", times: null }] });
  const file = join(folder, "profile.json");
  const refused = await lockstep(["doctor", target.baseUrl, "--token", "another", "--data", folder, "--save", file]);
  expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(noted) });
  expect(refused.out).toContain(
    "This target cannot be provisioned.\nNothing was found out, so nothing was written to ",
  );
  // The reason is said once, and not of everything that could not be looked at.
  expect(refused.out).not.toMatch(/Not examined|Profile|throw-away/);
  expect(existsSync(file)).toBe(false);
  const json = await lockstep([
    "doctor",
    target.baseUrl,
    "--token",
    token,
    "--data",
    folder,
    "--no-rate",
    "--json",
    "--save",
    file,
  ]);
  expect(json.code).toBe(1);
  const report = JSON.parse(json.out);
  expect(report).toMatchObject({ verdict: "cannot", interrupted: false, cleanUp: { left: [], journal: null } });
  expect(report.findings.map(({ code }: { code: string }) => code)).toContain("createRefused");
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
    baseUrl: target.baseUrl,
    at: report.at,
    profile: report.profile,
  });
  const nowhere = await lockstep(["doctor", "scim.example.com", "--token", token]);
  expect(nowhere).toMatchObject({ code: 2, out: "" });
  await target.close();
});
