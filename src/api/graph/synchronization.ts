import { Hono } from "hono";
import { z } from "zod";
import {
  type App,
  createJob,
  deleteJob,
  getTemplate,
  type Job,
  jobSettings,
  jobsOf,
  listSecretsMasked,
  readSchema,
} from "#apps";
import { jobResource, onDemandResource, readResetScope, synchronizationTemplateResource } from "#graph";
import type { ProvisioningEntry } from "#journal";
import type { Api, Call, Env, Routes } from "../api.ts";
import { badRequest } from "../api-error.ts";
import { graphApp, graphJob, templateOf } from "../apps-of-call.ts";
import { provisioningNote } from "../audit.ts";
import { credentialsOf, saveCredentials, savedValue, testCredentials, testFailed } from "../credentials.ts";
import { readAs } from "../request-body.ts";
import { answer, missing, nothing, part } from "./answers.ts";

const pairs = z.array(
  z.looseObject({
    key: z.string(),
    value: z
      .string()
      .nullish()
      .transform((text) => text ?? ""),
  }),
);

const createBody = z.looseObject({ templateId: z.string() });
const restartBody = z.looseObject({ criteria: z.looseObject({ resetScope: z.string().nullish() }).nullish() });
const validateBody = z.looseObject({ useSavedCredentials: z.boolean().nullish(), credentials: pairs.nullish() });
const secretsBody = z.looseObject({ value: pairs });
const subject = z.looseObject({ objectId: z.string(), objectTypeName: z.string() });
const onDemandBody = z.looseObject({
  parameters: z
    .array(
      z.looseObject({
        ruleId: z.string().nullish(),
        subjects: z
          .array(subject.extend({ links: z.looseObject({ members: z.array(subject).max(5).nullish() }).nullish() }))
          .min(1)
          .max(5),
      }),
    )
    .min(1)
    .max(5),
});

