import type { Clock, Logger } from "#runtime";
import type { Store } from "#store";
import { rememberCallers } from "./callers.ts";
import { listen } from "./listen.ts";
import { openOrganization } from "./organization.ts";
import { type RateLimit, rateLimiter } from "./rate-limit.ts";
import { sandboxServer } from "./server.ts";
import type { SandboxSettings } from "./settings.ts";
import type { Tenant } from "./tenant.ts";
import { findBearer, issueToken, ownToken } from "./tokens.ts";

export interface SandboxOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 takes any free port; a port in use gives way to the next free one. */
  readonly port: number;
  /** Address to listen on; 127.0.0.1 unless given. */
  readonly host?: string;
  /** Requests a minute for the whole organisation; 240 unless given. */
  readonly rateLimit?: RateLimit;
  /** Switches to change; they are kept in the store. */
  readonly settings?: Partial<SandboxSettings>;
}

export interface Sandbox {
  /** Address of the SCIM service. */
  readonly baseUrl: string;
  /** A bearer token of the tenant's administrator: the same at each start as long as it works. */
  readonly token: string;
  /** Address of the page for people. */
  readonly web: string;
  readonly port: number;
  setRateLimit(limit: RateLimit): void;
  /** Makes a token that acts as the active user with this login; its value is shown this once. @throws SandboxError `UnknownOwner` */
  issueToken(ownerEmail: string): Promise<string>;
  /** @throws SandboxError `InvalidSettings`, `UnknownRole`, `UnknownAccountGroup` */
  changeSettings(change: Partial<SandboxSettings>): Promise<void>;
  /** Stops answering within a second. The store stays open. */
  close(): Promise<void>;
}

const loopback = new Set(["127.0.0.1", "::1", "localhost"]);

/** The host name by which this machine reaches what listens on `host`. */
const reachable = (host: string): string => {
  if (host === "0.0.0.0" || host === "") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
};

/**
 * Starts the ThousandEyes-like tenant that the store keeps, making it at the first time. When two sandboxes share a store they are one tenant with
 * two rate limits.
 * @throws SandboxError
 */
export const openSandbox = async (options: SandboxOptions): Promise<Sandbox> => {
  const { store, clock, log, host = "127.0.0.1" } = options;
  const organization = await openOrganization(store, clock, options.settings ?? {});
  const token = await ownToken(store, clock, organization);
  const limiter = rateLimiter(clock, options.rateLimit ?? 240);
  const callers = rememberCallers(clock, (value) => findBearer(store.db, clock, organization.id, value));
  let tenant: Tenant | undefined;
  const { port, close } = await listen({ host, port: options.port }, (actual) => {
    tenant = {
      store,
      clock,
      log,
      limiter,
      callers,
      organization,
      baseUrl: `http://${reachable(host)}:${actual}/scim/v2`,
    };
    const app = sandboxServer(tenant, loopback.has(host));
    return (request, env) => app.fetch(request, env);
  });
  const running = tenant;
  if (running === undefined) throw new TypeError("the sandbox listens without a tenant");
  return {
    baseUrl: running.baseUrl,
    token,
    web: `http://${reachable(host)}:${port}/`,
    port,
    setRateLimit: (limit) => limiter.set(limit),
    issueToken: (ownerEmail) => issueToken(store.db, clock, organization.id, ownerEmail),
    changeSettings: async (change) => {
      running.organization = await openOrganization(store, clock, change);
    },
    close,
  };
};
