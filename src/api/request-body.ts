import type { z } from "zod";
import type { Call } from "./api.ts";
import { ApiError } from "./api-error.ts";

/** The JSON of a request; undefined when it has no body, whatever its Content-Type says. */
export const readJson = async (call: Call): Promise<unknown> => {
  const text = await call.req.text();
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, "BadRequest", "The body of the request is not valid JSON.");
  }
};

/** The body of a request in the form that `schema` describes; an empty body counts as an empty object. */
export const readAs = async <Schema extends z.ZodType>(call: Call, schema: Schema): Promise<z.infer<Schema>> => {
  const read = schema.safeParse((await readJson(call)) ?? {});
  if (read.success) return read.data;
  const details = read.error.issues.slice(0, 20).map((issue) => ({
    code: "InvalidValue",
    target: ["$", ...issue.path.map(String)].join("."),
    message: issue.message,
  }));
  const [first] = details;
  const where = first === undefined || first.target === "$" ? "" : ` at ${first.target.slice(2)}`;
  throw new ApiError(
    400,
    "Request_BadRequest",
    `The body does not have the form that it must have${where}: ${first?.message}.`,
    {
      details,
    },
  );
};
