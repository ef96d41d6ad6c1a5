import { Hono } from "hono";
import { readSchema, resetSchema, saveSchema } from "#apps";
import { compileSchema, readSchemaDocument, type SchemaProblem, type SynchronizationSchema } from "#core";
import { listFunctions } from "#core/expressions";
import type { Api, Call, Env, Routes } from "../api.ts";
import { type ApiError, badRequest } from "../api-error.ts";
import { graphApp, graphJob } from "../apps-of-call.ts";
import { provisioningNote } from "../audit.ts";
import { readJson } from "../request-body.ts";
import { answer, nothing, part } from "./answers.ts";

const refusal = (problems: readonly SchemaProblem[]): ApiError => {
  const [first] = problems;
  const others = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return badRequest(
    `The schema is not valid: ${first?.path}: ${first?.message}${others}`,
    problems.slice(0, 100).map(({ path, message }) => ({ code: "InvalidValue", target: path, message })),
  );
};

/** A document that can be saved, or the refusal that names everything that is wrong with it. */
const checked = (body: unknown): SynchronizationSchema => {
  const reading = readSchemaDocument(body);
  if (!reading.ok) throw refusal(reading.problems);
  const compiled = compileSchema(reading.document);
  if (!compiled.ok) throw refusal(compiled.problems);
  return reading.document;
};

/** A job's attribute mappings and scoping filters. */
export const schemaRoutes = (api: Api): Routes => {
  const { store } = api;
  const routes = new Hono<Env>();
  const base = "/servicePrincipals/:sp/synchronization/jobs/:job/schema";

  const found = async (call: Call) => {
    const app = await graphApp(store.db, part(call, "sp"));
    const job = await graphJob(store.db, app, part(call, "job"));
    return { app, job, context: `servicePrincipals('${app.id}')/synchronization/jobs('${job.id}')/schema` };
  };

  routes.get(base, async (call) => {
    const { job, context } = await found(call);
    return answer(call, `${context}/$entity`, { ...(await readSchema(store.db, job.id)) });
  });

  const save = async (call: Call, bodyOf: (saved: SynchronizationSchema) => unknown) => {
    const { app, job } = await found(call);
    const document = checked(bodyOf(await readSchema(store.db, job.id)));
    await api.change(
      call,
      (tx, now) => saveSchema(tx, job.id, document, now),
      (saved) =>
        provisioningNote("Update attribute mappings or scope", "Update", app, { SchemaVersion: saved.version }),
    );
    return nothing(call);
  };

  routes.put(base, async (call) => {
    const body = await readJson(call);
    return save(call, () => body);
  });

  // Generated clients offer PATCH where the documentation has PUT: a merge of the members at the top.
  routes.patch(base, async (call) => {
    const body = await readJson(call);
    if (typeof body !== "object" || body === null || Array.isArray(body))
      throw badRequest("The body must be a JSON object.");
    return save(call, (saved) => ({ ...saved, ...body }));
  });

  routes.delete(base, async (call) => {
    const { app, job } = await found(call);
    await api.change(
      call,
      (tx, now) => resetSchema(tx, job.id, now),
      () => provisioningNote("Update attribute mappings or scope", "Update", app, { Details: "Reset to the template" }),
    );
    return nothing(call);
  });

  routes.get(`${base}/directories`, async (call) => {
    const { job, context } = await found(call);
    const { directories } = await readSchema(store.db, job.id);
    return answer(call, `${context}/directories`, { value: directories });
  });

  routes.get(`${base}/functions`, async (call) => {
    await found(call);
    const value = listFunctions().map((each) => ({ id: each.name, ...each }));
    return answer(call, "Collection(microsoft.graph.attributeMappingFunctionSchema)", { value });
  });

  return routes;
};
