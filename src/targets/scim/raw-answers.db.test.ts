import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { usualProfile } from "#core";
import { type HttpClient, openHttpClient } from "#http";
import { openHurryingClock } from "#test/wire/hurrying-clock.ts";
import { type Answer, openScimTarget, type RequestOptions, type Target } from "../index.ts";

/** Answers as no library would write them, byte by byte. */
type Serve = (request: IncomingMessage, response: ServerResponse) => void;

const bulk: RequestOptions = { lane: "bulk" };
const deadline = 30_000;
const user = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], id: "7", userName: "ann@example.test" };
const list = {
  schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
  totalResults: 1,
  startIndex: 1,
  itemsPerPage: 1,
  Resources: [user],
};

let serve: Serve = () => undefined;
let seen: string[] = [];
const server = createServer((request, response) => {
  seen.push(`${request.method} ${request.url}`);
  request.resume();
  request.on("end", () => serve(request, response));
});
let baseUrl = "";
let http: HttpClient;
const clock = openHurryingClock(deadline);
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  http = openHttpClient({ clock, allowedHosts: [] });
});
beforeEach(() => {
  seen = [];
});
afterAll(async () => {
  await http.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const open = (): Target =>
  openScimTarget({
    baseUrl,
    credentials: { kind: "bearer", token: "opaque" },
    profile: usualProfile,
    clock,
    http,
    random: () => 0.5,
    deadline,
  });

const calls = {
  get: (target: Target) => target.get("User", "7", bulk),
  find: (target: Target) => target.find("User", "userName", "ann@example.test", bulk),
  create: (target: Target) => target.create("User", { userName: "ann@example.test" }, bulk),
  update: (target: Target) => target.update("User", "7", [{ path: "title", value: "Pilot" }], null, bulk),
  remove: (target: Target) => target.remove("User", "7", bulk),
} satisfies Record<string, (target: Target) => Promise<Answer<unknown>>>;
type Purpose = keyof typeof calls;
const purposes = Object.keys(calls) as readonly Purpose[];

/** What a target would rightly say, for each request. */
const right = ({ method = "", url = "" }: IncomingMessage): { readonly status: number; readonly body: string } => {
  if (method === "GET" && url.includes("?")) return { status: 200, body: JSON.stringify(list) };
  return { status: method === "POST" ? 201 : 200, body: JSON.stringify(user) };
};

const scim = { "content-type": "application/scim+json" };
/** The right answer, put otherwise. */
const put =
  (bend: (body: string) => string | Buffer, headers: Record<string, string> = scim): Serve =>
  (request, response) => {
    const { status, body } = right(request);
    response.writeHead(status, headers).end(bend(body));
  };
const refuse =
  (status: number, body = "", headers: Record<string, string> = scim): Serve =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);

const notScim = "SystemForCrossDomainIdentityManagementServiceIncompatible";
const every = (text: string): Record<Purpose, string> =>
  Object.fromEntries(purposes.map((purpose) => [purpose, text])) as Record<Purpose, string>;
const readsAndWrites = (reads: string, writes: string): Record<Purpose, string> => ({
  ...every(writes),
  get: reads,
  find: reads,
});
const nonsense = readsAndWrites(`incompatible ${notScim}`, `uncertain ${notScim}`);
const broken = readsAndWrites("transient WebExceptionProtocolError", "uncertain WebExceptionProtocolError");

type Row = readonly [what: string, serve: Serve, outcomes: Record<Purpose, string>, words?: RegExp];

const rows: readonly Row[] = [
  ["a byte order mark", put((body) => `\uFEFF${body}`), every("ok")],
  [
    "keys that stand there twice, of which the last counts",
    put((body) => body.replace("{", '{"id":"6",')),
    every("ok"),
  ],
  ["no content type", put((body) => body, {}), every("ok")],
  ["another content type", put((body) => body, { "content-type": "text/plain" }), every("ok")],
  [
    "gzip that nobody asked for",
    put((body) => gzipSync(body), { ...scim, "content-encoding": "gzip" }),
    nonsense,
    /compressed \(gzip\), which nobody asked for/,
  ],
  [
    "a page to sign in, with 200",
    put(() => "<!DOCTYPE html><title>Sign in</title>", { "content-type": "text/html" }),
    nonsense,
    /an HTML page came/,
  ],
  ["half a document", put((body) => `${body.slice(0, -2)}`), { ...nonsense, remove: `uncertain ${notScim}` }],
  [
    "an enormous document",
    put((body) => body + " ".repeat(17 * 1024 * 1024)),
    {
      ...readsAndWrites(`incompatible ${notScim}`, "uncertain WebExceptionProtocolError"),
    },
  ],
  [
    "a connection that is reset in the middle of a body",
    (request, response) => {
      const { status, body } = right(request);
      response.writeHead(status, { ...scim, "content-length": String(body.length + 10) });
      response.write(body.slice(0, 1), () => request.socket.resetAndDestroy());
    },
    broken,
  ],
  ["301", refuse(301, "", { location: "https://new.example/scim" }), every(`incompatible ${notScim}`), /new\.example/],
  ["302 to nowhere", refuse(302), every(`incompatible ${notScim}`), /give the final address as base URL/],
  ["304", refuse(304), every(`incompatible ${notScim}`)],
  ["308", refuse(308, "", { location: "/v3/Users" }), every(`incompatible ${notScim}`)],
  ["402", refuse(402), every("permanent LicenseLimitExceeded"), /seats/],
  ["451", refuse(451), every("permanent UnprocessableEntity"), /legal reasons/],
  ["507", refuse(507), readsAndWrites("transient InternalServerError", "uncertain InternalServerError"), /storage/],
  [
    "599 with a page",
    refuse(599, "<html>", { "content-type": "text/html" }),
    {
      ...readsAndWrites("transient InternalServerError", "uncertain InternalServerError"),
    },
  ],
  ["409 without scimType", refuse(409, '{"detail":"Taken"}'), every("duplicate Conflict"), /"Taken"/],
  ["409 with scimType", refuse(409, '{"status":"409","scimType":"uniqueness"}'), every("duplicate Conflict")],
  ["409 with another scimType", refuse(409, '{"status":"409","scimType":"mutability"}'), every("duplicate Conflict")],
  [
    "403 compressed",
    refuse(403, "\u001f\u008b\u0008", { "content-encoding": "gzip" }),
    every("permanent InsufficientRights"),
  ],
];

describe("an answer", () => {
  test.each(rows.map(([what, serving, outcomes, words = /./]) => [what, serving, outcomes, words] as const))(
    "%s",
    async (_what, serving, outcomes, words) => {
      serve = serving;
      for (const purpose of purposes) {
        const answer = await calls[purpose](open());
        expect([purpose, answer.ok ? "ok" : `${answer.failure.kind} ${answer.failure.code}`]).toEqual([
          purpose,
          outcomes[purpose],
        ]);
        if (answer.ok) continue;
        expect(answer.failure.message).toMatch(words);
        expect(answer.failure.message).toMatch(/^[^\n]*\.$/);
        expect((answer.failure.exchange.responseBody ?? "").length).toBeLessThan(5_000);
      }
    },
  );
});

test("an answer that drips is given up at the deadline, however much of it has come", async () => {
  serve = (request, response) => {
    response.writeHead(200, scim);
    const drip = setInterval(() => response.write(" "), 5);
    request.socket.on("close", () => clearInterval(drip));
  };
  const hasty = openHurryingClock(-1);
  // On this clock a deadline is over as soon as it begins, but for what must come before: the first byte.
  const impatient = openHttpClient({
    clock: {
      ...hasty,
      sleep: (_milliseconds, signal) =>
        new Promise((done) => {
          const over = setTimeout(done, 60);
          signal?.addEventListener("abort", () => {
            clearTimeout(over);
            done();
          });
        }),
    },
    allowedHosts: [],
  });
  const target = openScimTarget({
    baseUrl,
    credentials: { kind: "bearer", token: "opaque" },
    profile: usualProfile,
    clock,
    http: impatient,
    random: () => 0.5,
    deadline,
  });
  const [read, write] = [await calls.get(target), await calls.create(target)];
  expect([read, write].map((answer) => (answer.ok ? "ok" : `${answer.failure.kind} ${answer.failure.code}`))).toEqual([
    "transient Timeout",
    "uncertain Timeout",
  ]);
  await impatient.close();
});

test.each([
  ["30", 30],
  ["0", 0],
  ["Sun, 01 Mar 2026 08:00:20 GMT", 20],
  ["Sun, 01 Mar 2020 08:00:00 GMT", 0],
  ["soon", null],
  ["-5", null],
  ["99999999999", 86_400],
  ["Fri, 31 Dec 9999 23:59:59 GMT", 86_400],
  ["1e9", null],
])("Retry-After: %s asks for %s seconds", async (header, seconds) => {
  const now = new Date("2026-03-01T08:00:00.000Z");
  serve = refuse(503, "", { ...scim, "retry-after": header, date: now.toUTCString() });
  const still = { now: () => now, sleep: async () => undefined };
  const target = openScimTarget({
    baseUrl,
    credentials: { kind: "bearer", token: "opaque" },
    profile: usualProfile,
    clock: still,
    http: { request: http.request, close: async () => undefined },
    random: () => 0.5,
    deadline,
  });
  const answer = await calls.update(target);
  const at = answer.ok ? undefined : answer.failure.retryAt;
  expect(at === null || at === undefined ? null : (at.getTime() - now.getTime()) / 1000).toBe(seconds);
});

const oddIds: readonly string[] = [
  "a/b",
  "../Groups/1",
  "a b+c",
  "?x=1#y",
  "%2e%2e",
  "ünïcode-東京-🦊",
  'uid=ann,ou=people;x="1"',
  "0",
  "x".repeat(3_000),
];

test.each(oddIds)("an account with the id %j is made, read, changed and removed under it", async (id) => {
  serve = (request, response) => {
    const { status, body } = right(request);
    response.writeHead(status, scim).end(JSON.stringify({ ...JSON.parse(body), id }));
  };
  const target = open();
  const made = await calls.create(target);
  expect(made.ok && made.value).toMatchObject({ id });
  const answers = [
    await target.get("User", id, bulk),
    await target.update("User", id, [{ path: "title", value: "Pilot" }], null, bulk),
    await target.remove("User", id, bulk),
  ];
  expect(answers.every(({ ok }) => ok)).toBe(true);
  for (const line of seen.slice(1)) expect(decodeURIComponent(line.replace(/^\w+ \/Users\//, ""))).toBe(id);
});

test("an id that is a number is the text of it, and one that no address can express is nobody's", async () => {
  const withId =
    (id: unknown): Serve =>
    (request, response) => {
      const { status, body } = right(request);
      response.writeHead(status, scim).end(JSON.stringify({ ...JSON.parse(body), id }));
    };
  serve = withId(42);
  const made = await calls.create(open());
  expect(made.ok && made.value.id).toBe("42");
  for (const id of ["", null, "undefined", "null", 1.5, true, {}, 2 ** 60]) {
    serve = withId(id);
    const answer = await calls.create(open());
    expect([id, answer.ok ? "ok" : answer.failure.kind]).toEqual([id, "uncertain"]);
  }
});

test("pages that repeat, shift or never end show everybody once and come to an end", async () => {
  const people = Array.from({ length: 250 }, (_, number) => ({ ...user, id: `u${number}`, userName: `u${number}` }));
  const page = (from: number, totalResults: number, shown = people.slice(from, from + 100)) =>
    JSON.stringify({ ...list, totalResults, startIndex: from + 1, itemsPerPage: shown.length, Resources: shown });
  const startOf = ({ url = "" }: IncomingMessage) =>
    Number(new URL(url, "http://x.example").searchParams.get("startIndex") ?? 1) - 1;
  const bodies: readonly (readonly [string, (from: number) => string, complete: boolean])[] = [
    ["honest", (from) => page(from, 250), true],
    ["total of the page", (from) => page(from, Math.min(100, 250 - from)), true],
    ["a million", (from) => page(from, 1_000_000), true],
    ["none", (from) => page(from, 0), true],
    ["always the first", () => page(0, 250), false],
    ["shifted by ten", (from) => page(Math.max(0, from - 10), 250), true],
  ];
  for (const [what, bodyOf, complete] of bodies) {
    serve = (request, response) => void response.writeHead(200, scim).end(bodyOf(startOf(request)));
    const target = open();
    const ids: string[] = [];
    let asked = 0;
    for (let from: number | string | null = 1; from !== null; asked += 1) {
      const answer = await target.list("User", from, bulk);
      if (!answer.ok) break;
      ids.push(...answer.value.objects.map(({ id }) => id));
      from = answer.value.next;
    }
    expect([what, asked < 10, new Set(ids).size]).toEqual([what, true, complete ? 250 : 100]);
  }
});
