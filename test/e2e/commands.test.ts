import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  endAll,
  lockstep,
  openPlace,
  type Place,
  projectFolder,
  type Started,
  start,
  startSandbox,
  until,
} from "./command-line.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

let place: Place;
let server: Started;
const program = join(projectFolder, "bin/lockstep.mjs");
const siobhan = "siobhan.oriordan@larkmoor.example";

const job = async () => (await server.ask("/lockstep/v1/status")).apps[0].jobs[0];
const settled = () =>
  until("everything is in step", async () => {
    const { counts, running } = await job();
    return running === null && counts.pending === 0 && counts.failed === 0 && counts.inStep > 0;
  });

beforeAll(async () => {
  place = await openPlace();
  server = await start(place, ["--directory", join(projectFolder, "examples/people.csv")]);
  await settled();
});
afterAll(async () => {
  await server.end();
  await endAll();
  await place.end();
});

/** Commands that change nothing or can be repeated, and what people see of them. */
const commands: readonly (readonly [line: readonly string[], human: RegExp])[] = [
  [["status"], /ThousandEyes +active/],
  [["app", "gallery", "thousand"], /ThousandEyes/],
  [["app", "list"], /ThousandEyes +thousandeyes +active/],
  [["app", "show"], /roles +Default Access, User/],
  [["user", "list"], /Siobhán O’Riordan/],
  [["user", "show", siobhan], /userPrincipalName +siobhan/],
  [["user", "update", siobhan, "--set", "jobTitle=Engineer"], /Changed\./],
  [["group", "list"], /Netze/],
  [["group", "show", "Netze"], /Siobhán O’Riordan/],
  [["credentials", "--show"], /SecretToken +\*/],
  [["test-connection"], /./],
  [["assign", siobhan, "--role", "User"], /is assigned to ThousandEyes as User/],
  [["run"], /./],
  [["pause"], /is paused\. Go on with: npx lockstep resume/],
  [["resume"], /is active/],
  [["restart", "--only", "failures"], /was restarted/],
  [["retry"], /Nothing that failed is waiting/],
  [["held"], /Nothing is held/],
  [["held", "allow", "--all"], /Nothing was held/],
  [["provision", siobhan], /Nothing had to be written to ThousandEyes/],
  [["logs", "--limit", "5"], /TIME +ACTION +STATUS +WHO/],
  [["logs", "--user", siobhan, "--steps"], /1\. Import from the directory/],
];

test.each(commands)("lockstep %j speaks to people and to programs", async (line, human) => {
  const plain = await server.run(line);
  expect(plain).toMatchObject({ code: 0, err: "" });
  expect(plain.out).toMatch(human);
  if (line[0] === "assign") {
    const undone = await server.run(["unassign", siobhan]);
    expect(undone.out).toMatch(/is no longer assigned to ThousandEyes/);
  }
  const json = await server.run([...line, "--json"]);
  expect(json).toMatchObject({ code: 0 });
  expect(JSON.parse(json.out.trim().split("\n").at(-1)!)).toBeTypeOf("object");
});

test("people, groups and apps are made and removed", async () => {
  const made = await server.json(
    "user",
    "create",
    "ada@contoso.example",
    "--display-name",
    "Ada Berg",
    "--manager",
    siobhan,
  );
  expect(made).toMatchObject({ displayName: "Ada Berg", userPrincipalName: "ada@contoso.example" });
  const group = await server.json("group", "create", "Engineering", "--member", "ada@contoso.example");
  await server.json("group", "add-member", "Engineering", siobhan);
  expect((await server.json("group", "show", "Engineering")).members).toHaveLength(2);
  await server.json("group", "remove-member", "Engineering", siobhan);
  await server.json("group", "delete", "Engineering");
  expect(await server.json("group", "restore", "Engineering")).toEqual({ restored: group.id });

  const app = await server.json("app", "add", "thousandeyes", "--name", "Second");
  expect(app.servicePrincipal.displayName).toBe("Second");
  const ambiguous = await server.run(["pause"]);
  expect(ambiguous).toMatchObject({
    code: 2,
    err: expect.stringContaining("There are 2 apps; say which one with --app"),
  });
  const unsaid = await server.run(["app", "delete", "Second"]);
  expect(unsaid).toMatchObject({ code: 2, err: expect.stringContaining("Say so with --yes") });
  await server.json("app", "delete", "Second", "--yes");
  expect(await server.json("app", "list")).toMatchObject({ value: { length: 1 } });

  await server.json("user", "delete", "ada@contoso.example");
  expect(await server.json("user", "list", "--deleted")).toMatchObject({ value: [{ id: made.id }] });
  await server.json("user", "restore", "ada@contoso.example");
  const absent = await server.run(["user", "show", "nobody@contoso.example"]);
  expect(absent).toMatchObject({ code: 1, out: "" });
  expect(absent.err).toContain("nobody@contoso.example");
});

