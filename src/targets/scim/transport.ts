import type { TargetProfile } from "#core";
import { type HttpClient, type HttpOutcome, type HttpRequest, readRateSample, readRetryAt } from "#http";
import { type Clock, withoutSecrets } from "#runtime";
import type { Exchange, Lane, RequestOptions, TargetFailure } from "../target.ts";
import { judge, type Purpose, type Trouble, unusable } from "./answers.ts";
import type { Authorization } from "./authorization.ts";
import type { PaceReport, RateBudget } from "./budget.ts";
import type { Call, Journey, Passenger, Put, Reply, Sent } from "./call.ts";
import { exchangeOf } from "./exchange.ts";
import type { Habits } from "./habits.ts";
import { type Hiding, hidingOf } from "./hiding.ts";
import { openTogether } from "./together.ts";

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
  /** Where bulk requests go. */
  readonly bulkUrl: string;
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

const isConditional = ({ version }: Pick<Call, "version">, { ifMatch }: TargetProfile): boolean =>
  ifMatch && version !== undefined;

const cancelled = (what: string): Trouble => ({
  kind: "transient",
  code: "Cancelled",
  status: null,
  scimType: null,
  message: `${what} was cancelled before it was sent.`,
  retryAt: null,
});

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

/** Shorter ones may be words that an account rightly has. */
const distinctive = 16;

/**
 * A refusal whose words are free of secrets, and of what is hidden, before they are cut to the length of a sentence. A good answer is taken as it is, but for
 * credentials that nobody could have put there by chance: what a target shows is kept.
 */
const quiet = (outcome: HttpOutcome, secrets: readonly string[], hiding: Hiding | null): HttpOutcome => {
  if (!outcome.ok) return outcome;
  const { response } = outcome;
  const isGood = response.status < 300;
  const shown = isGood ? response.body : (hiding?.body(response.body) ?? response.body);
  const sought = isGood ? secrets.filter((secret) => secret.length >= distinctive) : secrets;
  const body = withoutSecrets(shown, sought);
  return body === response.body ? outcome : { ...outcome, response: { ...response, body } };
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
    call: Pick<Call, "method" | "url" | "body" | "version">,
    { header, profile }: Put,
    signal: AbortSignal | undefined,
  ): HttpRequest => ({
    method: call.method,
    url: call.url,
    headers: {
      authorization: header,
      accept: accepted[profile.mediaType],
      "accept-encoding": "identity",
      "user-agent": "Lockstep",
      ...(call.body === null ? {} : { "content-type": `${profile.mediaType}; charset=utf-8` }),
      ...(isConditional(call, profile) ? { "if-match": call.version } : {}),
    },
    body: call.body === null ? null : JSON.stringify(call.body),
    deadline,
    maxBytes,
    signal,
  });

  /** A target that wants no requests for long is not waited for: whoever asked hears until when. */
  const tooLongAStop = (lane: Lane): ((what: string) => Trouble) | null => {
    const { stoppedUntil } = budget.state;
    const patience = lane === "onDemand" ? patienceOfPeople : longestWait;
    if (stoppedUntil === null || stoppedUntil.getTime() - clock.now().getTime() <= patience) return null;
    return (what) => ({
      kind: "transient",
      code: "TooManyRequests",
      status: 429,
      scimType: null,
      message: `${what} was not sent: the target has asked for no requests until ${stoppedUntil.toISOString()}.`,
      retryAt: stoppedUntil,
    });
  };

  /** @param make is asked for the request when its turn has come @param pace what the outcome means for the pace */
  const dispatch = async (
    lane: Lane,
    signal: AbortSignal | undefined,
    make: (put: Put) => HttpRequest,
    pace: typeof paceOf,
  ): Promise<Journey> => {
    const troubleOf = tooLongAStop(lane);
    if (troubleOf !== null) return { left: false, troubleOf, exchange: null };
    const authorized = await authorization.header(signal);
    if (!authorized.ok) {
      const { trouble, exchange } = authorized;
      return { left: false, troubleOf: () => trouble, exchange };
    }
    const permit = await budget.acquire(lane, signal);
    if (permit === null) return { left: false, troubleOf: cancelled, exchange: null };
    const started = clock.now();
    const put = { header: authorized.header, profile: habits.profile };
    const request = make(put);
    requests += 1;
    const outcome = await http.request(request);
    const ended = clock.now();
    permit.finish(pace(outcome, ended));
    return { left: true, outcome, started, ended, put };
  };

  /** What a journey means for a call that went with it. */
  const sentOf = ({ call, hidden }: Passenger, journey: Journey): Sent => {
    const hiding = hidingOf(hidden);
    const { secrets } = authorization;
    const told = { method: call.method, url: call.url, body: call.body === null ? null : JSON.stringify(call.body) };
    if (!journey.left) {
      const at = clock.now();
      const exchange = journey.exchange ?? exchangeOf(told, null, at, at, secrets, hiding);
      const failure = failureOf(journey.troubleOf(call.what), exchange, secrets, hiding);
      return { reply: { ok: false, failure }, put: null };
    }
    const { outcome, started, ended, put } = journey;
    const exchange = exchangeOf(told, outcome, started, ended, secrets, hiding);
    onExchange?.(exchange);
    const question = { ...call, conditional: isConditional(call, put.profile) };
    const verdict = judge(question, quiet(outcome, secrets, hiding), ended);
    const reply: Reply = verdict.ok
      ? { ...verdict, exchange }
      : { ok: false, failure: failureOf(verdict.trouble, exchange, secrets, hiding) };
    return { reply, put };
  };

  const alone = async (call: Call, options: RequestOptions): Promise<Sent> => {
    const { lane, signal } = options;
    const journey = await dispatch(lane, signal, (put) => requestOf(call, put, signal), paceOf);
    return sentOf({ call, hidden: options.hidden }, journey);
  };

  const together = openTogether({
    habits,
    url: options.bulkUrl,
    dispatch: (signal, make, isThrottled) =>
      dispatch("bulk", signal, make, (outcome, now) =>
        isThrottled(outcome) ? { ...paceOf(outcome, now), result: "throttled" } : paceOf(outcome, now),
      ),
    requestOf,
    sentOf,
    doubtOf: ({ call, hidden }, status, why, sent) => {
      const { secrets } = authorization;
      const hiding = hidingOf(hidden);
      const exchange = sent.reply.ok ? sent.reply.exchange : sent.reply.failure.exchange;
      const shown = hiding === null ? why : hiding.text(why);
      return {
        ok: false,
        failure: failureOf(unusable(call, status, withoutSecrets(shown, secrets)), exchange, secrets, hiding),
      };
    },
  });

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
      const { reply, put, again } = await (together.takes(call, options)
        ? together.send(call, options)
        : alone(call, options));
      if (again) continue;
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
