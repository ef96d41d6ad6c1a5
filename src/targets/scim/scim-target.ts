import type { ObjectType } from "#core";
import type { HttpClient } from "#http";
import { type Clock, newId as systemNewId } from "#runtime";
import { filterEq, type JsonObject, parsePath } from "#scim";
import { budgetKey, identityOf } from "../identity.ts";
import type { Answer, Exchange, Hidden, RequestOptions, Target, TargetObject, TargetProfile } from "../target.ts";
import { addressBuilder, endpointOf, idSegment } from "./address.ts";
import { adviceOf } from "./advice.ts";
import { type Purpose, type Trouble, unusable } from "./answers.ts";
import { openAuthorization } from "./authorization.ts";
import { type BudgetRegistry, openBudgetRegistry } from "./budget.ts";
import type { TargetCredentials } from "./credentials.ts";
import { exchangeOf } from "./exchange.ts";
import { onlyMatching } from "./found.ts";
import { hidingOf } from "./hiding.ts";
import { openPageGuard } from "./pages.ts";
import { readList, readObject } from "./resources.ts";
import { type Call, failureOf, openTransport, type Reply } from "./transport.ts";
import { memberPatchBody, memberPutBody, patchBody, putBody, resourceBody } from "./writes.ts";

/** Something odd about a target that an administrator should know, though the request went well. */
export interface TargetNotice {
  readonly code: "StrangersReturned";
  /** One sentence. */
  readonly message: string;
  readonly ids: readonly string[];
}

export interface ScimTargetOptions {
  /** With or without a final slash; its query goes along with every request. */
  readonly baseUrl: string;
  readonly credentials: TargetCredentials;
  readonly profile: TargetProfile;
  readonly clock: Clock;
  readonly http: HttpClient;
  /** For jitter, from 0 up to 1. */
  readonly random: () => number;
  /** Shared by the targets of a process, so that those with one address and organisation share its pace; its own when left out. */
  readonly budgets?: BudgetRegistry;
  /** The tenant behind the address where the target tells it. */
  readonly organisation?: string | null;
  readonly newId?: () => string;
  /** Milliseconds for one request, 30 seconds unless told. */
  readonly deadline?: number;
  /** Sees every request with its answer, masked. */
  readonly onExchange?: (exchange: Exchange) => void;
  readonly onNotice?: (notice: TargetNotice) => void;
}

type Lost = { readonly ok: false; readonly failure: Extract<Reply, { ok: false }>["failure"] };

