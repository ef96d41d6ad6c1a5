import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ProfileChanges, usualProfile } from "#core";
import { type HttpClient, openHttpClient } from "#http";
import type { Fault } from "#test/wire/fault-switches.ts";
import { type HurryingClock, openHurryingClock } from "#test/wire/hurrying-clock.ts";
import { type ScimTestServer, startScimTestServer } from "#test/wire/scim-test-server.ts";
import { type Answer, type Exchange, openScimTarget, type RequestOptions, type Target } from "../index.ts";

const bulk: RequestOptions = { lane: "bulk" };
const deadline = 30_000;
const limits = { operations: 20, payloadBytes: 100_000 };

let server: ScimTestServer;
let http: HttpClient;
let clock: HurryingClock;
let exchanges: Exchange[] = [];
beforeAll(async () => {
  clock = openHurryingClock(deadline);
  server = await startScimTestServer({ token: "opaque" });
  http = openHttpClient({ clock, allowedHosts: [] });
});
beforeEach(() => {
  server.reset();
  exchanges = [];
});
afterAll(async () => {
  await http.close();
  await server.close();
});

const open = (own: ProfileChanges = {}): Target =>
  openScimTarget({
    baseUrl: server.baseUrl,
    credentials: { kind: "bearer", token: "opaque" },
    profile: { ...usualProfile, bulk: limits, ...own },
    clock,
    http,
    random: () => 0.5,
    deadline,
    onExchange: (exchange) => void exchanges.push(exchange),
  });

const person = (name: string) => ({ userName: `${name}@example.test`, displayName: name, active: true });

const made = (name: string): string => {
  const created = server.users.create({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    ...person(name),
  });
  if (!created.ok) throw new Error(created.error.detail);
  return String(created.value.id);
};

const names = (count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, index) => `p${index + from}`);

const createAll = (target: Target, count: number, from = 0): Promise<readonly Answer<unknown>[]> =>
  Promise.all(names(count, from).map((name) => target.create("User", person(name), bulk)));

const renameAll = (target: Target, ids: readonly string[], to: string): Promise<readonly Answer<unknown>[]> =>
  Promise.all(ids.map((id) => target.update("User", id, [{ path: "displayName", value: to }], null, bulk)));

const brief = (answer: Answer<unknown>): string => (answer.ok ? "ok" : `${answer.failure.kind} ${answer.failure.code}`);

