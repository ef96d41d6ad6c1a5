import type { ObjectType, TargetProfile } from "#core";
import {
  type HttpClient,
  type HttpHeaders,
  type HttpOutcome,
  type RateSample,
  readRateSample,
  readRetryAt,
} from "#http";
import { type Clock, withoutSecrets } from "#runtime";
import type { JsonObject } from "#scim";
import { addressBuilder, endpointOf, idSegment } from "../scim/address.ts";
import { judge, type Purpose, type Trouble } from "../scim/answers.ts";
import { openAuthorization } from "../scim/authorization.ts";
import type { TargetCredentials } from "../scim/credentials.ts";

/** One request of an examination. Bodies stand as they travel: the doctor asks in its own words. */
export interface Question {
  readonly purpose: Purpose;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: JsonObject;
  readonly query?: readonly (readonly [string, string])[];
  /** Replaces the header of the credentials. */
  readonly authorization?: string;
  readonly version?: string;
  /** False sends a read once and takes a 429 for an answer. */
  readonly patient?: boolean;
}

export interface Heard {
  /** Null when no answer came. */
  readonly status: number | null;
  readonly body: JsonObject | null;
  readonly location: string | null;
  readonly headers: HttpHeaders;
  /** What is wrong with it; null where the answer is a good one. */
  readonly trouble: Trouble | null;
  readonly rate: RateSample | null;
}

export interface Wire {
  ask(question: Question): Promise<Heard>;
  /** Path of one object; an id that no address can express leads to nothing. */
  pathOf(type: ObjectType, id: string): string;
  addressOfUser(id: string): string;
  /** Requests sent so far. */
  readonly requests: number;
}

export interface WireOptions {
  readonly baseUrl: string;
  readonly credentials: TargetCredentials;
  readonly http: HttpClient;
  readonly clock: Clock;
  /** As it is by now: it learns on the way. */
  readonly profile: () => TargetProfile;
  /** The target refused how the request was put; true where it is put otherwise by now. */
  readonly learn: (status: number) => boolean;
  /** Aborted, no further request is sent; a write that is under way is waited for, as it may be carried out. */
  readonly signal: AbortSignal | null;
  /** Hears of each request before it is sent. */
  readonly onRequest: (number: number) => void;
}

/** The examination was stopped from outside; what it made is still to be removed. */
export const stopped = Symbol("stopped");

const maxBytes = 16 * 1024 * 1024;
const mostThrottles = 4;
/** Milliseconds: longer than this nobody waits for a target that asks for no requests. */
const longestPause = 65_000;
const usualPause = 2000;
const betweenReads = 250;

const isRead = ({ method }: Question): boolean => method === "GET";

/** Opens the doctor's own way to the target: one request after another, nothing hidden by a client that makes good what is wrong. */
export const openWire = (options: WireOptions): Wire => {
  const { baseUrl, credentials, http, clock, profile, learn, signal, onRequest } = options;
  const address = addressBuilder(baseUrl);
  const deadline = profile().timeoutSeconds * 1000;
  const authorization = openAuthorization({ credentials, http, clock, deadline });
  let requests = 0;

  const mustGoOn = (): void => {
    if (signal?.aborted === true) throw stopped;
  };

  const unauthorized = (trouble: Trouble): Heard => ({
    status: null,
    body: null,
    location: null,
    headers: {},
    trouble,
    rate: null,
  });

  const once = async (question: Question): Promise<Heard> => {
    mustGoOn();
    const given = question.authorization ?? (await authorization.header(signal ?? undefined));
    if (typeof given !== "string" && !given.ok) return unauthorized(given.trouble);
    mustGoOn();
    const { mediaType, ifMatch } = profile();
    const { method, body, purpose, path } = question;
    requests += 1;
    onRequest(requests);
    mustGoOn();
    const outcome = await http.request({
      method,
      url: address(path, question.query ?? []),
      headers: {
        authorization: typeof given === "string" ? given : given.header,
        accept: `${mediaType}, application/json;q=0.9`,
        "accept-encoding": "identity",
        "user-agent": "Lockstep doctor",
        ...(body === undefined ? {} : { "content-type": `${mediaType}; charset=utf-8` }),
        ...(ifMatch && method !== "GET" && method !== "POST" ? { "if-match": question.version ?? "*" } : {}),
      },
      body: body === undefined ? null : JSON.stringify(body),
      deadline,
      maxBytes,
      signal: isRead(question) ? (signal ?? undefined) : undefined,
    });
    if (isRead(question)) mustGoOn();
    const now = clock.now();
    const verdict = judge({ purpose, what: `${method} ${path}`, conditional: ifMatch }, outcome, now);
    const { status, headers } = partsOf(outcome);
    const trouble = verdict.ok
      ? null
      : { ...verdict.trouble, message: withoutSecrets(verdict.trouble.message, authorization.secrets) };
    return {
      status,
      headers,
      body: verdict.ok ? verdict.body : null,
      location: verdict.ok ? verdict.location : null,
      trouble,
      rate: readRateSample(headers, now),
    };
  };

  const ask = async (question: Question): Promise<Heard> => {
    const { patient = true } = question;
    let throttles = 0;
    let readAgain = patient && isRead(question);
    for (;;) {
      const heard = await once(question);
      if (heard.status !== null && heard.trouble !== null && learn(heard.status)) continue;
      if (heard.status === 429 && patient && throttles < mostThrottles) {
        throttles += 1;
        const now = clock.now();
        const until = readRetryAt(heard.headers, now)?.getTime() ?? now.getTime() + usualPause;
        const pause = Math.max(until - now.getTime(), betweenReads);
        if (pause > longestPause) return heard;
        await clock.sleep(pause, signal ?? undefined);
        continue;
      }
      if (readAgain && heard.trouble !== null && (heard.status === null || heard.status >= 500)) {
        readAgain = false;
        await clock.sleep(betweenReads, signal ?? undefined);
        continue;
      }
      return heard;
    }
  };

  return {
    ask,
    pathOf: (type, id) => `${endpointOf(type)}/${idSegment(id) ?? "%00"}`,
    addressOfUser: (id) => address(`${endpointOf("User")}/${idSegment(id) ?? ""}`).split("?", 1)[0] ?? "",
    get requests() {
      return requests;
    },
  };
};

const partsOf = (outcome: HttpOutcome): { readonly status: number | null; readonly headers: HttpHeaders } =>
  outcome.ok
    ? { status: outcome.response.status, headers: outcome.response.headers }
    : { status: outcome.failure.status, headers: outcome.failure.headers ?? {} };