/** Jobs, their credentials, and what is done with them by hand. */
export const synchronizationRoutes = (api: Api): Routes => {
  const { store, engine } = api;
  const routes = new Hono<Env>();
  const base = "/servicePrincipals/:sp/synchronization";
  const appOf = (call: Call) => graphApp(store.db, part(call, "sp"));
  const contextOf = (app: App, rest: string) => `servicePrincipals('${app.id}')/synchronization/${rest}`;
  const jobOf = async (call: Call) => {
    const app = await appOf(call);
    return { app, job: await graphJob(store.db, app, part(call, "job")) };
  };

  const wireOf = async (job: Job) => {
    const status = await engine.status(job.id);
    const settings = await jobSettings(store.db, job.id);
    const saved = await listSecretsMasked(store.db, job.appId);
    const { running } = status;
    return jobResource(
      {
        id: job.id,
        templateId: job.templateId,
        schedule: job.state,
        intervalSeconds: settings.intervalSeconds,
        deleteThreshold: settings.guard.absolute,
        credentialsSaved: savedValue(saved, "BaseAddress") !== undefined,
        counts: status.counts,
        quarantine: status.quarantine,
        lastCycle: status.lastCycle,
        running: running === null ? null : { done: running.cycle.counts.done, total: running.cycle.counts.total },
      },
      api.clock.now(),
    );
  };

  routes.get(`${base}/templates`, async (call) => {
    const app = await appOf(call);
    const template = templateOf(app);
    const value = template === null ? [] : [synchronizationTemplateResource(template)];
    return answer(call, contextOf(app, "templates"), { value });
  });

  routes.get(`${base}/templates/:template`, async (call) => {
    const app = await appOf(call);
    const template = templateOf(app);
    if (template === null || template.id.toLowerCase() !== part(call, "template").toLowerCase()) {
      throw missing(part(call, "template"));
    }
    return answer(call, contextOf(app, "templates/$entity"), synchronizationTemplateResource(template));
  });

  routes.get(`${base}/jobs`, async (call) => {
    const app = await appOf(call);
    const value = [];
    for (const job of await jobsOf(store.db, app.id)) value.push(await wireOf(job));
    return answer(call, contextOf(app, "jobs"), { value });
  });

  routes.post(`${base}/jobs`, async (call) => {
    const { templateId } = await readAs(call, createBody);
    const app = await appOf(call);
    if (getTemplate(templateId)?.id !== app.templateId) {
      throw badRequest(
        `The app ${app.displayName} has no synchronization template '${templateId}'; its own is '${app.templateId}'.`,
        [{ code: "InvalidValue", target: "templateId", message: "List the app's templates to see which ids fit." }],
      );
    }
    const job = await api.change(
      call,
      (tx, now) => createJob(tx, app.id, now),
      () => provisioningNote("Add provisioning configuration", "Add", app),
    );
    return answer(call, contextOf(app, "jobs/$entity"), await wireOf(job), 201);
  });

  routes.get(`${base}/jobs/:job`, async (call) => {
    const { app, job } = await jobOf(call);
    return answer(call, contextOf(app, "jobs/$entity"), await wireOf(job));
  });

  routes.delete(`${base}/jobs/:job`, async (call) => {
    const { app, job } = await jobOf(call);
    await engine.forgetJob(job.id);
    await api.change(
      call,
      (tx, now) => deleteJob(tx, job.id, now),
      () => provisioningNote("Delete provisioning configuration", "Delete", app),
    );
    return nothing(call);
  });

  routes.post(`${base}/jobs/:job/start`, async (call) => {
    const { app, job } = await jobOf(call);
    await engine.startJob(job.id);
    await api.record(call, provisioningNote("Enable/start provisioning configuration", "Start", app));
    return nothing(call);
  });

  routes.post(`${base}/jobs/:job/pause`, async (call) => {
    const { app, job } = await jobOf(call);
    await engine.pauseJob(job.id);
    await api.record(call, provisioningNote("Disable/pause provisioning configuration", "Update", app));
    return nothing(call);
  });

  routes.post(`${base}/jobs/:job/restart`, async (call) => {
    const given = (await readAs(call, restartBody)).criteria?.resetScope ?? null;
    const { app, job } = await jobOf(call);
    const scope = readResetScope(given);
    if (scope === null) {
      throw badRequest(
        `'${given}' is no resetScope. Use Watermark, Escrows, QuarantineState, ConnectorDataStore, ForceDeletes or Full.`,
      );
    }
    await engine.restartJob(job.id, scope);
    await api.record(call, provisioningNote("Enable/restart provisioning configuration", "Start", app));
    return nothing(call);
  });

  const validate = async (call: Call) => {
    const { useSavedCredentials, credentials } = await readAs(call, validateBody);
    const app = await appOf(call);
    const test = await testCredentials(api, app, useSavedCredentials === true ? {} : credentialsOf(credentials ?? []));
    if (!test.ok) throw testFailed(test, "InvalidCredentials");
    return nothing(call);
  };
  routes.post(`${base}/jobs/validateCredentials`, validate);
  routes.post(`${base}/jobs/:job/validateCredentials`, async (call) => {
    await jobOf(call);
    return validate(call);
  });

  routes.get(`${base}/secrets`, async (call) => {
    const app = await appOf(call);
    return answer(call, contextOf(app, "secrets"), { value: await listSecretsMasked(store.db, app.id) });
  });

  routes.put(`${base}/secrets`, async (call) => {
    const { value } = await readAs(call, secretsBody);
    const app = await appOf(call);
    await saveCredentials(api, call, app, () => value);
    return nothing(call);
  });

  routes.post(`${base}/jobs/:job/provisionOnDemand`, async (call) => {
    const { parameters } = await readAs(call, onDemandBody);
    const { app, job } = await jobOf(call);
    const rules = new Set((await readSchema(store.db, job.id)).synchronizationRules.map((rule) => rule.id));
    const unknown = parameters.find(({ ruleId }) => ruleId != null && ruleId !== "" && !rules.has(ruleId));
    if (unknown !== undefined)
      throw badRequest(`The job's schema has no rule '${unknown.ruleId}'. Read the schema to see its rules.`);
    const entries: ProvisioningEntry[] = [];
    for (const each of parameters.flatMap(({ subjects }) => subjects)) {
      // Members first: who has no account yet cannot become a member over there.
      for (const { objectId } of [...(each.links?.members ?? []), each]) {
        entries.push((await engine.provision(job.id, objectId, { dry: false })).entry);
      }
    }
    await api.record(call, provisioningNote("Other", "Other", app, { EventName: "Provision on demand" }));
    return answer(call, "microsoft.graph.stringKeyStringValuePair", onDemandResource(entries));
  });

  return routes;
};
