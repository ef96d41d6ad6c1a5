import { isIP } from "node:net";
import { addressKind } from "./address-rules.ts";
import { type HttpFailure, httpFailure } from "./http-failure.ts";

export type CheckedUrl =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly failure: HttpFailure };

/** A host name without brackets, final dot and upper case. */
const hostName = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");

/** True for names and addresses that mean this very machine by themselves, without asking DNS. */
export const isLoopbackHost = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || (isIP(host) !== 0 && addressKind(host) === "loopback");

/** True when the administrator allowed the host by name; letter case and a final dot do not matter. */
export const isAllowedHost = (host: string, allowedHosts: readonly string[]): boolean =>
  allowedHosts.some((allowed) => allowed.toLowerCase().replace(/\.$/, "") === host);

/**
 * What can be said of an outgoing address before DNS is asked: http and https only, https unless the host is loopback,
 * no name or password inside, and no literal internal address unless its host is allowed. What a name leads to is
 * checked again at each connection.
 */
export const checkUrl = (text: string, allowedHosts: readonly string[]): CheckedUrl => {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:") || url.username || url.password) {
    return { ok: false, failure: httpFailure("InvalidUrl", url === null ? "The text given" : url.host) };
  }
  const host = hostName(url);
  if (url.protocol === "http:" && !isLoopbackHost(host)) {
    return { ok: false, failure: httpFailure("InsecureUrl", url.host) };
  }
  if (isIP(host) !== 0 && addressKind(host) === "internal" && !isAllowedHost(host, allowedHosts)) {
    return { ok: false, failure: httpFailure("ForbiddenAddress", url.host) };
  }
  return { ok: true, url };
};

/** The same for an address of many: what was said of a host and port once is not found out again. */
export const openUrlCheck = (allowedHosts: readonly string[]): ((text: string) => CheckedUrl) => {
  const good = new Set<string>();
  return (text) => {
    const url = URL.parse(text);
    if (url !== null && good.has(url.origin) && url.username === "" && url.password === "") return { ok: true, url };
    const checked = checkUrl(text, allowedHosts);
    if (checked.ok) good.add(checked.url.origin);
    return checked;
  };
};
