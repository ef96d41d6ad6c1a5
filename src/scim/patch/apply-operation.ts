import { quoted, type Result, refuse, succeed } from "../error.ts";
import { parsePath } from "../filter/parse-path.ts";
import {
  foldCase,
  isAssigned,
  isJsonObject,
  isUnsafeName,
  type JsonObject,
  type JsonValue,
  valueOfName,
  withName,
} from "../json.ts";
import type { PatchOperation } from "../message/patch-op.ts";
import { findAttribute, type SchemaDefinition } from "../model/attribute.ts";
import type { NormaliseOptions } from "../model/normalise.ts";
import { type ResolvedPath, resolvePath } from "../model/resolve.ts";
import { findExtension, type ResourceType } from "../model/resource-type.ts";
import { type Change, checkMutability, checkRequired } from "./change.ts";
import { changeMany } from "./change-many.ts";
import { changeSingle } from "./change-single.ts";

/** The resource's own part, or that of an extension. */
const holderOf = (resource: JsonObject, extension: SchemaDefinition | undefined): JsonObject => {
  if (extension === undefined) return resource;
  const container = valueOfName(resource, extension.id);
  return isJsonObject(container) ? container : {};
};

const withHolder = (resource: JsonObject, extension: SchemaDefinition | undefined, holder: JsonObject): JsonObject => {
  if (extension === undefined) return holder;
  return withName(resource, extension.id, isAssigned(holder) ? holder : undefined);
};

const changeAttribute = (
  resource: JsonObject,
  resolved: Extract<ResolvedPath, { kind: "attribute" }>,
  change: Change,
): Result<JsonObject> => {
  const { attribute, extension } = resolved;
  const allowed = checkMutability(attribute, change);
  if (!allowed.ok) return allowed;
  const holder = holderOf(resource, extension);
  const before = valueOfName(holder, attribute.name);
  const after = attribute.multiValued ? changeMany(attribute, before, change) : changeSingle(attribute, before, change);
  if (!after.ok) return after;
  const complete = checkRequired(attribute, after.value, change);
  if (!complete.ok) return complete;
  return succeed(withHolder(resource, extension, withName(holder, attribute.name, after.value)));
};

/** Drops a container except for what only the server may write. */
const removeExtension = (type: ResourceType, resource: JsonObject, extension: SchemaDefinition): Result<JsonObject> => {
  const isRequired = type.extensions.some(({ schema, required }) => schema.id === extension.id && required);
  if (isRequired) return refuse("mutability", `${quoted(extension.id)} is required and cannot be removed.`);
  const kept = Object.entries(holderOf(resource, extension)).filter(
    ([name]) => findAttribute(extension.attributes, name)?.mutability === "readOnly",
  );
  return succeed(withHolder(resource, extension, Object.fromEntries(kept)));
};

const changeExtension = (
  type: ResourceType,
  resource: JsonObject,
  extension: SchemaDefinition,
  operation: PatchOperation,
  options: NormaliseOptions,
): Result<JsonObject> => {
  if (operation.op === "remove" || operation.value === null) return removeExtension(type, resource, extension);
  if (!isJsonObject(operation.value)) return refuse("invalidValue", `${quoted(extension.id)} takes an object.`);
  let current = resource;
  for (const [name, value] of Object.entries(operation.value)) {
    const applied = applyMember(type, current, name, { ...operation, path: `${extension.id}:${name}`, value }, options);
    if (!applied.ok) return applied;
    current = applied.value;
  }
  return succeed(current);
};

const isPlainMember = (type: ResourceType, name: string): boolean =>
  findExtension(type, name) !== undefined || !/[.:[]/.test(name);

/** One member of a pathless value, or of an extension's container. */
const applyMember = (
  type: ResourceType,
  resource: JsonObject,
  name: string,
  operation: PatchOperation,
  options: NormaliseOptions,
): Result<JsonObject> => {
  if (foldCase(name) === "schemas") return succeed(resource);
  if (options.mode === "strict" && !isPlainMember(type, name)) {
    return refuse(
      "invalidPath",
      `${quoted(name)} is a path; without "path" the value's members must be attribute names.`,
    );
  }
  const path = parsePath(operation.path ?? name, options.mode);
  const resolved = path.ok ? resolvePath(type, path.value, options.mode) : undefined;
  if (resolved === undefined && options.unknown === "ignore" && !isUnsafeName(name)) return succeed(resource);
  const isServersOwn = resolved?.kind === "attribute" && resolved.attribute.mutability === "readOnly";
  if (isServersOwn && options.mode === "compat") return succeed(resource);
  return applyOperation(type, resource, { ...operation, path: operation.path ?? name }, options);
};

const applyPathless = (
  type: ResourceType,
  resource: JsonObject,
  operation: PatchOperation,
  options: NormaliseOptions,
): Result<JsonObject> => {
  if (operation.op === "remove") return refuse("noTarget", "A remove needs a path that says what to remove.");
  if (!isJsonObject(operation.value)) {
    return refuse("invalidValue", "Without a path, the value must be an object of attributes.");
  }
  let current = resource;
  for (const [name, value] of Object.entries(operation.value)) {
    const applied = applyMember(type, current, name, { op: operation.op, path: undefined, value }, options);
    if (!applied.ok) return applied;
    current = applied.value;
  }
  return succeed(current);
};

/** Runs one operation on a resource and gives the new resource; `schemas` is left for the caller to settle. */
export const applyOperation = (
  type: ResourceType,
  resource: JsonObject,
  operation: PatchOperation,
  options: NormaliseOptions,
): Result<JsonObject> => {
  if (operation.path === undefined) return applyPathless(type, resource, operation, options);
  const path = parsePath(operation.path, options.mode);
  if (!path.ok) return path;
  const resolved = resolvePath(type, path.value, options.mode);
  if (resolved === undefined) {
    return refuse("invalidPath", `${type.name} has no attribute ${quoted(operation.path)}.`);
  }
  const value: JsonValue | undefined = operation.value;
  if (value === undefined && operation.op !== "remove") {
    return refuse("invalidValue", `The ${operation.op} of ${quoted(operation.path)} needs a value.`);
  }
  if (resolved.kind === "extension") return changeExtension(type, resource, resolved.extension, operation, options);
  if (resolved.attribute.name === "schemas" && options.mode === "compat") return succeed(resource);
  return changeAttribute(resource, resolved, {
    op: operation.op,
    path: operation.path,
    filter: path.value.filter,
    sub: resolved.sub,
    value: value ?? null,
    options,
  });
};
