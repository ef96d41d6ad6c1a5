import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endAll, openPlace, type Place, type Started, start } from "./command-line.ts";

/** Each with signs that look otherwise in an address, in JSON, in a form and in base64. */
const bearer = "bEarer-Tok3n/with+signs=and~more.Zx9Qw8Er7Ty6";
const password = 'pAss"wörd\\with/odd+signs&more=Zx9Qw8Er7Ty6!';
const clientSecret = "cLient-Secr3t/with+signs=and&more%Zx9Qw8Er7Ty6";
const fetched = "fEtched-Tok3n/with+signs=and~more.Pl0Ok9Ij8Uh7";
const userName = "provisioner";
const secrets = [bearer, password, clientSecret, fetched];

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");
const formsOf = (secret: string): readonly string[] => [
  secret,
  base64(secret),
  Buffer.from(secret, "utf8").toString("base64url"),
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  secret.slice(0, 12),
  secret.slice(-12),
];
const forbidden = [
  ...secrets.flatMap(formsOf),
  base64(`${userName}:${password}`),
  base64(`lockstep:${encodeURIComponent(clientSecret)}`),
  base64(`Bearer ${bearer}`),
];

/** What of a text is a secret, or a piece of one. */
const leaksIn = (text: string): readonly string[] => [...new Set(forbidden.filter((form) => text.includes(form)))];

let echoes = 0;
const met = new Set<number>();
/** Kinds of answers that were not given yet. */
let unmet = Number.POSITIVE_INFINITY;

/** Gives back what it was told of the credentials, in every form and place that it can think of. */
const echo = (request: IncomingMessage, response: ServerResponse): void => {
  echoes += 1;
  const header = request.headers.authorization ?? "";
  const told = header.startsWith("Basic ")
    ? `${header} ${Buffer.from(header.slice(6), "base64").toString("utf8")} ${password}`
    : `${header} ${header.slice(7)}`;
  const known = header.startsWith("Basic ") ? password : header.slice(7);
  const words = `${told} | ${formsOf(known).join(" | ")} | ${known.slice(0, 20)} | ${known.slice(-20)}`;
  const json = { "content-type": "application/scim+json" };
  const error = (status: number) =>
    JSON.stringify({
      schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
      status: String(status),
      detail: `You said ${words}`,
      received: { [known]: words },
    });
  const answers: readonly (() => void)[] = [
    () => response.writeHead(401, { ...json, "www-authenticate": `Bearer error="${base64(words)}"` }).end(error(401)),
    () => response.writeHead(400, json).end(error(400)),
    () => response.writeHead(500, { ...json, "x-token": encodeURIComponent(words) }).end(error(500)),
    () => response.writeHead(200, { "content-type": "text/html" }).end(`<html><body>${words}</body></html>`),
    () => response.writeHead(403, { "content-type": "text/html" }).end(`<html><body>${words}</body></html>`),
    () => response.writeHead(302, { location: `https://login.example/?token=${encodeURIComponent(known)}` }).end(),
    () => response.writeHead(200, json).end(`{"detail":"${known.slice(0, 17)}`),
    () => {
      response.writeHead(200, { ...json, "content-length": "9999" });
      response.write(`{"detail":${JSON.stringify(words)}`, () => response.destroy());
    },
    () => {
      const isList = request.method === "GET" && request.url?.includes("?");
      const one = { id: "7", userName: "eve@echo.example", displayName: words, nickName: known };
      const list = { schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], totalResults: 0, Resources: [] };
      response.writeHead(isList ? 200 : 201, json).end(JSON.stringify(isList ? list : one));
    },
  ];
  met.add(echoes % answers.length);
  unmet = answers.length - met.size;
  answers[echoes % answers.length]?.();
};

let tokens = 0;
/** A token endpoint that tells everybody what it was sent, refuses at first, and then gives a token all the same. */
const giveToken = (request: IncomingMessage, body: string, response: ServerResponse): void => {
  tokens += 1;
  const json = { "content-type": "application/json" };
  const error_description = `${request.headers.authorization} ${body} ${clientSecret} ${base64(clientSecret)}`;
  if (tokens === 1)
    return void response.writeHead(400, json).end(JSON.stringify({ error: "invalid_client", error_description }));
  response
    .writeHead(200, json)
    .end(JSON.stringify({ access_token: fetched, token_type: "Bearer", expires_in: 3600, error_description }));
};

