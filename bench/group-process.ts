// The engine with one large group, in a process of its own. One JSON document on standard output.
// --make MEMBERS makes people and their accounts; --job ID makes the group, and changes one member of it.
import { parseArgs } from "node:util";
import { addApp, createJob, saveSecrets, setJobState } from "#apps";
import { addMembers, createGroup, importObjects, removeMembers } from "#directory";
import { systemClock } from "#runtime";
import { openWholeEngine, personOf } from "#test/whole-engine.ts";

const { values } = parseArgs({
  options: {
    folder: { type: "string" },
    database: { type: "string" },
    target: { type: "string" },
    make: { type: "string" },
    job: { type: "string" },
  },
});

/** Writes that were answered well. */
let written = 0;
const { store, engine, close } = await openWholeEngine({
  folder: values.folder ?? null,
  databaseUrl: values.database,
  onExchange: ({ method, status }) => {
    if (method !== "GET" && status !== null && status < 300) written += 1;
  },
});
const now = () => systemClock.now();

const make = async (people: number) => {
  const jobId = await store.transaction(async (tx) => {
    const app = await addApp(tx, "scim", { now: now() });
    const job = await createJob(tx, app.id, now());
    const secrets = [
      { key: "BaseAddress", value: values.target ?? "" },
      { key: "SecretToken", value: "group-token-7741" },
      { key: "SyncAll", value: "true" },
    ];
    await saveSecrets(tx, store.sealer, app.id, secrets, now());
    await setJobState(tx, job.id, "Active", now());
    return job.id;
  });
  for (let first = 0; first < people; first += 1000) {
    const rows = Array.from({ length: Math.min(1000, people - first) }, (_, at) => ({
      anchor: String(first + at),
      locator: null,
      attributes: personOf(first + at, true),
    }));
    await store.transaction((tx) => importObjects(tx, "user", "crowd", rows, now()));
  }
  const cycle = await engine.run(jobId);
  if (cycle.counts.created !== people) throw new Error(`the first cycle ended as ${JSON.stringify(cycle)}`);
  return { jobId };
};

const measured = async (jobId: string) => {
  const began = performance.now();
  const before = written;
  const cycle = await engine.run(jobId);
  if (cycle.counts.failed > 0) throw new Error(`a cycle ended as ${JSON.stringify(cycle)}`);
  return { requests: written - before, milliseconds: performance.now() - began };
};

const measureGroup = async (jobId: string) => {
  const { rows } = await store.pool.query<{ id: string }>("select id from directory.object where kind = 'user'");
  const ids = rows.map(({ id }) => id);
  const [last = "", ...members] = ids;
  const group = await store.transaction((tx) => createGroup(tx, { attributes: { displayName: "Everybody" } }, now()));
  for (let first = 0; first < members.length; first += 1000)
    await store.transaction((tx) => addMembers(tx, group.id, members.slice(first, first + 1000), now()));
  const resting = process.resourceUsage().maxRSS / 1024;
  const whole = await measured(jobId);
  await store.transaction((tx) => addMembers(tx, group.id, [last], now()));
  const more = await measured(jobId);
  await store.transaction((tx) => removeMembers(tx, group.id, [last], now()));
  const fewer = await measured(jobId);
  return {
    members: members.length,
    requests: whole.requests,
    seconds: whole.milliseconds / 1000,
    oneRequests: [more.requests, fewer.requests],
    oneMilliseconds: [more.milliseconds, fewer.milliseconds],
    peakMebibytes: process.resourceUsage().maxRSS / 1024,
    restingMebibytes: resting,
  };
};

const figures = values.make === undefined ? await measureGroup(values.job ?? "") : await make(Number(values.make));
await close();
process.stdout.write(`${JSON.stringify(figures)}\n`);
