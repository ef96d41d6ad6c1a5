import type { BulkLimits } from "#core";
import type { HttpOutcome, HttpRequest } from "#http";
import type { JsonObject } from "#scim";
import type { RequestOptions } from "../target.ts";
import { bulkBody, bulkLine, type Fate, fatesOf } from "./bulk.ts";
import type { Call, Journey, Passenger, Put, Reply, Sent } from "./call.ts";
import { errorDetail } from "./error-detail.ts";
import type { Habits } from "./habits.ts";

type Request = Pick<Call, "method" | "url" | "body" | "version">;

export interface TogetherOptions {
  readonly habits: Habits;
  readonly url: string;
  readonly dispatch: (
    signal: AbortSignal | undefined,
    make: (put: Put) => HttpRequest,
    isThrottled: (outcome: HttpOutcome) => boolean,
  ) => Promise<Journey>;
  readonly requestOf: (request: Request, put: Put, signal: AbortSignal | undefined) => HttpRequest;
  readonly sentOf: (passenger: Passenger, journey: Journey) => Sent;
  /** The reply to a write whose fate nobody knows although an answer came. */
  readonly doubtOf: (passenger: Passenger, status: number, why: string, sent: Sent) => Reply;
}

/** Puts writes of the bulk lane that wait at the same time into one request, if the profile has it so. */
export interface Together {
  /** True for a call that may go with others. */
  takes(call: Call, options: RequestOptions): boolean;
  send(call: Call, options: RequestOptions): Promise<Sent>;
}

interface Waiting extends Passenger {
  readonly signal: AbortSignal | undefined;
  readonly done: (sent: Sent | Promise<Sent>) => void;
}

/** What a bulk request has around its lines, in bytes, with room to spare. */
const frame = 200;
const lineSize = (call: Call): number => Buffer.byteLength(JSON.stringify(bulkLine(operationOf(call), 10_000))) + 1;
const operationOf = ({ method, path, body }: Call) => ({ method, path, data: body });

/** Refusals that say nothing of bulk requests: of the token, the media type, the pace. */
const isUsual = (status: number): boolean => [401, 406, 415, 425, 429].includes(status);
/** Where there are no bulk requests, or an operation cannot go in one: nothing was done. */
const isLacking = (status: number): boolean => status === 404 || status === 405 || status === 501;
/** Too much at once, too slow, or bad luck with the connection. */
const isTooMuch = (status: number | null): boolean =>
  status === null || status === 408 || status === 413 || (status > 501 && status < 600);

const statusOf = (outcome: HttpOutcome): number | null => {
  if (outcome.ok) return outcome.response.status;
  const { status, headers } = outcome.failure;
  return status !== null && status >= 300 && headers !== null ? status : null;
};

/**
 * Opens the gathering of a target. There is one bulk request at a time: whoever comes while it is under way, or while it waits for its turn, goes with
 * the next one. So nobody waits for company, and one that is by itself goes by itself.
 */
