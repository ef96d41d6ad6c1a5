import {
  type App,
  getApp,
  getTemplate,
  jobSettings,
  jobsOf,
  readSecrets,
  saveJobSettings,
  type Template,
  usualSettings,
} from "#apps";
import { type ProfileChanges, profileOf, usualProfile } from "#core";
import type { Clock } from "#runtime";
import type { Queryable, Store } from "#store";
import { type Doctor, identityOf, problemOfCredentials, type TargetCredentials } from "#targets";
import type {
  AppProfile,
  ConnectionCredentials,
  Examination,
  ExaminationProgress,
  ExaminationWishes,
  Leftovers,
} from "./contract.ts";
import { EngineError } from "./errors.ts";
import { foundCounts, profileLayers } from "./job-context.ts";
import { credentialsFrom } from "./target-credentials.ts";

interface Connected {
  readonly app: App;
  readonly template: Template;
  readonly baseUrl: string;
  readonly credentials: TargetCredentials;
}

const appAndTemplate = async (
  q: Queryable,
  appId: string,
): Promise<{ readonly app: App; readonly template: Template }> => {
  const app = await getApp(q, appId);
  const template = app === null ? null : getTemplate(app.templateId);
  if (app === null || template === null)
    throw new EngineError("JobNotFound", `There is no app ${appId}.`, { facts: { appId } });
  return { app, template };
};

const addressOf = (template: Template, saved: ReadonlyMap<string, string>): string =>
  saved.get("BaseAddress") ?? (template.baseUrlComplete ? template.baseUrl : "");

const connect = async (store: Store, appId: string, given: ConnectionCredentials): Promise<Connected> => {
  const { app, template } = await appAndTemplate(store.db, appId);
  const saved = await readSecrets(store.db, store.sealer, app.id);
  const baseUrl = given.baseAddress ?? addressOf(template, saved);
  const read =
    given.credentials === undefined ? credentialsFrom(saved) : { ok: true as const, credentials: given.credentials };
  if (baseUrl === "" || !read.ok) {
    const missing = baseUrl === "" || read.ok ? "no address" : read.missing;
    throw new EngineError(
      "NotConfigured",
      `${app.displayName} has ${missing} yet. Save its credentials with "lockstep credentials", or give them along.`,
    );
  }
  const problem = problemOfCredentials(read.credentials);
  if (problem !== null) throw new EngineError("NotConfigured", problem);
  return { app, template, baseUrl, credentials: read.credentials };
};

/** How an app's target is spoken to, and who says so. @throws EngineError `JobNotFound` for an unknown app */
export const profileOfApp = async (q: Queryable, sealer: Store["sealer"], appId: string): Promise<AppProfile> => {
  const { app, template } = await appAndTemplate(q, appId);
  const [job] = await jobsOf(q, app.id);
  const settings = job === undefined ? usualSettings : await jobSettings(q, job.id);
  const baseUrl = addressOf(template, await readSecrets(q, sealer, app.id));
  const layers = profileLayers(template, settings, baseUrl);
  return {
    template: unusual(layers.template),
    found: settings.foundProfile,
    foundCounts: foundCounts(settings, baseUrl),
    own: settings.profile,
    effective: profileOf(layers),
  };
};

/** What a profile has of its own. */
const unusual = (profile: ProfileChanges): ProfileChanges =>
  Object.fromEntries(
    Object.entries(profile).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(usualProfile[name as keyof typeof usualProfile]),
    ),
  );

export interface Examinations {
  examine(
    appId: string,
    given: ConnectionCredentials,
    wishes: ExaminationWishes,
    signal: AbortSignal,
    onProgress: (progress: ExaminationProgress) => void,
  ): Promise<Examination>;
  removeLeftovers(appId: string, given: ConnectionCredentials, signal: AbortSignal): Promise<Leftovers>;
  /** Settles when none is under way; whoever stops them aborts their signals first. */
  ended(): Promise<void>;
}

/** Examines the targets of apps, each by one at a time, and keeps what is found. */
export const openExaminations = (options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly doctor?: Doctor;
}): Examinations => {
  const { store, clock } = options;
  const underWay = new Map<string, Promise<unknown>>();

  const doctor = (): Doctor => {
    if (options.doctor !== undefined) return options.doctor;
    throw new EngineError("NotConfigured", "Nobody here examines targets.");
  };

  const alone = async <Result>({ app, baseUrl }: Connected, work: () => Promise<Result>): Promise<Result> => {
    // Two apps may have one target: what one examination made the other would take for leftovers.
    const identity = identityOf(baseUrl);
    if (underWay.has(identity))
      throw new EngineError(
        "ExaminationRunning",
        `The target of ${app.displayName} is being examined already. Wait for its end.`,
      );
    const running = work();
    underWay.set(
      identity,
      running.catch(() => null),
    );
    try {
      return await running;
    } finally {
      underWay.delete(identity);
    }
  };

  const patientOf = async ({ app, template, baseUrl, credentials }: Connected, signal: AbortSignal) => {
    const [job] = await jobsOf(store.db, app.id);
    const settings = job === undefined ? usualSettings : await jobSettings(store.db, job.id);
    const layers = { ...profileLayers(template, settings, baseUrl), found: {} };
    return { job, patient: { baseUrl, credentials, layers, signal } };
  };

  return {
    examine: async (appId, given, wishes, signal, onProgress) => {
      const connected = await connect(store, appId, given);
      const { job, patient } = await patientOf(connected, signal);
      return alone(connected, async () => {
        const done = await doctor().examine(patient, wishes, onProgress);
        const { baseUrl, at, profile, interrupted, findings } = done;
        const isReached = findings.some(({ code }) => code === "answers");
        if (job !== undefined && isReached && !interrupted) {
          const foundProfile = { baseUrl, at, profile };
          await store.transaction((tx) => saveJobSettings(tx, job.id, { foundProfile }, clock.now()));
        }
        return done;
      });
    },
    removeLeftovers: async (appId, given, signal) => {
      const connected = await connect(store, appId, given);
      const { patient } = await patientOf(connected, signal);
      return alone(connected, () => doctor().cleanUp(patient));
    },
    ended: async () => {
      await Promise.all(underWay.values());
    },
  };
};
