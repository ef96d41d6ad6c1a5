import { type Mode, quoted, type Result, refuse, succeed } from "../error.ts";
import { foldCase, isJsonArray, isJsonObject, type JsonObject, type JsonValue, valueOfName } from "../json.ts";
import { messageUrns } from "./urns.ts";

/** One operation of a PATCH; `path` undefined addresses the resource, `value` undefined means none was sent. */
export type PatchOperation = {
  readonly op: "add" | "replace" | "remove";
  readonly path: string | undefined;
  readonly value: JsonValue | undefined;
};

const opNames = ["add", "replace", "remove"] as const;

const readOperation = (given: JsonValue, index: number): Result<PatchOperation> => {
  if (!isJsonObject(given)) return refuse("invalidSyntax", `Operation ${index + 1} is not an object.`);
  const name = valueOfName(given, "op");
  const op = typeof name === "string" ? opNames.find((candidate) => candidate === foldCase(name)) : undefined;
  if (op === undefined) {
    const got = typeof name === "string" ? quoted(name) : "nothing readable";
    return refuse("invalidSyntax", `Operation ${index + 1} needs an "op" of add, replace or remove, not ${got}.`);
  }
  const path = valueOfName(given, "path");
  if (path !== undefined && path !== null && typeof path !== "string") {
    return refuse("invalidPath", `The path of operation ${index + 1} is not a string.`);
  }
  return succeed({ op, path: path === null || path === "" ? undefined : path, value: valueOfName(given, "value") });
};

/**
 * Reads the body of a PATCH (RFC 7644 section 3.5.2), `op` in any letter case. Fails with invalidSyntax when the
 * PatchOp URN or the operations are missing; compat lets an empty list of operations pass.
 */
export const parsePatchOp = (body: unknown, mode: Mode): Result<readonly PatchOperation[]> => {
  if (!isJsonObject(body)) return refuse("invalidSyntax", "The body of a PATCH must be a JSON object.");
  const schemas = valueOfName(body, "schemas");
  const urn = foldCase(messageUrns.patchOp);
  if (!isJsonArray(schemas) || !schemas.some((item) => typeof item === "string" && foldCase(item) === urn)) {
    return refuse("invalidSyntax", `The "schemas" of a PATCH body must list ${messageUrns.patchOp}.`);
  }
  const given = valueOfName(body, "Operations");
  if (!isJsonArray(given) || (given.length === 0 && mode === "strict")) {
    return refuse("invalidSyntax", 'A PATCH body needs "Operations", an array with at least one operation.');
  }
  const operations: PatchOperation[] = [];
  for (const [index, item] of given.entries()) {
    const operation = readOperation(item, index);
    if (!operation.ok) return operation;
    operations.push(operation.value);
  }
  return succeed(operations);
};

/** The body of a PATCH request; members that are undefined are left out. */
export const patchOpBody = (
  operations: readonly {
    readonly op: string;
    readonly path?: string | undefined;
    readonly value?: JsonValue | undefined;
  }[],
): JsonObject => ({
  schemas: [messageUrns.patchOp],
  Operations: operations.map(({ op, path, value }) => ({
    op,
    ...(path === undefined ? {} : { path }),
    ...(value === undefined ? {} : { value }),
  })),
});
