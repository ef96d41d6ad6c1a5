import type { ObjectType, ProfileChanges, TargetProfile } from "#core";
import type { HttpClient } from "#http";
import { type Clock, newId as systemNewId } from "#runtime";
import { budgetKey, identityOf } from "../identity.ts";
import type { Answer, Exchange, RequestOptions, Target, TargetObject } from "../target.ts";
import { addressBuilder } from "./address.ts";
import { adviceOnAddress, adviceOnFilter, noFilterAdvice } from "./advice.ts";
import { tooMany } from "./answers.ts";
import { openAuthorization } from "./authorization.ts";
import { type BudgetRegistry, openBudgetRegistry } from "./budget.ts";
import { openCreate } from "./creates.ts";
import type { TargetCredentials } from "./credentials.ts";
import { openDiscovery } from "./discovery.ts";
import { exchangeOf } from "./exchange.ts";
import { openHabits } from "./habits.ts";
import { hidingOf } from "./hiding.ts";
import { openRequests } from "./requests.ts";
import { memberIds, readList, readObject, withoutMembers } from "./resources.ts";
import { isNoFilter, openSearch, slim } from "./search.ts";
import { openTransport } from "./transport.ts";
import { openUpdates } from "./updates.ts";

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
  /** What of the profile an administrator says; a pace among it wins over what the target tells, and over what its refusals have taught. */
  readonly own?: ProfileChanges;
  readonly clock: Clock;
  readonly http: HttpClient;
  /** For jitter, from 0 up to 1. */
  readonly random: () => number;
  /** Shared by the targets of a process, so that those with one address and organisation share its pace; its own when left out. */
  readonly budgets?: BudgetRegistry;
  /** The tenant behind the address where the target tells it. */
  readonly organisation?: string | null;
  readonly newId?: () => string;
  /** Milliseconds for one request; as the profile says unless told. */
  readonly deadline?: number;
  /** Sees every request with its answer, masked. */
  readonly onExchange?: (exchange: Exchange) => void;
  readonly onNotice?: (notice: TargetNotice) => void;
}