describe("credentials", () => {
  const saved = async () => (await server.json("credentials", "--show")).value;

  test("a token that is refused is not saved, unless told", async () => {
    const before = await saved();
    const refused = await server.run(["credentials", "--secret-token", "wrong-token-of-nobody"]);
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toMatch(/Nothing was saved\. To save them all the same, add --skip-test\./);
    expect(refused.err).not.toContain("wrong-token-of-nobody");
    expect(await saved()).toEqual(before);
    expect((await server.run(["test-connection"])).code).toBe(0);

    const forced = await server.run(["credentials", "--secret-token", "wrong-token-of-nobody", "--skip-test"]);
    expect(forced).toMatchObject({ code: 0, out: expect.stringContaining("They were not tested.") });
    const bad = await server.run(["test-connection"]);
    expect(bad.code).toBe(1);
    const good = await server.run(["credentials", "--secret-token-file", "-"], { input: server.ready.sandbox.token });
    expect(good).toMatchObject({ code: 0, out: expect.stringContaining("are saved") });
    expect((await server.run(["test-connection"])).code).toBe(0);
  });

  test("a token is never sent to another host than the one it was given for", async () => {
    const asked: string[] = [];
    const other = createServer((request, response) => {
      asked.push(request.headers.authorization ?? "");
      response.end();
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    try {
      const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}/scim/v2`;
      for (const more of [[], ["--skip-test"]]) {
        const refused = await server.run(["credentials", "--base-address", address, ...more]);
        expect(refused.code).not.toBe(0);
        expect(refused.err).toMatch(/token/i);
      }
      expect((await server.run(["test-connection", "--base-address", address])).code).not.toBe(0);
      expect(asked).toEqual([]);
    } finally {
      other.close();
    }
  });
});

test("without a server, or with a wrong token, a command says what to do", async () => {
  const empty = await openPlace("nobody here");
  try {
    const none = await lockstep(["status", "--data", empty.data]);
    expect(none).toMatchObject({ code: 3, out: "" });
    expect(none.err).toContain("Start one with: npx lockstep start --data");
    const env = { LOCKSTEP_URL: server.ready.url, LOCKSTEP_TOKEN: "wrong" };
    const wrong = await lockstep(["status"], { env });
    expect(wrong).toMatchObject({ code: 1, out: "" });
    expect(wrong.err).toMatch(/token/i);
    const json = await lockstep(["status", "--json"], { env });
    expect(JSON.parse(json.err).error.message).toMatch(/token/i);
  } finally {
    await empty.end();
  }
});

/** Every Node.js of this machine, the project's own aside. */
const installedNodes = (): readonly string[] => {
  const found = execFileSync("which", ["-a", "node"], { encoding: "utf8" }).trim().split("\n");
  return [...new Set(found)].filter((node) => !node.includes("node_modules"));
};

test("an older Node.js hands over to the one that the project brings, through a link too", async () => {
  const link = join(place.data, "linked");
  symlinkSync(program, link);
  for (const node of installedNodes()) {
    const env = { PATH: "/nonexistent" };
    expect(await lockstep(["--version"], { node, env })).toMatchObject({ code: 0, out: "0.1.0\n" });
    expect(await lockstep(["status", "--data", place.data], { node, program: link })).toMatchObject({ code: 0 });
    expect(await lockstep(["nonsense"], { node })).toMatchObject({ code: 2 });
    const input = '{"expression":"Append([a], \\"!\\")","attributes":{"a":"é"}}\n';
    expect(await lockstep(["expression", "eval"], { node, input })).toMatchObject({ code: 0, out: '{"value":"é!"}\n' });
  }
});

test("when an older Node.js is killed, what it handed over to ends as well", async () => {
  for (const node of installedNodes()) {
    const sandbox = await startSandbox(["--memory"], { node });
    expect((await sandbox.call("GET", "/Users?count=0")).status).toBe(200);
    await sandbox.end("SIGKILL");
    await until("nobody answers", () =>
      fetch(sandbox.printed.baseUrl).then(
        () => false,
        () => true,
      ),
    );
  }
});
