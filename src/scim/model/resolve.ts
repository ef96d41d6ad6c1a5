import type { Mode } from "../error.ts";
import { foldCase } from "../json.ts";
import { type AttributeDefinition, findAttribute, type SchemaDefinition } from "./attribute.ts";
import { findExtension, findTopLevel, type ResourceType } from "./resource-type.ts";

/** What a path means on a resource type; `extension` is undefined for core attributes. */
export type ResolvedPath =
  | {
      readonly kind: "attribute";
      readonly extension: SchemaDefinition | undefined;
      readonly attribute: AttributeDefinition;
      readonly sub: AttributeDefinition | undefined;
    }
  | { readonly kind: "extension"; readonly extension: SchemaDefinition };

type Named = { readonly urn: string | undefined; readonly name: string; readonly sub: string | undefined };

const within = (
  attribute: AttributeDefinition | undefined,
  extension: SchemaDefinition | undefined,
  subName: string | undefined,
): ResolvedPath | undefined => {
  if (attribute === undefined) return undefined;
  if (subName === undefined) return { kind: "attribute", extension, attribute, sub: undefined };
  const sub = findAttribute(attribute.subAttributes, subName);
  return sub === undefined ? undefined : { kind: "attribute", extension, attribute, sub };
};

const unqualified = (type: ResourceType, path: Named, mode: Mode): ResolvedPath | undefined => {
  const core = findTopLevel(type, path.name);
  if (core !== undefined || mode === "strict") return within(core, undefined, path.sub);
  const found = type.extensions.flatMap(({ schema }) => {
    const attribute = findAttribute(schema.attributes, path.name);
    return attribute === undefined ? [] : [{ schema, attribute }];
  });
  const only = found.length === 1 ? found[0] : undefined;
  return within(only?.attribute, only?.schema, path.sub);
};

/**
 * Finds the definitions a path names, in any letter case; undefined when the type has no such attribute.
 * Compat also finds an extension's attribute without its URN, provided one extension alone defines it.
 */
export const resolvePath = (type: ResourceType, path: Named, mode: Mode): ResolvedPath | undefined => {
  if (path.urn === undefined) return unqualified(type, path, mode);
  const whole = `${path.urn}:${path.name}${path.sub === undefined ? "" : `.${path.sub}`}`;
  const container = findExtension(type, whole);
  if (container !== undefined) return { kind: "extension", extension: container };
  if (foldCase(path.urn) === foldCase(type.schema.id)) {
    return within(findTopLevel(type, path.name), undefined, path.sub);
  }
  const extension = findExtension(type, path.urn);
  return extension && within(findAttribute(extension.attributes, path.name), extension, path.sub);
};
