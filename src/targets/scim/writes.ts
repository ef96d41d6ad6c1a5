import { type ObjectType, patchStyleOf, type TargetProfile } from "#core";
import {
  foldCase,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  makeMemberPatch,
  makePatch,
  type OutgoingOperation,
  patchOpBody,
  type Result,
  schemaUrns,
  valueOfName,
  withoutName,
  writePath,
} from "#scim";
import type { AttributeChange, TargetObject } from "../target.ts";
import { memberIds } from "./resources.ts";

export type MemberChange = { readonly add: readonly string[]; readonly remove: readonly string[] };

/** Plain JSON as it would travel. What JSON cannot hold is gone, and so is null: in SCIM what has no value is not there. */
const asJson = (value: unknown): JsonValue | undefined => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : undefined;
    case "object":
      return value === null ? undefined : compoundOf(value);
    default:
      return undefined;
  }
};

const compoundOf = (value: object): JsonValue | undefined => {
  if (Array.isArray(value)) return asList(value);
  if ("toJSON" in value && typeof value.toJSON === "function") return asJson(value.toJSON());
  const members = Object.entries(value).map(([name, member]) => [name, asJson(member)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined)) as JsonObject;
};

const resourceBody = (resource: { readonly [name: string]: unknown }): JsonObject => {
  const body = asJson(resource);
  return isJsonObject(body) ? body : {};
};

const asList = (values: readonly unknown[]): readonly JsonValue[] =>
  values.map(asJson).filter((value) => value !== undefined);

/** Booleans as the profile wants them outside a PATCH. */
const spelled = (value: JsonValue, profile: TargetProfile): JsonValue => {
  if (profile.booleans !== "text") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (isJsonArray(value)) return value.map((item) => spelled(item, profile));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, spelled(part, profile)]));
};

const extensionsOf = (resource: JsonObject): readonly string[] =>
  Object.keys(resource).filter((name) => /^urn:/i.test(name));

/** The body of a create. */
export const createBody = (
  type: ObjectType,
  resource: { readonly [name: string]: unknown },
  profile: TargetProfile,
): JsonObject => {
  const { schemas: _, ...attributes } = resourceBody(resource);
  const own = type === "User" ? profile.userSchemas : profile.groupSchemas;
  const core = type === "User" ? schemaUrns.user : schemaUrns.group;
  return {
    schemas: own ?? [core, ...extensionsOf(attributes)],
    ...(spelled(attributes, profile) as JsonObject),
    ...(profile.resourceTypeInMeta ? { meta: { resourceType: type } } : {}),
  };
};

/** Bodies of as many PATCH requests as it takes to bear no more operations in one than the target does. */
const bodiesOf = (operations: readonly OutgoingOperation[], profile: TargetProfile): readonly JsonObject[] => {
  const most = profile.patchOperations ?? Math.max(1, operations.length);
  return Array.from({ length: Math.ceil(operations.length / most) }, (_, index) =>
    patchOpBody(operations.slice(index * most, (index + 1) * most)),
  );
};

/** The bodies of the PATCH requests that make the changes; none when they ask for nothing that is not so already. Fails on a path that cannot be read. */
export const patchBodies = (
  changes: readonly AttributeChange[],
  current: TargetObject | null,
  profile: TargetProfile,
  addressOf?: (id: string) => string,
): Result<readonly JsonObject[]> => {
  const operations = makePatch(
    changes.map(({ path, value, adds }) => ({ path, value: asJson(value), adds: adds && asList(adds) })),
    patchStyleOf(profile),
    current === null ? undefined : resourceBody(current.resource),
    addressOf,
  );
  return operations.ok ? { ok: true, value: bodiesOf(operations.value, profile) } : operations;
};

/** The bodies of the PATCH requests that change memberships; none without any. */
export const memberPatchBodies = (change: MemberChange, profile: TargetProfile): readonly JsonObject[] =>
  bodiesOf(makeMemberPatch(change, patchStyleOf(profile)), profile);

/** The body of a PUT: the whole resource with the changes in it, without the server's own account of it. Fails on a path that cannot be read or written. */
export const putBody = (
  changes: readonly AttributeChange[],
  current: TargetObject,
  profile: TargetProfile,
): Result<JsonObject> => {
  let resource = withoutName(resourceBody(current.resource), "meta");
  for (const { path, value } of changes) {
    const written = writePath(resource, path, asJson(value));
    if (!written.ok) return written;
    resource = written.value;
  }
  return { ok: true, value: withSchemas(spelled(resource, profile) as JsonObject) };
};

/** The resource whose `schemas` name every extension that it has. */
const withSchemas = (resource: JsonObject): JsonObject => {
  const schemas = valueOfName(resource, "schemas");
  if (!isJsonArray(schemas)) return resource;
  const named = new Set(schemas.map((urn) => foldCase(String(urn))));
  const missing = extensionsOf(resource).filter((urn) => !named.has(foldCase(urn)));
  return missing.length === 0 ? resource : { ...withoutName(resource, "schemas"), schemas: [...schemas, ...missing] };
};

/** The body of a PUT that gives a group the members it has, less those removed, with those added. */
export const memberPutBody = (change: MemberChange, current: TargetObject): JsonObject => {
  const removed = new Set(change.remove);
  const ids = new Set([...memberIds(current.resource).filter((id) => !removed.has(id)), ...change.add]);
  const rest = withoutName(withoutName(resourceBody(current.resource), "meta"), "members");
  return { ...rest, members: [...ids].map((value) => ({ value })) };
};
