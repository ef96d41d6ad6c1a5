import type { Context } from "hono";
import type { z } from "zod";
import { issueWords } from "#runtime";
import { type Result, statusError } from "#scim";
import { fieldsRefused, problem } from "./problem.ts";
import { readJson } from "./request-body.ts";

/** A value that came from outside in the form that `schema` describes. */
export const parsed = <Schema extends z.ZodType>(schema: Schema, value: unknown): Result<z.infer<Schema>> => {
  const read = schema.safeParse(value, { error: issueWords });
  return read.success ? { ok: true, value: read.data } : { ok: false, error: fieldsRefused(read.error) };
};

/** The body of a request in the form that `schema` describes. */
export const readAs = async <Schema extends z.ZodType>(
  call: Context,
  schema: Schema,
): Promise<Result<z.infer<Schema>>> => {
  const body = await readJson(call);
  return body.ok ? parsed(schema, body.value) : body;
};

/** The parameters of a query in the form that `schema` describes. */
export const readQuery = <Schema extends z.ZodType>(call: Context, schema: Schema): Result<z.infer<Schema>> =>
  parsed(schema, call.req.query());

/** Puts a result on the wire: what `show` makes of the value, or the refusal. */
export const reply = <Value>(
  call: Context,
  result: Result<Value>,
  show: (value: Value) => Response | Promise<Response>,
): Response | Promise<Response> => (result.ok ? show(result.value) : problem(result.error, call.req.path));

/** Reads a body, works on it, and answers. */
export const withBody = async <Schema extends z.ZodType, Value>(
  call: Context,
  schema: Schema,
  work: (body: z.infer<Schema>) => Result<Value> | Promise<Result<Value>>,
  show: (value: Value) => Response | Promise<Response>,
): Promise<Response> => {
  const body = await readAs(call, schema);
  return reply(call, body.ok ? await work(body.value) : body, show);
};

export const nothing = (): Response => new Response(null, { status: 204 });

/** No text in the database can hold U+0000, so nothing has such a name. */
export const holdsNul = (call: Context): boolean => call.req.url.includes("%00");

export const nulRefused = statusError(400, "The address of the request holds the character U+0000.");
