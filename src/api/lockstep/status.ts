import { Hono } from "hono";
import { sql } from "kysely";
import { type App, jobsOf, listApps } from "#apps";
import { countGroups, countUsers } from "#directory";
import type { JobStatus } from "#engine";
import type { Api, Env, Routes } from "../api.ts";
import { namedApp } from "../apps-of-call.ts";
import type { AppStatus, ServerStatus } from "../contract/index.ts";
import { part } from "../graph/answers.ts";

/** What runs here, and how it is doing. */
export const statusRoutes = (api: Api): Routes => {
  const { store, engine } = api;
  const routes = new Hono<Env>();

  const statusesOf = async (app: App): Promise<readonly JobStatus[]> => {
    const statuses: JobStatus[] = [];
    for (const job of await jobsOf(store.db, app.id)) statuses.push(await engine.status(job.id));
    return statuses;
  };

  const database = async (): Promise<string> => {
    if (store.kind === "pglite") return `PGlite in ${api.info.data}`;
    const { rows } = await sql<{ version: string; name: string }>`
      select current_setting('server_version') as version, current_database() as name`.execute(store.db);
    return `PostgreSQL ${rows[0]?.version ?? ""}, database ${rows[0]?.name ?? ""}`;
  };

  routes.get("/status", async (call) => {
    const apps: AppStatus[] = [];
    for (const app of await listApps(store.db)) {
      const { id, displayName, templateId } = app;
      apps.push({ id, displayName, templateId, jobs: await statusesOf(app) });
    }
    const status: ServerStatus = {
      version: api.version,
      url: new URL(call.req.url).origin,
      startedAt: api.startedAt.toISOString(),
      database: await database(),
      sandbox: api.info.sandbox(),
      users: await countUsers(store.db),
      groups: await countGroups(store.db),
      apps,
    };
    return call.json(status);
  });

  routes.get("/apps/:app/jobs", async (call) =>
    call.json({ value: await statusesOf(await namedApp(store.db, part(call, "app"))) }),
  );

  return routes;
};
