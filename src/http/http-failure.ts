import { codeOf, sentenceOf } from "#runtime";

/**
 * Why no usable answer came.
 * - `InvalidUrl`, `InsecureUrl`, `ForbiddenAddress`: our own rules refused the address; nothing left this machine
 * - `NameNotFound`, `Unreachable`, `ConnectionRefused`, `TlsFailed`: no connection came about
 * - `ProxyRefused`: the proxy did not open a way to the host
 * - `Timeout`: the deadline passed, at whatever stage
 * - `TooLarge`: the answer is longer than allowed
 * - `Reset`: the connection broke, or the answer ended early
 * - `Malformed`: what came is not HTTP
 * - `Cancelled`: the caller's signal aborted
 * - `Closed`: the client was closed
 */
export type HttpFailureCode =
  | "InvalidUrl"
  | "InsecureUrl"
  | "ForbiddenAddress"
  | "NameNotFound"
  | "Unreachable"
  | "ConnectionRefused"
  | "TlsFailed"
  | "ProxyRefused"
  | "Timeout"
  | "TooLarge"
  | "Reset"
  | "Malformed"
  | "Cancelled"
  | "Closed";

export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface HttpFailure {
  readonly code: HttpFailureCode;
  /** False only when it is certain that no byte of the request left this machine. */
  readonly sent: boolean;
  /** One sentence for the administrator; names the host, never a header. */
  readonly message: string;
  /** Status and headers where the answer began before it failed, else null. */
  readonly status: number | null;
  readonly headers: HttpHeaders | null;
}

/** One header's text by its lower-case name; repeated headers are joined with commas. Undefined without one. */
export const headerOf = (headers: HttpHeaders, name: string): string | undefined => {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return typeof value === "string" || value === undefined ? value : value.join(", ");
};

/** A refusal by our own address rules, thrown inside the connector and read again by `failureCode`. */
export class AddressRefusal extends Error {
  readonly code = "ForbiddenAddress";
}

const byCode: ReadonlyMap<string, HttpFailureCode> = new Map([
  ["ForbiddenAddress", "ForbiddenAddress"],
  ["ENOTFOUND", "NameNotFound"],
  ["ENODATA", "NameNotFound"],
  ["EAI_AGAIN", "NameNotFound"],
  ["EAI_FAIL", "NameNotFound"],
  ["EAI_NONAME", "NameNotFound"],
  ["ECONNREFUSED", "ConnectionRefused"],
  ["EHOSTUNREACH", "Unreachable"],
  ["ENETUNREACH", "Unreachable"],
  ["EADDRNOTAVAIL", "Unreachable"],
  ["EACCES", "Unreachable"],
  ["EPERM", "Unreachable"],
  ["EMFILE", "Unreachable"],
  ["ETIMEDOUT", "Timeout"],
  ["UND_ERR_CONNECT_TIMEOUT", "Timeout"],
  ["UND_ERR_HEADERS_TIMEOUT", "Timeout"],
  ["UND_ERR_BODY_TIMEOUT", "Timeout"],
  ["UND_ERR_HEADERS_OVERFLOW", "TooLarge"],
  ["UND_ERR_CLOSED", "Closed"],
  ["UND_ERR_DESTROYED", "Closed"],
  ["UND_ERR_INVALID_ARG", "InvalidUrl"],
  ["EPROTO", "TlsFailed"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "TlsFailed"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "TlsFailed"],
]);

const tlsCode = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/;

/** undici names a CONNECT that was refused in words only. */
const proxyRefusal = /^Proxy response .* when HTTP Tunneling/;

/** The closed code for what the connection threw. */
export const failureCode = (thrown: unknown): HttpFailureCode => {
  const code = codeOf(thrown) ?? "";
  const known = byCode.get(code);
  if (known !== undefined) return known;
  if (tlsCode.test(code)) return "TlsFailed";
  if (thrown instanceof Error && proxyRefusal.test(thrown.message)) return "ProxyRefused";
  const isParserError = thrown instanceof Error && thrown.name === "HTTPParserError";
  return isParserError ? "Malformed" : "Reset";
};

const sentences: Readonly<Record<HttpFailureCode, (host: string) => string>> = {
  InvalidUrl: (host) => `${host} is not an address that can be called; give one such as https://host/path.`,
  InsecureUrl: (host) => `${host} would be called without encryption; use https.`,
  ForbiddenAddress: (host) => `${host} leads into a private network; allow the host by name if that is meant.`,
  NameNotFound: (host) => `The name ${host} was not found; check the address for typing errors, and DNS.`,
  Unreachable: (host) => `${host} cannot be reached from here; check the network and the firewall.`,
  ConnectionRefused: (host) => `${host} refused the connection; check the port and whether the service is running.`,
  TlsFailed: (host) => `No secure connection to ${host} came about; check its certificate and that it speaks TLS.`,
  ProxyRefused: (host) =>
    `The proxy does not let requests to ${host} through; check HTTPS_PROXY, and what the proxy allows.`,
  Timeout: (host) => `${host} did not answer in time.`,
  TooLarge: (host) => `The answer of ${host} is larger than allowed.`,
  Reset: (host) => `The connection to ${host} broke before the answer was complete.`,
  Malformed: (host) => `${host} answered with something that is not HTTP.`,
  Cancelled: (host) => `The request to ${host} was cancelled.`,
  Closed: (host) => `The request to ${host} was given up because Lockstep is stopping.`,
};

/** Gives a failure its sentence. `cause` is what was thrown; only a refusal by our own rules and TLS errors show it. */
export const httpFailure = (
  code: HttpFailureCode,
  host: string,
  more: Partial<Pick<HttpFailure, "sent" | "status" | "headers">> & { readonly cause?: unknown } = {},
): HttpFailure => {
  const own = more.cause instanceof AddressRefusal ? more.cause.message : undefined;
  const reason = code === "TlsFailed" && more.cause !== undefined ? ` (${sentenceOf(more.cause).split("\n")[0]})` : "";
  return {
    code,
    sent: more.sent ?? false,
    message: own ?? `${sentences[code](host)}${reason}`,
    status: more.status ?? null,
    headers: more.headers ?? null,
  };
};
