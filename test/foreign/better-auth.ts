import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { scim } from "@better-auth/scim";
import { type BetterAuthPlugin, betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "#scim";
import type { ForeignServer } from "./foreign-server.ts";

const token = "foreign-token-of-better-auth-1234567890";
const tables = ["user", "session", "account", "verification", "rateLimit"];

/** Better Auth's SCIM plug-in on its memory adapter. */
export const startBetterAuth = async (): Promise<ForeignServer> => {
  const server = createServer((request, response) => handler(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const plugin = scim({
    connections: [{ id: "lockstep", credentials: [{ type: "bearer", id: "only", token }] }],
  });
  const database = Object.fromEntries([...tables, ...Object.keys(plugin.schema)].map((table) => [table, []]));
  const auth = betterAuth({
    baseURL: origin,
    secret: "a secret of thirty-two characters or more, for tests alone",
    database: memoryAdapter(database),
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: { disabled: true },
    plugins: [plugin as BetterAuthPlugin],
  });
  const handler = toNodeHandler(auth);
  const baseUrl = `${origin}/api/auth/scim/v2`;

  const read = async (endpoint: string): Promise<readonly JsonObject[]> => {
    const all: JsonObject[] = [];
    for (;;) {
      const response = await fetch(`${baseUrl}${endpoint}?startIndex=${all.length + 1}&count=100`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const body = (await response.json()) as JsonValue;
      const page = isJsonObject(body) && isJsonArray(body.Resources) ? body.Resources.filter(isJsonObject) : [];
      all.push(...page);
      if (page.length === 0) return all;
    }
  };

  return {
    baseUrl,
    token,
    users: () => read("/Users"),
    groups: () => read("/Groups"),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};
