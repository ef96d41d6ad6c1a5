import type { TargetProfile } from "#core";
import { type HttpClient, type HttpOutcome, type HttpRequest, readRateSample, readRetryAt } from "#http";
import { type Clock, withoutSecrets } from "#runtime";
import type { JsonObject } from "#scim";
import type { Exchange, Lane, RequestOptions, TargetFailure } from "../target.ts";
import { judge, type Purpose, type Question, type Trouble } from "./answers.ts";
import type { Authorization } from "./authorization.ts";
import type { PaceReport, RateBudget } from "./budget.ts";
import { exchangeOf } from "./exchange.ts";
import type { Habits } from "./habits.ts";
import { type Hiding, hidingOf } from "./hiding.ts";

export interface Call extends Question {
  readonly method: HttpRequest["method"];
  readonly url: string;
  readonly body: JsonObject | null;
  /** The version that a write means, `*` for any: sent where the target wants to know. */
  readonly version?: string;
}

export type Reply =
  | {
      readonly ok: true;
      readonly status: number;
      readonly body: JsonObject | null;
      readonly location: string | null;
      readonly exchange: Exchange;
    }
  | { readonly ok: false; readonly failure: TargetFailure };

export interface TransportOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly authorization: Authorization;
  readonly budget: RateBudget;
  readonly habits: Habits;
  /** Milliseconds for one request, connecting included. */
  readonly deadline: number;
  readonly onExchange: ((exchange: Exchange) => void) | undefined;
}

interface Sent {
  readonly reply: Reply;
  readonly put: { readonly header: string; readonly profile: TargetProfile } | null;
}

/** Sends requests at the budget's pace and repeats those that may be repeated. */
export interface Transport {
  send(call: Call, options: RequestOptions): Promise<Reply>;
  readonly requests: number;
}

const maxBytes = 16 * 1024 * 1024;
const mostTries = 3;
const mostThrottles = 5;
/** How long a request may be put off by 429s and 503s within the run; afterwards the object waits its turn. */
const longestWait = 10 * 60_000;
/** How long a person, or a test of the connection, waits for a target that has asked for no requests. */
const patienceOfPeople = 90_000;
const firstDelay = 250;

const accepted: Readonly<Record<TargetProfile["mediaType"], string>> = {
  "application/scim+json": "application/scim+json, application/json;q=0.9",
  "application/json": "application/json, application/scim+json;q=0.9",
};

const isRead = (purpose: Purpose): boolean => purpose === "list" || purpose === "get";

/** Turns trouble into a failure; the target may have echoed our credentials, or what is hidden, into its own words. */
export const failureOf = (
  trouble: Trouble,
  exchange: Exchange,
  secrets: readonly string[],
  hiding: Hiding | null,
): TargetFailure => ({
  ...trouble,
  message: withoutSecrets(hiding === null ? trouble.message : hiding.text(trouble.message), secrets),
  exchange,
});

/** A refusal whose words are free of secrets, and of what is hidden, before they are cut to the length of a sentence. */
const quiet = (outcome: HttpOutcome, secrets: readonly string[], hiding: Hiding | null): HttpOutcome => {
  if (!outcome.ok || outcome.response.status < 300) return outcome;
  const { response } = outcome;
  const shown = hiding?.body(response.body) ?? response.body;
  return { ...outcome, response: { ...response, body: withoutSecrets(shown, secrets) } };
};

const paceOf = (outcome: HttpOutcome, now: Date): PaceReport => {
  const headers = outcome.ok ? outcome.response.headers : outcome.failure.headers;
  const status = outcome.ok ? outcome.response.status : outcome.failure.status;
  const sample = headers === null ? null : readRateSample(headers, now);
  if (status === 429) return { result: "throttled", sample, retryAt: headers && readRetryAt(headers, now) };
  if (outcome.ok) return { result: outcome.response.status >= 500 ? "struggling" : "answered", sample, retryAt: null };
  const { code, sent } = outcome.failure;
  if (code === "Timeout") return { result: "struggling", sample, retryAt: null };
  if (!sent) return { result: "unsent", sample: null, retryAt: null };
  const isOurDoing = code === "Cancelled" || code === "Closed";
  return { result: isOurDoing ? "abandoned" : "struggling", sample, retryAt: null };
};

