import type { AttributeDefinition } from "#core";
import { attribute } from "./attribute.ts";

const texts = (names: readonly string[]): readonly AttributeDefinition[] =>
  names.map((name) => attribute({ name, type: "String" }));

/** What a user of the directory offers to mappings and filters. */
export const userSourceAttributes: readonly AttributeDefinition[] = [
  attribute({ name: "objectId", type: "String", anchor: true, caseExact: true, readOnly: true, required: true }),
  attribute({ name: "userPrincipalName", type: "String", required: true }),
  ...texts([
    "originalUserPrincipalName",
    "mail",
    "mailNickname",
    "displayName",
    "givenName",
    "surname",
    "jobTitle",
    "companyName",
    "streetAddress",
    "city",
    "state",
    "postalCode",
    "country",
    "physicalDeliveryOfficeName",
    "telephoneNumber",
    "mobile",
    "facsimileTelephoneNumber",
    "preferredLanguage",
    "employeeId",
    "onPremisesSecurityIdentifier",
  ]),
  attribute({ name: "accountEnabled", type: "Boolean" }),
  attribute({ name: "dirSyncEnabled", type: "Boolean" }),
  attribute({ name: "IsSoftDeleted", type: "Boolean", readOnly: true }),
  ...texts(["department"]),
  attribute({ name: "manager", type: "Reference", refersTo: "User" }),
  attribute({ name: "proxyAddresses", type: "String", multivalued: true }),
  attribute({ name: "otherMails", type: "String", multivalued: true }),
  attribute({ name: "appRoleAssignments", type: "String", multivalued: true, readOnly: true }),
  ...texts(Array.from({ length: 15 }, (_, index) => `extensionAttribute${index + 1}`)),
];

/** What a group of the directory offers. */
export const groupSourceAttributes: readonly AttributeDefinition[] = [
  attribute({ name: "objectId", type: "String", anchor: true, caseExact: true, readOnly: true, required: true }),
  attribute({ name: "displayName", type: "String", required: true }),
  ...texts(["description", "mail", "mailNickname"]),
  attribute({ name: "mailEnabled", type: "Boolean" }),
  attribute({ name: "securityEnabled", type: "Boolean" }),
  attribute({ name: "members", type: "Reference", multivalued: true, refersTo: "User" }),
];