const target = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => (request.url === "/token" ? giveToken(request, body, response) : echo(request, response)));
});

let place: Place;
let server: Started;
let origin = "";
beforeAll(async () => {
  await new Promise<void>((done) => target.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
  place = await openPlace();
  server = await start(place, ["--no-sample", "--log-level", "debug"]);
}, 120_000);
afterAll(async () => {
  await endAll();
  target.closeAllConnections();
  target.close();
  await place.end();
});

/** Each way to authenticate, with the secret on standard input. */
const ways: readonly (readonly [kind: string, flags: readonly string[], secret: string])[] = [
  ["bearer", [], bearer],
  ["basic", ["--user-name", userName], password],
  ["client", ["--client-id", "lockstep", "--token-url", "ORIGIN/token"], clientSecret],
  ["clientInBody", ["--client-id", "lockstep", "--client-auth", "body", "--token-url", "ORIGIN/token"], clientSecret],
];

describe("a target that gives back whatever it is told", () => {
  test.each(ways)(
    "%s: no secret is in anything that is printed, told or kept",
    { timeout: 180_000 },
    async (kind, given, secret) => {
      const flags = given.map((flag) => flag.replace("ORIGIN", origin));
      tokens = 0;
      const app = `Echo ${kind}`;
      await server.json("app", "add", "scim", "--name", app);
      const told: string[] = [];
      const run = async (...args: readonly string[]): Promise<void> => {
        const { out, err } = await server.run(args, { input: secret });
        told.push(`${args.join(" ")}:\n${out}\n${err}`);
      };
      const base = ["--base-address", `${origin}/scim`, ...flags, "--secret-token-file", "-"];
      for (let time = 0; time < 2; time += 1) await run("test-connection", app, ...base);
      await run("credentials", app, ...base);
      await run("credentials", app, ...base, "--skip-test");
      await run("credentials", app, "--show", "--json");
      const person = `eve.${kind}@echo.example`;
      await server.json("user", "create", person, "--set", `displayName=Eve ${kind}`);
      await run("assign", person, "--app", app);
      const before = echoes;
      for (let time = 0; time < 4; time += 1) await run("provision", person, "--app", app, "--exchanges", "--json");
      await run("provision", person, "--app", app, "--exchanges");
      expect(echoes).toBeGreaterThan(before);
      await run("run", app);
      await run("status", app);
      await run("logs", "--app", app, "--steps");
      await run("logs", "--app", app, "--json");
      await run("schema", "export", "--app", app);
      await run("app", "show", app, "--json");
      expect(told.join("\n").length).toBeGreaterThan(5_000);
      for (const text of told) expect([leaksIn(text), text.slice(0, 60)]).toEqual([[], text.slice(0, 60)]);
    },
  );

  test("nor in the server's own log, in what its interface tells, nor in the files that a crash leaves behind", {
    timeout: 120_000,
  }, async () => {
    expect(unmet).toBe(0);
    const apps = (await server.json("app", "list")).value as readonly { id: string; appId: string }[];
    const interfaceTold = JSON.stringify([
      await server.ask("/v1.0/auditLogs/provisioning"),
      await server.ask("/v1.0/servicePrincipals"),
      ...(await Promise.all(apps.map(({ id }) => server.ask(`/v1.0/servicePrincipals/${id}/synchronization/jobs`)))),
      ...(await Promise.all(apps.map(({ id }) => server.ask(`/v1.0/servicePrincipals/${id}/synchronization/secrets`)))),
    ]);
    expect(interfaceTold).toMatch(/Echo bearer/);
    expect(leaksIn(interfaceTold)).toEqual([]);
    await server.end("SIGABRT");
    expect(server.err()).toMatch(/"level":20/);
    expect([leaksIn(server.out()), leaksIn(server.err())]).toEqual([[], []]);
    const files = (readdirSync(place.data, { recursive: true }) as string[])
      .map((name) => join(place.data, name))
      .filter((file) => statSync(file).isFile());
    expect(files.length).toBeGreaterThan(1);
    const leaks = files.flatMap((file) => {
      const bytes = readFileSync(file);
      return [...leaksIn(bytes.toString("latin1")), ...leaksIn(bytes.toString("utf8"))].map(
        (leak) => `${file}: ${leak}`,
      );
    });
    expect(leaks).toEqual([]);
  });
});
