import { quoted, type Result, refuse, succeed } from "../error.ts";
import {
  foldCase,
  isAssigned,
  isJsonArray,
  isJsonObject,
  isUnsafeName,
  type JsonObject,
  type JsonValue,
  sameJson,
  valueOfName,
} from "../json.ts";
import { type AttributeDefinition, findAttribute } from "./attribute.ts";
import { commonAttributes } from "./common-attributes.ts";
import { leavesRequiredEmpty, type NormaliseOptions, normaliseValue, withoutNulls } from "./normalise.ts";
import { findExtension, type ResourceType, topLevelAttributes } from "./resource-type.ts";
import { schemasOf } from "./schemas-of.ts";

/** How a whole resource is checked; `current` is the stored resource that a replacement takes the place of. */
export type ValidateOptions = NormaliseOptions & { readonly current?: JsonObject | undefined };

const isServersOwn = (attribute: AttributeDefinition): boolean => attribute.mutability === "readOnly";

const immutableClash = (attribute: AttributeDefinition, value: JsonValue, stored: JsonValue | undefined): boolean =>
  attribute.mutability === "immutable" && isAssigned(stored) && !sameJson(value, stored);

const readAttributes = (
  attributes: readonly AttributeDefinition[],
  given: JsonObject,
  stored: JsonObject,
  options: NormaliseOptions,
): Result<JsonObject> => {
  const values: [string, JsonValue][] = [];
  for (const attribute of attributes) {
    const kept = valueOfName(stored, attribute.name);
    const raw = isServersOwn(attribute) ? undefined : valueOfName(given, attribute.name);
    const read = normaliseValue(attribute, raw ?? null, options);
    if (!read.ok) return read;
    const value = isJsonObject(read.value) ? withoutNulls(read.value) : read.value;
    if (leavesRequiredEmpty(attribute, value) && !isServersOwn(attribute)) {
      return refuse("invalidValue", `${quoted(attribute.name)} is required and must not be empty.`);
    }
    if (value !== undefined && immutableClash(attribute, value, kept)) {
      return refuse("mutability", `${quoted(attribute.name)} may not change once it has a value.`);
    }
    const stays = isServersOwn(attribute) || attribute.mutability === "immutable";
    const result = value ?? (stays ? kept : undefined);
    if (result !== undefined) values.push([attribute.name, result]);
  }
  return succeed(Object.fromEntries(values));
};

const checkNames = (
  given: JsonObject,
  owner: string,
  known: (name: string) => boolean,
  options: NormaliseOptions,
): Result<undefined> => {
  const seen = new Set<string>();
  for (const name of Object.keys(given)) {
    const folded = foldCase(name);
    if (isUnsafeName(name)) return refuse("invalidSyntax", `${quoted(name)} may not name an attribute.`);
    if (seen.has(folded)) return refuse("invalidSyntax", `${quoted(name)} is given twice in different letter case.`);
    seen.add(folded);
    if (options.unknown === "refuse" && !known(name)) {
      return refuse("invalidValue", `${owner} has no attribute ${quoted(name)}.`);
    }
  }
  return succeed(undefined);
};

const checkSchemas = (type: ResourceType, given: JsonObject, options: NormaliseOptions): Result<undefined> => {
  const listed = valueOfName(given, "schemas");
  if (listed === undefined && options.mode === "compat") return succeed(undefined);
  const core = foldCase(type.schema.id);
  if (isJsonArray(listed) && listed.some((urn) => typeof urn === "string" && foldCase(urn) === core)) {
    return succeed(undefined);
  }
  return refuse("invalidSyntax", `The body's "schemas" must be an array that lists ${type.schema.id}.`);
};

const readExtensions = (
  type: ResourceType,
  given: JsonObject,
  stored: JsonObject,
  options: NormaliseOptions,
): Result<JsonObject> => {
  const containers: [string, JsonValue][] = [];
  for (const { schema, required } of type.extensions) {
    const container = valueOfName(given, schema.id) ?? {};
    if (!isJsonObject(container)) return refuse("invalidValue", `${quoted(schema.id)} takes an object.`);
    const named = checkNames(
      container,
      schema.name,
      (name) => findAttribute(schema.attributes, name) !== undefined,
      options,
    );
    if (!named.ok) return named;
    const kept = valueOfName(stored, schema.id);
    const isAbsent = Object.keys(container).length === 0;
    if (isAbsent && required) return refuse("invalidValue", `The extension ${quoted(schema.id)} is required.`);
    const attributes = isAbsent ? schema.attributes.filter((attribute) => !attribute.required) : schema.attributes;
    const read = readAttributes(attributes, container, isJsonObject(kept) ? kept : {}, options);
    if (!read.ok) return read;
    if (Object.keys(read.value).length > 0) containers.push([schema.id, read.value]);
  }
  return succeed(Object.fromEntries(containers));
};

/**
 * Checks the body of a POST, or of a PUT when `current` is given, and gives the resource in the schema's spelling:
 * nulls and empty arrays dropped, readOnly input ignored (the stored values stay), `schemas` set to what is present.
 * Fails with invalidSyntax on a body that is no resource of the type, with invalidValue on missing or wrong values and
 * with mutability when an immutable value would change (RFC 7644 sections 3.3 and 3.5.1).
 */
export const validateResource = (type: ResourceType, body: unknown, options: ValidateOptions): Result<JsonObject> => {
  if (!isJsonObject(body)) return refuse("invalidSyntax", "The body must be a JSON object.");
  const attributes = topLevelAttributes(type);
  const isKnown = (name: string): boolean =>
    findAttribute(attributes, name) !== undefined || findExtension(type, name) !== undefined;
  const named = checkNames(body, type.name, isKnown, options);
  if (!named.ok) return named;
  const listed = checkSchemas(type, body, options);
  if (!listed.ok) return listed;
  const stored = options.current ?? {};
  const ownAttributes = [
    ...commonAttributes.filter((attribute) => attribute.name !== "schemas"),
    ...type.schema.attributes,
  ];
  const core = readAttributes(ownAttributes, body, stored, options);
  if (!core.ok) return core;
  const extensions = readExtensions(type, body, stored, options);
  if (!extensions.ok) return extensions;
  const resource = { ...core.value, ...extensions.value };
  return succeed({ schemas: schemasOf(type, resource), ...resource });
};
