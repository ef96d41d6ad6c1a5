import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Clock, Logger } from "#runtime";
import { type Mode, scimMediaType } from "#scim";
import type { Store } from "#store";
import { type Answer, refuse } from "../answer.ts";
import { listen } from "../listen.ts";
import { handle } from "../provider/provider.ts";
import { type Door, defaultLimits, type ProviderRequest } from "../provider/service.ts";
import { databaseOf } from "./database.ts";
import { typesOf } from "./schemas.ts";
import { tenantStore } from "./store.ts";
import { findGrant, type Grant, issueToken, openTenant, ownToken } from "./tenants.ts";

export interface GenericSandboxOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 takes any free port; a port in use gives way to the next free one. */
  readonly port: number;
  /** Address to listen on; 127.0.0.1 unless given. */
  readonly host?: string;
  /** `strict` keeps to the letter of the RFCs; `compat` also takes what Entra's client sends. A tenant keeps its mode; a new one gets compat. */
  readonly mode?: Mode;
  /** SCIM base address by which clients reach the service when something stands before it; resources are located there. */
  readonly publicUrl?: string;
  /** Name of the tenant whose token is shown; made when the store has none of this name. */
  readonly tenant?: string;
}

export interface GenericSandbox {
  /** Address at which the SCIM service listens, for every tenant: the token tells which. */
  readonly baseUrl: string;
  /** A token of the tenant that may do everything: the same at each start as long as it works. */
  readonly token: string;
  readonly port: number;
  /** The mode of the tenant whose token is shown. */
  readonly mode: Mode;
  /** Makes a token of a tenant, which is made when there is none of this name; its value is shown this once. @throws SandboxError `InvalidSettings` */
  issueToken(options?: { tenant?: string; mode?: Mode; mayWrite?: boolean }): Promise<string>;
  /** Stops answering within a second. The store stays open. */
  close(): Promise<void>;
}

const basePath = "/scim/v2";
const defaultTenant = "Sandbox";

const bodyOf = async (incoming: IncomingMessage, limit: number): Promise<Uint8Array | null> => {
  if (Number(incoming.headers["content-length"] ?? 0) > limit) return null;
  const parts: Uint8Array[] = [];
  let length = 0;
  // Else what is left unread would take the connection along, before the answer is out.
  for await (const part of incoming.iterator({ destroyOnReturn: false })) {
    length += part.length;
    if (length > limit) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
};

const requestOf = (incoming: IncomingMessage): ProviderRequest => ({
  method: incoming.method ?? "GET",
  target: incoming.url ?? "/",
  header: (name) => {
    const value = incoming.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  },
  body: (limit) => bodyOf(incoming, limit),
});

const common = { "x-content-type-options": "nosniff", "cache-control": "no-cache" };

const responseOf = ({ status, headers, body }: Answer, isHead: boolean): Response => {
  // What is left of a body that nobody reads must not hold up the connection.
  const closing = status === 413 ? { connection: "close" } : {};
  const all = { ...common, ...closing, ...headers };
  if (body === null) return new Response(null, { status, headers: all });
  const typed = { ...all, "content-type": scimMediaType };
  return new Response(isHead ? null : JSON.stringify(body), { status, headers: typed });
};

const memory = 1000;
const mostKnown = 500;

/** Remembers for a second what a token opens, so that a busy client does not cost a query for each request. */
const rememberGrants = (clock: Clock, read: (token: string) => Promise<Grant | null>) => {
  const known = new Map<string, { readonly grant: Grant; readonly until: number }>();
  return async (token: string): Promise<Grant | null> => {
    const key = createHash("sha256").update(token).digest("base64");
    const now = clock.now().getTime();
    const found = known.get(key);
    if (found !== undefined && now < found.until) return found.grant.expiresAt.getTime() > now ? found.grant : null;
    const grant = await read(token);
    if (known.size >= mostKnown) known.clear();
    if (grant !== null) known.set(key, { grant, until: now + memory });
    return grant;
  };
};

/** The host name by which this machine reaches what listens on `host`. */
const reachable = (host: string): string => {
  if (host === "0.0.0.0" || host === "") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
};

/**
 * Starts a SCIM 2.0 service provider (RFC 7643, RFC 7644, pages by cursor of RFC 9865) over the tenants that the store keeps.
 * @throws SandboxError
 */
export const openGenericSandbox = async (options: GenericSandboxOptions): Promise<GenericSandbox> => {
  const { store, clock, log, host = "127.0.0.1" } = options;
  const tenantName = options.tenant ?? defaultTenant;
  const tenant = await openTenant(store, clock, tenantName, options.mode ?? null);
  const token = await ownToken(store, clock, tenant.id);
  const db = databaseOf(store);
  let baseUrl = "";
  let isClosed = false;
  const { port, close } = await listen({ host, port: options.port }, (actual) => {
    baseUrl = `http://${reachable(host)}:${actual}${basePath}`;
    const location = options.publicUrl?.replace(/\/+$/, "") ?? baseUrl;
    const shared = { baseUrl: location, limits: defaultLimits };
    const grantOf = rememberGrants(clock, (value) => findGrant(db, clock, value));
    const door: Door = {
      ...shared,
      basePath,
      realm: "SCIM sandbox",
      open: async (value) => {
        const grant = await grantOf(value);
        if (grant === null) return null;
        const { mode } = grant.tenant;
        const tenantsOwn = tenantStore(store, clock, location, grant.tenant);
        return { ...shared, mode, types: typesOf(mode), store: tenantsOwn, mayWrite: grant.mayWrite };
      },
    };
    return async (_request, { incoming }) => {
      const isHead = incoming.method === "HEAD";
      try {
        return responseOf(await handle(door, requestOf(incoming as IncomingMessage)), isHead);
      } catch (error) {
        // Whoever was cut off may find the store closed, which is no failure to tell of.
        if (!isClosed) log.error({ err: error, path: incoming.url }, "a request to the sandbox failed");
        return responseOf(refuse(500, "The request failed in the sandbox. Its log says why."), isHead);
      }
    };
  });
  return {
    baseUrl,
    token,
    port,
    mode: tenant.mode,
    issueToken: async ({ tenant: name = tenantName, mode = null, mayWrite = true } = {}) => {
      const { id } = await openTenant(store, clock, name, mode);
      return issueToken(db, clock, id, { mayWrite, sealer: null });
    },
    close: async () => {
      await close();
      isClosed = true;
    },
  };
};
