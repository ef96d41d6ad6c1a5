import { parseArgs } from "node:util";
import { startScimTestServer } from "./scim-test-server.ts";

/**
 * The test server as a process of its own: prints {"baseUrl","admin"} on one line, then serves until it is ended.
 * --port N (a free one unless told), --token T (anybody unless told), --limit N requests a minute (none unless told).
 */
const { values } = parseArgs({
  options: { port: { type: "string" }, token: { type: "string" }, limit: { type: "string" } },
});

const server = await startScimTestServer({
  port: Number(values.port ?? 0),
  token: values.token ?? null,
  limit: values.limit === undefined ? null : { requests: Number(values.limit) },
});

process.stdout.write(`${JSON.stringify({ baseUrl: server.baseUrl, admin: `${server.origin}/_admin` })}\n`);
// Started with a channel to its parent, it ends with the parent.
process.on("disconnect", () => process.exit());
