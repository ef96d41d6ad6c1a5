import { type App, getApp, getJob, getTemplate, type Job, jobsOf, listApps, type Template } from "#apps";
import { isGuid } from "#runtime";
import type { Queryable } from "#store";
import { ApiError } from "./api-error.ts";
import { missing } from "./graph/answers.ts";

/** An app by servicePrincipal id, application object id or appId, as Graph names it. */
export const graphApp = async (q: Queryable, id: string): Promise<App> => {
  const app = isGuid(id) ? await getApp(q, id) : null;
  if (app === null) throw missing(id);
  return app;
};

/** A job of an app, as Graph names it. */
export const graphJob = async (q: Queryable, app: App, id: string): Promise<Job> => {
  const job = await getJob(q, id);
  if (job === null || job.appId !== app.id) throw missing(id);
  return job;
};

/** An app as people name it: any of its ids, its display name, or its template where only one app has it. */
export const namedApp = async (q: Queryable, reference: string): Promise<App> => {
  const app = await getApp(q, reference);
  if (app !== null) return app;
  const wanted = reference.trim().toLowerCase();
  const all = await listApps(q);
  const fitting = all.filter((each) => each.templateId.toLowerCase() === wanted);
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  if (only !== undefined) {
    const ids = fitting.map((each) => `${each.displayName} (${each.id})`).join(", ");
    throw new ApiError(
      409,
      "AmbiguousApp",
      `Several apps come from the template ${only.templateId}: ${ids}. Name one by its name or id.`,
    );
  }
  const names = all.map((each) => each.displayName).join(", ");
  const hint = names === "" ? "There are no apps yet; add one first." : `The apps are: ${names}.`;
  throw new ApiError(404, "AppNotFound", `There is no app ${reference.slice(0, 100)}. ${hint}`);
};

/** The job of an app that has one. */
export const onlyJob = async (q: Queryable, app: App): Promise<Job> => {
  const [job] = await jobsOf(q, app.id);
  if (job !== undefined) return job;
  const sentence = `${app.displayName} has no provisioning job yet. Create one, by saving its credentials, and try again.`;
  throw new ApiError(404, "JobNotFound", sentence);
};

/** A job as people name it: its id, or its app. */
export const namedJob = async (q: Queryable, reference: string): Promise<{ readonly app: App; readonly job: Job }> => {
  const job = await getJob(q, reference);
  if (job !== null) return { job, app: await namedApp(q, job.appId) };
  const app = await namedApp(q, reference);
  return { app, job: await onlyJob(q, app) };
};

/** The gallery's entry of an app; null when the gallery has it no more. */
export const templateOf = (app: App): Template | null => getTemplate(app.templateId);
