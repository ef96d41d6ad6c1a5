import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";
import { type Job, readSchema } from "#apps";
import type { AttributeValue } from "#core/expressions";
import type { Api, Call, Env, Routes } from "../api.ts";
import { badRequest } from "../api-error.ts";
import { namedJob } from "../apps-of-call.ts";
import type { ScopeAnswer } from "../contract/index.ts";
import { checkedSchemaOf, explainedFor } from "../expression-trials.ts";
import { part } from "../graph/answers.ts";
import { readAs } from "../request-body.ts";
import { draftMembers, draftOf } from "../schema-drafts.ts";
import { soundOf } from "../schema-saves.ts";
import { namedGroup, namedUser } from "./principals.ts";

const subject = { user: z.string().min(1).optional(), group: z.string().min(1).optional() };
const mappingBody = z.strictObject({ ...draftMembers, ...subject });
const scopeBody = z.strictObject({ ...draftMembers, first: z.int().min(0).max(10_000).optional() });

const expressionBody = z.strictObject({
  expression: z.string(),
  ...subject,
  attributes: z.record(z.string(), z.unknown()).optional(),
  target: z.string().optional(),
});

/** What mappings and filters would do, before anything is saved or written. */
export const trialRoutes = (api: Api): Routes => {
  const { store, engine } = api;
  const routes = new Hono<Env>();
  const found = (call: Call) => namedJob(store.db, part(call, "job"));

  routes.post("/jobs/:job/mapping/test", async (call) => {
    const { user, group, ...request } = await readAs(call, mappingBody);
    if ((user === undefined) === (group === undefined))
      throw badRequest('Name one object: {"user": …} or {"group": …}.');
    const { app, job } = await found(call);
    const object = user === undefined ? await namedGroup(store.db, group ?? "") : await namedUser(store.db, user);
    const draft = await draftOf(store.db, job, request);
    const options = draft === null ? {} : { draft: soundOf(draft, app).document };
    return call.json(await engine.testMapping(job.id, object.id, options));
  });

  routes.post("/jobs/:job/scope/preview", async (call) => {
    const { first, ...request } = await readAs(call, scopeBody);
    const { app, job } = await found(call);
    const draft = await draftOf(store.db, job, request);
    const answer: ScopeAnswer = {
      value: await engine.previewScope(job.id, {
        ...(draft === null ? {} : { draft: soundOf(draft, app).document }),
        ...(first === undefined ? {} : { first }),
      }),
    };
    return call.json(answer);
  });

  routes.post("/jobs/:job/expression/explain", async (call) => {
    const { expression, user, group, attributes, target } = await readAs(call, expressionBody);
    if ([user, group, attributes].filter((each) => each !== undefined).length > 1)
      throw badRequest("Give one of user, group and attributes, not several.");
    const { job } = await found(call);
    const schema = checkedSchemaOf(await readSchema(store.db, job.id), group === undefined ? "User" : "Group", target);
    const given = attributes ?? (await readSource(job, user, group));
    const lookup = (name: string) => (Object.hasOwn(given, name) ? (given[name] as AttributeValue) : undefined);
    const context = { now: api.clock.now(), random: (count: number) => randomBytes(count) };
    return call.json(explainedFor(expression, lookup, context, schema));
  });

  /** The attributes of the object that was named; none where nobody was. */
  const readSource = async (job: Job, user: string | undefined, group: string | undefined) => {
    if (user === undefined && group === undefined) return {};
    const object = user === undefined ? await namedGroup(store.db, group ?? "") : await namedUser(store.db, user);
    return engine.sourceAttributes(job.id, object.id);
  };

  return routes;
};
