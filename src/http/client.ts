import { getCACertificates } from "node:tls";
import { buildConnector, type Dispatcher, Pool, ProxyAgent } from "undici";
import type { Clock, Logger } from "#runtime";
import { openCancellations, openDeadlines } from "./giving-up.ts";
import { failureCode, type HttpFailure, type HttpFailureCode, type HttpHeaders, httpFailure } from "./http-failure.ts";
import { pinnedLookup, type ResolveName, systemResolve } from "./pinned-lookup.ts";
import type { ProxyRules } from "./proxy-rules.ts";
import { openUrlCheck } from "./url-rules.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Milliseconds for everything: connecting, sending, and the whole answer. */
  readonly deadline: number;
  /** Longest answer that is taken, in bytes. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** The body as UTF-8. */
  readonly body: string;
}

export type HttpOutcome =
  | { readonly ok: true; readonly response: HttpResponse }
  | { readonly ok: false; readonly failure: HttpFailure };

/**
 * The way out for every room: keep-alive connections, one pool for each origin. Redirects are never followed; a 3xx is an
 * answer like any other, so a token goes to no other host.
 */
export interface HttpClient {
  /** Never throws and never repeats a request; what went wrong is in the outcome. */
  request(request: HttpRequest): Promise<HttpOutcome>;
  /** Ends all connections; requests under way fail with `Closed`. */
  close(): Promise<void>;
}

export interface HttpClientOptions {
  readonly clock: Clock;
  /** Hosts that may lie in private networks, by name. */
  readonly allowedHosts: readonly string[];
  readonly log?: Logger;
  readonly resolve?: ResolveName;
  /** Certificates (PEM) of authorities that are trusted besides the usual ones. */
  readonly authorities?: readonly string[];
  /** Which requests go through a proxy; none unless told. Names are then resolved by the proxy, so what they lead to is not checked here. */
  readonly proxies?: ProxyRules;
}

interface Flight {
  sent: boolean;
  settled: boolean;
  status: number | null;
  headers: HttpHeaders | null;
  controller: Dispatcher.DispatchController | null;
}

const abandoned = (): Error => Object.assign(new Error("given up"), { code: "UND_ERR_ABORTED" });

const noProxies: ProxyRules = () => null;

/** Sends one request over the pool; `end` is told exactly once what became of it. */
const send = (
  pool: Dispatcher,
  url: URL,
  request: HttpRequest,
  flight: Flight,
  end: (outcome: HttpOutcome) => void,
): void => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const fail = (code: HttpFailureCode, cause?: unknown): void =>
    end({ ok: false, failure: httpFailure(code, url.host, { ...flight, cause }) });
  pool.dispatch(
    {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: request.headers,
      body: request.body,
      headersTimeout: 0,
      bodyTimeout: 0,
    },
    {
      onRequestStart: (controller) => {
        // A request that was given up while it waited for a connection must not be written.
        if (flight.settled) throw abandoned();
        flight.controller = controller;
        flight.sent = true;
      },
      onResponseStart: (_controller, status, headers) => {
        flight.status = status;
        flight.headers = headers;
      },
      onResponseData: (controller, chunk) => {
        bytes += chunk.length;
        if (bytes <= request.maxBytes) return void chunks.push(chunk);
        fail("TooLarge");
        controller.abort(abandoned());
      },
      onResponseEnd: () => {
        const body = (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString("utf8");
        end({ ok: true, response: { status: flight.status ?? 0, headers: flight.headers ?? {}, body } });
      },
      onResponseError: (_controller, error) => fail(failureCode(error), error),
    },
  );
};

/** Opens the pooled client. Keep one for the life of the process. */
export const openHttpClient = (options: HttpClientOptions): HttpClient => {
  const { clock, allowedHosts, log, resolve = systemResolve, authorities = [], proxies = noProxies } = options;
  const pools = new Map<string, Dispatcher>();
  const deadlines = openDeadlines(clock);
  const cancellations = openCancellations();
  const check = openUrlCheck(allowedHosts);
  const trust = authorities.length === 0 ? {} : { ca: [...getCACertificates("default"), ...authorities] };
  const connect = buildConnector({
    allowH2: false,
    timeout: 30_000,
    lookup: pinnedLookup(allowedHosts, resolve),
    ...trust,
  });
  let closed = false;

  // Connections are as many as requests at a time; a target's budget bounds those.
  const open = (url: URL): Dispatcher => {
    const shape = { pipelining: 1, maxHeaderSize: 65_536 };
    const proxy = proxies(url);
    if (proxy === null) return new Pool(url.origin, { ...shape, connect });
    return new ProxyAgent({ ...shape, uri: proxy, requestTls: { allowH2: false, ...trust }, proxyTls: trust });
  };

  const poolOf = (url: URL): Dispatcher => {
    const known = pools.get(url.origin);
    if (known !== undefined) return known;
    const pool = open(url);
    pools.set(url.origin, pool);
    return pool;
  };

  const request = async (request: HttpRequest): Promise<HttpOutcome> => {
    const checked = check(request.url);
    if (!checked.ok) return checked;
    const { url } = checked;
    const flight: Flight = { sent: false, settled: false, status: null, headers: null, controller: null };
    if (closed) return { ok: false, failure: httpFailure("Closed", url.host) };
    if (request.signal?.aborted) return { ok: false, failure: httpFailure("Cancelled", url.host) };
    return new Promise((done) => {
      const end = (outcome: HttpOutcome): void => {
        if (flight.settled) return;
        flight.settled = true;
        inTime();
        unwatch?.();
        if (!outcome.ok) log?.debug({ host: url.host, code: outcome.failure.code }, "request failed");
        done(outcome);
      };
      const giveUp = (code: HttpFailureCode): void => {
        end({ ok: false, failure: httpFailure(code, url.host, flight) });
        flight.controller?.abort(abandoned());
      };
      const unwatch = request.signal && cancellations.watch(request.signal, () => giveUp("Cancelled"));
      const inTime = deadlines.watch(request.deadline, () => giveUp("Timeout"));
      try {
        send(poolOf(url), url, request, flight, end);
      } catch (error) {
        end({ ok: false, failure: httpFailure(failureCode(error), url.host, { ...flight, cause: error }) });
      }
    });
  };

  return {
    request,
    close: async () => {
      closed = true;
      const open = [...pools.values()];
      pools.clear();
      await Promise.all(
        open.map((pool) => pool.destroy(Object.assign(new Error("closed"), { code: "UND_ERR_CLOSED" }))),
      );
    },
  };
};
