import { Hono } from "hono";
import { describeFunctions } from "#core/expressions";
import type { Api, Env, Routes } from "../api.ts";
import { ApiError } from "../api-error.ts";
import type { FunctionList } from "../contract/index.ts";
import { part } from "../graph/answers.ts";

const functions = describeFunctions();

/** What people read about the functions of the mapping language. */
export const functionRoutes = (_api: Api): Routes => {
  const routes = new Hono<Env>();

  routes.get("/functions", (call) => call.json({ value: functions } satisfies FunctionList));

  routes.get("/functions/:name", (call) => {
    const wanted = part(call, "name").toLowerCase();
    const found = functions.find(({ name }) => name.toLowerCase() === wanted);
    if (found !== undefined) return call.json(found);
    const sentence = `There is no function ${part(call, "name").slice(0, 100)}. GET /lockstep/v1/functions lists them all.`;
    throw new ApiError(404, "FunctionNotFound", sentence);
  });

  return routes;
};
