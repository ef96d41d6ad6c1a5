import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { jwtVerify } from "jose";
import { afterEach, expect, test } from "vitest";
import { usualProfile } from "#core";
import { openHttpClient } from "#http";
import { openManualClock } from "#test/wire/manual-clock.ts";
import { startScimTestServer } from "#test/wire/scim-test-server.ts";
import {
  type Exchange,
  openScimTarget,
  problemOfCredentials,
  type RequestOptions,
  type TargetCredentials,
  type TargetProfile,
} from "../index.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const bulk: RequestOptions = { lane: "bulk" };
const profile: TargetProfile = { ...usualProfile, pageSize: 10 };

interface TokenAnswer {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An authorization server that answers in turn, the last answer again and again. */
const startTokenServer = async (...answers: readonly TokenAnswer[]) => {
  const asked: { readonly authorization: string | undefined; readonly form: Readonly<Record<string, string>> }[] = [];
  const server = createServer(async (request, response) => {
    const form = Object.fromEntries(new URLSearchParams(await text(request)));
    const { status = 200, body, headers = {} } = answers[Math.min(asked.length, answers.length - 1)]!;
    asked.push({ authorization: request.headers.authorization, form });
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token` };
};

const scene = async (credentials: TargetCredentials) => {
  const server = await startScimTestServer({ token: null });
  const clock = openManualClock();
  const http = openHttpClient({ clock, allowedHosts: [] });
  const exchanges: Exchange[] = [];
  const target = openScimTarget({
    baseUrl: server.baseUrl,
    credentials,
    profile,
    clock,
    http,
    random: () => 0.5,
    onExchange: (exchange) => exchanges.push(exchange),
  });
  cleanups.push(
    () => server.close(),
    () => http.close(),
    () => target.close(),
  );
  const headers = () => server.requests.map((request) => request.headers.authorization);
  return { server, clock, target, exchanges, headers };
};

const client = (tokenUrl: string, more: object = {}): TargetCredentials => ({
  kind: "clientCredentials",
  tokenUrl,
  clientId: "lock step:1",
  clientSecret: "s&cret/=+ä",
  scope: null,
  sendAs: "header",
  ...more,
});

const bearing = (token: string, expires_in: unknown = 3600): TokenAnswer => ({
  body: { access_token: token, token_type: "Bearer", expires_in },
});

test("a user name and a password travel in a basic header, in any script", async () => {
  const { target, headers } = await scene({ kind: "basic", userName: "ada@example.com", password: "pä:ss 東" });
  expect((await target.list("User", 1, bulk)).ok).toBe(true);
  expect(headers()).toEqual([`Basic ${Buffer.from("ada@example.com:pä:ss 東").toString("base64")}`]);
});

test("a token is fetched once for all who wait, used until shortly before its end, and fetched anew", async () => {
  const tokens = await startTokenServer(bearing("one", 600), bearing("two", "600"));
  const { target, headers, clock } = await scene(client(tokens.url, { scope: "scim users" }));
  await Promise.all([1, 2, 3].map(() => target.list("User", 1, bulk)));
  await clock.advance(539_000);
  await target.list("User", 1, bulk);
  await clock.advance(2_000);
  await target.list("User", 1, bulk);
  expect(headers()).toEqual(["Bearer one", "Bearer one", "Bearer one", "Bearer one", "Bearer two"]);
  const encoded = Buffer.from("lock+step%3A1:s%26cret%2F%3D%2B%C3%A4").toString("base64");
  expect(tokens.asked).toEqual([
    { authorization: `Basic ${encoded}`, form: { grant_type: "client_credentials", scope: "scim users" } },
    { authorization: `Basic ${encoded}`, form: { grant_type: "client_credentials", scope: "scim users" } },
  ]);
});

test("id and secret travel in the body where the endpoint wants them there", async () => {
  const tokens = await startTokenServer(bearing("one"));
  const { target } = await scene(client(tokens.url, { sendAs: "body" }));
  await target.list("User", 1, bulk);
  expect(tokens.asked).toEqual([
    {
      authorization: undefined,
      form: { grant_type: "client_credentials", client_id: "lock step:1", client_secret: "s&cret/=+ä" },
    },
  ]);
});

const pem = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }) as string;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

test.each([
  ["RSA", rsa],
  ["P-256", generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey],
  ["Ed25519", generateKeyPairSync("ed25519").privateKey],
])("a client may sign who it is instead of sharing a secret, with %s", async (_kind, key) => {
  const tokens = await startTokenServer(bearing("one", 600), bearing("two", 600));
  const { target, headers, clock } = await scene(client(tokens.url, { clientSecret: pem(key), sendAs: "assertion" }));
  await target.list("User", 1, bulk);
  await clock.advance(3600_000);
  await target.list("User", 1, bulk);
  expect(headers()).toEqual(["Bearer one", "Bearer two"]);
  const seen = new Set<unknown>();
  for (const [at, { authorization, form }] of tokens.asked.entries()) {
    const { client_assertion: assertion = "", ...rest } = form;
    expect({ authorization, rest }).toEqual({
      authorization: undefined,
      rest: {
        grant_type: "client_credentials",
        client_id: "lock step:1",
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      },
    });
    const moment = new Date(clock.now().getTime() - (1 - at) * 3600_000);
    const { payload } = await jwtVerify(assertion, createPublicKey(key), {
      issuer: "lock step:1",
      subject: "lock step:1",
      audience: tokens.url,
      currentDate: moment,
      maxTokenAge: 300,
    });
    seen.add(payload.jti);
  }
  expect(seen.size).toBe(2);
});

test("neither the key nor what it signed is in any exchange or sentence", async () => {
  const key = pem(rsa);
  const [, line = ""] = key.split("\n");
  const echo: TokenAnswer[] = [{ status: 400, body: { error: "invalid_client", error_description: `${key} ${line}` } }];
  const tokens = await startTokenServer(...echo);
  const { target, exchanges } = await scene(client(tokens.url, { clientSecret: key, sendAs: "assertion" }));
  const refused = await target.create("User", { userName: "ada@example.com" }, bulk);
  expect(refused).toMatchObject({
    ok: false,
    failure: { kind: "credentials", message: expect.stringContaining("the key that is registered for it") },
  });
  const all = JSON.stringify([refused, exchanges]);
  const assertion = tokens.asked[0]?.form.client_assertion ?? "";
  expect(assertion).not.toBe("");
  for (const shape of [line, assertion, assertion.split(".")[2]!]) expect(all).not.toContain(shape);
});

test.each([
  ["a password", "s3cret"],
  ["a public key", createPublicKey(rsa).export({ type: "spki", format: "pem" }) as string],
  ["a short key", pem(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey)],
  ["a curve that nobody takes", pem(generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey)],
])("%s is no key to sign with, which is said before anything is sent", async (_what, clientSecret) => {
  const tokens = await startTokenServer(bearing("one"));
  const { target } = await scene(client(tokens.url, { clientSecret, sendAs: "assertion" }));
  const answer = await target.list("User", 1, bulk);
  expect(answer).toMatchObject({
    ok: false,
    failure: { kind: "credentials", message: expect.stringMatching(/^To sign/) },
  });
  expect(tokens.asked).toEqual([]);
  expect(
    problemOfCredentials(client("https://login.example.com/token", { clientSecret, sendAs: "assertion" })),
  ).toMatch(/^To sign with, a private key in PEM without a passphrase is needed/);
});

test("a token that is refused before its time is replaced once, and the request goes out again", async () => {
  const tokens = await startTokenServer(bearing("old"), bearing("new"));
  const { target, server, headers } = await scene(client(tokens.url));
  server.faults.add({ kind: "401" });
  expect((await target.create("User", { userName: "ada@example.com" }, bulk)).ok).toBe(true);
  expect(headers()).toEqual(["Bearer old", "Bearer new"]);
  server.faults.add({ kind: "401", times: null });
  const answer = await target.list("User", 1, bulk);
  expect(answer).toMatchObject({ ok: false, failure: { kind: "credentials", status: 401 } });
  expect(tokens.asked).toHaveLength(3);
});

test.each([
  [
    { status: 401, body: { error: "invalid_client", error_description: "Unknown client\nforged line" } },
    "credentials",
    'it answered 401, "Unknown client forged line". Check client id, client secret and token address.',
  ],
  [
    { status: 404, body: "<html>nothing</html>" },
    "credentials",
    "it answered 404. Check client id, client secret and token address.",
  ],
  [{ body: "<html>login page</html>" }, "credentials", "its answer holds no access_token. Check the token address."],
  [
    { body: { access_token: "a b", token_type: "Bearer" } },
    "credentials",
    "its answer holds no access_token. Check the token address.",
  ],
  [
    { body: { access_token: "x", token_type: "mac" } },
    "credentials",
    "it gives tokens of type mac, and only bearer tokens can be used.",
  ],
  [{ status: 429, body: {}, headers: { "retry-after": "7" } }, "transient", "it wants fewer requests."],
  [{ status: 503, body: "" }, "transient", "it failed with 503."],
] as const)("without a token nothing is sent to the target, and it is said why: %o", async (answer, kind, why) => {
  const tokens = await startTokenServer(answer);
  const { target, server } = await scene(client(tokens.url));
  const created = await target.create("User", { userName: "ada@example.com" }, bulk);
  const host = new URL(tokens.url).host;
  expect(created).toMatchObject({
    ok: false,
    failure: { kind, message: `No token could be had from ${host}: ${why}` },
  });
  expect(server.requests).toEqual([]);
});

test("an endpoint that refused is left in peace for a moment, and asked again after it", async () => {
  const tokens = await startTokenServer({ status: 401, body: { error: "invalid_client" } }, bearing("good"));
  const { target, clock } = await scene(client(tokens.url));
  await Promise.all([1, 2, 3].map(() => target.create("User", { userName: "ada@example.com" }, bulk)));
  await target.create("User", { userName: "ada@example.com" }, bulk);
  expect(tokens.asked).toHaveLength(1);
  await clock.advance(5_001);
  expect((await target.create("User", { userName: "ada@example.com" }, bulk)).ok).toBe(true);
});

test("whoever gives up while a token is fetched does not take it from the others", async () => {
  const tokens = await startTokenServer(bearing("one"));
  const { target } = await scene(client(tokens.url));
  const giver = new AbortController();
  const given = target.list("User", 1, { ...bulk, signal: giver.signal });
  const other = target.list("User", 1, bulk);
  giver.abort();
  expect(await given).toMatchObject({ ok: false, failure: { code: "Cancelled" } });
  expect((await other).ok).toBe(true);
});

test("no secret and no fetched token is in any exchange or sentence, in whatever form it is echoed", async () => {
  const secret = "s&cret/=+ä";
  const tokens = await startTokenServer(
    {
      status: 400,
      body: { error: "invalid_request", error_description: `you sent ${secret} and s%26cret%2F%3D%2B%C3%A4` },
    },
    bearing("fetched-token-1"),
  );
  const { target, clock, exchanges } = await scene(client(tokens.url, { sendAs: "body" }));
  const refused = await target.create("User", { userName: "ada@example.com" }, bulk);
  await clock.advance(5_001);
  const echoed = await target.create("User", { userName: "fetched-token-1", displayName: secret }, bulk);
  const all = JSON.stringify([refused, echoed.ok ? echoed.exchange : echoed.failure, exchanges]);
  for (const shape of [secret, encodeURIComponent(secret), "s%26cret", "fetched-token-1"])
    expect(all).not.toContain(shape);
  expect(all).toContain("***");
});
