import {
  type App,
  getApp,
  getJob,
  getTemplate,
  type Job,
  type JobSettings,
  jobSettings,
  type OwnJobSettings,
  readSchema,
  readSecrets,
  schemasWith,
  type Template,
  tenantId,
} from "#apps";
import {
  type CompiledObjectMapping,
  type CompiledSchema,
  compileSchema,
  type ObjectType,
  type Policy,
  type ProfileLayers,
  type ScopeRules,
  type SynchronizationSchema,
} from "#core";
import type { Clock } from "#runtime";
import type { Store } from "#store";
import { identityOf, openNoTarget, type Target, type TargetCredentials } from "#targets";
import { EngineError } from "./errors.ts";
import { readJobState } from "./job-state.ts";
import type { LinkScope } from "./links.ts";
import { secretPaths } from "./secrecy.ts";
import { credentialsFrom } from "./target-credentials.ts";

/** Opens a target from what an administrator configured. Called once for each configuration; the engine closes what it opened. */
export type OpenTarget = (input: {
  readonly baseUrl: string;
  readonly credentials: TargetCredentials;
  /** All that is known of how the target wants to be spoken to. */
  readonly layers: ProfileLayers;
}) => Target;

/** Everything of a job that stays the same during one cycle. */
export interface JobContext {
  readonly job: Job;
  readonly app: App;
  readonly template: Template;
  readonly settings: JobSettings;
  readonly schema: CompiledSchema;
  /** Target attributes that the saved schema or an earlier one redacts: accounts may still hold what was never to be shown. */
  readonly redacted: Readonly<Record<ObjectType, ReadonlySet<string>>>;
  readonly target: Target;
  readonly links: LinkScope;
  readonly tenantId: string;
}

const searchOf = (baseUrl: string): string => URL.parse(baseUrl)?.search ?? "";

/** Whether what an examination found holds for this address: the same one, however it is written. */
export const foundCounts = ({ foundProfile }: OwnJobSettings, baseUrl: string): boolean =>
  foundProfile !== null &&
  identityOf(foundProfile.baseUrl) === identityOf(baseUrl) &&
  searchOf(foundProfile.baseUrl) === searchOf(baseUrl);

/** What template, an earlier look and administrator say of the target. What was found at another address does not count. */
export const profileLayers = (template: Template, settings: OwnJobSettings, baseUrl: string): ProfileLayers => ({
  template: template.profile,
  found: foundCounts(settings, baseUrl) ? (settings.foundProfile?.profile ?? {}) : {},
  baseUrl,
  own: settings.profile,
});

/** The object mapping for a type, or null where that type is not provisioned. */
export const mappingOf = (context: JobContext, type: ObjectType): CompiledObjectMapping | null =>
  type === "User" ? context.schema.users : context.schema.groups;

export const scopeRulesOf = (context: JobContext, mapping: CompiledObjectMapping): ScopeRules => ({
  syncAll: context.settings.syncAll,
  filters: mapping.filters,
});

export const policyOf = (context: JobContext, mapping: CompiledObjectMapping): Policy => ({
  actions: mapping.actions,
  skipOutOfScopeDeletions: context.settings.skipOutOfScopeDeletions,
  canDisable: mapping.canDisable,
});

/** A draft compiled in place of the saved schema. @throws EngineError `SchemaInvalid` */
export const withDraft = (context: JobContext, draft: SynchronizationSchema): JobContext => ({
  ...context,
  schema: compiled(draft, `The draft for ${context.app.displayName}`),
});

const compiled = (document: SynchronizationSchema, what: string): CompiledSchema => {
  const result = compileSchema(document);
  if (result.ok) return result.schema;
  const { problems } = result;
  const [first] = problems;
  const more = problems.length > 1 ? ` There are ${problems.length - 1} more problems.` : "";
  throw new EngineError("SchemaInvalid", `${what} cannot be used: ${first?.path}: ${first?.message}${more}`, {
    facts: { problems },
  });
};

