import { request as httpRequest } from "node:http";
import { type Clock, openLog, systemClock } from "#runtime";
import { openSandbox, type RateLimit, type Sandbox, type SandboxSettings } from "#sandbox";
import type { Store } from "#store";
import { openTestStore } from "#test/database.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into replies of every shape
  readonly body: any;
}

/** A sandbox on a store of its own, with a client that speaks to it over HTTP. */
export interface SandboxClient extends Sandbox {
  readonly store: Store;
  /** @param path below the SCIM base URL @param body an object is sent as SCIM JSON, text as it is */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** Closes the sandbox and opens another on the same store. */
  reopen(settings?: Partial<SandboxSettings>): Promise<SandboxClient>;
  /** Closes sandbox and store. */
  end(): Promise<void>;
}

const clientOf = (store: Store, clock: Clock, rateLimit: RateLimit, sandbox: Sandbox): SandboxClient => ({
  ...sandbox,
  store,
  call: async (method, path, body, headers = {}) => {
    const response = await fetch(sandbox.baseUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${sandbox.token}`,
        ...(body === undefined ? {} : { "content-type": "application/scim+json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  },
  reopen: async (settings = {}) => {
    await sandbox.close();
    return clientOf(store, clock, rateLimit, await openSandbox({ ...common, store, clock, rateLimit, settings }));
  },
  end: async () => {
    await sandbox.close();
    await store.close();
  },
});

const common = { log: openLog("error"), port: 0 };

export const openTestSandbox = async (
  options: { clock?: Clock; rateLimit?: RateLimit; settings?: Partial<SandboxSettings> } = {},
): Promise<SandboxClient> => {
  const { clock = systemClock, rateLimit = "off", settings = {} } = options;
  const store = await openTestStore();
  return clientOf(store, clock, rateLimit, await openSandbox({ ...common, store, clock, rateLimit, settings }));
};

/** A browser at the sandbox's page. */
export interface SandboxPage {
  /** @param path below `/app/` @param headers replace the browser's own of the same name */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
}

/** A browser that has not signed in; it keeps the cookie that it is given. */
export const openSandboxPage = ({ web }: Pick<Sandbox, "web">): SandboxPage => {
  let cookie = "";
  return {
    ask: async (method, path, body, headers = {}) => {
      const response = await fetch(`${web}app/${path}`, {
        method,
        headers: {
          origin: new URL(web).origin,
          ...(cookie === "" ? {} : { cookie }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const given = response.headers.get("set-cookie")?.split(";")[0];
      if (given !== undefined) cookie = given.endsWith("=") ? "" : given;
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
    },
  };
};

/** The last part of a link that works once. */
export const linkValue = (link: string): string => link.slice(link.lastIndexOf("/") + 1);

/** A browser that has signed in by a link. */
export const signInAtSandbox = async (sandbox: Pick<Sandbox, "web" | "signInLink">): Promise<SandboxPage> => {
  const page = openSandboxPage(sandbox);
  const { status } = await page.ask("POST", `links/${linkValue(sandbox.signInLink)}`, {});
  if (status !== 200) throw new Error(`the sign-in link was answered ${status}`);
  return page;
};

/** Sends a request whose target is not put in order on the way. @returns the status */
export const rawRequest = (
  port: number,
  target: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<number> =>
  new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, path: target, agent: false, ...options }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    request.on("error", reject);
    request.end();
  });
