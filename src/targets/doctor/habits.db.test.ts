import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ProfileChanges } from "#core";
import type { HttpClient, HttpOutcome, HttpRequest } from "#http";
import { type JsonObject, schemaUrns } from "#scim";
import { type DoctorRig, type ExamineMore, openDoctorRig } from "#test/doctor-rig.ts";
import type { Fault } from "#test/wire/fault-switches.ts";
import { type ScimTestServer, startScimTestServer } from "#test/wire/scim-test-server.ts";
import type { OutcomeCode } from "./outcomes.ts";

const token = "token-of-the-examined-target";
let rig: DoctorRig;
let server: ScimTestServer;
let honest: ReadonlySet<OutcomeCode>;

beforeAll(async () => {
  rig = openDoctorRig();
  server = await startScimTestServer({ token });
  settle();
  honest = new Set((await rig.examine(server.baseUrl, token, { members: 4 })).findings.map(({ code }) => code));
});
afterAll(async () => {
  await server.close();
  await rig.close();
});
beforeEach(() => {
  server.reset();
  settle();
});

/** Six people who are there already. */
const settle = (): void => {
  for (const name of ["ada", "bob", "cem", "dana", "edo", "fay"]) {
    const userName = `${name}@example.com`;
    server.users.create({
      schemas: [schemaUrns.user, schemaUrns.enterpriseUser],
      userName,
      externalId: name,
      displayName: name,
      active: true,
      emails: [{ type: "work", value: userName }],
      [schemaUrns.enterpriseUser]: { employeeNumber: name },
    });
  }
  server.groups.create({ schemas: [schemaUrns.group], displayName: "Everybody", externalId: "everybody" });
};

/** Something between the doctor and the target that makes it behave in its own way. */
type Habit = (request: HttpRequest, send: HttpClient["request"]) => Promise<HttpOutcome>;

const answer = (status: number, body: object | null = null): HttpOutcome => ({
  ok: true,
  response: {
    status,
    headers: { "content-type": "application/scim+json" },
    body: body === null ? "" : JSON.stringify(body),
  },
});

const refusal = (status: number, detail = "No."): HttpOutcome =>
  answer(status, { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: String(status), detail });

const endpoint = ({ url }: HttpRequest): string => new URL(url).pathname.split("/")[3] ?? "";
const isOfOne = ({ url }: HttpRequest): boolean => new URL(url).pathname.split("/").length > 4;
const filterOf = ({ url }: HttpRequest): string => new URL(url).searchParams.get("filter") ?? "";
const bodyOf = (request: HttpRequest): JsonObject => JSON.parse(request.body ?? "{}");

interface Operation {
  readonly op: string;
  readonly path?: string;
  readonly value?: unknown;
}
const operationsOf = (request: HttpRequest): readonly Operation[] =>
  (bodyOf(request).Operations as unknown as readonly Operation[] | undefined) ?? [];

const isPatch = (request: HttpRequest, of = "Users"): boolean => request.method === "PATCH" && endpoint(request) === of;

/** Refuses what fits, with a status. */
const refuses =
  (fits: (request: HttpRequest) => boolean, status = 400): Habit =>
  (request, send) =>
    fits(request) ? Promise.resolve(refusal(status)) : send(request);

/** Answers a write with what is there, and does nothing. */
const ignores =
  (fits: (request: HttpRequest) => boolean): Habit =>
  (request, send) =>
    fits(request) ? send({ ...request, method: "GET", body: null }) : send(request);

/** Carries out a PATCH or PUT without this attribute. */
const ignoresAttribute =
  (name: string): Habit =>
  async (request, send) => {
    if (endpoint(request) !== "Users" || (request.method !== "PATCH" && request.method !== "PUT")) return send(request);
    if (request.method === "PUT") {
      const current = await send({ ...request, method: "GET", body: null });
      const before = current.ok ? (JSON.parse(current.response.body) as JsonObject) : {};
      return send({ ...request, body: JSON.stringify({ ...bodyOf(request), [name]: before[name] ?? null }) });
    }
    const rest = operationsOf(request).filter(({ path }) => path?.toLowerCase() !== name.toLowerCase());
    if (rest.length === 0) return send({ ...request, method: "GET", body: null });
    return send({ ...request, body: JSON.stringify({ ...bodyOf(request), Operations: rest }) });
  };

const ignoresNewAddress: Habit = (request, send) =>
  isPatch(request) ? ignoresAttribute('emails[type eq "work"].value')(request, send) : send(request);

