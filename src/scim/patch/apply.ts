import { type Mode, type Result, succeed } from "../error.ts";
import { isAssigned, type JsonObject, sameJson, withName } from "../json.ts";
import type { PatchOperation } from "../message/patch-op.ts";
import { parsePatchOp } from "../message/patch-op.ts";
import type { UnknownAttributes } from "../model/normalise.ts";
import type { ResourceType } from "../model/resource-type.ts";
import { schemasOf } from "../model/schemas-of.ts";
import { applyOperation } from "./apply-operation.ts";

/** How operations are read. */
export type PatchOptions = {
  readonly mode: Mode;
  /** What becomes of sub-attributes and members of a pathless value that the schemas do not know; "refuse" if absent. */
  readonly unknown?: UnknownAttributes;
  /** Values that a multi-valued attribute may have at most, `members` of a group aside; no limit unless given. */
  readonly mostValues?: number;
};

/** The resource after a PATCH; `changed` is false when it equals the one before, so that lastModified may stay. */
export type Patched = { readonly resource: JsonObject; readonly changed: boolean };

const withSchemas = (type: ResourceType, resource: JsonObject): JsonObject => {
  const kept = type.extensions.reduce(
    (rest, { schema }) => (isAssigned(rest[schema.id]) ? rest : withName(rest, schema.id, undefined)),
    resource,
  );
  return withName(kept, "schemas", schemasOf(type, kept));
};

/**
 * Runs operations in order, each on the outcome of the one before (RFC 7644 section 3.5.2). All or nothing: the
 * given resource is never altered, and any refusal gives that error alone. Uniqueness is not checked here.
 */
export const applyPatch = (
  type: ResourceType,
  resource: JsonObject,
  operations: readonly PatchOperation[],
  options: PatchOptions,
): Result<Patched> => {
  const settings = { ...options, unknown: options.unknown ?? "refuse" };
  let current = resource;
  for (const [index, operation] of operations.entries()) {
    const applied = applyOperation(type, current, operation, settings);
    if (!applied.ok) {
      const detail = operations.length > 1 ? `Operation ${index + 1}: ${applied.error.detail}` : applied.error.detail;
      return { ok: false, error: { ...applied.error, detail } };
    }
    current = applied.value;
  }
  if (sameJson(current, resource)) return succeed({ resource, changed: false });
  return succeed({ resource: withSchemas(type, current), changed: true });
};

/** Reads a PATCH body and applies it: `parsePatchOp` followed by `applyPatch`. */
export const applyPatchBody = (
  type: ResourceType,
  resource: JsonObject,
  body: unknown,
  options: PatchOptions,
): Result<Patched> => {
  const operations = parsePatchOp(body, options.mode);
  return operations.ok ? applyPatch(type, resource, operations.value, options) : operations;
};
