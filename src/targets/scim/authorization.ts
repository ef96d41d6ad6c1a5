import { SignJWT } from "jose";
import type { HttpClient, HttpOutcome, HttpRequest } from "#http";
import { readRetryAt } from "#http";
import { type Clock, newId, withoutSecrets } from "#runtime";
import type { Exchange } from "../target.ts";
import type { Trouble } from "./answers.ts";
import {
  basicHeader,
  clientHeader,
  formOf,
  problemOfCredentials,
  secretsOf,
  signingKeyOf,
  type TargetCredentials,
  tokenShapes,
} from "./credentials.ts";
import { errorDetail } from "./error-detail.ts";
import { exchangeOf } from "./exchange.ts";

export type Authorized =
  | { readonly ok: true; readonly header: string }
  /** No token could be had; nothing was sent to the target. */
  | { readonly ok: false; readonly trouble: Trouble; readonly exchange: Exchange };

/** Gives each request its `Authorization` header. */
export interface Authorization {
  /** Waits for a token where one has to be fetched; all who wait share one request. */
  header(signal: AbortSignal | undefined): Promise<Authorized> | Authorized;
  /** Tells that the target refused this header. @returns true where asking again gives another one */
  refused(header: string): boolean;
  /** Everything that must be masked at this moment, fetched tokens among it. */
  readonly secrets: readonly string[];
}

export interface AuthorizationOptions {
  readonly credentials: TargetCredentials;
  readonly http: HttpClient;
  readonly clock: Clock;
  /** Milliseconds for fetching a token. */
  readonly deadline: number;
}

const maxBytes = 256 * 1024;
/** A token is renewed this much before its end: a tenth of its life, a minute at most (milliseconds). */
const mostMargin = 60_000;
/** Life of a token whose answer does not tell it: what RFC 6749 section 5.1 leaves to be documented. */
const usualLife = 3600_000;
/** A token endpoint that refused is not asked again for so long (milliseconds): many objects would each ask in vain. */
const rest = 5_000;

const credentialsCode = "SystemForCrossDomainIdentityManagementInvalidCredentials";

export const openAuthorization = (options: AuthorizationOptions): Authorization => {
  const { credentials } = options;
  const own = secretsOf(credentials);
  switch (credentials.kind) {
    case "bearer":
      return constant(`Bearer ${credentials.token}`, own);
    case "basic":
      return constant(basicHeader(credentials.userName, credentials.password), own);
    case "clientCredentials":
      return fetched(credentials, own, options);
  }
};

const constant = (header: string, secrets: readonly string[]): Authorization => ({
  header: () => ({ ok: true, header }),
  refused: () => false,
  secrets,
});

interface Token {
  readonly header: string;
  readonly renewAt: number;
}

const fetched = (
  credentials: Client,
  own: readonly string[],
  { http, clock, deadline }: AuthorizationOptions,
): Authorization => {
  let token: Token | null = null;
  let failed: { readonly answer: Extract<Authorized, { ok: false }>; readonly until: number } | null = null;
  let underWay: Promise<Authorized> | null = null;
  // The tokens of a while ago may still be in somebody's answer.
  let seen: readonly (readonly string[])[] = [];

  const fetchToken = async (): Promise<Authorized> => {
    const { request, assertion } = await tokenRequest(credentials, deadline, clock.now());
    if (assertion !== null) seen = [[assertion], ...seen].slice(0, 4);
    const started = clock.now();
    const outcome = await http.request(request);
    const ended = clock.now();
    const read = readToken(outcome, credentials, ended);
    if (read.ok) seen = [tokenShapes(read.token), ...seen].slice(0, 4);
    const exchange = exchangeOf(request, outcome, started, ended, [...seen.flat(), ...own]);
    if (!read.ok) {
      const trouble = { ...read.trouble, message: withoutSecrets(read.trouble.message, [...seen.flat(), ...own]) };
      const answer = { ok: false as const, trouble, exchange };
      failed = { answer, until: ended.getTime() + rest };
      return answer;
    }
    const margin = Math.min(mostMargin, read.life / 10);
    token = { header: `Bearer ${read.token}`, renewAt: ended.getTime() + read.life - margin };
    failed = null;
    return { ok: true, header: token.header };
  };

  const problem = problemOfCredentials(credentials);

  return {
    header: (signal) => {
      if (problem !== null) return unasked(credentials.tokenUrl, clock, "credentials", credentialsCode, problem);
      const now = clock.now().getTime();
      if (token !== null && now < token.renewAt) return { ok: true, header: token.header };
      if (failed !== null && now < failed.until) return failed.answer;
      // One that gives up must not take the token from the others, so the request itself has no signal.
      underWay ??= fetchToken().finally(() => {
        underWay = null;
      });
      return unlessAborted(underWay, signal, credentials.tokenUrl, clock);
    },
    refused: (header) => {
      if (token?.header === header) token = null;
      return true;
    },
    get secrets() {
      return [...seen.flat(), ...own];
    },
  };
};