const changed = async (outcome: Promise<HttpOutcome>, change: (body: JsonObject) => object): Promise<HttpOutcome> => {
  const done = await outcome;
  if (!done.ok || done.response.status >= 300 || done.response.body === "") return done;
  return answer(done.response.status, change(JSON.parse(done.response.body)));
};

const without =
  (name: string) =>
  (body: JsonObject): object =>
    Object.fromEntries(Object.entries(body).filter(([each]) => each !== name));

/** Deleted accounts that are kept aside, by id. */
const softly = (): Habit => {
  const deleted = new Map<string, JsonObject>();
  return async (request, send) => {
    const id = decodeURIComponent(new URL(request.url).pathname.split("/")[4] ?? "");
    const kept = deleted.get(id);
    if (kept !== undefined && request.method === "GET") return answer(200, { ...kept, active: false });
    if (request.method === "DELETE" && endpoint(request) === "Users" && kept === undefined) {
      const before = await send({ ...request, method: "GET" });
      if (before.ok && before.response.status === 200) deleted.set(id, JSON.parse(before.response.body));
    }
    const named = String(bodyOf(request).userName ?? "");
    if (request.method === "POST" && [...deleted.values()].some(({ userName }) => userName === named))
      return refusal(409, "taken");
    return kept === undefined ? send(request) : answer(204);
  };
};

interface Case {
  readonly habit?: Habit | (() => Habit);
  readonly faults?: readonly Fault[];
  /** Findings that an honest target does not give; all of them. */
  readonly finds: readonly OutcomeCode[];
  readonly teaches?: ProfileChanges;
  readonly verdict?: "cannot";
  readonly more?: ExamineMore;
}

const always = (kind: Fault["kind"], method?: string, path?: string): Fault => ({
  kind,
  times: null,
  ...(method === undefined ? {} : { method }),
  ...(path === undefined ? {} : { path }),
});

const everything: ProfileChanges = { duplicateIsConflict: true };

