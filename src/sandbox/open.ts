import type { HttpBindings } from "@hono/node-server";
import { type Clock, type Logger, sentenceOf } from "#runtime";
import { statusError } from "#scim";
import type { Store } from "#store";
import { recordSystemActivity } from "./activity.ts";
import { authenticate } from "./authentication.ts";
import { rememberCallers } from "./callers.ts";
import { aroundFetch, type Drill, type Fault, openDrill } from "./drill/index.ts";
import { SandboxError } from "./errors.ts";
import { events } from "./events.ts";
import { listen } from "./listen.ts";
import { addressOf } from "./mail/outbox.ts";
import { openMemory } from "./memory.ts";
import { type Organization, openOrganization, readOrganization, saveSettings } from "./organization.ts";
import { createOrganization, type NewOrganization, type OrganizationWish } from "./organizations.ts";
import { ownToken } from "./own-token.ts";
import { isPageAddress } from "./pages/index.ts";
import { type RateLimit, rateLimiters } from "./rate-limit.ts";
import { refuseAt, sandboxServer } from "./server.ts";
import type { SandboxSettings } from "./settings.ts";
import { makeSignInLink } from "./sign-in/sign-in.ts";
import { signInLimit } from "./sign-in/sign-in-limit.ts";
import type { Service } from "./tenant.ts";
import { tidySandbox } from "./tidy.ts";
import { findBearer, issueToken } from "./tokens.ts";

export interface SandboxOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 takes any free port; a port in use gives way to the next free one. */
  readonly port: number;
  /** Address to listen on; 127.0.0.1 unless given. */
  readonly host?: string;
  /** Requests a minute for each organisation; 240 unless given. */
  readonly rateLimit?: RateLimit;
  /** Switches of the first organisation to change; they are kept in the store. */
  readonly settings?: Partial<SandboxSettings>;
}

export interface Sandbox {
  /** Address of the SCIM service. */
  readonly baseUrl: string;
  /** A bearer token of the first organisation's administrator: the same at each start as long as it works. */
  readonly token: string;
  /** Address of the pages for people. */
  readonly web: string;
  /** Address at which that administrator signs in without a password, once and within a day; a new one at each start. */
  readonly signInLink: string;
  readonly port: number;
  /** Faults to rehearse with, which meet every request but those of the pages. */
  readonly drill: Drill;
  /** @param organizationId all organisations unless given */
  setRateLimit(limit: RateLimit, organizationId?: string): void;
  /** Makes a token that acts as the active user of the first organisation with this login; its value is shown this once. @throws SandboxError `UnknownOwner` */
  issueToken(ownerEmail: string): Promise<string>;
  /** Changes switches of the first organisation. @throws SandboxError `InvalidSettings`, `UnknownRole`, `UnknownAccountGroup` */
  changeSettings(change: Partial<SandboxSettings>): Promise<void>;
  /** Makes another organisation, which shares people but nothing else with the first. @throws SandboxError `InvalidOrganization` */
  createOrganization(wish: OrganizationWish): Promise<NewOrganization>;
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

/** Lines of the activity log that one fault may cause; what it meets beyond is counted only. */
const mostLines = 1000;

/** Tells in the activity log of the organisation whose token was presented, else of the first one, that a request met a fault. */
const tellOfFault = async (
  service: Service,
  first: Organization,
  fault: Fault,
  { method, url, headers }: Request,
  { incoming }: HttpBindings,
): Promise<void> => {
  if (fault.met > mostLines) return;
  const address = incoming.socket.remoteAddress ?? null;
  try {
    const header = headers.get("authorization") ?? undefined;
    const caller = await authenticate(service, header, { through: "API", address });
    await recordSystemActivity(service.store.db, {
      organizationId: caller?.organizationId ?? first.id,
      at: service.clock.now(),
      actor: "drill",
      event: events.drillMet,
      source: "Drill",
      address,
      resources: [
        { type: "fault", name: fault.kind },
        { type: "request", name: `${method} ${new URL(url).pathname.slice(0, 200)}` },
      ],
    });
  } catch (error) {
    service.log.warn({ err: error }, `a fault that was met could not be logged: ${sentenceOf(error)}`);
  }
};

/**
 * Starts the ThousandEyes-like tenant that the store keeps, making it at the first time. When two sandboxes share a store they are one tenant with
 * two rate limits and two drills; one may take a second to notice what changed at the other.
 * @throws SandboxError
 */
export const openSandbox = async (options: SandboxOptions): Promise<Sandbox> => {
  const { store, clock, log, host = "127.0.0.1" } = options;
  const organization = await openOrganization(store, clock, options.settings ?? {});
  await tidySandbox(store.db, clock.now());
  const own = await ownToken(store, clock, organization);
  const closing = new AbortController();
  const organizations = openMemory<Organization>(clock);
  const shared = {
    store,
    clock,
    log,
    limiters: rateLimiters(clock, options.rateLimit ?? 240),
    callers: rememberCallers(clock, (value) => findBearer(store.db, clock, value)),
    signIns: signInLimit(clock),
    drill: openDrill(),
    findOrganization: (id: string) => organizations.find(id, () => readOrganization(store, id)),
    forgetOrganizations: () => organizations.forget(() => true),
  };
  let service: Service | undefined;
  const { port, close } = await listen({ host, port: options.port }, (actual) => {
    const web = `http://${reachable(host)}:${actual}/`;
    const running: Service = { ...shared, web, baseUrl: `${web}scim/v2` };
    service = running;
    const app = sandboxServer(running, loopback.has(host));
    return aroundFetch((request, env) => app.fetch(request, env), {
      drill: shared.drill,
      clock,
      closing: closing.signal,
      spares: (path) => isPageAddress(path) || /^\/app(\/|$)/.test(path),
      refuse: (path, status, sentence) => refuseAt(path, statusError(status, sentence)),
      onMet: (fault, request, env) => tellOfFault(running, organization, fault, request, env),
    });
  });
  if (service === undefined) throw new TypeError("the sandbox listens without a tenant");
  const running = service;
  return {
    baseUrl: running.baseUrl,
    token: own.value,
    web: running.web,
    signInLink: addressOf(running.web, await makeSignInLink(running, own.ownerId)),
    port,
    drill: shared.drill,
    setRateLimit: (limit, organizationId) => shared.limiters.set(limit, organizationId),
    issueToken: (ownerEmail) => issueToken(store.db, clock, organization.id, ownerEmail),
    changeSettings: async (change) => {
      await store.transaction((tx) => saveSettings(tx, organization.id, change));
      shared.forgetOrganizations();
    },
    createOrganization: async (wish) => {
      const made = await createOrganization(running, wish, () => true);
      if (!made.ok) throw new SandboxError("InvalidOrganization", made.error.detail);
      return made.value;
    },
    close: () => {
      closing.abort();
      return close();
    },
  };
};
