import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ProfileChanges, usualProfile } from "#core";
import { type HttpClient, openHttpClient } from "#http";
import type { Fault } from "#test/wire/fault-switches.ts";
import { type HurryingClock, openHurryingClock } from "#test/wire/hurrying-clock.ts";
import { type ScimTestServer, startScimTestServer } from "#test/wire/scim-test-server.ts";
import { type Answer, openScimTarget, type RequestOptions, type Target, type TargetNotice } from "../index.ts";

const bulk: RequestOptions = { lane: "bulk" };
const deadline = 30_000;
const user = "urn:ietf:params:scim:schemas:core:2.0:User";
const group = "urn:ietf:params:scim:schemas:core:2.0:Group";
const nobody = "5f0c1b2a-0000-4000-8000-000000000000";

let server: ScimTestServer;
let http: HttpClient;
let clock: HurryingClock;
let notices: TargetNotice[] = [];
beforeAll(async () => {
  clock = openHurryingClock(deadline);
  server = await startScimTestServer({ largestPage: 4 });
  http = openHttpClient({ clock, allowedHosts: [] });
});
beforeEach(() => {
  server.reset();
  notices = [];
});
afterAll(async () => {
  await http.close();
  await server.close();
});

const open = (profile: ProfileChanges = {}): Target =>
  openScimTarget({
    baseUrl: server.baseUrl,
    credentials: { kind: "bearer", token: "opaque" },
    profile: { ...usualProfile, pageSize: 3, ...profile },
    clock,
    http,
    random: () => 0.5,
    deadline,
    onNotice: (notice) => void notices.push(notice),
  });

const person = (name: string) => ({
  schemas: [user],
  userName: `${name}@example.test`,
  displayName: name,
  externalId: `x-${name}`,
  active: true,
});

const made = (name: string): string => {
  const created = server.users.create(person(name));
  if (!created.ok) throw new Error(created.error.detail);
  return String(created.value.id);
};

const madeGroup = (name: string): string => {
  const created = server.groups.create({ schemas: [group], displayName: name });
  if (!created.ok) throw new Error(created.error.detail);
  return String(created.value.id);
};

const brief = (answer: Answer<unknown>): string => (answer.ok ? "ok" : `${answer.failure.kind} ${answer.failure.code}`);

const incompatible = "SystemForCrossDomainIdentityManagementServiceIncompatible";
const tooMany = "SystemForCrossDomainIdentityManagementMultipleEntriesInResponse";

type Call = "create" | "createAgain" | "get" | "update" | "remove" | "find" | "findGroup" | "getGroup" | "members";

const calls: Readonly<Record<Call, (target: Target) => Promise<Answer<unknown>>>> = {
  create: (target) => target.create("User", person("new"), bulk),
  createAgain: (target) => {
    made("ann");
    return target.create("User", person("ann"), bulk);
  },
  get: (target) => target.get("User", made("ann"), bulk),
  update: (target) => target.update("User", made("ann"), [{ path: "displayName", value: "Anna" }], null, bulk),
  remove: (target) => target.remove("User", made("ann"), bulk),
  find: (target) => {
    made("ann");
    return target.find("User", "userName", "ann@example.test", bulk);
  },
  findGroup: (target) => {
    madeGroup("Team");
    return target.find("Group", "displayName", "team", bulk);
  },
  getGroup: (target) => target.get("Group", madeGroup("Team"), bulk),
  members: (target) => target.changeMembers(madeGroup("Team"), { add: [made("ann")], remove: [] }, bulk),
};

type Lie = readonly [lie: Fault["kind"], on: Call, outcome: string, words?: RegExp];

