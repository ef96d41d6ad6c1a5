import type { AppStatus, JobStatus, ServerStatus } from "#api/contract";
import { CliError } from "../problems.ts";
import type { Client } from "./client.ts";

export const readStatus = async (client: Client): Promise<ServerStatus> =>
  (await client.ask("GET", "/lockstep/v1/status")) as ServerStatus;

const namesOf = (apps: readonly AppStatus[]): string => apps.map((app) => `${app.displayName} (${app.id})`).join(", ");

/**
 * The app that a reference means: its id, its display name or its template's id in any case, or the id of one of its jobs. Without a reference it
 * is the only app. Throws NotFound or Ambiguous, with the choices.
 */
export const chooseApp = (apps: readonly AppStatus[], reference: string | undefined): AppStatus => {
  if (apps.length === 0)
    throw new CliError("NotFound", "There is no enterprise app yet. Add one with: npx lockstep app add thousandeyes");
  if (reference === undefined) {
    if (apps.length === 1) return apps[0]!;
    throw new CliError("Ambiguous", `There are ${apps.length} apps; say which one with --app: ${namesOf(apps)}`);
  }
  const wanted = reference.toLowerCase();
  for (const fits of [
    (app: AppStatus) => app.id.toLowerCase() === wanted,
    (app: AppStatus) => app.jobs.some((job) => job.jobId.toLowerCase() === wanted),
    (app: AppStatus) => app.displayName.toLowerCase() === wanted,
    (app: AppStatus) => app.templateId.toLowerCase() === wanted,
  ]) {
    const found = apps.filter(fits);
    if (found.length === 1) return found[0]!;
    if (found.length > 1)
      throw new CliError(
        "Ambiguous",
        `"${reference}" names ${found.length} apps; use the id of one of them: ${namesOf(found)}`,
      );
  }
  throw new CliError("NotFound", `There is no app "${reference}". Apps: ${namesOf(apps)}`);
};

/** The job that a reference means. Throws as `chooseApp`, and where the app has no job or more than one. */
export const chooseJob = (
  apps: readonly AppStatus[],
  reference: string | undefined,
): { readonly app: AppStatus; readonly job: JobStatus } => {
  const app = chooseApp(apps, reference);
  const named = app.jobs.find((job) => job.jobId.toLowerCase() === reference?.toLowerCase());
  const job = named ?? app.jobs[0];
  if (job === undefined)
    throw new CliError(
      "NotFound",
      `${app.displayName} has no provisioning job. Delete the app and add it again with: npx lockstep app add ${app.templateId}`,
    );
  if (named === undefined && app.jobs.length > 1) {
    const ids = app.jobs.map((one) => one.jobId).join(", ");
    throw new CliError(
      "Ambiguous",
      `${app.displayName} has ${app.jobs.length} jobs; name one of them in place of the app: ${ids}`,
    );
  }
  return { app, job };
};

export const findApp = async (client: Client, reference: string | undefined): Promise<AppStatus> =>
  chooseApp((await readStatus(client)).apps, reference);

export const findJob = async (client: Client, reference: string | undefined): Promise<ReturnType<typeof chooseJob>> =>
  chooseJob((await readStatus(client)).apps, reference);
