import { type Clock, openLog, systemClock } from "#runtime";
import { type GenericSandbox, openGenericSandbox } from "#sandbox";
import type { Mode } from "#scim";
import type { Store } from "#store";
import { openTestStore } from "#test/database.ts";
import type { Reply } from "#test/sandbox-client.ts";

/** @param path below the SCIM base URL @param body an object is sent as SCIM JSON, text as it is */
export type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>;

/** A generic sandbox on a store of its own, with clients that speak to it over HTTP. */
export interface GenericClient extends GenericSandbox {
  readonly store: Store;
  /** As the first tenant. */
  readonly call: Call;
  /** As a tenant of its own, which is empty. */
  tenant(name: string, mode: Mode): Promise<Call>;
  /** As whoever has the token. */
  as(token: string): Call;
  /** Closes sandbox and store. */
  end(): Promise<void>;
}

const callerOf =
  (baseUrl: string, token: string): Call =>
  async (method, path, body, headers = {}) => {
    const response = await fetch(baseUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/scim+json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "") && text !== "";
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };

export const openTestGeneric = async (options: { clock?: Clock; mode?: Mode } = {}): Promise<GenericClient> => {
  const { clock = systemClock, mode = "compat" } = options;
  const store = await openTestStore();
  const sandbox = await openGenericSandbox({ store, clock, mode, log: openLog("error"), port: 0 });
  return {
    ...sandbox,
    store,
    call: callerOf(sandbox.baseUrl, sandbox.token),
    tenant: async (name, ofMode) => callerOf(sandbox.baseUrl, await sandbox.issueToken({ tenant: name, mode: ofMode })),
    as: (token) => callerOf(sandbox.baseUrl, token),
    end: async () => {
      await sandbox.close();
      await store.close();
    },
  };
};