/** Opens the transport of one target. */
export const openTransport = (options: TransportOptions): Transport => {
  const { http, clock, random, authorization, budget, habits, deadline, onExchange } = options;
  let requests = 0;

  const requestOf = (
    call: Call,
    { mediaType, ifMatch }: TargetProfile,
    header: string,
    signal: AbortSignal | undefined,
  ): HttpRequest => {
    return {
      method: call.method,
      url: call.url,
      headers: {
        authorization: header,
        accept: accepted[mediaType],
        "accept-encoding": "identity",
        "user-agent": "Lockstep",
        ...(call.body === null ? {} : { "content-type": `${mediaType}; charset=utf-8` }),
        ...(ifMatch && call.version !== undefined ? { "if-match": call.version } : {}),
      },
      body: call.body === null ? null : JSON.stringify(call.body),
      deadline,
      maxBytes,
      signal,
    };
  };

  /** A target that wants no requests for long is not waited for: whoever asked hears until when. */
  const tooLongAStop = (call: Call, lane: Lane): Trouble | null => {
    const { stoppedUntil } = budget.state;
    const patience = lane === "onDemand" ? patienceOfPeople : longestWait;
    if (stoppedUntil === null || stoppedUntil.getTime() - clock.now().getTime() <= patience) return null;
    const message = `${call.what} was not sent: the target has asked for no requests until ${stoppedUntil.toISOString()}.`;
    return {
      kind: "transient",
      code: "TooManyRequests",
      status: 429,
      scimType: null,
      message,
      retryAt: stoppedUntil,
    };
  };

  /** A request that never left: what kept it. */
  const notSent = (call: Call, trouble: Trouble, hiding: Hiding | null): Reply => {
    const at = clock.now();
    const { secrets } = authorization;
    const request = { method: call.method, url: call.url, body: call.body === null ? null : JSON.stringify(call.body) };
    const exchange = exchangeOf(request, null, at, at, secrets, hiding);
    return { ok: false, failure: failureOf(trouble, exchange, secrets, hiding) };
  };

  /** @returns also how the request was put: the header that it carried, and by which profile; null when it was not sent */
  const sendOnce = async (call: Call, { lane, signal, hidden }: RequestOptions): Promise<Sent> => {
    const hiding = hidingOf(hidden);
    const refused = tooLongAStop(call, lane);
    if (refused !== null) return { reply: notSent(call, refused, hiding), put: null };
    const authorized = await authorization.header(signal);
    if (!authorized.ok) {
      const { trouble, exchange } = authorized;
      const failure = failureOf(trouble, exchange, authorization.secrets, null);
      return { reply: { ok: false, failure }, put: null };
    }
    const permit = await budget.acquire(lane, signal);
    if (permit === null) {
      const message = `${call.what} was cancelled before it was sent.`;
      const trouble: Trouble = {
        kind: "transient",
        code: "Cancelled",
        status: null,
        scimType: null,
        message,
        retryAt: null,
      };
      return { reply: notSent(call, trouble, hiding), put: null };
    }
    const started = clock.now();
    const { profile } = habits;
    const request = requestOf(call, profile, authorized.header, signal);
    requests += 1;
    const outcome = await http.request(request);
    const ended = clock.now();
    permit.finish(paceOf(outcome, ended));
    const { secrets } = authorization;
    const exchange = exchangeOf(request, outcome, started, ended, secrets, hiding);
    onExchange?.(exchange);
    const question = { ...call, conditional: request.headers["if-match"] !== undefined };
    const verdict = judge(question, quiet(outcome, secrets, hiding), ended);
    const reply: Reply = verdict.ok
      ? { ...verdict, exchange }
      : { ok: false, failure: failureOf(verdict.trouble, exchange, secrets, hiding) };
    return { reply, put: { header: authorized.header, profile } };
  };

  /** Milliseconds until the next try, or null to give up. A 429 is waited for by the budget, together with everybody else. */
  const delayOf = (call: Call, failure: TargetFailure, tries: number, throttles: number, since: number) => {
    if (failure.kind !== "transient" || failure.code === "Cancelled") return null;
    const now = clock.now().getTime();
    const until = Math.max(failure.retryAt?.getTime() ?? now, budget.state.stoppedUntil?.getTime() ?? now);
    if (until - since > longestWait) return null;
    if (failure.status === 429) return throttles < mostThrottles ? 0 : null;
    const isUnsentWrite = !isRead(call.purpose) && failure.status === null;
    if (tries >= mostTries || !(isRead(call.purpose) || isUnsentWrite)) return null;
    const jittered = firstDelay * 2 ** (tries - 1) * (0.5 + random());
    return Math.max(jittered, (failure.retryAt?.getTime() ?? now) - now);
  };

  const send = async (call: Call, options: RequestOptions): Promise<Reply> => {
    const since = clock.now().getTime();
    let tries = 0;
    let throttles = 0;
    let renewed = false;
    for (;;) {
      const { reply, put } = await sendOnce(call, options);
      if (reply.ok) return reply;
      // A fetched token may be revoked before its time; a request that was refused for it was not carried out.
      if (reply.failure.status === 401 && put !== null && !renewed && authorization.refused(put.header)) {
        renewed = true;
        continue;
      }
      if (put !== null && habits.learn(reply.failure, put.profile)) continue;
      if (reply.failure.status === 429) throttles += 1;
      else tries += 1;
      const delay = delayOf(call, reply.failure, tries, throttles, since);
      if (delay === null) return reply;
      if (delay > 0) await clock.sleep(delay, options.signal);
      if (options.signal?.aborted) return reply;
    }
  };

  return {
    send,
    get requests() {
      return requests;
    },
  };
};
