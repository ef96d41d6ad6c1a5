import { schemaUrns } from "../message/urns.ts";
import { attribute, type SchemaDefinition } from "./attribute.ts";

const groupSchemaWith = (uniqueness: "none" | "server"): SchemaDefinition => ({
  id: schemaUrns.group,
  name: "Group",
  description: "A set of users, or of further groups.",
  attributes: [
    attribute("displayName", "Name of the group.", { required: true, uniqueness }),
    attribute("members", "Who belongs to the group.", {
      type: "complex",
      multiValued: true,
      subAttributes: [
        attribute("value", "Identifier of the member.", { caseExact: true, mutability: "immutable" }),
        attribute("$ref", "URI of the member.", {
          type: "reference",
          referenceTypes: ["User", "Group"],
          caseExact: true,
          mutability: "immutable",
        }),
        attribute("type", "Kind of member.", { canonicalValues: ["User", "Group"], mutability: "immutable" }),
        attribute("display", "Name of the member.", { mutability: "readOnly" }),
      ],
    }),
  ],
});

/** The Group schema of RFC 7643 section 4.2, displayName required (erratum 5368). */
export const groupSchema: SchemaDefinition = groupSchemaWith("none");

/** The Group schema of a service on which two groups may not share a name, as Entra's validator demands. */
export const uniqueNameGroupSchema: SchemaDefinition = groupSchemaWith("server");
