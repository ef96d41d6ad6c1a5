import { schemaUrns } from "../message/urns.ts";
import { attribute, type SchemaDefinition } from "./attribute.ts";

/** The enterprise extension of the User schema (RFC 7643 section 4.3). */
export const enterpriseUserSchema: SchemaDefinition = {
  id: schemaUrns.enterpriseUser,
  name: "EnterpriseUser",
  description: "What an employer keeps about a user.",
  attributes: [
    attribute("employeeNumber", "Number the organisation gave the person."),
    attribute("costCenter", "Cost centre."),
    attribute("organization", "Organisation."),
    attribute("division", "Division."),
    attribute("department", "Department."),
    attribute("manager", "The user's manager.", {
      type: "complex",
      subAttributes: [
        attribute("value", "Identifier of the manager's user.", { caseExact: true }),
        attribute("$ref", "URI of the manager's user.", {
          type: "reference",
          referenceTypes: ["User"],
          caseExact: true,
        }),
        attribute("displayName", "Name of the manager.", { mutability: "readOnly" }),
      ],
    }),
  ],
};
