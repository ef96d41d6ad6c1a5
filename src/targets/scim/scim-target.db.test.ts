import { afterEach, describe, expect, test } from "vitest";
import { usualProfile } from "#core";
import { openHttpClient } from "#http";
import { targetSuite } from "#test/conformance/target.ts";
import type { Fault, FaultKind } from "#test/wire/fault-switches.ts";
import { openHurryingClock } from "#test/wire/hurrying-clock.ts";
import { openManualClock } from "#test/wire/manual-clock.ts";
import { type ScimTestServer, type ScimTestServerOptions, startScimTestServer } from "#test/wire/scim-test-server.ts";
import {
  type Answer,
  type Exchange,
  openBudgetRegistry,
  openScimTarget,
  type PageMark,
  type RequestOptions,
  type ScimTargetOptions,
  type Target,
  type TargetNotice,
  type TargetPage,
  type TargetProfile,
} from "../index.ts";

const bulk: RequestOptions = { lane: "bulk" };
const deadline = 30_000;
const token = "sesame-open";
const notScim = "SystemForCrossDomainIdentityManagementServiceIncompatible";
const newId = (): string => "0c8fd9d0-0000-4000-8000-000000000001";

const profile: TargetProfile = { ...usualProfile, pageSize: 3 };

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

interface Bench {
  readonly server: ScimTestServer;
  readonly target: Target;
  readonly exchanges: readonly Exchange[];
  readonly notices: readonly TargetNotice[];
  readonly slept: readonly number[];
}

const open = async (more: Partial<ScimTargetOptions> = {}, options: ScimTestServerOptions = {}): Promise<Bench> => {
  const server = await startScimTestServer({ token, ...options });
  const hurrying = openHurryingClock(deadline);
  const clock = more.clock ?? hurrying;
  const http = openHttpClient({ clock, allowedHosts: [] });
  const exchanges: Exchange[] = [];
  const notices: TargetNotice[] = [];
  const target = openScimTarget({
    baseUrl: server.baseUrl,
    credentials: { kind: "bearer", token },
    profile,
    clock,
    http,
    random: () => 0.5,
    newId,
    deadline,
    onExchange: (exchange) => void exchanges.push(exchange),
    onNotice: (notice) => void notices.push(notice),
    ...more,
  });
  cleanups.push(async () => {
    await http.close();
    await server.close();
  });
  return { server, target, exchanges, notices, slept: hurrying.slept };
};

const person = (name: string) => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName: `${name}@example.test`,
  displayName: name,
  active: true,
});

const add = (server: ScimTestServer, name: string): string => {
  const made = server.users.create(person(name));
  if (!made.ok) throw new Error(made.error.detail);
  return String(made.value.id);
};

const brief = (answer: Answer<unknown>): string =>
  answer.ok ? "ok" : `${answer.failure.kind} ${answer.failure.code} ${answer.failure.status}`;

const sent = (server: ScimTestServer): readonly string[] =>
  server.requests.map(({ method, path }) => `${method} ${path}`);

const suiteOn = (changed: Partial<TargetProfile>) => async () => {
  const { server, target } = await open({ profile: { ...profile, ...changed } });
  return { target, close: () => server.close() };
};

describe("the conformance suite with PATCH", () => targetSuite(suiteOn({})));
describe("the conformance suite with PUT", () => targetSuite(suiteOn({ updateUsers: "put", updateGroups: "put" })));
describe("the conformance suite without paging", () => targetSuite(suiteOn({ paging: "none" })));

test("requests look as SCIM wants them", async () => {
  const { server, target } = await open();
  const id = add(server, "ann");
  await target.create("User", person("böb"), bulk);
  await target.update("User", id, [{ path: "active", value: false }], { id, resource: { id, active: true } }, bulk);
  await target.find("User", 'emails[type eq "work"].value', "a+b@x.test", bulk);
  await target.find("Group", "displayName", "Team", bulk);
  const [create, update] = server.requests;
  expect(create?.headers).toMatchObject({
    authorization: `Bearer ${token}`,
    accept: "application/scim+json, application/json;q=0.9",
    "content-type": "application/scim+json; charset=utf-8",
  });
  expect(JSON.parse(create?.body ?? "")).toEqual(person("böb"));
  expect(JSON.parse(update?.body ?? "")).toEqual({
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "replace", path: "active", value: false }],
  });
  expect(sent(server).slice(2)).toEqual([
    "GET /Users?filter=emails%5Btype%20eq%20%22work%22%5D.value%20eq%20%22a%2Bb%40x.test%22",
    "GET /Groups?excludedAttributes=members&filter=displayName%20eq%20%22Team%22",
  ]);
});

