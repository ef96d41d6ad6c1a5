import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type JsonObject, type ResourceType, type Result, uniqueNameGroupResourceType, userResourceType } from "#scim";
import { bulkReply } from "./bulk-answers.ts";
import { type Fault, type FaultMix, type FaultSwitches, openFaultSwitches } from "./fault-switches.ts";
import {
  answerHeaders,
  errorReply,
  type Met,
  meetAfter,
  meetBefore,
  oops,
  type Reply,
  show,
} from "./faulty-answers.ts";
import { openRequestLimit, type RequestLimitOptions } from "./request-limit.ts";
import { listBody, openScimTestStore, type ScimTestStore } from "./scim-test-store.ts";

export interface ScimTestServerOptions {
  readonly port?: number;
  /** The bearer token that is asked for; null lets everybody in. */
  readonly token?: string | null;
  readonly faults?: readonly Fault[];
  readonly limit?: RequestLimitOptions | null;
  /** Cap on the size of pages. */
  readonly largestPage?: number;
  /** What it knows of users; RFC 7643's user with the enterprise extension unless told. */
  readonly userType?: ResourceType;
}

export interface RecordedRequest {
  readonly method: string;
  /** Path below the base with its query, such as `/Users?filter=…`. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly fault: string | null;
  /** Null when the request was never answered. */
  readonly status: number | null;
}

/** A create that was carried out, whatever was answered. */
export interface AcceptedCreate {
  readonly id: string;
  readonly type: string;
  /** userName or displayName. */
  readonly name: string;
}

export interface ScimTestState {
  readonly users: readonly JsonObject[];
  readonly groups: readonly JsonObject[];
  readonly accepted: readonly AcceptedCreate[];
  readonly removed: readonly string[];
  readonly requests: number;
  readonly faults: Readonly<Record<string, number>>;
}

export interface ScimTestServer {
  readonly baseUrl: string;
  readonly origin: string;
  readonly users: ScimTestStore;
  readonly groups: ScimTestStore;
  readonly requests: readonly RecordedRequest[];
  readonly faults: FaultSwitches;
  readonly state: ScimTestState;
  /** Resolves when this many requests are held by `hang` faults. */
  held(count: number): Promise<void>;
  /** Forgets everything: resources, requests, faults. */
  reset(): void;
  close(): Promise<void>;
}

const basePath = "/scim/v2";
const adminPath = "/_admin";

const readBody = (request: IncomingMessage): Promise<string> =>
  new Promise((done, fail) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => done(Buffer.concat(chunks).toString("utf8")));
    request.on("error", fail);
  });