/** The token endpoint was not asked, or whoever asked did not wait for it. */
const unasked = (
  tokenUrl: string,
  clock: Clock,
  kind: Trouble["kind"],
  code: Trouble["code"],
  message: string,
): Authorized => {
  const at = clock.now();
  const exchange = exchangeOf({ method: "POST", url: tokenUrl, body: null }, null, at, at, []);
  return { ok: false, trouble: { kind, code, status: null, scimType: null, message, retryAt: null }, exchange };
};

const unlessAborted = (
  work: Promise<Authorized>,
  signal: AbortSignal | undefined,
  tokenUrl: string,
  clock: Clock,
): Promise<Authorized> => {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const cancel = () =>
      resolve(
        unasked(tokenUrl, clock, "transient", "Cancelled", "The request was cancelled while its token was fetched."),
      );
    if (signal.aborted) return cancel();
    signal.addEventListener("abort", cancel, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", cancel));
  });
};

type Client = Extract<TargetCredentials, { kind: "clientCredentials" }>;

/** What an assertion is good for (seconds): RFC 7523 section 3 wants it short, and clocks differ. */
const assertionLife = 300;

/** A statement of who the client is, signed with its key (RFC 7523 section 2.2); null where the key is none. */
const assertionOf = async ({ tokenUrl, clientId, clientSecret }: Client, now: Date): Promise<string | null> => {
  const signing = signingKeyOf(clientSecret);
  if (signing === null) return null;
  const seconds = Math.floor(now.getTime() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: signing.algorithm, typ: "JWT" })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(tokenUrl)
    .setJti(newId())
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + assertionLife)
    .sign(signing.key);
};

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

const tokenRequest = async (
  client: Client,
  deadline: number,
  now: Date,
): Promise<{ readonly request: HttpRequest; readonly assertion: string | null }> => {
  const { tokenUrl, clientId, clientSecret, scope, sendAs } = client;
  const assertion = sendAs === "assertion" ? await assertionOf(client, now) : null;
  const proof: Readonly<Record<Client["sendAs"], readonly (readonly [string, string])[]>> = {
    header: [],
    body: [
      ["client_id", clientId],
      ["client_secret", clientSecret],
    ],
    assertion: [
      ["client_id", clientId],
      ["client_assertion_type", assertionType],
      ["client_assertion", assertion ?? ""],
    ],
  };
  const request: HttpRequest = {
    method: "POST",
    url: tokenUrl,
    headers: {
      accept: "application/json",
      "accept-encoding": "identity",
      "content-type": "application/x-www-form-urlencoded",
      "user-agent": "Lockstep",
      ...(sendAs === "header" ? { authorization: clientHeader(clientId, clientSecret) } : {}),
    },
    body: formOf([
      ["grant_type", "client_credentials"],
      ...(scope === null ? [] : [["scope", scope] as const]),
      ...proof[sendAs],
    ]),
    deadline,
    maxBytes,
  };
  return { request, assertion };
};

type ReadToken =
  | { readonly ok: true; readonly token: string /** In milliseconds. */; readonly life: number }
  | { readonly ok: false; readonly trouble: Trouble };

/** Reads the answer of a token endpoint (RFC 6749 sections 5.1 and 5.2). */
const readToken = (outcome: HttpOutcome, { tokenUrl, sendAs }: Client, now: Date): ReadToken => {
  const host = URL.parse(tokenUrl)?.host ?? tokenUrl;
  const trouble = (kind: Trouble["kind"], code: Trouble["code"], status: number | null, why: string): ReadToken => {
    const headers = outcome.ok ? outcome.response.headers : outcome.failure.headers;
    const retryAt = headers === null || kind !== "transient" ? null : readRetryAt(headers, now);
    return {
      ok: false,
      trouble: { kind, code, status, scimType: null, message: `No token could be had from ${host}: ${why}`, retryAt },
    };
  };
  if (!outcome.ok)
    return trouble("transient", "WebExceptionProtocolError", outcome.failure.status, outcome.failure.message);
  const { status, body } = outcome.response;
  const answer = objectIn(body);
  if (status === 429) return trouble("transient", "TooManyRequests", status, "it wants fewer requests.");
  if (status >= 500) return trouble("transient", "InternalServerError", status, `it failed with ${status}.`);
  if (status < 200 || status >= 300) {
    const said = errorDetail(answer);
    const words = said === "" ? `it answered ${status}.` : `it answered ${status}, "${said}".`;
    return trouble(
      "credentials",
      credentialsCode,
      status,
      `${words} Check client id, ${sendAs === "assertion" ? "the key that is registered for it" : "client secret"} and token address.`,
    );
  }
  const { access_token: token, token_type: type, expires_in: expiresIn } = answer ?? {};
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
    return trouble(
      "credentials",
      credentialsCode,
      status,
      "its answer holds no access_token. Check the token address.",
    );
  }
  if (typeof type === "string" && type.toLowerCase() !== "bearer") {
    return trouble(
      "credentials",
      credentialsCode,
      status,
      `it gives tokens of type ${type.slice(0, 40)}, and only bearer tokens can be used.`,
    );
  }
  const seconds = Number(expiresIn);
  return { ok: true, token, life: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : usualLife };
};

const objectIn = (text: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
};