/** Opens the client of a SCIM 2.0 service (RFC 7644). The HTTP client stays open when the target is closed. */
export const openScimTarget = (options: ScimTargetOptions): Target => {
  const { baseUrl, profile, clock, random } = options;
  const { organisation = null, newId = systemNewId, onNotice } = options;
  const address = addressBuilder(baseUrl);
  const budgets = options.budgets ?? openBudgetRegistry(clock, random);
  const budget = budgets.budget(budgetKey(baseUrl, organisation));
  if (profile.requestsPerMinute !== null) budget.declare(profile.requestsPerMinute);
  const deadline = options.deadline ?? 30_000;
  const authorization = openAuthorization({ credentials: options.credentials, http: options.http, clock, deadline });
  const transport = openTransport({
    http: options.http,
    clock,
    random,
    authorization,
    budget,
    deadline,
    onExchange: options.onExchange,
  });
  const pages = openPageGuard();
  const closing = new AbortController();

  const callOf = (
    purpose: Purpose,
    method: Call["method"],
    path: string,
    body: JsonObject | null = null,
    query: readonly (readonly [string, string])[] = [],
  ): Call => ({ purpose, method, url: address(path, query), body, what: `${method} ${path}` });

  // A caller has one signal for many requests; each pair is joined once.
  const joined = new WeakMap<AbortSignal, AbortSignal>();
  const signalOf = (signal: AbortSignal | undefined): AbortSignal => {
    if (signal === undefined) return closing.signal;
    const known = joined.get(signal) ?? AbortSignal.any([signal, closing.signal]);
    joined.set(signal, known);
    return known;
  };

  const send = (call: Call, options: RequestOptions): Promise<Reply> =>
    transport.send(call, { ...options, signal: signalOf(options.signal) });

  /** Stands for a request that there was no need or no way to send. */
  const unsent = ({ method, url }: Call, hidden: Hidden | undefined): Exchange =>
    exchangeOf({ method, url, body: null }, null, clock.now(), clock.now(), authorization.secrets, hidingOf(hidden));

  const lost = (trouble: Trouble, exchange: Exchange, hidden: Hidden | undefined): Lost => ({
    ok: false,
    failure: failureOf(trouble, exchange, authorization.secrets, hidingOf(hidden)),
  });

  const impossible = (call: Call, code: string, message: string, { hidden }: RequestOptions): Lost =>
    lost({ kind: "permanent", code, status: null, message, retryAt: null }, unsent(call, hidden), hidden);

  /** Path of one object; an id that no address can express never leaves this machine. */
  const pathOf = (type: ObjectType, id: string): string | null => {
    const segment = idSegment(id);
    return segment === null ? null : `${endpointOf(type)}/${segment}`;
  };

  const badId = (type: ObjectType, id: string, method: Call["method"], options: RequestOptions): Lost =>
    impossible(
      callOf("get", method, endpointOf(type)),
      "InvalidAnchor",
      `The id ${JSON.stringify(id)} cannot be part of an address, so the object cannot be reached.`,
      options,
    );

  /** Groups are read without their members: there may be many, and memberships are tracked one by one. */
  const slim = (type: ObjectType): readonly (readonly [string, string])[] =>
    type === "Group" ? [["excludedAttributes", "members"]] : [];

  const readOne = async (
    type: ObjectType,
    id: string,
    query: readonly (readonly [string, string])[],
    options: RequestOptions,
  ): Promise<Answer<TargetObject>> => {
    const path = pathOf(type, id);
    if (path === null) return badId(type, id, "GET", options);
    const call = callOf("get", "GET", path, null, query);
    const reply = await send(call, options);
    if (!reply.ok) return reply;
    const value = readObject(reply.body ?? undefined);
    if (value?.id === id) return { ok: true, value, exchange: reply.exchange };
    const why = value === undefined ? "the object has no id" : `it shows another object (id ${value.id})`;
    return lost(unusable(call, reply.status, why), reply.exchange, options.hidden);
  };

  const search = async (call: Call, options: RequestOptions) => {
    const reply = await send(call, options);
    if (!reply.ok) return reply;
    const list = readList(reply.body);
    return list.ok
      ? { ok: true as const, list, exchange: reply.exchange }
      : lost(unusable(call, reply.status, list.why), reply.exchange, options.hidden);
  };

  const findCall = (type: ObjectType, path: string, value: string): Call =>
    callOf("list", "GET", endpointOf(type), null, [...slim(type), ["filter", filterEq(path, value)]]);

  /** Sends the changed resource and reads what comes back, if anything. */
  const write = async (call: Call, options: RequestOptions): Promise<Answer<TargetObject | null>> => {
    const reply = await send(call, options);
    if (!reply.ok) return reply;
    return { ok: true, value: readObject(reply.body ?? undefined) ?? null, exchange: reply.exchange };
  };

  const nothing = (call: Call, { hidden }: RequestOptions): Answer<null> => ({
    ok: true,
    value: null,
    exchange: unsent(call, hidden),
  });

  return {
    identity: identityOf(baseUrl, organisation),
    profile,
    get requests() {
      return transport.requests;
    },
    get waitingUntil() {
      return budget.state.waitingUntil;
    },

    probe: async ({ matchingPath, ...rest }) => {
      const call = findCall("User", matchingPath, newId());
      const found = await search(call, rest);
      if (!found.ok) return found;
      return { ok: true, value: { advice: adviceOf(found.list, matchingPath, baseUrl) }, exchange: found.exchange };
    },

    list: async (type, startIndex, options) => {
      const count = profile.pageSize;
      const range: readonly (readonly [string, string])[] = profile.paging
        ? [
            ["startIndex", String(startIndex)],
            ["count", String(count)],
          ]
        : [];
      const call = callOf("list", "GET", endpointOf(type), null, [...slim(type), ...range]);
      const found = await search(call, options);
      if (!found.ok) return found;
      const { objects, totalResults } = found.list;
      const value = profile.paging
        ? pages.page({ type, startIndex, count, objects, totalResults })
        : { objects, totalResults, next: null };
      return { ok: true, value, exchange: found.exchange };
    },

    find: async (type, path, value, options) => {
      const call = findCall(type, path, value);
      const parsed = parsePath(path);
      if (!parsed.ok) return impossible(call, "SchemaAttributeNotFound", parsed.error.detail, options);
      const found = await search(call, options);
      if (!found.ok) return found;
      const { objects, strangers } = onlyMatching(found.list.objects, parsed.value, value);
      if (strangers.length > 0) {
        const message = `A search by ${path} returned ${strangers.length} objects that do not have the value asked for; they were left alone.`;
        onNotice?.({ code: "StrangersReturned", message, ids: strangers });
      }
      return { ok: true, value: objects, exchange: found.exchange };
    },

    get: (type, id, options) => readOne(type, id, slim(type), options),

    create: async (type, resource, options) => {
      const call = callOf("create", "POST", endpointOf(type), resourceBody(resource));
      const reply = await send(call, options);
      if (!reply.ok) return reply;
      const value = readObject(reply.body ?? undefined);
      return value === undefined
        ? lost(unusable(call, reply.status, "the object that was made has no id"), reply.exchange, options.hidden)
        : { ok: true, value, exchange: reply.exchange };
    },

    update: async (type, id, changes, current, options) => {
      const method = profile.patch ? "PATCH" : "PUT";
      const path = pathOf(type, id);
      if (path === null) return badId(type, id, method, options);
      if (profile.patch) {
        const body = patchBody(changes, current);
        const call = callOf("update", method, path, body.ok ? body.value : null);
        if (!body.ok) return impossible(call, "SchemaAttributeNotFound", body.error.detail, options);
        return call.body === null ? nothing(call, options) : write(call, options);
      }
      if (changes.length === 0) return nothing(callOf("update", method, path), options);
      // A PUT replaces everything: a group that was read without its members would lose them.
      const whole =
        current === null || type === "Group"
          ? await readOne(type, id, [], options)
          : { ok: true as const, value: current };
      if (!whole.ok) return whole;
      const body = putBody(changes, whole.value);
      const call = callOf("update", method, path, body.ok ? body.value : null);
      return body.ok ? write(call, options) : impossible(call, "SchemaAttributeNotFound", body.error.detail, options);
    },

    remove: async (type, id, options) => {
      const path = pathOf(type, id);
      if (path === null) return badId(type, id, "DELETE", options);
      const reply = await send(callOf("remove", "DELETE", path), options);
      return reply.ok ? { ok: true, value: null, exchange: reply.exchange } : reply;
    },

    changeMembers: async (groupId, change, options) => {
      const method = profile.patch ? "PATCH" : "PUT";
      const path = pathOf("Group", groupId);
      if (path === null) return badId("Group", groupId, method, options);
      const body = memberPatchBody(change);
      if (body === null) return nothing(callOf("update", method, path), options);
      if (profile.patch) {
        const done = await write(callOf("update", method, path, body), options);
        return done.ok ? { ...done, value: null } : done;
      }
      const whole = await readOne("Group", groupId, [], options);
      if (!whole.ok) return whole;
      const done = await write(callOf("update", method, path, memberPutBody(change, whole.value)), options);
      return done.ok ? { ...done, value: null } : done;
    },

    close: async () => closing.abort(),
  };
};
