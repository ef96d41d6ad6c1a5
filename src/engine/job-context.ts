import {
  type App,
  getApp,
  getJob,
  getTemplate,
  type Job,
  type JobSettings,
  jobSettings,
  readSchema,
  readSecrets,
  type Template,
  tenantId,
} from "#apps";
import {
  type CompiledObjectMapping,
  type CompiledSchema,
  compileSchema,
  type ObjectType,
  type Policy,
  type ScopeRules,
} from "#core";
import type { Store } from "#store";
import type { Target, TargetCredentials } from "#targets";
import { EngineError } from "./errors.ts";
import type { LinkScope } from "./links.ts";
import { credentialsFrom } from "./target-credentials.ts";

/** Opens a target from what an administrator configured. Called once for each configuration; the engine closes what it opened. */
export type OpenTarget = (input: {
  readonly baseUrl: string;
  readonly credentials: TargetCredentials;
  readonly template: Template;
  readonly requestsPerMinute: number | null;
}) => Target;

/** Everything of a job that stays the same during one cycle. */
export interface JobContext {
  readonly job: Job;
  readonly app: App;
  readonly template: Template;
  readonly settings: JobSettings;
  readonly schema: CompiledSchema;
  readonly target: Target;
  readonly links: LinkScope;
  readonly tenantId: string;
}

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

/** Compiled schemas and open targets, kept from cycle to cycle while nothing about them changes. */
export interface ContextCache {
  load(jobId: string): Promise<JobContext>;
  close(): Promise<void>;
}

/** @throws EngineError from `load`: `JobNotFound`, `NotConfigured` (no address or token), `SchemaInvalid` */
export const openContextCache = (store: Store, openTarget: OpenTarget): ContextCache => {
  const schemas = new Map<string, { version: number; schema: CompiledSchema }>();
  const targets = new Map<string, { key: string; target: Target }>();
  return {
    load: async (jobId) => {
      const job = await getJob(store.db, jobId);
      const app = job === null ? null : await getApp(store.db, job.appId);
      const template = job === null ? null : getTemplate(job.templateId);
      if (job === null || app === null || template === null)
        throw new EngineError("JobNotFound", `There is no job ${jobId}.`, { facts: { jobId } });
      const settings = await jobSettings(store.db, jobId);
      let kept = schemas.get(jobId);
      if (kept?.version !== job.schemaVersion) {
        const compiled = compileSchema(await readSchema(store.db, jobId));
        if (!compiled.ok) {
          throw new EngineError(
            "SchemaInvalid",
            `The schema of ${app.displayName} cannot be used: ${compiled.problems[0]?.message ?? ""}`,
            { facts: { problems: compiled.problems } },
          );
        }
        kept = { version: job.schemaVersion, schema: compiled.schema };
        schemas.set(jobId, kept);
      }
      const secrets = await readSecrets(store.db, store.sealer, app.id);
      const baseUrl = secrets.get("BaseAddress") ?? (template.baseUrlComplete ? template.baseUrl : "");
      const saved = credentialsFrom(secrets);
      if (baseUrl === "" || !saved.ok) {
        throw new EngineError(
          "NotConfigured",
          `${app.displayName} has ${baseUrl === "" || saved.ok ? "no address" : saved.missing} yet. Save its credentials with "lockstep credentials" or in its Provisioning page.`,
        );
      }
      const { credentials } = saved;
      const key = JSON.stringify([baseUrl, credentials, settings.requestsPerMinute, template.id]);
      let opened = targets.get(jobId);
      if (opened?.key !== key) {
        await opened?.target.close();
        opened = {
          key,
          target: openTarget({ baseUrl, credentials, template, requestsPerMinute: settings.requestsPerMinute }),
        };
        targets.set(jobId, opened);
      }
      return {
        job,
        app,
        template,
        settings,
        schema: kept.schema,
        target: opened.target,
        links: { jobId, identity: opened.target.identity },
        tenantId: await tenantId(store.db),
      };
    },
    close: async () => {
      await Promise.all([...targets.values()].map(({ target }) => target.close()));
      targets.clear();
    },
  };
};
