import {
  type AttributeDefinition,
  findAttribute,
  type Mode,
  type ResourceType,
  type SchemaDefinition,
  type UnknownAttributes,
  userResourceType,
  userSchema,
} from "#scim";
import type { SandboxSettings } from "./settings.ts";

const only = (attribute: AttributeDefinition, parts: readonly string[]): AttributeDefinition => ({
  ...attribute,
  subAttributes: attribute.subAttributes.filter((part) => parts.includes(part.name)),
});

const readOnly = (attribute: AttributeDefinition): AttributeDefinition => ({
  ...attribute,
  mutability: "readOnly",
  subAttributes: attribute.subAttributes.map(readOnly),
});

const kept = (name: string): AttributeDefinition => {
  const attribute = findAttribute(userSchema.attributes, name);
  if (attribute === undefined) throw new TypeError(`the User schema has no ${name}`);
  return attribute;
};

const tenantUserSchema: SchemaDefinition = {
  ...userSchema,
  attributes: [
    kept("userName"),
    only(kept("name"), ["formatted"]),
    kept("displayName"),
    kept("active"),
    kept("emails"),
    readOnly(only(kept("roles"), ["value", "primary"])),
  ],
};

/** The few attributes that the tenant keeps of a user; what else a client sends is read and dropped. Roles are shown, never taken. */
export const tenantUserType: ResourceType = {
  name: "User",
  endpoint: "/Users",
  description: "People who may sign in to the organisation.",
  schema: tenantUserSchema,
  extensions: [],
};

/** How a client's body is read: what the tenant does not keep is checked and dropped, or refused. */
export const bodyRules = ({
  mode,
  unknownAttributes,
}: Pick<SandboxSettings, "mode" | "unknownAttributes">): {
  readonly type: ResourceType;
  readonly mode: Mode;
  readonly unknown: UnknownAttributes;
} => ({ type: unknownAttributes === "refuse" ? tenantUserType : userResourceType, mode, unknown: unknownAttributes });