const refusals: readonly Lie[] = [
  ["401", "get", "credentials SystemForCrossDomainIdentityManagementInvalidCredentials", /Check the token or password/],
  ["402", "create", "permanent LicenseLimitExceeded", /seats/],
  ["403", "update", "permanent InsufficientRights", /Admin permissions/],
  ["404", "get", "gone InvalidAnchor"],
  ["404", "update", "gone InvalidAnchor"],
  ["404", "members", "gone InvalidAnchor"],
  ["404", "find", `incompatible ${incompatible}`, /Check the base URL/],
  ["404", "create", `incompatible ${incompatible}`, /Check the base URL/],
  ["405", "update", "permanent MethodNotAllowed", /what the target supports/],
  ["409", "create", "duplicate Conflict"],
  ["409", "update", "duplicate Conflict"],
  ["409AsUniqueness400", "createAgain", "duplicate Conflict"],
  ["500OnDuplicate", "createAgain", "uncertain InternalServerError"],
  ["412", "update", "permanent UnprocessableEntity", /changed meanwhile/],
  ["413", "members", "permanent UnprocessableEntity", /membersPerRequest/],
  ["422", "create", "permanent UnprocessableEntity"],
  ["429", "create", "transient TooManyRequests", /repeated when the target allows it/],
  ["500", "find", "transient InternalServerError"],
  ["500", "update", "uncertain InternalServerError"],
  ["501", "update", "permanent NotImplemented"],
  ["503", "remove", "uncertain InternalServerError"],
  ["errorIn200", "create", "permanent InsufficientRights", /answered with 200, though the body is an error of 403/],
  ["errorIn200", "get", "permanent InsufficientRights"],
  ["errorIn200", "remove", "permanent InsufficientRights"],
];

const nonsense: readonly Lie[] = [
  ["html", "get", `incompatible ${incompatible}`, /an HTML page came/],
  ["html", "find", `incompatible ${incompatible}`, /an HTML page came/],
  ["html", "create", `uncertain ${incompatible}`, /an HTML page came; whether it was done is not known/],
  ["html", "update", `uncertain ${incompatible}`],
  ["html", "remove", `uncertain ${incompatible}`],
  ["wrongJson", "find", `incompatible ${incompatible}`, /no SCIM list/],
  ["wrongJson", "get", `incompatible ${incompatible}`, /has no id/],
  ["malformedJson", "create", `uncertain ${incompatible}`],
  ["truncateJson", "get", "transient WebExceptionProtocolError"],
  ["redirect", "find", `incompatible ${incompatible}`, /give the final address/],
  ["tooLarge", "getGroup", `incompatible ${incompatible}`, /larger than allowed/],
  ["listOfTwo", "get", `incompatible ${tooMany}`, /2 objects instead of one/],
  ["noId", "create", `uncertain ${incompatible}`, /which object was made/],
  ["noBody", "create", `uncertain ${incompatible}`, /which object was made/],
  ["204Create", "create", `uncertain ${incompatible}`, /which object was made/],
  ["locationUndefined", "create", `uncertain ${incompatible}`, /which object was made/],
  ["idUndefined", "create", `uncertain ${incompatible}`, /which object was made/],
  ["dropBeforeCommit", "create", "uncertain WebExceptionProtocolError"],
  ["truncate201", "create", "uncertain WebExceptionProtocolError"],
];

const borne: readonly Lie[] = [
  ["onlyLocation", "create", "ok"],
  ["plainJson", "create", "ok"],
  ["wrongType", "create", "ok"],
  ["wrongType", "find", "ok"],
  ["objectList", "find", "ok"],
  ["listForOne", "get", "ok"],
  ["upperCase", "create", "ok"],
  ["upperCase", "find", "ok"],
  ["upperCase", "get", "ok"],
  ["numbersAsTexts", "find", "ok"],
  ["numbersAsTexts", "get", "ok"],
  ["lowTotal", "find", "ok"],
  ["highTotal", "find", "ok"],
  ["ignoreFilter", "find", "ok"],
  ["nearMatch", "find", "ok"],
  ["membersAnyway", "getGroup", "ok"],
  ["membersAnyway", "findGroup", "ok"],
  ["415", "create", "ok"],
  ["428", "update", "ok"],
  ["428", "remove", "ok"],
  ["428", "members", "ok"],
];

