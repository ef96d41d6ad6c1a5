import { Hono } from "hono";
import { readSchema, resetSchema, saveSchema } from "#apps";
import { readSchemaDocument, type SynchronizationSchema } from "#core";
import { listFunctions } from "#core/expressions";
import { filterOperatorResources } from "#graph";
import type { Api, Call, Env, Routes } from "../api.ts";
import { badRequest } from "../api-error.ts";
import { graphApp, graphJob } from "../apps-of-call.ts";
import { readAs, readJson } from "../request-body.ts";
import { changeSchema, soundOf } from "../schema-saves.ts";
import { answer, nothing, part } from "./answers.ts";
import { parseBody, parseExpressionAnswer } from "./parse-expression.ts";

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
    const reading = readSchemaDocument(bodyOf(await readSchema(store.db, job.id)));
    const { document, warnings } = soundOf(reading, app, "Request_BadRequest");
    await changeSchema(api, call, { app, job }, warnings, (tx, now) => saveSchema(tx, job.id, document, now));
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
    await changeSchema(api, call, { app, job }, [], (tx, now) => resetSchema(tx, job.id, now));
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

  routes.get(`${base}/filterOperators`, async (call) => {
    await found(call);
    return answer(call, "Collection(microsoft.graph.filterOperatorSchema)", { value: filterOperatorResources() });
  });

  routes.post(`${base}/parseExpression`, async (call) => {
    const body = await readAs(call, parseBody);
    await found(call);
    return answer(call, "microsoft.graph.parseExpressionResponse", parseExpressionAnswer(body, api.clock.now()));
  });

  return routes;
};
