import { sql } from "kysely";
import { getApp, getJob, jobSettings, listSecretsMasked } from "#apps";
import { feedDelay, type Queryable } from "#store";
import type { FailedObject, JobCounts, JobStatus } from "./contract.ts";
import type { JobRuntime } from "./cycle.ts";
import { EngineError } from "./errors.ts";
import { readCycle, readJobState } from "./job-state.ts";

/** Everything that a person wants to know of a job at a glance, from its tables. */
export const statusOf = async (
  q: Queryable,
  jobId: string,
  runtime: JobRuntime | undefined,
  now: Date,
): Promise<JobStatus> => {
  const job = await getJob(q, jobId);
  const app = job === null ? null : await getApp(q, job.appId);
  if (job === null || app === null)
    throw new EngineError("JobNotFound", `There is no job ${jobId}.`, { facts: { jobId } });
  const state = await readJobState(q, jobId);
  const settings = await jobSettings(q, jobId);
  const counts = await countsOf(q, jobId, state?.targetIdentity ?? null);
  const lastCycle = state?.lastCycleId == null ? null : await readCycle(q, state.lastCycleId);
  const running = runtime?.tracker?.report().state === "running" ? runtime.tracker.progress(now.getTime()) : null;
  const configured = (await listSecretsMasked(q, app.id)).some(({ key }) => key === "SecretToken");
  return {
    jobId,
    appId: app.id,
    state: stateOf(job.state, configured, lastCycle !== null, state?.quarantine != null),
    counts,
    running,
    lastCycle,
    quarantine: state?.quarantine ?? null,
    notices: await noticesOf(q, jobId, app.displayName, counts, state, lastCycle?.error?.message ?? null, now),
    nextRun:
      job.state === "Active"
        ? (state?.nextAttempt ?? new Date(now.getTime() + settings.intervalSeconds * 1000)).toISOString()
        : null,
  };
};

const stateOf = (
  state: "Active" | "Paused" | "Disabled",
  configured: boolean,
  ran: boolean,
  quarantined: boolean,
): JobStatus["state"] => {
  if (!configured) return "notConfigured";
  if (state === "Paused") return "paused";
  if (state === "Disabled") return ran ? "disabled" : "notRun";
  if (quarantined) return "quarantine";
  return ran ? "active" : "notRun";
};

const countsOf = async (q: Queryable, jobId: string, identity: string | null): Promise<JobCounts> => {
  const { rows } = await sql<{
    linked: number;
    in_step: number;
    owed: number;
    pending: number;
    failed: number;
    held: number;
    given_up: number;
    ignored: number;
  }>`
    select
      (select count(*) from provisioning.link l where l.job_id = ${jobId} and l.target_identity = ${identity} and l.managed and l.in_scope) as linked,
      (select count(*) from provisioning.link l where l.job_id = ${jobId} and l.target_identity = ${identity} and l.managed and l.in_scope
        and not exists (select 1 from provisioning.due d where d.job_id = l.job_id and d.object_id = l.source_id)) as in_step,
      (select count(*) from provisioning.link l where l.job_id = ${jobId} and l.target_identity = ${identity} and l.managed and l.ignored is not null) as ignored,
      count(*) filter (where d.in_scope and not exists (
        select 1 from provisioning.link l where l.job_id = d.job_id and l.target_identity = ${identity} and l.source_id = d.object_id)) as owed,
      count(*) filter (where d.held is null and not d.given_up and d.attempts = 0) as pending,
      count(*) filter (where d.held is null and not d.given_up and d.attempts > 0) as failed,
      count(*) filter (where d.held is not null) as held,
      count(*) filter (where d.given_up) as given_up
    from provisioning.due d where d.job_id = ${jobId}`.execute(q);
  const [row] = rows;
  return {
    inScope: (row?.linked ?? 0) + (row?.owed ?? 0),
    inStep: row?.in_step ?? 0,
    pending: row?.pending ?? 0,
    failed: row?.failed ?? 0,
    held: row?.held ?? 0,
    givenUp: row?.given_up ?? 0,
    ignored: row?.ignored ?? 0,
  };
};

