import { foldCase } from "../json.ts";
import { type AttributeDefinition, findAttribute, type SchemaDefinition } from "./attribute.ts";
import { commonAttributes } from "./common-attributes.ts";
import { enterpriseUserSchema } from "./enterprise-user-schema.ts";
import { groupSchema, uniqueNameGroupSchema } from "./group-schema.ts";
import { userSchema } from "./user-schema.ts";

/** A kind of resource: its core schema, its extensions and the endpoint it lives at (RFC 7643 section 6). */
export type ResourceType = {
  readonly name: string;
  /** Path below the base URL, such as "/Users". */
  readonly endpoint: string;
  readonly description: string;
  readonly schema: SchemaDefinition;
  readonly extensions: readonly { readonly schema: SchemaDefinition; readonly required: boolean }[];
};

/** Users with the enterprise extension. */
export const userResourceType: ResourceType = {
  name: "User",
  endpoint: "/Users",
  description: "Accounts of people.",
  schema: userSchema,
  extensions: [{ schema: enterpriseUserSchema, required: false }],
};

/** Groups by the RFC: two may share a name. */
export const groupResourceType: ResourceType = {
  name: "Group",
  endpoint: "/Groups",
  description: "Sets of users.",
  schema: groupSchema,
  extensions: [],
};

/** Groups whose names are unique whatever their letter case, as Entra expects. */
export const uniqueNameGroupResourceType: ResourceType = { ...groupResourceType, schema: uniqueNameGroupSchema };

const topLevels = new WeakMap<ResourceType, readonly AttributeDefinition[]>();

/** The common attributes followed by the core ones of a resource type; the same list each time. */
export const topLevelAttributes = (type: ResourceType): readonly AttributeDefinition[] => {
  const before = topLevels.get(type);
  if (before !== undefined) return before;
  const made = [...commonAttributes, ...type.schema.attributes];
  topLevels.set(type, made);
  return made;
};

/** The extension with this URI in any letter case. */
export const findExtension = (type: ResourceType, urn: string): SchemaDefinition | undefined => {
  const folded = foldCase(urn);
  return type.extensions.find((extension) => foldCase(extension.schema.id) === folded)?.schema;
};

/** A core or common attribute by name in any letter case. */
export const findTopLevel = (type: ResourceType, name: string): AttributeDefinition | undefined =>
  findAttribute(type.schema.attributes, name) ?? findAttribute(commonAttributes, name);