const cases: Readonly<Record<string, Case>> = {
  "refuses the token": {
    habit: refuses(() => true, 401),
    finds: ["refusesUs", "notExamined"],
    teaches: {},
    verdict: "cannot",
  },
  "is a page of HTML": {
    faults: [always("html")],
    finds: ["unreachable", "notExamined"],
    teaches: {},
    verdict: "cannot",
  },
  "answers everything with an empty object": {
    habit: (_request) => Promise.resolve(answer(200, {})),
    finds: ["unreachable", "notExamined"],
    teaches: {},
    verdict: "cannot",
  },
  "makes groups and never shows them": {
    habit: (request, send) =>
      request.method === "POST" && endpoint(request) === "Groups" ? Promise.resolve(answer(200, {})) : send(request),
    finds: ["groupRefused"],
    teaches: { ...everything, supportsGroups: false },
  },
  "lets a wrong token in": {
    habit: (request, send) => send({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }),
    finds: ["wrongTokenTaken"],
  },
  "answers a wrong token with 500": {
    habit: refuses(({ headers }) => headers.authorization !== `Bearer ${token}`, 500),
    finds: ["wrongTokenOtherwise"],
  },
  "wants plain JSON": {
    faults: [always("415", "POST"), always("415", "PATCH"), always("415", "PUT")],
    finds: ["wantsPlainJson"],
    teaches: { ...everything, mediaType: "application/json" },
  },
  "wants to know the version": {
    faults: [always("428", "PATCH"), always("428", "PUT")],
    finds: ["wantsVersion"],
    teaches: { ...everything, ifMatch: true },
  },
  "cannot create": {
    habit: refuses(({ method }) => method === "POST", 403),
    finds: ["createRefused", "groupRefused", "notExamined"],
    teaches: { supportsGroups: false },
    verdict: "cannot",
  },
  "refuses an attribute in a create": {
    habit: refuses((request) => request.method === "POST" && bodyOf(request).title !== undefined),
    finds: ["createsWithLess"],
  },
  "shows only the location of what it made": {
    faults: [always("onlyLocation", "POST", "/Users")],
    finds: ["createShowsLocation"],
  },
  "shows nothing of what it made": {
    faults: [always("noBody", "POST", "/Users")],
    finds: ["createShowsNothing"],
    teaches: { ...everything, createShows: "nothing" },
  },
  "answers a create with 200": {
    habit: async (request, send) => {
      const done = await send(request);
      const isMade = done.ok && done.response.status === 201;
      return isMade ? { ...done, response: { ...done.response, status: 200 } } : done;
    },
    finds: ["createStatus"],
  },
  "does not keep a title": {
    habit: (request, send) =>
      send(
        request.method === "POST" ? { ...request, body: JSON.stringify(without("title")(bodyOf(request))) } : request,
      ),
    finds: ["doesNotKeep"],
  },
  "cuts long values": {
    habit: (request, send) =>
      send(
        request.method === "POST" && typeof bodyOf(request).title === "string"
          ? {
              ...request,
              body: JSON.stringify({ ...bodyOf(request), title: String(bodyOf(request).title).slice(0, 50) }),
            }
          : request,
      ),
    finds: ["changesValue"],
  },
  "answers duplicates with 400": {
    habit: async (request, send) => {
      const done = await send(request);
      return done.ok && done.response.status === 409 ? refusal(400, "There is one already.") : done;
    },
    finds: ["duplicateOtherwise"],
    teaches: {},
  },
  "answers a create of who is there with who is there": {
    habit: async (request, send) => {
      const done = await send(request);
      if (request.method !== "POST" || endpoint(request) !== "Users" || !done.ok || done.response.status !== 409)
        return done;
      const there = server.users.all().find(({ userName }) => userName === bodyOf(request).userName);
      return answer(200, there ?? {});
    },
    finds: ["duplicateSame"],
    teaches: {},
  },
  "answers an unknown id with 500": {
    habit: async (request, send) => {
      const done = await send(request);
      return isOfOne(request) &&
        endpoint(request) === "Users" &&
        done.ok &&
        done.response.status === 404 &&
        request.method === "GET" &&
        /0{8}-/.test(request.url)
        ? refusal(500)
        : done;
    },
    finds: ["unknownOtherwise"],
  },
  "has no filters": {
    habit: refuses((request) => filterOf(request) !== "", 501),
    finds: ["filterFails", "filterable", "groupFilterFails", "groupFilterableOnly"],
    teaches: { ...everything, filterable: [], filterableGroups: [] },
  },
  "ignores filters": {
    faults: [always("ignoreFilter")],
    finds: ["filterFails", "filterable", "groupFilterFails", "groupFilterableOnly"],
    teaches: { ...everything, filterable: [], filterableGroups: [] },
  },
  "finds near matches": {
    faults: [always("nearMatch", "GET", "/Users?filter")],
    finds: ["filterFails", "filterable"],
    teaches: { ...everything, filterable: [] },
  },
  "searches by userName only": {
    habit: refuses(
      (request) =>
        endpoint(request) === "Users" && filterOf(request) !== "" && !filterOf(request).startsWith("userName"),
    ),
    finds: ["filterFails", "filterable"],
    teaches: { ...everything, filterable: ["userName"] },
  },
  "minds letter case": {
    habit: refuses((request) => /LOCKSTEP-DOCTOR/.test(filterOf(request))),
    finds: ["filterMindsCase"],
  },
  "knows no paging": {
    habit: refuses(({ url }) => /startIndex=/.test(url)),
    finds: ["pagingRefused", "notExamined"],
    teaches: { ...everything, paging: "none" },
  },
  "repeats its first page": { faults: [always("repeatPage", "GET", "/Users?startIndex")], finds: ["pagesRepeat"] },
  "skips people between pages": { faults: [always("skipOne", "GET", "/Users?startIndex")], finds: ["pagesSkip"] },
  "claims too many": { faults: [always("highTotal", "GET", "/Users?startIndex")], finds: ["totalIsWrong"] },
  "counts the page only": { faults: [always("lowTotal", "GET", "/Users?startIndex")], finds: ["totalIsWrong"] },
  "answers with everybody": {
    habit: (request, send) => send({ ...request, url: request.url.replace(/(startIndex|count)=\d+/g, "x=1") }),
    finds: ["countIgnored"],
  },
  "has small pages": {
    habit: (request, send) =>
      send({
        ...request,
        url: request.url.replace(/count=(\d+)/, (_, count) => `count=${Math.min(3, Number(count))}`),
      }),
    finds: ["pageCap"],
    teaches: { ...everything, pageSize: 3 },
  },
  "has no PATCH": {
    habit: refuses(({ method }) => method === "PATCH", 501),
    finds: ["patchImpossible", "putNeeded", "groupsByPut"],
    teaches: { ...everything, updateUsers: "put", updateGroups: "put" },
  },
  "answers PATCH with 200 and does nothing": {
    habit: ignores(({ method }) => method === "PATCH"),
    finds: ["patchDoesNothing", "putNeeded", "groupsByPut"],
    teaches: { ...everything, updateUsers: "put", updateGroups: "put" },
  },
  "has no PUT": { habit: refuses(({ method }) => method === "PUT", 405), finds: ["putFails"] },
  "changes nobody": {
    habit: ignores((request) => isPatch(request) || request.method === "PUT"),
    finds: ["patchDoesNothing", "cannotChange", "notExamined"],
    verdict: "cannot",
  },
  "takes one operation at a time": {
    habit: refuses((request) => isPatch(request) && operationsOf(request).length > 1),
    finds: ["patchOneByOne"],
    teaches: { ...everything, patchOperations: 1 },
  },
  "takes Booleans as text only": {
    habit: (request, send) => {
      if (!isPatch(request)) return send(request);
      if (/:(true|false)/.test(request.body ?? "")) return Promise.resolve(refusal(400));
      return send({ ...request, body: (request.body ?? "").replace('"False"', "false").replace('"True"', "true") });
    },
    finds: ["patchKnob"],
    teaches: { ...everything, booleans: "text" },
  },
  "ignores renames although it answers 200": { habit: ignoresAttribute("userName"), finds: ["changeIgnored"] },
  "ignores new addresses although it answers 200": {
    habit: ignoresNewAddress,
    finds: ["changeIgnored"],
  },
  "keeps new addresses until they are confirmed": {
    habit: ignoresNewAddress,
    more: { layers: { template: { confirmedLater: ["emails"] } } },
    finds: ["changeWaits"],
  },
  "refuses renames": {
    habit: refuses((request) => isPatch(request) && operationsOf(request).some(({ path }) => path === "userName")),
    finds: ["changeRefused"],
  },
  "shows what was sent and keeps the old": {
    habit: async (request, send) => {
      const sent = operationsOf(request).find(({ path }) => path === "externalId");
      const done = await ignoresAttribute("externalId")(request, send);
      return sent === undefined
        ? done
        : changed(Promise.resolve(done), (body) => ({ ...body, externalId: sent.value }));
    },
    finds: ["changeShownOnly"],
  },
  "does not disable": { habit: ignoresAttribute("active"), finds: ["patchStill", "disableIgnored"] },
  "hides who is disabled": {
    habit: (request, send) =>
      filterOf(request).startsWith("userName")
        ? changed(send(request), (body) => {
            const all = (body.Resources as unknown as JsonObject[]).filter(({ active }) => active !== false);
            return { ...body, Resources: all, totalResults: all.length };
          })
        : send(request),
    finds: ["disabledIsHidden"],
  },
  "only marks what is deleted": { habit: softly, finds: ["deletesSoftly", "nameStaysTaken"] },
  "does not delete": {
    habit: refuses(({ method, url }) => method === "DELETE" && /Users/.test(url), 405),
    finds: ["deleteRefused"],
  },
  "has no groups": {
    habit: refuses((request) => endpoint(request) === "Groups", 404),
    finds: ["noGroups"],
    teaches: { ...everything, supportsGroups: false },
  },
  "takes members out by value only": {
    habit: (request, send) => {
      if (!isPatch(request, "Groups")) return send(request);
      const operations = operationsOf(request);
      if (operations.some(({ path }) => /members\[/.test(path ?? ""))) return Promise.resolve(refusal(400));
      const meant = operations.flatMap((one) =>
        one.op === "remove"
          ? (one.value as { value: string }[]).map(({ value }) => ({
              op: "remove",
              path: `members[value eq "${value}"]`,
            }))
          : [one],
      );
      return send({ ...request, body: JSON.stringify({ ...bodyOf(request), Operations: meant }) });
    },
    finds: ["membersByValue"],
    teaches: { ...everything, memberRemoval: "value" },
  },
  "takes two members at a time": {
    habit: refuses(
      (request) =>
        isPatch(request, "Groups") &&
        operationsOf(request).some(({ op, value }) => op === "add" && Array.isArray(value) && value.length > 2),
      413,
    ),
    finds: ["membersAtOnce"],
    teaches: { ...everything, membersPerRequest: 2 },
  },
  "does not take members out": {
    habit: ignores(
      (request) =>
        (isPatch(request, "Groups") && operationsOf(request).some(({ op }) => op === "remove")) ||
        request.method === "PUT",
    ),
    finds: ["membersNotRemoved", "putFails"],
  },
  "shows members that nobody asked for": {
    habit: (request, send) => send({ ...request, url: request.url.replace("excludedAttributes=members", "x=1") }),
    finds: ["membersAnyway"],
  },
  "cannot leave members out": {
    habit: refuses(({ url }) => /excludedAttributes/.test(url)),
    finds: ["membersNotLeftOut"],
    teaches: { ...everything, excludesMembers: false },
  },
};

test.each(Object.entries(cases))("a target that %s is told as just that", async (_, given) => {
  const { finds, teaches = everything, verdict, more = {}, faults = [] } = given;
  for (const fault of faults) server.faults.add(fault);
  const habit: Habit | null =
    given.habit === undefined
      ? null
      : given.habit.length === 0
        ? (given.habit as () => Habit)()
        : (given.habit as Habit);
  const http: HttpClient =
    habit === null
      ? rig.http
      : { request: (request) => habit(request, (asked) => rig.http.request(asked)), close: async () => undefined };
  const before = structuredClone([...server.users.all(), ...server.groups.all()]);
  const done = await rig.examine(server.baseUrl, token, { http, members: 4, ...more });
  const found = new Set(done.findings.map(({ code }) => code).filter((code) => !honest.has(code)));
  expect(
    [...found].sort(),
    JSON.stringify(
      done.findings.filter(({ code }) => found.has(code)).map(({ says }) => says),
      null,
      1,
    ),
  ).toEqual([...finds].sort());
  expect(done.profile).toEqual(teaches);
  if (verdict !== undefined) expect(done.verdict).toBe(verdict);
  expect([...server.users.all(), ...server.groups.all()]).toEqual(expect.arrayContaining(before));
});

/** Adds headers to every answer. */
const telling =
  (headers: Readonly<Record<string, string>>): Habit =>
  async (request, send) => {
    const done = await send(request);
    return done.ok
      ? { ...done, response: { ...done.response, headers: { ...done.response.headers, ...headers } } }
      : done;
  };

/** The reads that measure the pace. */
const isPaceRead = ({ url }: HttpRequest): boolean => url.endsWith("/Users?count=1");

const atPace = async (habit: Habit) => {
  let reads = 0;
  const counting: Habit = (request, send) => {
    if (isPaceRead(request) && request.headers.authorization === `Bearer ${token}`) reads += 1;
    return habit(request, send);
  };
  const http: HttpClient = {
    request: (request) => counting(request, (asked) => rig.http.request(asked)),
    close: async () => undefined,
  };
  const done = await rig.examine(server.baseUrl, token, { http, members: 2, measuresPace: true });
  return { ...done, reads, pace: done.findings.filter(({ code }) => code.startsWith("rate")) };
};

test("a limit is learned where the answers tell it with its window, and told where they leave the window out", async () => {
  const perMinute = await atPace(
    telling({ ratelimit: '"default";r=590;t=30', "ratelimit-policy": '"default";q=600;w=60' }),
  );
  expect(perMinute.pace).toMatchObject([
    { code: "rateTold", says: "Its answers tell a limit: 600 requests in 60 seconds." },
  ]);
  expect(perMinute.profile).toEqual({ ...everything, requestsPerMinute: 600 });
  const bare = await atPace(telling({ "x-ratelimit-limit": "100", "x-ratelimit-remaining": "90" }));
  expect(bare.pace.map(({ code }) => code)).toEqual(["rateTold"]);
  expect(bare.profile).toEqual(everything);
});

test("measuring the pace ends at the first 429 and after 60 reads, and concludes no limit from either", async () => {
  let left = 5;
  const limited = await atPace((request, send) => {
    if (!isPaceRead(request)) return send(request);
    left -= 1;
    return left < 0 ? Promise.resolve(refusal(429)) : send(request);
  });
  expect(limited.pace.map(({ code }) => code)).toEqual(["rateReached"]);
  expect(limited.reads).toBeLessThanOrEqual(9);
  expect(limited.profile).toEqual(everything);
  const free = await atPace((request, send) => send(request));
  expect(free.pace.map(({ code }) => code)).toEqual(["rateUntold"]);
  expect(free.reads).toBeLessThanOrEqual(60);
  expect(free.profile).toEqual(everything);
});

test("a target that asks for patience in the middle gets it, and is told the same as without", async () => {
  for (const path of ["/Users", "/Groups"])
    for (const method of ["GET", "POST", "PATCH", "DELETE"])
      server.faults.add({ kind: "429", method, path, times: 2, retryAfter: "1" });
  const { findings, profile } = await rig.examine(server.baseUrl, token, { members: 4 });
  expect(new Set(findings.map(({ code }) => code))).toEqual(honest);
  expect(profile).toEqual(everything);
});
