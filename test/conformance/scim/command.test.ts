import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GenericClient, openTestGeneric } from "#test/generic-client.ts";
import { openWire, secondsOf } from "./wire.ts";

const command = fileURLToPath(new URL("./command.ts", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly complaint: string;
}

const run = (args: readonly string[], token?: string): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const { CONFORMANCE_TOKEN: _, ...env } = process.env;
    const child = spawn(process.execPath, [command, ...args], {
      env: { ...env, ...(token === undefined ? {} : { CONFORMANCE_TOKEN: token }) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [out, complaints]: [string[], string[]] = [[], []];
    child.stdout.setEncoding("utf8").on("data", (text: string) => out.push(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => complaints.push(text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out: out.join(""), complaint: complaints.join("") }));
  });

let sandbox: GenericClient;
let folder: string;
beforeAll(async () => {
  sandbox = await openTestGeneric({ mode: "compat" });
  folder = mkdtempSync(join(tmpdir(), "conformance-"));
});
afterAll(async () => {
  await sandbox.end();
  rmSync(folder, { recursive: true, force: true });
});

test("a provider that breaks no MUST of those asked ends with 0 and a summary", async () => {
  const file = join(folder, "token");
  writeFileSync(file, `${sandbox.token}\n`);
  const { code, out, complaint } = await run([sandbox.baseUrl, "--token-file", file, "--only", "authentication"]);
  expect({ code, complaint }).toEqual({ code: 0, complaint: "" });
  expect(out).toMatch(/^passed {3}7644-2-no-token$/m);
  expect(out).toMatch(/^in all +6 +\. +\. +\.$/m);
});

test("a broken MUST ends with 1 and is told as one block without the token", async () => {
  const { code, out } = await run([sandbox.baseUrl, "--only", "7644-3.5.2.3-replace-no-match"], sandbox.token);
  expect(code).toBe(1);
  expect(out).toMatch(
    /^FAILED {3}7644-3\.5\.2\.3-replace-no-match {2}MUST {2}RFC 7644 section 3\.5\.2\.3\n {2}Replacing .+\n {2}sent {6}PATCH \/Users\/.+\n {2}answered {2}200 .+\n {2}asked {5}status 400\n {2}got {7}status 200\n/,
  );
  expect(out).not.toContain(sandbox.token);
});

test("a SHOULD that is not met is told and fails nobody; JSON has one line each", async () => {
  const { code, out } = await run([sandbox.baseUrl, "--json", "--only", "7643-3-schemas-"], sandbox.token);
  expect(code).toBe(0);
  const lines = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { id: "7643-3-schemas-required", level: "SHOULD", outcome: "failed", got: "status 201", left: [] },
    { id: "7643-3-schemas-of-resource-type", level: "MUST", outcome: "passed", section: "RFC 7643 section 3" },
  ]);
});

test.each([
  ["no address", [], "npm run conformance -- URL"],
  ["no token", ["http://127.0.0.1:1/scim/v2"], "There is no token"],
  ["another machine", ["https://scim.example/v2", "--token-file", "x"], "scim.example is not this machine"],
  ["a token in the open", ["http://scim.example/v2"], "unencrypted"],
  ["an address with a query", ["http://127.0.0.1:1/scim?x=1"], "no query"],
  ["no such requirement", ["http://127.0.0.1:1/scim", "--only", "9999"], "No requirement begins with 9999"],
  ["no such option", ["http://127.0.0.1:1/scim", "--verbose"], "--verbose"],
  ["no such file", ["http://127.0.0.1:1/scim", "--token-file", "/no/such/file"], "/no/such/file"],
])("%s is refused with a sentence", async (_, args, sentence) => {
  const { code, out, complaint } = await run(args);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(complaint).toContain(sentence);
  expect(complaint).not.toMatch(/\n {4}at /);
});

test.each([
  [
    "a token that opens nothing",
    "/scim/v2",
    "not-the-token",
    /^The token is refused: GET .+\/Users\?count=1 is answered with 401\./,
  ],
  [
    "an address below which there is nothing",
    "/scim/v2/Users",
    "",
    /^There is no SCIM service: GET .+ is answered with 404\./,
  ],
])("%s is told once, and nothing else is asked", async (_, path, token, sentence) => {
  const { code, out, complaint } = await run([new URL(path, sandbox.baseUrl).href], token || sandbox.token);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(complaint).toMatch(sentence);
});

test("a web page in place of a service is told as such", async () => {
  const { server, baseUrl } = await listening((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
  });
  const { code, out, complaint } = await run([baseUrl], "some-token");
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(complaint).toContain("is answered with 200, and with no JSON object.");
  server.close();
});

test("help is no failure", async () => {
  expect(await run(["--help"])).toMatchObject({ code: 0, complaint: "", out: expect.stringContaining("--token-file") });
});

const listening = async (answer: RequestListener): Promise<{ server: Server; baseUrl: string }> => {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { server, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

test("a server that is not there is told as such", async () => {
  const { server, baseUrl } = await listening(() => undefined);
  await new Promise((done) => server.close(done));
  const { code, complaint } = await run([baseUrl], "some-token");
  expect(code).toBe(2);
  expect(complaint).toMatch(/^GET \/ServiceProviderConfig got no answer: .*ECONNREFUSED.*\n$/);
});

test("it waits as long as it is asked to, and not for ever", async () => {
  let asked = 0;
  const { server, baseUrl } = await listening((request, response) => {
    asked += 1;
    const isForEver = request.url === "/never";
    const isPaced = asked === 1 || isForEver;
    response.writeHead(isPaced ? 429 : 204, isPaced ? { "retry-after": isForEver ? "3600" : "0" } : {}).end();
  });
  const wire = openWire({ baseUrl, token: null, mostRequests: 5 });
  const ask = (path: string) => wire.send({ method: "GET", path, headers: {}, body: null });
  expect((await ask("/once")).status).toBe(204);
  expect(asked).toBe(2);
  await expect(ask("/never")).rejects.toThrow("The provider asked to wait for more than 900 seconds in all.");
  await ask("/once");
  await ask("/once");
  await expect(ask("/once")).rejects.toThrow("The run has sent its 5 requests.");
  server.close();
  expect(secondsOf("Tue, 24 Nov 2026 12:00:30 GMT", Date.parse("2026-11-24T12:00:00Z"))).toBe(30);
  expect([secondsOf("7", 0), secondsOf("soon", 0), secondsOf(null, 0)]).toEqual([7, 1, 1]);
});
