import { type AttributeDefinition, attribute } from "./attribute.ts";

/** The attributes every resource has beside those of its schemas (RFC 7643 section 3.1). */
export const commonAttributes: readonly AttributeDefinition[] = [
  attribute("schemas", "URIs of the schemas whose attributes the resource carries.", {
    type: "reference",
    referenceTypes: ["uri"],
    multiValued: true,
    mutability: "readOnly",
    returned: "always",
  }),
  attribute("id", "Identifier the service gave the resource; never reused.", {
    caseExact: true,
    mutability: "readOnly",
    returned: "always",
    uniqueness: "server",
  }),
  attribute("externalId", "Identifier the provisioning client gave the resource.", { caseExact: true }),
  attribute("meta", "What the service keeps about the resource itself.", {
    type: "complex",
    mutability: "readOnly",
    subAttributes: [
      attribute("resourceType", "Name of the resource type.", { caseExact: true, mutability: "readOnly" }),
      attribute("created", "When the resource was made.", { type: "dateTime", mutability: "readOnly" }),
      attribute("lastModified", "When the resource last changed.", { type: "dateTime", mutability: "readOnly" }),
      attribute("location", "URI of the resource.", {
        type: "reference",
        referenceTypes: ["uri"],
        caseExact: true,
        mutability: "readOnly",
      }),
      attribute("version", "Version of the resource, equal to its ETag.", { caseExact: true, mutability: "readOnly" }),
    ],
  }),
];