describe.each([
  ["a refusal", refusals],
  ["nonsense", nonsense],
  ["a lie that can be borne", borne],
])("%s", (_what, lies) => {
  test.each(lies.map(([kind, on, outcome, words = /./]) => [kind, on, outcome, words] as const))(
    "%s on %s: %s",
    async (kind, on, outcome, words) => {
      const target = open();
      server.faults.add({ kind, times: null });
      const answer = await calls[on](target);
      expect(brief(answer)).toBe(outcome);
      // One sentence for whoever has to mend it, in one line.
      expect(answer.ok ? "." : answer.failure.message).toMatch(words);
      expect(answer.ok ? "." : answer.failure.message).toMatch(/^[^\n]*[.]$/);
      expect(answer.ok || answer.failure.status !== null || answer.failure.kind !== "permanent").toBe(true);
    },
  );
});

test("what was made is known from Location alone, and from the search where the profile says that nothing is shown", async () => {
  server.faults.add({ kind: "onlyLocation", method: "POST" });
  const located = await open().create("User", person("ann"), bulk);
  expect(located.ok && located.value.resource).toMatchObject({ userName: "ann@example.test" });
  server.faults.add({ kind: "204Create", method: "POST" });
  const found = await open({ createShows: "nothing" }).create("User", person("bob"), bulk);
  expect(found.ok && found.value.resource).toMatchObject({ userName: "bob@example.test" });
  expect(server.state.accepted).toHaveLength(2);
});

test("a Location that leads to somebody else is not believed", async () => {
  const ann = made("ann");
  server.faults.add({ kind: "noBody", method: "POST" });
  const answer = await open().create("User", person("bob"), bulk);
  expect(brief(answer)).toBe(`uncertain ${incompatible}`);
  expect(server.users.read(ann)).toMatchObject({ userName: "ann@example.test" });
});

test("a target that once wanted another type, or a version, is spoken to in that way from then on", async () => {
  const target = open();
  server.faults.add({ kind: "415", times: null });
  server.faults.add({ kind: "428", times: null, method: "PATCH" });
  expect(target.profile).toMatchObject({ mediaType: "application/scim+json", ifMatch: false });
  const first = await target.create("User", person("ann"), bulk);
  const id = first.ok ? first.value.id : "";
  server.faults.clear();
  server.faults.add({ kind: "428", times: null, method: "PATCH" });
  const current = { id, resource: { id, displayName: "ann", meta: { version: 'W/"7"' } } };
  await target.update("User", id, [{ path: "displayName", value: "Anna" }], current, bulk);
  await target.update("User", id, [{ path: "displayName", value: "Annie" }], null, bulk);
  expect(target.profile).toMatchObject({ mediaType: "application/json", ifMatch: true });
  expect(server.requests.map(({ method, status, headers }) => [method, status, headers["if-match"]])).toEqual([
    ["POST", 415, undefined],
    ["POST", 201, undefined],
    ["PATCH", 428, undefined],
    ["PATCH", 200, 'W/"7"'],
    ["PATCH", 200, "*"],
  ]);
});

test("many requests at once that are all refused for their type are all sent again", async () => {
  const target = open();
  server.faults.add({ kind: "415", times: null });
  const answers = await Promise.all(["a", "b", "c", "d"].map((name) => target.create("User", person(name), bulk)));
  expect(answers.map(brief)).toEqual(["ok", "ok", "ok", "ok"]);
});