const noticesOf = async (
  q: Queryable,
  jobId: string,
  app: string,
  counts: JobCounts,
  state: Awaited<ReturnType<typeof readJobState>>,
  lastError: string | null,
  now: Date,
): Promise<string[]> => {
  const notices: string[] = [];
  if (counts.held > 0) {
    notices.push(
      `${counts.held} ${counts.held === 1 ? "removal is" : "removals are"} held to prevent accidental deletions, until a person allows or rejects them; everything else goes on.`,
    );
  }
  if (state?.quarantine != null) {
    notices.push(
      `${app} is in quarantine since ${state.quarantine.began}: ${state.quarantine.message} Next attempt at ${state.quarantine.nextAttempt}.`,
    );
  } else if ((state?.probeFailures ?? 0) > 0 && lastError !== null) {
    notices.push(
      `The last attempt to reach ${app} failed: ${lastError} It is tried again at ${state?.nextAttempt?.toISOString() ?? "once"}.`,
    );
  }
  if (counts.givenUp > 0)
    notices.push(
      `${counts.givenUp} objects have failed for 28 days and are not tried any more until somebody says "lockstep retry".`,
    );
  if (counts.ignored > 0)
    notices.push(...(await ignoredNotices(q, jobId, state?.targetIdentity ?? null, app, counts.ignored)));
  const { heldSince } = await feedDelay(q, "directory.change");
  if (heldSince !== null && now.getTime() - heldSince.getTime() > 60_000) {
    notices.push(
      `Changes since ${heldSince.toISOString()} wait for a transaction that somebody left open in the database server. End that transaction.`,
    );
  }
  return notices;
};

/** What the target ignores; first of all accounts that it was to take away. */
const ignoredNotices = async (
  q: Queryable,
  jobId: string,
  identity: string | null,
  app: string,
  ignored: number,
): Promise<string[]> => {
  const { rows } = await sql<{ name: string; total: number }>`
    select display_name as name, count(*) over () as total from provisioning.link
    where job_id = ${jobId} and target_identity = ${identity} and managed and ignored @> '[{"endsAccess":true}]'
    order by display_name limit ${namedInNotice}`.execute(q);
  const total = rows[0]?.total ?? 0;
  const more = total > rows.length ? ` and ${total - rows.length} more` : "";
  const names = rows.map(({ name }) => name).join(", ") + more;
  return [
    ...(total === 0
      ? []
      : [
          `${app} answers that access was taken away and leaves it as it was: ${names}. End it there by hand, or try again with "lockstep provision".`,
        ]),
    `${counted(ignored)} where ${app} ignores changes that it says it has made: see "lockstep logs --code TargetIgnoredChange". Once the target heeds them, "lockstep restart" sends them again.`,
  ];
};

const namedInNotice = 5;

const counted = (objects: number): string => `${objects} ${objects === 1 ? "account" : "accounts"}`;

/** Objects that failed, those that were given up among them, by id. */
export const listFailed = async (
  q: Queryable,
  jobId: string,
  page: { readonly after?: string; readonly limit: number },
): Promise<FailedObject[]> => {
  const { rows } = await sql<{
    id: string;
    type: "User" | "Group";
    name: string;
    error: { code: string; message: string } | null;
    attempts: number;
    due_at: Date;
    given_up: boolean;
  }>`
    select object_id as id, object_type as type, display_name as name, last_error as error, attempts, due_at, given_up from provisioning.due
    where job_id = ${jobId} and held is null and (attempts > 0 or given_up) and (${page.after ?? null}::uuid is null or object_id > ${page.after ?? null}::uuid)
    order by object_id limit ${page.limit}`.execute(q);
  return rows.map((row) => ({
    objectId: row.id,
    objectType: row.type,
    displayName: row.name,
    code: row.error?.code ?? "",
    message: row.error?.message ?? "",
    attempts: row.attempts,
    nextTry: row.given_up ? null : row.due_at.toISOString(),
  }));
};
