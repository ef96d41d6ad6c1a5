import { sql } from "kysely";
import { defaultGuardLimits, type GuardLimits, readProfile } from "#core";
import type { Queryable, Tx } from "#store";
import { appendAppChange } from "./changes.ts";
import { AppsError, noJob } from "./errors.ts";
import { jsonObject } from "./secret-values.ts";
import type { JobSettings, OwnJobSettings } from "./types.ts";

/** The settings of a job of which nobody has set any. */
export const usualSettings: OwnJobSettings = {
  mode: "automatic",
  intervalSeconds: 60,
  guard: defaultGuardLimits,
  membershipGuard: { ...defaultGuardLimits, enabled: false },
  extraMembers: "report",
  readBack: "sampled",
  profile: {},
  foundProfile: null,
};

/**
 * The settings of a job from all their places: Graph's settings among the app's credentials, then Lockstep's own, which win, then the defaults.
 * @throws AppsError `JobNotFound`
 */
export const jobSettings = async (q: Queryable, jobId: string): Promise<JobSettings> => {
  const { rows } = await sql<{ settings: Partial<OwnJobSettings>; pairs: Record<string, string> }>`
    select job.settings, coalesce((
      select jsonb_object_agg(secret.key, secret.value) from apps.secret secret
      where secret.app_id = job.app_id
        and secret.key in ('SyncAll', 'SkipOutOfScopeDeletions', 'SyncNotificationSettings')), '{}') as pairs
    from apps.job job where job.id = ${jobId}`.execute(q);
  const [row] = rows;
  if (row === undefined) throw noJob(jobId);
  const graph = jsonObject(row.pairs.SyncNotificationSettings ?? "{}") ?? {};
  const threshold = Number(graph.DeleteThresholdValue);
  const fromGraph: GuardLimits = {
    ...usualSettings.guard,
    enabled: isTrue(graph.DeleteThresholdEnabled ?? true),
    ...(Number.isInteger(threshold) && threshold > 0 ? { absolute: threshold } : {}),
  };
  return {
    ...usualSettings,
    guard: fromGraph,
    ...row.settings,
    syncAll: isTrue(row.pairs.SyncAll),
    skipOutOfScopeDeletions: isTrue(row.pairs.SkipOutOfScopeDeletions),
    notifications: {
      enabled: isTrue(graph.Enabled),
      recipients: String(graph.Recipients ?? "")
        .split(/[,;\s]+/)
        .filter((recipient) => recipient !== ""),
    },
  };
};

/** Scripts write Booleans as text. */
const isTrue = (value: unknown): boolean =>
  value === true || (typeof value === "string" && /^true$/i.test(value.trim()));

/**
 * Changes some of Lockstep's own settings of a job; those that are not named stay.
 * @throws AppsError `JobNotFound`, `InvalidSetting`
 */
export const saveJobSettings = async (
  tx: Tx,
  jobId: string,
  changes: Partial<OwnJobSettings>,
  now: Date,
): Promise<JobSettings> => {
  checkChanges(changes);
  const { rows } = await sql<{ app_id: string }>`
    update apps.job set settings = settings || ${JSON.stringify(changes)}::jsonb where id = ${jobId}
    returning app_id`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw noJob(jobId);
  await appendAppChange(tx, row.app_id, "settings", "update", now);
  return jobSettings(tx, jobId);
};

const checkChanges = (changes: Partial<OwnJobSettings>): void => {
  if (changes.intervalSeconds !== undefined) within("intervalSeconds", changes.intervalSeconds, 1, 31 * 86_400);
  for (const profile of [changes.profile, changes.foundProfile?.profile]) {
    const read = readProfile(profile ?? {});
    if (!read.ok) throw new AppsError("InvalidSetting", read.problems.join(" "), { facts: { profile } });
  }
  for (const name of ["guard", "membershipGuard"] as const) {
    const limits = changes[name];
    if (limits === undefined) continue;
    within(`${name}.absolute`, limits.absolute, 0, 1_000_000_000);
    within(`${name}.percent`, limits.percent, 0, 100);
    within(`${name}.floor`, limits.floor, 0, 1_000_000_000);
  }
};

const within = (name: string, value: number, least: number, most: number): void => {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new AppsError("InvalidSetting", `${name} must be a whole number from ${least} to ${most}.`, {
    facts: { name, value },
  });
};