/** Opens the client of a SCIM 2.0 service (RFC 7644). The HTTP client stays open when the target is closed. */
export const openScimTarget = (options: ScimTargetOptions): Target => {
  const { baseUrl, profile, clock, random, http } = options;
  const { organisation = null, newId = systemNewId, onNotice } = options;
  const budgets = options.budgets ?? openBudgetRegistry(clock, random);
  const budget = budgets.budget(budgetKey(baseUrl, organisation));
  const { requestsPerSecond = null, requestsPerMinute = null, requestsAtOnce = null } = options.own ?? {};
  const withdraw = budget.declare(profile, { requestsPerSecond, requestsPerMinute, requestsAtOnce });
  const deadline = options.deadline ?? profile.timeoutSeconds * 1000;
  const authorization = openAuthorization({ credentials: options.credentials, http, clock, deadline });
  const habits = openHabits(profile);
  const { onExchange } = options;
  const address = addressBuilder(baseUrl);
  const transport = openTransport({
    http,
    clock,
    random,
    authorization,
    budget,
    habits,
    deadline,
    onExchange,
    bulkUrl: address("/Bulk"),
  });
  const closing = new AbortController();

  // A caller has one signal for many requests; each pair is joined once.
  const joined = new WeakMap<AbortSignal, AbortSignal>();
  const signalOf = (signal: AbortSignal | undefined): AbortSignal => {
    if (signal === undefined) return closing.signal;
    const known = joined.get(signal) ?? AbortSignal.any([signal, closing.signal]);
    joined.set(signal, known);
    return known;
  };

  const requests = openRequests({
    address,
    send: (call, given) => transport.send(call, { ...given, signal: signalOf(given.signal) }),
    unsent: ({ method, url }, { hidden }) =>
      exchangeOf({ method, url, body: null }, null, clock.now(), clock.now(), authorization.secrets, hidingOf(hidden)),
    secrets: () => authorization.secrets,
  });

  const search = openSearch({
    requests,
    habits,
    onStrangers: (path, ids) => {
      const message = `A search by ${path} returned ${ids.length} objects that do not have the value asked for; they were left alone.`;
      onNotice?.({ code: "StrangersReturned", message, ids });
    },
  });

  const read = async (
    type: ObjectType,
    id: string,
    query: readonly (readonly [string, string])[],
    given: RequestOptions,
  ): Promise<Answer<TargetObject>> => {
    const path = requests.pathOf(type, id);
    if (path === null) return requests.badId(type, id, "GET", given);
    const call = requests.callOf("get", "GET", path, null, query);
    const reply = await requests.send(call, given);
    if (!reply.ok) return reply;
    const list = readList(reply.body);
    // Some targets answer with a list of one.
    const value = list.ok && list.objects.length === 1 ? list.objects[0] : readObject(reply.body ?? undefined);
    if (value?.id === id) return { ok: true, value, exchange: reply.exchange };
    if (list.ok && list.objects.length > 1) {
      const lost = requests.unusable(call, reply, `it shows ${list.objects.length} objects instead of one`, given);
      return { ...lost, failure: { ...lost.failure, code: tooMany } };
    }
    const why = value === undefined ? "the object has no id" : `it shows another object (id ${value.id})`;
    return requests.unusable(call, reply, why, given);
  };

  const readSlim = async (type: ObjectType, id: string, given: RequestOptions): Promise<Answer<TargetObject>> => {
    const answer = await read(type, id, slim(type, habits.profile), given);
    return answer.ok && type === "Group" ? { ...answer, value: withoutMembers(answer.value) } : answer;
  };

  const create = openCreate({ requests, habits, search, read: readSlim, clock });
  const updates = openUpdates({
    requests,
    habits,
    readWhole: (type, id, given) => read(type, id, [], given),
  });
  const discover = openDiscovery({ requests, habits });

  return {
    identity: identityOf(baseUrl, organisation),
    get profile() {
      return habits.profile;
    },
    get requests() {
      return transport.requests;
    },
    get waitingUntil() {
      return budget.state.waitingUntil;
    },
    canFind: (type, path) => habits.canFind(type, path),

    probe: async ({ matchingPath, ...given }) => {
      const asks = habits.canFind("User", matchingPath);
      let found = asks ? await search.ask("User", matchingPath, newId(), given) : await search.first("User", given);
      const refusesFilter = asks && !found.ok && isNoFilter(found.failure);
      // Whoever answers a question for nobody with somebody does not understand the question.
      const ignoresFilter = asks && found.ok && found.list.objects.length > 0;
      if (refusesFilter || ignoresFilter) habits.cannotFind("User", matchingPath);
      const advice = found.ok && asks ? adviceOnFilter(found.list, matchingPath) : [];
      if (refusesFilter) found = await search.first("User", given);
      if (!found.ok) return found;
      const all = [...advice, ...(refusesFilter ? [noFilterAdvice(matchingPath)] : []), ...adviceOnAddress(baseUrl)];
      return { ok: true, value: { advice: all }, exchange: found.exchange };
    },

    discover,
    list: search.page,
    count: search.count,
    find: search.find,
    get: readSlim,

    members: async (groupId, given) => {
      const whole = await read("Group", groupId, [], given);
      return whole.ok ? { ...whole, value: memberIds(whole.value.resource) } : whole;
    },

    holds: search.holds,
    create,
    update: updates.update,

    remove: async (type, id, given) => {
      const path = requests.pathOf(type, id);
      if (path === null) return requests.badId(type, id, "DELETE", given);
      const reply = await requests.send(requests.callOf("remove", "DELETE", path, null, [], "*"), given);
      return reply.ok ? { ok: true, value: null, exchange: reply.exchange } : reply;
    },

    changeMembers: updates.changeMembers,

    close: async () => {
      closing.abort();
      withdraw();
    },
  };
};