export interface LoadOptions {
  /** Tried in place of the saved schema; compiled for this call only. */
  readonly draft?: SynchronizationSchema;
  /** True: also without credentials; then every request to the target fails with `NotConfigured`. */
  readonly orWithoutTarget?: true;
}

/** Compiled schemas and open targets, kept from cycle to cycle while nothing about them changes. */
export interface ContextCache {
  load(jobId: string, options?: LoadOptions): Promise<JobContext>;
  close(): Promise<void>;
}

/** @throws EngineError from `load`: `JobNotFound`, `NotConfigured` (no address or token), `SchemaInvalid` */
export const openContextCache = (store: Store, clock: Clock, openTarget: OpenTarget): ContextCache => {
  const schemas = new Map<string, { version: number; schema: CompiledSchema; redacted: JobContext["redacted"] }>();
  const targets = new Map<string, { key: string; target: Target }>();

  const savedSchema = async (job: Job, app: App): Promise<Pick<JobContext, "schema" | "redacted">> => {
    const kept = schemas.get(job.id);
    if (kept?.version === job.schemaVersion) return kept;
    const schema = compiled(await readSchema(store.db, job.id), `The schema of ${app.displayName}`);
    const made = { version: job.schemaVersion, schema, redacted: await redactedEver(job.id) };
    schemas.set(job.id, made);
    return made;
  };

  const redactedEver = async (jobId: string): Promise<JobContext["redacted"]> => {
    const all = (await schemasWith(store.db, jobId, "Redact(")).flatMap((document) => {
      const result = compileSchema(document);
      return result.ok ? [result.schema] : [];
    });
    return {
      User: new Set(all.flatMap(({ users }) => secretPaths(users))),
      Group: new Set(all.flatMap(({ groups }) => secretPaths(groups))),
    };
  };

  const savedTarget = async (job: Job, app: App, template: Template, settings: JobSettings, mayLack: boolean) => {
    const secrets = await readSecrets(store.db, store.sealer, app.id);
    const baseUrl = secrets.get("BaseAddress") ?? (template.baseUrlComplete ? template.baseUrl : "");
    const saved = credentialsFrom(secrets);
    if (baseUrl === "" || !saved.ok) {
      const message = `${app.displayName} has ${baseUrl === "" || saved.ok ? "no address" : saved.missing} yet. Save its credentials with "lockstep credentials" or in its Provisioning page.`;
      if (!mayLack) throw new EngineError("NotConfigured", message);
      const state = await readJobState(store.db, job.id);
      return openNoTarget(state?.targetIdentity ?? "", message, clock.now());
    }
    const { credentials } = saved;
    const layers = profileLayers(template, settings, baseUrl);
    const key = JSON.stringify([baseUrl, credentials, layers]);
    const before = targets.get(job.id);
    if (before?.key === key) return before.target;
    await before?.target.close();
    const target = openTarget({ baseUrl, credentials, layers });
    targets.set(job.id, { key, target });
    return target;
  };

  return {
    load: async (jobId, { draft, orWithoutTarget = false } = {}) => {
      const job = await getJob(store.db, jobId);
      const app = job === null ? null : await getApp(store.db, job.appId);
      const template = job === null ? null : getTemplate(job.templateId);
      if (job === null || app === null || template === null)
        throw new EngineError("JobNotFound", `There is no job ${jobId}.`, { facts: { jobId } });
      const settings = await jobSettings(store.db, jobId);
      const saved = draft === undefined ? await savedSchema(job, app) : null;
      const schema = saved?.schema ?? compiled(draft as SynchronizationSchema, `The draft for ${app.displayName}`);
      const redacted = saved?.redacted ?? (await redactedEver(job.id));
      const target = await savedTarget(job, app, template, settings, orWithoutTarget);
      return {
        job,
        app,
        template,
        settings,
        schema,
        redacted,
        target,
        links: { jobId, identity: target.identity },
        tenantId: await tenantId(store.db),
      };
    },
    close: async () => {
      await Promise.all([...targets.values()].map(({ target }) => target.close()));
      targets.clear();
    },
  };
};
