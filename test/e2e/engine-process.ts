import { parseArgs } from "node:util";
import { type AttributeChanges, updateUser } from "#directory";
import { systemClock } from "#runtime";
import { settledFeed } from "#test/feed.ts";
import { openWholeEngine } from "#test/whole-engine.ts";

/** What the parent asks: a person changes. Answered with {"changed":id} once that is committed. */
export interface Change {
  readonly id: string;
  readonly attributes: AttributeChanges;
}

/**
 * Runs one cycle of a job in a process of its own, and ends: --folder DIR [--database URL] --job ID [--retry].
 * Tells its parent {"ready":true} before the cycle and {"report":…} after it. SIGTERM stops it in good order.
 */
const { values } = parseArgs({
  options: {
    folder: { type: "string" },
    database: { type: "string" },
    job: { type: "string" },
    retry: { type: "boolean" },
  },
});
const jobId = values.job ?? "";
const tell = (message: unknown): void => void process.send?.(message);
process.on("disconnect", () => process.exit(1));

const { store, engine, close } = await openWholeEngine({
  folder: values.folder ?? null,
  databaseUrl: values.database,
});
process.on("message", ({ id, attributes }: Change) => {
  const change = store.transaction((tx) => updateUser(tx, id, attributes, systemClock.now()));
  void change.then(() => {
    engine.wake(jobId);
    tell({ changed: id });
  });
});
const stopping = new AbortController();
process.on("SIGTERM", () => stopping.abort());

if (values.retry) {
  await settledFeed(store.db, "directory.change");
  await engine.retry(jobId, "all");
}
tell({ ready: true });
const report = await engine.run(jobId, { signal: stopping.signal });
const status = await engine.status(jobId);
await close();
tell({ report, counts: status.counts });
process.removeAllListeners("disconnect");
process.disconnect();