/** Whether a PATCH takes a member out of a group who is not in it. */
const takesOutAbsent = (group: JsonObject, body: unknown): boolean => {
  const there = JSON.stringify(group.members ?? []);
  const taken = JSON.stringify(body).matchAll(/"members\[value eq \\"([^"\\]+)\\"\]"/g);
  return [...taken].some(([, id]) => !there.includes(`"${id}"`));
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const reply = (status: number, result: Result<JsonObject>): Reply =>
  result.ok ? { status, body: result.value } : errorReply(result.error);

/** A refusal of a duplicate as some targets put it. */
const inAnotherWay = ({ fault }: Met, done: Reply): Reply => {
  if (done.status !== 409) return done;
  if (fault?.kind === "500OnDuplicate") return oops(500, "Something went wrong.");
  if (fault?.kind === "409AsUniqueness400") return { status: 400, body: { ...done.body, status: "400" } };
  return done;
};

const list = (store: ScimTestStore, query: URLSearchParams, fault: Fault | undefined): Reply => {
  if (fault?.kind === "repeatPage") query.delete("startIndex");
  if (fault?.kind === "nearMatch")
    query.set("filter", (query.get("filter") ?? "").replace(/ eq "(.{1,2})[^"]*"$/, ' sw "$1"'));
  const found = store.list(query, {
    ignoreFilter: fault?.kind === "ignoreFilter",
    skip: fault?.kind === "skipOne" ? 1 : 0,
  });
  if (!found.ok) return errorReply(found.error);
  const { resources } = found.value;
  const totals: Readonly<Record<string, number>> = {
    lowTotal: resources.length,
    highTotal: found.value.totalResults + 1000,
  };
  const totalResults = totals[fault?.kind ?? ""] ?? found.value.totalResults;
  return { status: 200, body: listBody({ ...found.value, resources, totalResults }) };
};

/** The resource after a write of which these attributes were ignored. */
const keptOf = (before: JsonObject, after: JsonObject, ignored: readonly string[]): JsonObject => {
  const names = new Set(ignored);
  const of = (resource: JsonObject, isIgnored: boolean) =>
    Object.entries(resource).filter(([name]) => names.has(name) === isIgnored);
  return { ...Object.fromEntries([...of(after, false), ...of(before, true)]), id: after.id ?? "" };
};

/** Starts a SCIM service in memory on a free port of this machine. It is as fast as it can be and misbehaves only on request. */
export const startScimTestServer = async (options: ScimTestServerOptions = {}): Promise<ScimTestServer> => {
  const { token = null, largestPage = 1000, userType = userResourceType } = options;
  const users = openScimTestStore(userType, largestPage);
  const groups = openScimTestStore(uniqueNameGroupResourceType, largestPage);
  const faults = openFaultSwitches();
  for (const fault of options.faults ?? []) faults.add(fault);
  const limit = openRequestLimit(options.limit ?? null);
  let requests: RecordedRequest[] = [];
  let accepted: AcceptedCreate[] = [];
  let removed: string[] = [];
  let mostCreates: number | null = null;
  let holding = 0;
  let watchers: { readonly count: number; readonly tell: () => void }[] = [];
  let awaited: { readonly creates: number; readonly tell: () => void }[] = [];

  const tellReached = (): void => {
    const isReached = ({ creates }: { readonly creates: number }) => creates <= accepted.length;
    for (const { tell } of awaited.filter(isReached)) tell();
    awaited = awaited.filter((one) => !isReached(one));
  };

  const hold = (): void => {
    holding += 1;
    for (const { tell } of watchers.filter(({ count }) => count <= holding)) tell();
    watchers = watchers.filter(({ count }) => count > holding);
  };

  const carryOut = (met: Met, method: string, path: string, query: URLSearchParams, body: string): Reply => {
    const [, endpoint = "", segment, more] = path.split("/");
    if (endpoint === "Bulk" && method === "POST") {
      return bulkReply(parsed(body), met.fault, `http://${met.request.headers.host}${basePath}`, (each, at, data) =>
        carryOut(met, each, at, new URLSearchParams(), JSON.stringify(data)),
      );
    }
    const store = endpoint === "Users" ? users : endpoint === "Groups" ? groups : undefined;
    if (store === undefined || more !== undefined) return oops(404, "There is no such endpoint.");
    if (segment === undefined) {
      if (method === "GET") return list(store, query, met.fault);
      if (method !== "POST") return oops(405, `${method} is not possible here.`);
      const created = store.create(parsed(body));
      if (created.ok) {
        const { id, userName, displayName } = created.value;
        accepted.push({ id: String(id), type: store.type.name, name: String(userName ?? displayName) });
        tellReached();
      }
      return reply(201, created);
    }
    const id = decodeURIComponent(segment);
    const current = store.read(id);
    if (current === undefined) return oops(404, `No ${store.type.name} has the id ${id}.`);
    if (method === "GET") return reply(200, store.show(current, query));
    if (method === "PATCH" && met.fault?.kind === "noTargetForAbsent" && takesOutAbsent(current, parsed(body)))
      return errorReply({ status: 400, scimType: "noTarget", detail: "There is no such member.", position: undefined });
    if (method === "PATCH") return reply(200, store.patch(id, parsed(body)));
    if (method === "PUT") return reply(200, store.replace(id, parsed(body)));
    if (method !== "DELETE") return oops(405, `${method} is not possible here.`);
    store.remove(id);
    removed.push(id);
    return { status: 204, body: null };
  };

  const versions = new Map<string, JsonObject>();

  /** Carries a request out, or only says so. */
  const carryOutOrLie = (met: Met, method: string, path: string, query: URLSearchParams, body: string): Reply => {
    const { fault } = met;
    const store = path.startsWith("/Groups") ? groups : users;
    const idAsked = decodeURIComponent(path.split("/")[2] ?? "");
    const before = store.read(idAsked);
    const stale = versions.get(idAsked);
    if (fault?.kind === "staleRead" && method === "GET" && stale !== undefined)
      return reply(200, store.show(stale, query));
    const done = carryOut(met, method, path, query, body);
    if (method === "GET" || done.status >= 300) return done;
    if (before !== undefined) versions.set(idAsked, before);
    if (fault?.kind !== "ignoresWrite" && fault?.kind !== "claimsWrite") return done;
    if (done.body === null) {
      if (before !== undefined) store.keep(before);
      removed = removed.filter((id) => id !== idAsked);
      return done;
    }
    const kept = keptOf(before ?? {}, done.body, fault.attributes ?? Object.keys({ ...before, ...done.body }));
    store.keep(kept);
    return fault.kind === "claimsWrite" ? done : { ...done, body: kept };
  };

  const handle = (met: Met, method: string, path: string, query: URLSearchParams, body: string): void => {
    const limited = limit.count();
    for (const [name, value] of Object.entries(limited.headers)) met.response.setHeader(name, value);
    if (limited.refused) return void show(met, oops(429, "Too many requests in this window."));
    if (token !== null && met.request.headers.authorization !== `Bearer ${token}`) {
      return void show(met, oops(401, "The token is not known."), { "www-authenticate": "Bearer" });
    }
    if (met.fault?.kind === "hang") return void hold();
    if (method === "POST" && mostCreates !== null && accepted.length >= mostCreates) return void hold();
    if (meetBefore(met)) return;
    const done = inAnotherWay(met, carryOutOrLie(met, method, path, query, body));
    if (done.status >= 300 || !meetAfter(met, done, hold)) show(met, done);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = request.method ?? "GET";
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const body = await readBody(request);
    if (url.pathname.startsWith(adminPath)) {
      const text = JSON.stringify(await administer(url.pathname, body));
      return void response.writeHead(200, answerHeaders(text, "application/json")).end(text);
    }
    const path = url.pathname.startsWith(basePath) ? url.pathname.slice(basePath.length) : "";
    const fault = faults.meet(method, `${path}${url.search}`);
    handle({ request, response, fault }, method, path, url.searchParams, body);
    requests.push({
      method,
      path: `${path}${url.search}`,
      headers: request.headers,
      body,
      fault: fault?.kind ?? null,
      status: response.headersSent ? response.statusCode : null,
    });
  };

  const stateNow = (): ScimTestState => ({
    users: users.all(),
    groups: groups.all(),
    accepted,
    removed,
    requests: requests.length,
    faults: faults.met,
  });

  const reset = (): void => {
    users.clear();
    groups.clear();
    versions.clear();
    faults.clear();
    mostCreates = null;
    requests = [];
    accepted = [];
    removed = [];
  };

  /**
   * `state`, `requests`, `counts`, `reached` ({"creates":N}; answers as soon as so many were carried out), `limit` ({"creates":N}; what comes after so many is neither carried out nor answered), `reset`, `fault` (a Fault) and `mix` ({"seed":1,"mix":{"502AfterCommit":0.02}}; an empty mix ends it).
   */
  const administer = (path: string, body: string): unknown => {
    switch (path.slice(adminPath.length)) {
      case "/state":
        return stateNow();
      case "/requests":
        return requests;
      case "/counts":
        return { creates: accepted.length, requests: requests.length };
      case "/reached": {
        const { creates } = parsed(body) as { readonly creates: number };
        return new Promise((done) => {
          awaited.push({ creates, tell: () => done({ creates: accepted.length }) });
          tellReached();
        });
      }
      case "/limit":
        mostCreates = (parsed(body) as { readonly creates: number | null }).creates;
        return {};
      case "/reset":
        reset();
        return {};
      case "/fault":
        faults.add(parsed(body) as Fault);
        return {};
      case "/mix": {
        const { seed, mix } = parsed(body) as { readonly seed: number; readonly mix: FaultMix };
        faults.mix(seed, mix);
        return {};
      }
      default:
        return { error: "There is no such admin endpoint." };
    }
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((done) => server.listen(options.port ?? 0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    baseUrl: `${origin}${basePath}`,
    origin,
    users,
    groups,
    get requests() {
      return requests;
    },
    faults,
    get state() {
      return stateNow();
    },
    held: (count) =>
      new Promise((tell) => {
        if (holding >= count) tell();
        else watchers.push({ count, tell });
      }),
    reset,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};