export const openTogether = ({ habits, url, dispatch, requestOf, sentOf, doubtOf }: TogetherOptions): Together => {
  let waiting: readonly Waiting[] = [];
  let isUnderWay = false;

  const take = (signal: AbortSignal | undefined, limits: BulkLimits | null): readonly Waiting[] => {
    const taken: Waiting[] = [];
    const paths = new Set<string>();
    let size = frame;
    for (const one of waiting) {
      if (one.signal !== signal) continue;
      const { method, path } = one.call;
      // Nobody knows in which order a target carries them out, so two changes of one object do not go together.
      if (method !== "POST" && paths.has(path)) continue;
      size += lineSize(one.call);
      const isFull = limits === null || taken.length >= limits.operations || size > limits.payloadBytes;
      if (taken.length > 0 && isFull) break;
      paths.add(path);
      taken.push(one);
    }
    waiting = waiting.filter((one) => !taken.includes(one));
    return taken;
  };

  /** One request, with everybody who may go with it. */
  const travel = async (signal: AbortSignal | undefined): Promise<void> => {
    let taken: readonly Waiting[] = [];
    let fates: readonly Fate[] | null = null;
    const read = (outcome: HttpOutcome): readonly Fate[] | null =>
      outcome.ok && outcome.response.status < 300 && taken.length > 1
        ? fatesOf(
            taken.map(({ call }) => operationOf(call)),
            outcome.response.body,
          )
        : null;
    const make = (put: Put): HttpRequest => {
      taken = take(signal, put.profile.bulk);
      const [first] = taken;
      if (first !== undefined && taken.length === 1) return requestOf(first.call, put, signal);
      const lines: readonly JsonObject[] = taken.map(({ call }, index) => bulkLine(operationOf(call), index));
      return requestOf({ method: "POST", url, body: bulkBody(lines) }, put, signal);
    };
    const journey = await dispatch(signal, make, (outcome) => {
      fates = read(outcome);
      return fates?.some((fate) => fate.known && fate.outcome.response.status === 429) ?? false;
    });
    if (!journey.left) {
      const kept = waiting.filter((one) => one.signal === signal);
      waiting = waiting.filter((one) => one.signal !== signal);
      for (const one of kept) one.done(sentOf(one, journey));
      return;
    }
    const [only] = taken;
    if (only !== undefined && taken.length === 1) return only.done(sentOf(only, journey));
    arrive(taken, journey, fates);
  };

  const arrive = (
    taken: readonly Waiting[],
    journey: Journey & { readonly left: true },
    fates: readonly Fate[] | null,
  ): void => {
    const { outcome } = journey;
    const status = statusOf(outcome);
    if (fates !== null) {
      for (const [index, one] of taken.entries()) one.done(arrival(one, fates[index], journey, taken.length));
      return;
    }
    // Whoever refuses a bulk request, or answers nonsense to it, is not sent another.
    if (isTooMuch(status)) habits.bearsInBulk(Math.floor(taken.length / 2));
    else if (status !== null && !isUsual(status)) habits.bearsInBulk(0);
    // Such an answer is about them all, so what is hidden of one is hidden wherever it is kept.
    const hidden = { paths: taken.flatMap(pathsOf), values: taken.flatMap(valuesOf) };
    for (const one of taken) {
      const passenger = { call: one.call, hidden };
      const sent = sentOf(passenger, status !== null && status < 300 ? withoutBody(journey) : journey);
      if (status !== null && (isLacking(status) || status === 413)) one.done({ ...sent, again: true });
      else if (status === null || isUsual(status) || status >= 500 || status === 408) one.done(sent);
      else one.done({ ...sent, reply: doubtOf(passenger, status, reasonOf(outcome), sent) });
    }
  };

  /** @param among how many went together */
  const arrival = (
    one: Waiting,
    fate: Fate | undefined,
    journey: Journey & { readonly left: true },
    among: number,
  ): Sent => {
    if (fate?.known === true) {
      const sent = sentOf(one, { ...journey, outcome: fate.outcome });
      const { status } = fate.outcome.response;
      if (status === 405 || status === 501) {
        habits.bearsInBulk(0);
        return { ...sent, again: true };
      }
      if (status === 413) {
        habits.bearsInBulk(Math.floor(among / 2));
        return { ...sent, again: true };
      }
      return sent.reply.ok && one.call.purpose === "create"
        ? { ...sent, reply: { ...sent.reply, numbered: true } }
        : sent;
    }
    habits.bearsInBulk(0);
    const sent = sentOf(one, withoutBody(journey));
    return { ...sent, reply: doubtOf(one, 200, fate?.why ?? "nothing is known of it", sent) };
  };

  const run = async (): Promise<void> => {
    if (isUnderWay) return;
    isUnderWay = true;
    for (let [first] = waiting; first !== undefined; [first] = waiting) await travel(first.signal);
    isUnderWay = false;
  };

  return {
    takes: (call, { lane }) => {
      const { bulk, ifMatch } = habits.profile;
      const isWrite = call.purpose !== "list" && call.purpose !== "get";
      return bulk !== null && !ifMatch && lane === "bulk" && isWrite && frame + lineSize(call) <= bulk.payloadBytes;
    },
    send: (call, { signal, hidden }) =>
      new Promise((done) => {
        waiting = [...waiting, { call, hidden, signal, done }];
        void run();
      }),
  };
};

const pathsOf = ({ hidden }: Passenger): readonly string[] => hidden?.paths ?? [];
const valuesOf = ({ hidden }: Passenger): readonly string[] => hidden?.values ?? [];

/** What is kept where an answer does not tell which part of it is about whom. */
const withoutBody = (journey: Journey & { readonly left: true }): Journey => ({
  ...journey,
  outcome: { ok: true, response: { status: 200, headers: {}, body: "" } },
});

/** Why nobody knows what a bulk request that was answered in this way has done. */
const reasonOf = (outcome: HttpOutcome): string => {
  if (!outcome.ok) return "that was the answer to a bulk request, and it broke off";
  const { status, body } = outcome.response;
  if (status < 300) return "the answer to the bulk request is no BulkResponse";
  const words = errorDetail(parsedOrNull(body));
  return `that was the answer to a bulk request${words === "" ? "" : `, with the words "${words}"`}`;
};

const parsedOrNull = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