/** How often each answer was given. */
const tally = (answers: readonly Answer<unknown>[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[brief(answer)] = (counts[brief(answer)] ?? 0) + 1;
  return counts;
};

/** What was sent, each with how often in a row. */
const sent = (): readonly string[] => {
  const lines: string[] = [];
  for (const { method, path } of server.requests)
    lines.push(`${method} ${path.replace(/\/(Users|Groups)\/.*/, "/$1/…")}`);
  return lines;
};
const countOf = (line: string): number => sent().filter((each) => each === line).length;

const incompatible = "SystemForCrossDomainIdentityManagementServiceIncompatible";

test("writes that wait at the same time go in one request, and each has the answer that it would have had alone", async () => {
  const target = open();
  const [gone, old, doomed] = [made("gone"), made("old"), made("doomed")];
  server.users.remove(gone);
  const answers = await Promise.all([
    target.create("User", person("ann"), bulk),
    target.create("User", person("old"), bulk),
    target.update("User", gone, [{ path: "displayName", value: "Nobody" }], null, bulk),
    target.update("User", old, [{ path: "displayName", value: "Older" }], null, bulk),
    target.remove("User", doomed, bulk),
    target.create("User", { displayName: "no name" }, bulk),
  ]);
  expect(answers.map(brief)).toEqual([
    "ok",
    "duplicate Conflict",
    "gone InvalidAnchor",
    "ok",
    "ok",
    "permanent MandatoryFieldsMissing",
  ]);
  const [created] = answers;
  expect(created?.ok && created.value).toMatchObject({ resource: { userName: "ann@example.test" } });
  // The first that was made in this way is read: is it where the answer says?
  expect(sent()).toEqual(["POST /Bulk", "GET /Users/…"]);
  expect(target.requests).toBe(2);
  expect(server.users.all().map(({ displayName }) => displayName)).toEqual(["Older", "ann"]);
  const body = JSON.parse(server.requests[0]?.body ?? "");
  expect(body).not.toHaveProperty("failOnErrors");
  expect(body.Operations.map(({ method, bulkId }: Record<string, string>) => [method, bulkId])).toEqual([
    ["POST", "lockstep-1"],
    ["POST", "lockstep-2"],
    ["PATCH", undefined],
    ["PATCH", undefined],
    ["DELETE", undefined],
    ["POST", "lockstep-6"],
  ]);
});

test("without it in the profile there is no bulk request, though the target announces it: that is advised only", async () => {
  const target = open({ bulk: null });
  expect(tally(await createAll(target, 5))).toEqual({ ok: 5 });
  expect(sent()).toEqual(Array.from({ length: 5 }, () => "POST /Users"));
});

test.each<[lane: RequestOptions["lane"], held: number]>([
  ["onDemand", 1],
  ["removal", 2],
  ["change", 3],
])("whoever is urgent (%s) goes alone and waits for no bulk request", async (lane, held) => {
  const target = open();
  server.faults.add({ kind: "hang", path: "/Bulk" });
  const stuck = createAll(target, 3);
  await server.held(held);
  const urgent = await target.create("User", person("urgent"), { lane });
  expect(brief(urgent)).toBe("ok");
  await target.close();
  // Given up while it was under way: whether it was done is not known.
  expect(tally(await stuck)).toEqual({ "uncertain Cancelled": 3 });
});

test("whoever comes while a bulk request is under way goes with the next; once places have proved true they are not looked up", async () => {
  const target = open();
  await createAll(target, 3);
  expect(sent()).toEqual(["POST /Bulk", "GET /Users/…", "GET /Users/…", "GET /Users/…"]);
  const answers = await createAll(target, 45, 10);
  expect(tally(answers)).toEqual({ ok: 45 });
  // Twenty at a time.
  expect(sent().slice(4)).toEqual(["POST /Bulk", "POST /Bulk", "POST /Bulk"]);
  const ids = new Map(server.users.all().map(({ id, userName }) => [userName, id]));
  for (const answer of answers) {
    const { id, resource } = (answer as { value: { id: string; resource: { userName: string } } }).value;
    expect(ids.get(resource.userName)).toBe(id);
  }
});

test("what nobody may see is in no answer that was not read from the target", async () => {
  const target = open();
  await createAll(target, 2);
  const hidden = { paths: ["nickName"], values: ["pet"] };
  const [one] = await Promise.all(
    ["x", "y"].map((name) =>
      target.create("User", { ...person(name), nickName: "pet", password: "s3cret-word" }, { ...bulk, hidden }),
    ),
  );
  expect(one?.ok && one.value.resource).toMatchObject({ userName: "x@example.test" });
  expect(JSON.stringify(one)).not.toMatch(/"pet"|s3cret-word/);
});

test("each logs its own operation, and hides what is hidden of it; an answer to all hides what is hidden of any", async () => {
  const target = open();
  const options = (secret: string): RequestOptions => ({ ...bulk, hidden: { paths: ["title"], values: [secret] } });
  await Promise.all([
    target.create("User", { ...person("ann"), title: "alpha-title" }, options("alpha-title")),
    target.create("User", { ...person("bob"), title: "beta-title" }, options("beta-title")),
  ]);
  const [first, second] = exchanges.filter(({ method }) => method === "POST");
  expect(first).toMatchObject({ method: "POST", url: `${server.baseUrl}/Users`, status: 201 });
  expect([first?.requestBody, second?.requestBody].map((body) => /ann@/.test(body ?? ""))).toEqual([true, false]);
  expect([first?.requestBody, second?.requestBody].map((body) => /bob@/.test(body ?? ""))).toEqual([false, true]);
  server.faults.add({ kind: "bulkStopsAt400", path: "/Bulk" });
  await Promise.all([
    target.create("User", { ...person("liked alpha-title"), title: "alpha-title" }, options("liked")),
    target.create("User", { ...person("cat"), title: "beta-title" }, options("second")),
  ]);
  expect(JSON.stringify(exchanges)).not.toMatch(/alpha-title"|beta-title|is not liked|The second/);
});

test("two changes of one object never go together, and what is too large for a bulk request goes by itself", async () => {
  const target = open({ bulk: { operations: 10, payloadBytes: 2_000 } });
  const [ann, bob] = [made("ann"), made("bob")];
  const rename = (id: string, value: string) => target.update("User", id, [{ path: "displayName", value }], null, bulk);
  const answers = await Promise.all([
    rename(ann, "1"),
    rename(bob, "1"),
    rename(ann, "2"),
    rename(bob, "x".repeat(3_000)),
  ]);
  expect(tally(answers)).toEqual({ ok: 4 });
  expect([...sent()].sort()).toEqual(["PATCH /Users/…", "PATCH /Users/…", "POST /Bulk"]);
  expect(server.users.read(ann)).toMatchObject({ displayName: "2" });
  for (const { path, body } of server.requests)
    if (path === "/Bulk") expect(Buffer.byteLength(body)).toBeLessThanOrEqual(2_000);
});

/** What becomes of six creates, how many bulk requests and single creates were sent, and how many may go together afterwards. */
type Row = readonly [
  lie: Fault["kind"],
  outcome: Record<string, number>,
  wire: { readonly bulks: number; readonly singles: number },
  after: number,
];

const fates: readonly Row[] = [
  // In any order, and with numbers for texts: nothing is lost.
  ["bulkReversed", { ok: 6 }, { bulks: 1, singles: 0 }, 20],
  ["bulkNumbers", { ok: 6 }, { bulks: 1, singles: 0 }, 20],
  // Answers that leave something open: those concerned are in doubt, and there is no other bulk request.
  ["bulkMissesOne", { ok: 5, [`uncertain ${incompatible}`]: 1 }, { bulks: 1, singles: 0 }, 0],
  ["bulkSaysTwice", { ok: 5, [`uncertain ${incompatible}`]: 1 }, { bulks: 1, singles: 0 }, 0],
  ["bulkNoStatus", { [`uncertain ${incompatible}`]: 6 }, { bulks: 1, singles: 0 }, 0],
  ["bulkNoNames", { [`uncertain ${incompatible}`]: 6 }, { bulks: 1, singles: 0 }, 0],
  ["bulkNoPlaces", { [`uncertain ${incompatible}`]: 6 }, { bulks: 1, singles: 0 }, 20],
  ["bulkOnePlace", { [`uncertain ${incompatible}`]: 6 }, { bulks: 1, singles: 0 }, 0],
  ["bulkWrongPlaces", { [`uncertain ${incompatible}`]: 6 }, { bulks: 1, singles: 0 }, 20],
  ["html", { [`uncertain ${incompatible}`]: 6 }, { bulks: 1, singles: 0 }, 0],
  ["wrongJson", { [`uncertain ${incompatible}`]: 6 }, { bulks: 1, singles: 0 }, 0],
  ["malformedJson", { [`uncertain ${incompatible}`]: 6 }, { bulks: 1, singles: 0 }, 0],
  ["errorIn200", { [`uncertain ${incompatible}`]: 6 }, { bulks: 1, singles: 0 }, 0],
  ["bulkStopsAt400", { [`uncertain ${incompatible}`]: 6 }, { bulks: 1, singles: 0 }, 0],
  ["403", { [`uncertain ${incompatible}`]: 6 }, { bulks: 1, singles: 0 }, 0],
  ["redirect", { [`uncertain ${incompatible}`]: 6 }, { bulks: 1, singles: 0 }, 0],
  ["500", { "uncertain InternalServerError": 6 }, { bulks: 1, singles: 0 }, 0],
  // Lost on the way: in doubt, and fewer go together.
  ["503", { "uncertain InternalServerError": 6 }, { bulks: 1, singles: 0 }, 3],
  ["502AfterCommit", { "uncertain InternalServerError": 6 }, { bulks: 1, singles: 0 }, 3],
  ["dropBeforeCommit", { "uncertain WebExceptionProtocolError": 6 }, { bulks: 1, singles: 0 }, 3],
  ["dropAfterCommit", { "uncertain WebExceptionProtocolError": 6 }, { bulks: 1, singles: 0 }, 3],
  ["truncateJson", { "uncertain WebExceptionProtocolError": 6 }, { bulks: 1, singles: 0 }, 3],
  // Known not to have been done: sent again at once.
  ["404", { ok: 6 }, { bulks: 1, singles: 6 }, 0],
  ["405", { ok: 6 }, { bulks: 1, singles: 6 }, 0],
  ["501", { ok: 6 }, { bulks: 1, singles: 6 }, 0],
  ["bulkAll501", { ok: 6 }, { bulks: 1, singles: 6 }, 0],
  ["413", { ok: 6 }, { bulks: 3, singles: 0 }, 3],
  ["429", { ok: 6 }, { bulks: 2, singles: 0 }, 20],
  ["bulkAll429", { ok: 6 }, { bulks: 2, singles: 0 }, 20],
  ["415", { ok: 6 }, { bulks: 2, singles: 0 }, 20],
];

describe("an answer to a bulk request", () => {
  test.each(fates)("%s: six creates end as %j", async (kind, outcome, { bulks, singles }, after) => {
    const target = open();
    server.faults.add({ kind, path: "/Bulk" });
    const answers = await createAll(target, 6);
    expect(tally(answers)).toEqual(outcome);
    expect({ bulks: countOf("POST /Bulk"), singles: countOf("POST /Users") }).toEqual({ bulks, singles });
    expect(target.profile.bulk?.operations ?? 0).toBe(after);
    const accepted = server.state.accepted.map(({ name }) => name);
    expect(new Set(accepted).size).toBe(accepted.length);
    for (const answer of answers) {
      if (answer.ok) continue;
      // One line for whoever has to mend it, and nothing of anybody else.
      expect(answer.failure.message).toMatch(/^POST \/Users [^\n]*[.]$/);
      expect(answer.failure.exchange.requestBody?.match(/@example\.test/g)).toHaveLength(1);
    }
    // Afterwards everybody can be looked up, and whoever is not there is made.
    server.faults.clear();
    for (const name of names(6)) {
      const found = await target.find("User", "userName", `${name}@example.test`, bulk);
      if (found.ok && found.value.length === 0) await target.create("User", person(name), bulk);
    }
    expect(
      server.users
        .all()
        .map(({ userName }) => userName)
        .sort(),
    ).toEqual(names(6).map((name) => `${name}@example.test`));
  });
});

test("a target that takes but two at a time is found to do so, and nothing is lost on the way", async () => {
  const target = open();
  server.faults.add({ kind: "bulkTakesTwo", path: "/Bulk", times: null });
  expect(tally(await createAll(target, 10))).toEqual({ ok: 10 });
  expect(target.profile.bulk?.operations).toBe(2);
});

test("refusals that name nothing are taken in their order; a success that names nothing is not believed", async () => {
  const target = open();
  server.faults.add({ kind: "bulkNoPlaces", path: "/Bulk" });
  const nobody = ["a", "b"].map((end) => `5f0c1b2a-0000-4000-8000-00000000000${end}`);
  expect(tally(await renameAll(target, nobody, "Nobody"))).toEqual({ "gone InvalidAnchor": 2 });
  expect(target.profile.bulk).toEqual(limits);
  server.faults.add({ kind: "bulkNoPlaces", path: "/Bulk" });
  const ids = [made("ann"), made("bob")];
  expect(tally(await renameAll(target, ids, "New"))).toEqual({ [`uncertain ${incompatible}`]: 2 });
  expect(target.profile.bulk).toBeNull();
});

test("a token that is refused, and weather, are each one's own matter", async () => {
  const target = open();
  server.faults.add({ kind: "401", path: "/Bulk" });
  const refused = await createAll(target, 3);
  expect(tally(refused)).toEqual({ "credentials SystemForCrossDomainIdentityManagementInvalidCredentials": 3 });
  expect(target.profile.bulk).toEqual(limits);
  await target.close();
});
