import { Hono } from "hono";
import { z } from "zod";
import type { App, Job } from "#apps";
import type { FailedObject, HeldObject } from "#engine";
import type { Api, Call, Env, Routes } from "../api.ts";
import { badRequest } from "../api-error.ts";
import { namedJob } from "../apps-of-call.ts";
import { provisioningNote } from "../audit.ts";
import type { CountAnswer, Page } from "../contract/index.ts";
import { nothing, part } from "../graph/answers.ts";
import { readAs } from "../request-body.ts";
import { streamEvents, streamLines } from "../streams.ts";
import { namedGroup, namedUser } from "./principals.ts";

const objects = z.strictObject({ ids: z.union([z.literal("all"), z.array(z.string()).min(1).max(10_000)]) });

const restartBody = z.strictObject({
  watermark: z.boolean().default(false),
  escrows: z.boolean().default(false),
  quarantineState: z.boolean().default(false),
  connectorDataStore: z.boolean().default(false),
  forceDeletes: z.boolean().default(false),
});

const provisionBody = z.strictObject({
  user: z.string().min(1).optional(),
  group: z.string().min(1).optional(),
  dry: z.boolean().default(false),
});

/** What is done with jobs by hand, and how they are watched. */
export const jobRoutes = (api: Api): Routes => {
  const { store, engine } = api;
  const routes = new Hono<Env>();
  const jobOf = (call: Call) => namedJob(store.db, part(call, "job"));

  routes.get("/jobs/:job/status", async (call) => call.json(await engine.status((await jobOf(call)).job.id)));

  routes.get("/jobs/:job/events", async (call) => {
    const { job } = await jobOf(call);
    return streamEvents(api, call, "progress", async ({ say, mention, gone }) => {
      let last: unknown = null;
      const end = engine.watch(job.id, (progress) => {
        last = progress;
        // The end of a cycle must arrive; what lies between may be passed over.
        if (progress.phase === "done") say(progress);
        else mention(progress);
      });
      try {
        const { running } = await engine.status(job.id);
        if (running !== null && last === null) say(running);
        await ended(gone);
      } finally {
        end();
      }
    });
  });

  routes.post("/jobs/:job/run", async (call) => {
    const { job, app } = await jobOf(call);
    return streamLines(api, call, async ({ say, mention }) => {
      const end = engine.watch(job.id, (progress) => mention({ progress }));
      try {
        const report = await engine.run(job.id);
        await api.record(
          call,
          provisioningNote("Other", "Start", app, { EventName: "Run a cycle", CycleId: report.id }),
        );
        say({ report });
      } finally {
        end();
      }
    });
  });

  const act = (path: string, work: (job: Job, app: App, call: Call) => Promise<void>) =>
    routes.post(`/jobs/:job/${path}`, async (call) => {
      const { job, app } = await jobOf(call);
      await work(job, app, call);
      return nothing(call);
    });

  act("start", async (job, app, call) => {
    await engine.startJob(job.id);
    await api.record(call, provisioningNote("Enable/start provisioning configuration", "Start", app));
  });
  act("pause", async (job, app, call) => {
    await engine.pauseJob(job.id);
    await api.record(call, provisioningNote("Disable/pause provisioning configuration", "Update", app));
  });
  act("restart", async (job, app, call) => {
    const given = await readAs(call, restartBody);
    const isBare = !Object.values(given).includes(true);
    const usual = { ...given, watermark: true, escrows: true, quarantineState: true };
    await engine.restartJob(job.id, isBare ? usual : given);
    await api.record(call, provisioningNote("Enable/restart provisioning configuration", "Start", app));
  });

  const count = (
    path: string,
    event: string,
    work: (jobId: string, ids: readonly string[] | "all") => Promise<number>,
  ) =>
    routes.post(`/jobs/:job/${path}`, async (call) => {
      const { ids } = await readAs(call, objects);
      const { job, app } = await jobOf(call);
      const body: CountAnswer = { count: await work(job.id, ids) };
      const details = { EventName: event, Count: String(body.count), Objects: ids === "all" ? "all" : ids.join(", ") };
      await api.record(call, provisioningNote("Process escrow", "Other", app, details));
      return call.json(body);
    });

  count("retry", "Retry failed objects", (jobId, ids) => engine.retry(jobId, ids));
  count("held/allow", "Allow held removals", (jobId, ids) => engine.allowHeld(jobId, ids));
  count("held/reject", "Reject held removals", (jobId, ids) => engine.rejectHeld(jobId, ids));

  routes.get("/jobs/:job/failed", async (call) => {
    const { job } = await jobOf(call);
    const page = pageOptions(call);
    return call.json(paged<FailedObject>(await engine.listFailed(job.id, page), page.limit));
  });

  routes.get("/jobs/:job/held", async (call) => {
    const { job } = await jobOf(call);
    const page = pageOptions(call);
    return call.json(paged<HeldObject>(await engine.listHeld(job.id, page), page.limit));
  });

  routes.post("/jobs/:job/provision", async (call) => {
    const { user, group, dry } = await readAs(call, provisionBody);
    if ((user === undefined) === (group === undefined))
      throw badRequest('Name one object: {"user": …} or {"group": …}.');
    const { job, app } = await jobOf(call);
    const object = user === undefined ? await namedGroup(store.db, group ?? "") : await namedUser(store.db, user);
    const result = await engine.provision(job.id, object.id, { dry });
    if (!dry) {
      const details = { EventName: "Provision on demand", ObjectId: object.id };
      await api.record(call, provisioningNote("Other", "Other", app, details));
    }
    return call.json(result);
  });

  return routes;
};

/** Resolves when a signal is aborted. */
const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

/** `limit` (1 to 1000, 100 unless told) and `after` of a request. */
export const pageOptions = (call: Call): { readonly limit: number; readonly after?: string } => {
  const text = call.req.query("limit");
  const limit = text === undefined ? 100 : Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw badRequest(`limit must be a whole number from 1 to 1000, not '${text?.slice(0, 20)}'.`);
  }
  const after = call.req.query("after");
  return after === undefined || after === "" ? { limit } : { limit, after };
};

const paged = <Item extends { readonly objectId: string }>(items: readonly Item[], limit: number): Page<Item> => ({
  value: items,
  next: items.length < limit ? null : (items.at(-1)?.objectId ?? null),
});
