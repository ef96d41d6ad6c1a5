// The generic sandbox in a process of its own, so that its memory can be told from the bench's. Answers each message with its memory in bytes.
import { parseArgs } from "node:util";
import { silentLog, systemClock } from "#runtime";
import { openGenericSandbox } from "#sandbox";
import { openStore } from "#store";

const { values } = parseArgs({ options: { folder: { type: "string" }, database: { type: "string" } } });
const store = await openStore({
  folder: values.database === undefined ? (values.folder ?? null) : null,
  databaseUrl: values.database,
  log: silentLog,
});
const { baseUrl, token } = await openGenericSandbox({ store, clock: systemClock, log: silentLog, port: 0 });
process.on("message", () => process.send?.({ bytes: process.memoryUsage.rss() }));
process.on("disconnect", () => process.exit());
process.send?.({ baseUrl, token });
