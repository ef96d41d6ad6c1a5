import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  makeMemberPatch,
  makePatch,
  patchOpBody,
  type Result,
  rfcStyle,
  writePath,
} from "#scim";
import type { AttributeChange, TargetObject } from "../target.ts";
import { memberIds } from "./resources.ts";

type MemberChange = { readonly add: readonly string[]; readonly remove: readonly string[] };

/** Plain JSON as it would travel. What JSON cannot hold is gone, and so is null: in SCIM what has no value is not there. */
const asJson = (value: unknown): JsonValue | undefined => {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : withoutNulls(JSON.parse(text) as JsonValue);
};

const withoutNulls = (value: JsonValue): JsonValue | undefined => {
  if (value === null) return undefined;
  if (isJsonArray(value)) return value.map(withoutNulls).filter((item) => item !== undefined);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, withoutNulls(member)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined)) as JsonObject;
};

/** A resource as a request body. */
export const resourceBody = (resource: { readonly [name: string]: unknown }): JsonObject => {
  const body = asJson(resource);
  return isJsonObject(body) ? body : {};
};

const asList = (values: readonly unknown[]): readonly JsonValue[] =>
  values.map(asJson).filter((value) => value !== undefined);

/** The body of a PATCH, or null when the changes ask for nothing that is not so already. Fails on a path that cannot be read. */
export const patchBody = (
  changes: readonly AttributeChange[],
  current: TargetObject | null,
): Result<JsonObject | null> => {
  const operations = makePatch(
    changes.map(({ path, value, adds }) => ({ path, value: asJson(value), adds: adds && asList(adds) })),
    rfcStyle,
    current === null ? undefined : resourceBody(current.resource),
  );
  if (!operations.ok) return operations;
  return { ok: true, value: operations.value.length === 0 ? null : patchOpBody(operations.value) };
};

/** The body of a PATCH of memberships, or null without any. */
export const memberPatchBody = (change: MemberChange): JsonObject | null => {
  const operations = makeMemberPatch(change, rfcStyle);
  return operations.length === 0 ? null : patchOpBody(operations);
};

/** What a PUT must not carry: the server's own account of the resource. */
const withoutMeta = (resource: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(resource).filter(([name]) => name.toLowerCase() !== "meta"));

/** The body of a PUT: the whole resource with the changes in it. Fails on a path that cannot be read or written. */
export const putBody = (changes: readonly AttributeChange[], current: TargetObject): Result<JsonObject> => {
  let resource = withoutMeta(resourceBody(current.resource));
  for (const { path, value } of changes) {
    const written = writePath(resource, path, asJson(value));
    if (!written.ok) return written;
    resource = written.value;
  }
  return { ok: true, value: resource };
};

/** The body of a PUT that gives a group the members it has, less those removed, with those added. */
export const memberPutBody = (change: MemberChange, current: TargetObject): JsonObject => {
  const removed = new Set(change.remove);
  const ids = new Set([...memberIds(current.resource).filter((id) => !removed.has(id)), ...change.add]);
  const rest = Object.entries(resourceBody(current.resource)).filter(([name]) => name.toLowerCase() !== "members");
  return { ...withoutMeta(Object.fromEntries(rest)), members: [...ids].map((value) => ({ value })) };
};