test("the switches in the base URL go along with every request", async () => {
  const server = await startScimTestServer();
  cleanups.push(() => server.close());
  const { target } = await open({ baseUrl: `${server.baseUrl}/?aadOptscim062020` });
  await target.get("User", "1", bulk);
  expect(sent(server)).toEqual(["GET /Users/1?aadOptscim062020"]);
});

test("a probe asks for somebody who cannot exist", async () => {
  const { server, target } = await open();
  const answer = await target.probe({ ...bulk, matchingPath: "userName" });
  expect(answer.ok && answer.value).toEqual({
    advice: ["The base URL is not encrypted; that is fine on this machine only."],
  });
  expect(sent(server)).toEqual([`GET /Users?filter=userName%20eq%20%22${newId()}%22`]);
});

test("a probe advises when the filter is ignored", async () => {
  const { server, target } = await open();
  add(server, "ann");
  server.faults.add({ kind: "ignoreFilter" });
  const answer = await target.probe({ ...bulk, matchingPath: "userName" });
  expect(answer.ok && answer.value.advice[0]).toMatch(/^A search for a userName that nobody has returned 1 users/);
});

test.each<[Fault, string, RegExp]>([
  [{ kind: "401" }, "credentials SystemForCrossDomainIdentityManagementInvalidCredentials 401", /token or password/],
  [{ kind: "403" }, "permanent InsufficientRights 403", /token's owner has Admin permissions/],
  [{ kind: "404" }, `incompatible ${notScim} 404`, /Check the base URL/],
  [{ kind: "html" }, `incompatible ${notScim} 200`, /an HTML page came/],
  [{ kind: "wrongJson" }, `incompatible ${notScim} 200`, /no SCIM list/],
  [{ kind: "malformedJson" }, `incompatible ${notScim} 200`, /no complete JSON/],
  [{ kind: "redirect" }, `incompatible ${notScim} 302`, /redirected to elsewhere\.example/],
  [{ kind: "tooLarge" }, `incompatible ${notScim} 200`, /larger than allowed/],
])("a probe that meets %j", async (fault, expected, words) => {
  const { server, target } = await open();
  server.faults.add(fault);
  const answer = await target.probe({ ...bulk, matchingPath: "userName" });
  expect(brief(answer)).toBe(expected);
  expect(answer.ok ? "" : answer.failure.message).toMatch(words);
  expect(server.requests).toHaveLength(1);
});

test("a probe where nobody listens", async () => {
  const { server, target } = await open();
  await server.close();
  const answer = await target.probe({ ...bulk, matchingPath: "userName" });
  expect(brief(answer)).toBe("transient WebExceptionProtocolError null");
  expect(answer.ok ? "" : answer.failure.message).toMatch(/refused the connection/);
  expect(target.requests).toBe(3);
});

test("strangers are left alone and reported", async () => {
  const { server, target, notices } = await open();
  const ann = add(server, "ann");
  const anna = add(server, "anna");
  for (const kind of ["nearMatch", "ignoreFilter"] as const) {
    server.faults.add({ kind });
    const answer = await target.find("User", "userName", "ANN@example.test", bulk);
    expect(answer.ok && answer.value.map(({ id }) => id)).toEqual([ann]);
  }
  expect(notices.map(({ code, ids }) => ({ code, ids }))).toEqual([
    { code: "StrangersReturned", ids: [anna] },
    { code: "StrangersReturned", ids: [anna] },
  ]);
});

test("application/json is taken for an answer", async () => {
  const { server, target } = await open();
  server.faults.add({ kind: "plainJson" });
  expect(brief(await target.create("User", person("ann"), bulk))).toBe("ok");
});

const committed = new Set<FaultKind>(["502AfterCommit", "dropAfterCommit", "truncate201", "noId"]);

test.each<[FaultKind, string]>([
  ["500", "uncertain InternalServerError 500"],
  ["503", "uncertain InternalServerError 503"],
  ["502AfterCommit", "uncertain InternalServerError 502"],
  ["dropBeforeCommit", "uncertain WebExceptionProtocolError null"],
  ["dropAfterCommit", "uncertain WebExceptionProtocolError null"],
  ["truncate201", "uncertain WebExceptionProtocolError 201"],
  ["noId", `uncertain ${notScim} 201`],
  ["html", `uncertain ${notScim} 200`],
  ["malformedJson", `uncertain ${notScim} 200`],
])("a create that meets %s is uncertain and never repeated", async (kind, expected) => {
  const { server, target } = await open();
  server.faults.add({ kind, times: null, method: "POST" });
  expect(brief(await target.create("User", person("ann"), bulk))).toBe(expected);
  expect(server.requests).toHaveLength(1);
  expect(server.state.accepted.map(({ name }) => name)).toEqual(committed.has(kind) ? ["ann@example.test"] : []);
});

test.each(["update", "remove", "changeMembers"] as const)(
  "%s is not repeated when its fate is not known",
  async (method) => {
    const { server, target } = await open();
    const id = add(server, "ann");
    const group = server.groups.create({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
      displayName: "Team",
    });
    const groupId = group.ok ? String(group.value.id) : "";
    const act = {
      update: () => target.update("User", id, [{ path: "displayName", value: "x" }], null, bulk),
      remove: () => target.remove("User", id, bulk),
      changeMembers: () => target.changeMembers(groupId, { add: [id], remove: [] }, bulk),
    };
    server.faults.add({ kind: "502AfterCommit", times: null });
    expect(brief(await act[method]())).toBe("uncertain InternalServerError 502");
    server.faults.clear();
    server.faults.add({ kind: "dropBeforeCommit", times: null });
    expect(brief(await act[method]())).toMatch(/^(uncertain WebExceptionProtocolError null)$/);
    expect(server.requests).toHaveLength(2);
  },
);

test("a write that nobody answers is uncertain when the deadline passes, a read is tried three times", async () => {
  const clock = openManualClock();
  const { server, target } = await open({ clock });
  server.faults.add({ kind: "hang", times: null });
  const create = target.create("User", person("ann"), bulk);
  await server.held(1);
  await clock.advance(deadline);
  expect(brief(await create)).toBe("uncertain Timeout null");
  const read = target.get("User", "1", bulk);
  for (const count of [2, 3, 4]) {
    await server.held(count);
    await clock.advance(deadline);
    if (count === 4) break;
    await clock.asleep((milliseconds) => milliseconds < deadline);
    await clock.advance(1_000);
  }
  expect(brief(await read)).toBe("transient Timeout null");
  expect(target.requests).toBe(4);
});

test("an answer that stops in the middle ends with the deadline", async () => {
  const clock = openManualClock();
  const { server, target } = await open({ clock });
  server.faults.add({ kind: "slowBody" });
  const create = target.create("User", person("ann"), bulk);
  await server.held(1);
  await clock.advance(deadline);
  const answer = await create;
  expect(answer.ok ? "ok" : `${answer.failure.kind} ${answer.failure.code}`).toBe("uncertain Timeout");
});

test("reads are repeated after trouble, three times in all, with growing pauses", async () => {
  const { server, target, slept } = await open();
  const id = add(server, "ann");
  server.faults.add({ kind: "500", times: 1 });
  server.faults.add({ kind: "dropBeforeCommit", times: 1 });
  expect(brief(await target.get("User", id, bulk))).toBe("ok");
  expect(slept).toEqual([250, 500]);
  server.faults.add({ kind: "503", times: 3 });
  expect(brief(await target.get("User", id, bulk))).toBe("transient InternalServerError 503");
  expect(server.requests).toHaveLength(6);
});

test("a refused read is not repeated", async () => {
  const { server, target } = await open();
  server.faults.add({ kind: "501", times: null });
  expect(brief(await target.get("User", "1", bulk))).toBe("permanent NotImplemented 501");
  expect(server.requests).toHaveLength(1);
});

test("a 429 is waited for and repeated, creates too", async () => {
  const { server, target, slept } = await open();
  server.faults.add({ kind: "429", times: 2, retryAfter: "7" });
  expect(brief(await target.create("User", person("ann"), bulk))).toBe("ok");
  expect(slept).toEqual([7_000, 7_000]);
  expect(server.state.accepted).toHaveLength(1);
});

test("a storm of 429s ends with a failure that says when to come back", async () => {
  const { server, target } = await open();
  server.faults.add({ kind: "429", times: null });
  expect(brief(await target.create("User", person("ann"), bulk))).toBe("transient TooManyRequests 429");
  expect(server.requests).toHaveLength(5);
  server.faults.clear();
  server.faults.add({ kind: "429", times: null, retryAfter: "3600" });
  const answer = await target.create("User", person("ann"), bulk);
  expect(answer.ok ? null : answer.failure.retryAt?.getTime()).toBe(
    Date.parse(answer.ok ? "" : answer.failure.exchange.at) + 3_600_000,
  );
  expect(server.requests).toHaveLength(6);
});

test("two targets of one organisation share its 429", async () => {
  const clock = openManualClock();
  const budgets = openBudgetRegistry(clock, () => 0.5);
  const { server, target } = await open({ clock, budgets });
  const http = openHttpClient({ clock, allowedHosts: [] });
  cleanups.push(() => http.close());
  const credentials = { kind: "bearer", token } as const;
  const options = {
    baseUrl: `${server.baseUrl}/`,
    credentials,
    profile,
    clock,
    http,
    random: () => 0.5,
    budgets,
    deadline,
  };
  const sibling = openScimTarget(options);
  const stranger = openScimTarget({ ...options, organisation: "another" });
  server.faults.add({ kind: "429", retryAfter: "20" });
  const first = target.get("User", "1", bulk);
  await clock.asleep((milliseconds) => milliseconds === 20_000);
  const second = sibling.get("User", "2", { lane: "onDemand" });
  expect(brief(await stranger.get("User", "3", bulk))).toBe("gone InvalidAnchor 404");
  expect(server.requests).toHaveLength(2);
  await clock.advance(20_000);
  expect([brief(await first), brief(await second)]).toEqual(["gone InvalidAnchor 404", "gone InvalidAnchor 404"]);
});

test("the ThousandEyes headers pace the requests: no 429 in two windows", async () => {
  const hurrying = openHurryingClock(deadline);
  const limit = { requests: 240, now: () => hurrying.now().getTime() };
  const { server, target } = await open({ clock: hurrying }, { limit });
  const asked = Array.from({ length: 500 }, (_, index) => target.get("User", String(index), bulk));
  expect(new Set((await Promise.all(asked)).map(brief))).toEqual(new Set(["gone InvalidAnchor 404"]));
  expect(server.requests.filter(({ status }) => status === 429)).toEqual([]);
  expect(server.requests).toHaveLength(500);
});

test("without a limit nobody waits", async () => {
  const { server, target, slept } = await open();
  await Promise.all(Array.from({ length: 300 }, (_, index) => target.get("User", String(index), bulk)));
  expect({ requests: server.requests.length, slept }).toEqual({ requests: 300, slept: [] });
});

test("a signal ends the waiting for a turn, and a request under way, at once", async () => {
  const clock = openManualClock();
  const { server, target } = await open({ clock });
  const stop = new AbortController();
  server.faults.add({ kind: "hang", times: null });
  const options = { ...bulk, signal: stop.signal };
  const creates = Array.from({ length: 6 }, (_, index) => target.create("User", person(`p${index}`), options));
  await server.held(4);
  stop.abort();
  expect((await Promise.all(creates)).map(brief).sort()).toEqual([
    ...Array.from({ length: 2 }, () => "transient Cancelled null"),
    ...Array.from({ length: 4 }, () => "uncertain Cancelled null"),
  ]);
});

test("closing a target ends what waits", async () => {
  const clock = openManualClock();
  const { server, target } = await open({ clock });
  server.faults.add({ kind: "hang", times: null });
  const read = target.get("User", "1", bulk);
  await server.held(1);
  await target.close();
  expect(brief(await read)).toBe("transient Cancelled null");
});

const listAll = async (target: Target): Promise<readonly string[]> => {
  const names: string[] = [];
  for (let start: PageMark | null = 1; start !== null; ) {
    const page: Answer<TargetPage> = await target.list("User", start, bulk);
    if (!page.ok) throw new Error(page.failure.message);
    names.push(...page.value.objects.map(({ resource }) => String(resource.displayName)));
    start = page.value.next;
  }
  return names;
};

test.each<[FaultKind, readonly string[], number]>([
  ["lowTotal", ["a", "b", "c", "d", "e", "f", "g"], 3],
  ["highTotal", ["a", "b", "c", "d", "e", "f", "g"], 4],
  ["repeatPage", ["a", "b", "c"], 2],
  ["skipOne", ["a", "b", "c", "e", "f", "g"], 3],
])("listing a target with %s ends", async (kind, expected, requests) => {
  const { server, target } = await open();
  for (const name of "abcdefg") add(server, name);
  server.faults.add({ kind, times: null });
  expect(await listAll(target)).toEqual(expected);
  expect(server.requests).toHaveLength(requests);
});

test("pages smaller than asked for are followed to the end", async () => {
  const { server, target } = await open({}, { largestPage: 2 });
  for (const name of "abcde") add(server, name);
  expect(await listAll(target)).toEqual(["a", "b", "c", "d", "e"]);
});

test("an update that changes nothing sends nothing", async () => {
  const { server, target } = await open();
  const current = { id: "1", resource: { id: "1", displayName: "x" } };
  const answer = await target.update("User", "1", [{ path: "nickName", value: undefined }], current, bulk);
  expect(answer.ok && answer.value).toBeNull();
  expect(server.requests).toEqual([]);
});

test("a path that cannot be read fails before anything is sent", async () => {
  const { server, target } = await open();
  const answers = [
    await target.find("User", "emails[", "x", bulk),
    await target.update("User", "1", [{ path: "emails[", value: "x" }], null, bulk),
  ];
  expect(answers.map(brief)).toEqual([
    "permanent SchemaAttributeNotFound null",
    "permanent SchemaAttributeNotFound null",
  ]);
  expect(server.requests).toEqual([]);
});

test("a renamed group keeps its members where the target wants PUT", async () => {
  const { server, target } = await open({ profile: { ...profile, updateGroups: "put" } });
  const ann = add(server, "ann");
  const group = await target.create(
    "Group",
    { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName: "Team" },
    bulk,
  );
  const id = group.ok ? group.value.id : "";
  await target.changeMembers(id, { add: [ann], remove: [] }, bulk);
  const current = await target.get("Group", id, bulk);
  await target.update("Group", id, [{ path: "displayName", value: "Crew" }], current.ok ? current.value : null, bulk);
  expect(server.groups.read(id)).toMatchObject({ displayName: "Crew", members: [{ value: ann }] });
});

test("neither the token nor a password is in any failure or exchange, not even when the target echoes it", async () => {
  const { server, target, exchanges } = await open();
  server.faults.add({ kind: "redirect", location: `https://elsewhere.example/${token}` });
  const answers = [
    await target.create("User", { ...person("ann"), password: "hunter2-hunter2" }, bulk),
    await target.create("User", { ...person(token), password: "hunter2-hunter2" }, bulk),
    await target.create("User", { ...person(token), password: "hunter2-hunter2" }, bulk),
    await target.get("User", token, bulk),
  ];
  expect(answers.map((answer) => answer.ok)).toEqual([false, true, false, false]);
  const shown = JSON.stringify([answers.map((answer) => (answer.ok ? answer.exchange : answer.failure)), exchanges]);
  expect(shown).not.toContain(token);
  expect(shown).not.toContain("hunter2");
  expect(exchanges).toHaveLength(4);
});

test("a target that wants no requests for a day is not waited for: who asks hears until when, and nothing is sent", async () => {
  const clock = openManualClock();
  const { target, server } = await open({ clock });
  server.faults.add({ kind: "429", times: 1, retryAfter: "86400" });
  const until = new Date(clock.now().getTime() + 86_400_000);
  const first = await target.probe({ lane: "onDemand", matchingPath: "userName" });
  expect(first.ok ? null : first.failure).toMatchObject({ code: "TooManyRequests", status: 429 });
  const sent = server.requests.length;

  for (const lane of ["onDemand", "bulk"] as const) {
    const again = await target.get("User", "1", { lane });
    expect(again.ok ? null : again.failure).toMatchObject({
      kind: "transient",
      code: "TooManyRequests",
      message: expect.stringContaining("has asked for no requests until"),
    });
    const retryAt = again.ok ? null : again.failure.retryAt;
    expect(Math.abs((retryAt?.getTime() ?? 0) - until.getTime())).toBeLessThan(5000);
  }
  expect(server.requests).toHaveLength(sent);
});
