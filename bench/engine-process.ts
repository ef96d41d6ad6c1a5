// The engine in a process of its own, so that its memory can be told from the bench's. One JSON document on standard output.
// --make USERS --target URL makes the directory; --job ID measures.
import { parseArgs } from "node:util";
import { importObjects, updateUser } from "#directory";
import { systemClock } from "#runtime";
import { makeCrowd, openWholeEngine, personOf } from "#test/whole-engine.ts";
import type { EngineFigures } from "./figures.ts";

const { values } = parseArgs({
  options: {
    folder: { type: "string" },
    database: { type: "string" },
    make: { type: "string" },
    target: { type: "string" },
    job: { type: "string" },
    phase: { type: "string" },
    users: { type: "string" },
  },
});
const users = Number(values.users ?? values.make);
const jobId = values.job ?? "";

/** Who waits for a text to arrive at the target. */
const awaited = new Map<string, () => void>();
const { store, engine, close } = await openWholeEngine({
  folder: values.folder ?? null,
  databaseUrl: values.database,
  onExchange: ({ requestBody, status }) => {
    if (awaited.size === 0 || requestBody === null || status === null || status >= 300) return;
    for (const [text, arrived] of awaited) if (requestBody.includes(text)) arrived();
  },
});

const timed = async <Value>(
  work: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly seconds: number }> => {
  const began = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - began) / 1000 };
};

/** Milliseconds from a committed change until the target has answered its request. */
const latencyOf = async (id: string, text: string): Promise<number> => {
  const arrived = Promise.withResolvers<void>();
  awaited.set(text, arrived.resolve);
  await store.transaction((tx) => updateUser(tx, id, { displayName: text }, systemClock.now()));
  const began = performance.now();
  engine.wake();
  await arrived.promise;
  awaited.delete(text);
  return performance.now() - began;
};

const idsOf = async (): Promise<readonly string[]> => {
  const { rows } = await store.pool.query<{ id: string }>(
    "select id from directory.object where kind = 'user' order by anchor::int",
  );
  return rows.map(({ id }) => id);
};

/** Every person changes at once, as after an import. */
const changeEverybody = async (): Promise<void> => {
  for (let first = 0; first < users; first += 1000) {
    const rows = Array.from({ length: Math.min(1000, users - first) }, (_, at) => ({
      anchor: String(first + at),
      locator: null,
      attributes: { ...personOf(first + at, true), surname: `Renamed ${first + at}` },
    }));
    await store.transaction((tx) => importObjects(tx, "user", "crowd", rows, systemClock.now()));
  }
};

const measure = {
  initial: async () => {
    const { value, seconds } = await timed(() => engine.run(jobId));
    if (value.state !== "succeeded" || value.counts.created !== users)
      throw new Error(`the initial cycle ended as ${JSON.stringify(value)}`);
    return { initialSeconds: seconds, initialRequests: value.counts.requests };
  },
  later: async () => {
    await engine.restartJob(jobId, {
      watermark: true,
      escrows: false,
      quarantineState: false,
      connectorDataStore: false,
      forceDeletes: false,
    });
    const pass = await timed(() => engine.run(jobId));
    if (pass.value.counts.unchanged !== users) throw new Error(`the pass ended as ${JSON.stringify(pass.value)}`);

    const ids = await idsOf();
    await engine.start();
    const idle: number[] = [];
    for (let at = 0; at < 40; at++) idle.push(await latencyOf(ids[(at * 97) % ids.length]!, `Idle change ${at}.`));

    await changeEverybody();
    const bulk = engine.run(jobId);
    let over = false;
    void bulk.finally(() => {
      over = true;
    });
    const during: number[] = [];
    for (let at = 0; at < 40; at++) {
      const latency = await latencyOf(ids[(at * 89 + 11) % ids.length]!, `Change in the bulk ${at}.`);
      if (!over) during.push(latency);
    }
    await bulk;
    return { unchangedSeconds: pass.seconds, idle, during };
  },
} satisfies Record<string, () => Promise<Partial<EngineFigures>>>;

const figures =
  values.make === undefined
    ? await measure[values.phase === "initial" ? "initial" : "later"]()
    : { jobId: (await makeCrowd(store, { users, baseUrl: values.target ?? "" })).jobId };
await close();
process.stdout.write(`${JSON.stringify({ ...figures, peakBytes: process.resourceUsage().maxRSS * 1024 })}\n`);
