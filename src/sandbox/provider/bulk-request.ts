import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  messageUrns,
  type Result,
  scimError,
  statusError,
  valueOfName,
} from "#scim";
import type { Service } from "./service.ts";

/** One operation of a bulk request; `problem` says what is wrong with it by itself. */
export interface BulkOperation {
  readonly method: string;
  readonly path: string;
  readonly bulkId: string | undefined;
  readonly version: string | undefined;
  readonly data: JsonValue | undefined;
  readonly problem: string | null;
}

export interface BulkRequest {
  readonly operations: readonly BulkOperation[];
  /** Errors after which no further operation is begun; null never stops. */
  readonly failOnErrors: number | null;
}

const refuse = (detail: string): Result<never> => ({ ok: false, error: scimError("invalidSyntax", detail) });

const text = (value: JsonValue | undefined): string | undefined => (typeof value === "string" ? value : undefined);

const methods: readonly string[] = ["POST", "PUT", "PATCH", "DELETE"];

const readOperation = (given: JsonObject, service: Service, bulkIds: Set<string>): BulkOperation => {
  const named = text(valueOfName(given, "method")) ?? "";
  const method = service.mode === "compat" ? named.toUpperCase() : named;
  const path = text(valueOfName(given, "path")) ?? "";
  const bulkId = text(valueOfName(given, "bulkId"));
  const data = valueOfName(given, "data");
  const problem = (): string | null => {
    if (!methods.includes(method)) return `"method" must be one of ${methods.join(", ")}.`;
    if (!path.startsWith("/")) return '"path" must be a path below the base URL, such as /Users.';
    if (method === "POST" && (bulkId === undefined || bulkId === "")) return 'A POST needs a "bulkId".';
    if (bulkId !== undefined && bulkIds.has(bulkId))
      return `The bulkId ${JSON.stringify(bulkId.slice(0, 80))} is used twice.`;
    if (method !== "DELETE" && !isJsonObject(data)) return `A ${method} needs "data", an object.`;
    return null;
  };
  const found = problem();
  if (bulkId !== undefined) bulkIds.add(bulkId);
  return { method, path, bulkId, version: text(valueOfName(given, "version")), data, problem: found };
};

/** Reads the body of a bulk request (RFC 7644 section 3.7). What is wrong with one operation alone stands in that operation. */
export const readBulkRequest = (body: unknown, service: Service): Result<BulkRequest> => {
  const schemas = isJsonObject(body) ? valueOfName(body, "schemas") : undefined;
  if (!isJsonObject(body) || !isJsonArray(schemas) || !schemas.includes(messageUrns.bulkRequest)) {
    return refuse(`The body must be an object whose "schemas" list ${messageUrns.bulkRequest}.`);
  }
  const given = valueOfName(body, "Operations");
  if (!isJsonArray(given) || !given.every(isJsonObject)) return refuse('"Operations" must be an array of objects.');
  const { bulkOperations } = service.limits;
  if (given.length > bulkOperations) {
    const detail = `A bulk request may have at most ${bulkOperations} operations, not ${given.length}.`;
    return { ok: false, error: statusError(413, detail) };
  }
  const limit = valueOfName(body, "failOnErrors") ?? null;
  if (limit !== null && (!Number.isSafeInteger(limit) || Number(limit) < 1)) {
    return { ok: false, error: scimError("invalidValue", '"failOnErrors" must be a whole number from 1 on.') };
  }
  const bulkIds = new Set<string>();
  return {
    ok: true,
    value: {
      operations: given.map((operation) => readOperation(operation, service, bulkIds)),
      failOnErrors: limit === null ? null : Number(limit),
    },
  };
};