test("whoever is meant is found behind strangers that fill the first pages, and nobody is taken for somebody else", async () => {
  for (const name of "abcdefgh") made(name);
  const last = made("last");
  const target = open();
  server.faults.add({ kind: "ignoreFilter", times: null });
  const found = await target.find("User", "externalId", "x-last", bulk);
  expect(found.ok && found.value.map(({ id }) => id)).toEqual([last]);
  expect(notices.map(({ code }) => code)).toEqual(["StrangersReturned"]);
  // From then on it is known that searching by it is of no use.
  expect(target.canFind("User", "externalId")).toBe(false);
  expect(target.canFind("User", "userName")).toBe(true);
  const none = await target.find("User", "externalId", "x-nobody", bulk);
  expect(none.ok && none.value).toEqual([]);
});

test("an account that does not show what it was searched by is not adopted where the filter is known to be ignored", async () => {
  server.users.create({ schemas: [user], userName: "somebody@example.test" });
  const target = open();
  server.faults.add({ kind: "ignoreFilter", times: null });
  const probed = await target.probe({ ...bulk, matchingPath: "externalId" });
  expect(probed.ok && probed.value.advice[0]).toMatch(/ignore the filter; accounts are found by reading all of them/);
  const found = await target.find("User", "externalId", "x-ann", bulk);
  expect(found.ok && found.value).toEqual([]);
});

test("totals that claim more than there is are looked into once, and then known for what they are", async () => {
  const target = open();
  server.faults.add({ kind: "highTotal", times: null });
  for (const name of ["a", "b", "c"]) expect(brief(await target.find("User", "userName", name, bulk))).toBe("ok");
  expect(server.requests).toHaveLength(4);
});

test("a target without filters is searched by reading it, and one that says so only when it is asked too", async () => {
  for (const name of "abcdefg") made(name);
  const target = open({ filterable: [], filterableGroups: [] });
  const found = await target.find("User", "userName", "F@example.test", bulk);
  expect(found.ok && found.value.map(({ resource }) => resource.displayName)).toEqual(["f"]);
  expect(server.requests.map(({ path }) => path)).toEqual([
    "/Users?startIndex=1&count=3",
    "/Users?startIndex=4&count=3",
    "/Users?startIndex=7&count=3",
  ]);
  const learning = open();
  server.faults.add({ kind: "501", path: "/Users?filter", times: null });
  const probed = await learning.probe({ ...bulk, matchingPath: "userName" });
  expect(probed.ok && probed.value.advice[0]).toMatch(/does not search by userName/);
  expect(learning.canFind("User", "userName")).toBe(false);
  const again = await learning.find("User", "userName", "b@example.test", bulk);
  expect(again.ok && again.value).toHaveLength(1);
});

test("groups come without the members that nobody asked for, and are read without the parameter where a target cannot bear it", async () => {
  const id = madeGroup("Team");
  server.faults.add({ kind: "membersAnyway", times: null });
  const read = await open().get("Group", id, bulk);
  expect(read.ok && read.value.resource).toMatchObject({ displayName: "Team" });
  expect(read.ok && read.value.resource.members).toBeUndefined();
  await open({ excludesMembers: false }).get("Group", id, bulk);
  expect(server.requests.map(({ path }) => path)).toEqual([
    `/Groups/${id}?excludedAttributes=members`,
    `/Groups/${id}`,
  ]);
});

test("ids and accounts that are not there are gone, whatever is done with them, and odd ones never leave this machine", async () => {
  const target = open();
  const answers = [
    await target.get("User", nobody, bulk),
    await target.update("User", nobody, [{ path: "active", value: false }], null, bulk),
    await target.remove("User", nobody, bulk),
    await target.changeMembers(nobody, { add: [nobody], remove: [] }, bulk),
    await target.members(nobody, bulk),
  ];
  expect(new Set(answers.map(brief))).toEqual(new Set(["gone InvalidAnchor"]));
  const asked = server.requests.length;
  for (const odd of ["", ".", "..", "\ud800"])
    expect(brief(await target.get("User", odd, bulk))).toBe("permanent InvalidAnchor");
  expect(server.requests).toHaveLength(asked);
});
