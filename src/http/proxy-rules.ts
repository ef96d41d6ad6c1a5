import { isLoopbackHost } from "./url-rules.ts";

/** Address of the proxy through which a request to this address goes, or null where it goes by itself. */
export type ProxyRules = (url: URL) => string | null;

interface Exemption {
  /** Host name or address in lower case; with a dot in front, everything below it. */
  readonly host: string;
  /** Null: any port. */
  readonly port: string | null;
}

const exemptionOf = (word: string): Exemption => {
  const [, host = "", port] = /^(.*?)(?::(\d+))?$/.exec(word) ?? [];
  return {
    host: host
      .toLowerCase()
      .replace(/^\*(?=\.)/, "")
      .replace(/^\[|\]$/g, ""),
    port: port ?? null,
  };
};

const fits = ({ host, port }: Exemption, name: string, itsPort: string): boolean => {
  if (port !== null && port !== itsPort) return false;
  return host === "*" || name === host.replace(/^\./, "") || name.endsWith(host.startsWith(".") ? host : `.${host}`);
};

/**
 * Reads the usual variables. This machine itself is never asked for through a proxy.
 * @param proxy value of `HTTPS_PROXY`, undefined or empty for none; a bare `host:port` is spoken to by http
 * @param exempt value of `NO_PROXY`: host names, each with everything below it, with or without a port; `*` for all
 * @throws TypeError when the proxy is no address
 */
export const proxyRules = (proxy: string | undefined, exempt: string | undefined): ProxyRules => {
  const given = proxy?.trim() ?? "";
  if (given === "") return () => null;
  const text = given.includes("://") ? given : `http://${given}`;
  const address = URL.parse(text);
  if (address === null || (address.protocol !== "http:" && address.protocol !== "https:")) {
    throw new TypeError("HTTPS_PROXY must be the address of a proxy, for example http://proxy.example.com:3128.");
  }
  const exemptions = (exempt ?? "")
    .split(/[\s,]+/)
    .filter((word) => word !== "")
    .map(exemptionOf);
  return (url) => {
    const name = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    const direct = isLoopbackHost(name) || exemptions.some((exemption) => fits(exemption, name, port));
    return direct ? null : address.href;
  };
};
