import { sql } from "kysely";
import { newId } from "#runtime";
import type { Queryable, Tx } from "#store";
import { appOf, tenantId } from "./apps.ts";
import { appendAppChange } from "./changes.ts";
import { AppsError, noJob } from "./errors.ts";
import { freshSchema, keepVersion, templateOf } from "./schemas.ts";
import type { Job, JobState } from "./types.ts";

/**
 * Creates the job of an app, disabled, with its template's schema.
 * @throws AppsError `AppNotFound`, `JobExists`
 */
export const createJob = async (tx: Tx, appId: string, now: Date): Promise<Job> => {
  const app = await appOf(tx, appId);
  const template = templateOf(app.templateId);
  const id = `${template.id}.${(await tenantId(tx)).replaceAll("-", "")}.${newId()}`;
  const schema = freshSchema(template, id);
  const { rows } = await sql<{ id: string }>`
    insert into apps.job (id, app_id, template_id, state, schema, created_at)
    values (${id}, ${app.id}, ${template.id}, 'Disabled', ${JSON.stringify(schema)}::jsonb, ${now})
    on conflict (app_id) do nothing
    returning id`.execute(tx);
  if (rows.length === 0) {
    const [job] = await jobsOf(tx, app.id);
    throw new AppsError("JobExists", `${app.displayName} has a provisioning job already: ${job?.id}.`, {
      facts: { appId: app.id, jobId: job?.id },
    });
  }
  await keepVersion(tx, id, 0, schema, "The template's mappings", now);
  await appendAppChange(tx, app.id, "schema", "create", now);
  return existing(tx, id);
};

/** @returns null when there is none */
export const getJob = async (q: Queryable, jobId: string): Promise<Job | null> => {
  if (jobId.includes("\0")) return null;
  const [job] = await readJobs(q, sql`where job.id = ${jobId}`);
  return job ?? null;
};

const existing = async (q: Queryable, jobId: string): Promise<Job> => {
  const job = await getJob(q, jobId);
  if (job === null) throw noJob(jobId);
  return job;
};

/** The jobs of an app: none or one. */
export const jobsOf = (q: Queryable, appId: string): Promise<readonly Job[]> =>
  readJobs(q, sql`where job.app_id = ${appId}`);

/** All jobs, oldest first. */
export const listJobs = (q: Queryable, filter: { state?: JobState } = {}): Promise<readonly Job[]> =>
  readJobs(q, filter.state === undefined ? sql`` : sql`where job.state = ${filter.state}`);

/**
 * Starts (`Active`), pauses, or switches off a job.
 * @throws AppsError `JobNotFound`
 */
export const setJobState = async (tx: Tx, jobId: string, state: JobState, now: Date): Promise<Job> => {
  const before = await existing(tx, jobId);
  if (before.state === state) return before;
  await sql`update apps.job set state = ${state} where id = ${jobId}`.execute(tx);
  await appendAppChange(tx, before.appId, "settings", "state", now);
  return existing(tx, jobId);
};

/**
 * Forgets the job. The app, its credentials and its assignments stay, and so do the accounts in the target.
 * @throws AppsError `JobNotFound`
 */
export const deleteJob = async (tx: Tx, jobId: string, now: Date): Promise<void> => {
  const job = await existing(tx, jobId);
  await sql`delete from apps.job where id = ${jobId}`.execute(tx);
  await appendAppChange(tx, job.appId, "settings", "delete", now);
};

interface JobRow {
  id: string;
  app_id: string;
  template_id: string;
  state: JobState;
  schema_version: number;
  sync_all: boolean;
  created_at: Date;
}

const readJobs = async (q: Queryable, where: ReturnType<typeof sql>): Promise<readonly Job[]> => {
  const { rows } = await sql<JobRow>`
    select job.id, job.app_id, job.template_id, job.state, job.schema_version, job.created_at,
      coalesce((select lower(value) = 'true' from apps.secret where app_id = job.app_id and key = 'SyncAll'), false)
        as sync_all
    from apps.job job ${where}
    order by job.created_at, job.id`.execute(q);
  return rows.map((row) => ({
    id: row.id,
    appId: row.app_id,
    templateId: row.template_id,
    state: row.state,
    syncAll: row.sync_all,
    schemaVersion: row.schema_version,
    createdAt: row.created_at,
  }));
};
