import { Hono } from "hono";
import { z } from "zod";
import {
  type App,
  type Job,
  listSchemaVersions,
  readSchema,
  readSchemaVersion,
  resetSchema,
  restoreSchemaVersion,
  saveSchema,
  templateSchema,
} from "#apps";
import { diffSchemas, readSchemaDocument, type SynchronizationSchema } from "#core";
import type { Api, Call, Env, Routes } from "../api.ts";
import { badRequest } from "../api-error.ts";
import { namedJob } from "../apps-of-call.ts";
import type { SchemaDiff, SchemaVersionPage } from "../contract/index.ts";
import { part } from "../graph/answers.ts";
import { readAs } from "../request-body.ts";
import { draftMembers, draftOf, schemaAnswer } from "../schema-drafts.ts";
import { changeSchema, checkDraft, soundOf } from "../schema-saves.ts";
import { pageOptions } from "./jobs.ts";

const said = { expectedVersion: z.string().max(100).optional(), note: z.string().max(1000).optional() };
const checkBody = z.strictObject(draftMembers);
const saveBody = z.strictObject({ schema: draftMembers.schema, filters: draftMembers.filters, ...said });
const saidBody = z.strictObject(said);
const diffBody = z.strictObject({ from: z.unknown(), to: z.unknown().default("saved") });

/** What `saveSchema` is told beside the document. */
const optionsOf = (body: z.infer<typeof saidBody>) => ({
  ...(body.expectedVersion === undefined ? {} : { expected: body.expectedVersion }),
  ...(body.note === undefined ? {} : { note: body.note }),
});

/** A job's mappings and filters: what they are, were, and would be. */
export const schemaDocumentRoutes = (api: Api): Routes => {
  const { store } = api;
  const routes = new Hono<Env>();
  const found = (call: Call) => namedJob(store.db, part(call, "job"));

  routes.get("/jobs/:job/schema", async (call) => {
    const { job } = await found(call);
    return call.json(schemaAnswer(await readSchema(store.db, job.id)));
  });

  routes.post("/jobs/:job/schema/check", async (call) => {
    const body = await readAs(call, checkBody);
    const { app, job } = await found(call);
    const saved = await readSchema(store.db, job.id);
    return call.json(checkDraft((await draftOf(store.db, job, body)) ?? { ok: true, document: saved }, saved, app));
  });

  routes.put("/jobs/:job/schema", async (call) => {
    const { schema, filters, ...body } = await readAs(call, saveBody);
    const { app, job } = await found(call);
    const draft = await draftOf(store.db, job, { schema, filters });
    if (draft === null) throw badRequest('Give what to save: {"schema": …} or {"filters": …}.');
    const { document, warnings } = soundOf(draft, app);
    return call.json(
      await changeSchema(api, call, { app, job }, warnings, (tx, now) =>
        saveSchema(tx, job.id, document, now, optionsOf(body)),
      ),
    );
  });

  routes.get("/jobs/:job/schema/versions", async (call) => {
    const { job } = await found(call);
    const page = pageOptions(call);
    const value = await listSchemaVersions(store.db, job.id, page);
    const answer: SchemaVersionPage = {
      value: value.map(({ savedAt, ...version }) => ({ ...version, savedAt: savedAt.toISOString() })),
      next: value.length < page.limit ? null : (value.at(-1)?.version ?? null),
    };
    return call.json(answer);
  });

  routes.get("/jobs/:job/schema/versions/:version", async (call) => {
    const { job } = await found(call);
    return call.json(schemaAnswer(await readSchemaVersion(store.db, job.id, part(call, "version"))));
  });

  routes.post("/jobs/:job/schema/versions/:version/restore", async (call) => {
    const body = await readAs(call, saidBody);
    const { app, job } = await found(call);
    const version = part(call, "version");
    const { warnings } = soundOf({ ok: true, document: await readSchemaVersion(store.db, job.id, version) }, app);
    return call.json(
      await changeSchema(api, call, { app, job }, warnings, (tx, now) =>
        restoreSchemaVersion(tx, job.id, version, now, optionsOf(body)),
      ),
    );
  });

  routes.post("/jobs/:job/schema/reset", async (call) => {
    const body = await readAs(call, saidBody);
    const { app, job } = await found(call);
    return call.json(
      await changeSchema(api, call, { app, job }, [], (tx, now) => resetSchema(tx, job.id, now, optionsOf(body))),
    );
  });

  routes.post("/jobs/:job/schema/diff", async (call) => {
    const { from, to } = await readAs(call, diffBody);
    const { app, job } = await found(call);
    const [before, after] = [await sideOf(app, job, from), await sideOf(app, job, to)];
    return call.json({ changes: diffSchemas(before, after) } satisfies SchemaDiff);
  });

  /** One side of a comparison: a version, `saved`, `template`, or a document that can be read. */
  const sideOf = async (app: App, job: Job, side: unknown): Promise<SynchronizationSchema> => {
    if (side === undefined) throw badRequest('Give what to compare: {"from": a version or a document, "to": …}.');
    if (side === "saved") return readSchema(store.db, job.id);
    if (side === "template") return templateSchema(store.db, job.id);
    if (typeof side === "string") return readSchemaVersion(store.db, job.id, side);
    const reading = readSchemaDocument(side);
    return reading.ok ? reading.document : soundOf(reading, app).document;
  };

  return routes;
};
