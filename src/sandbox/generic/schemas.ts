import {
  attribute,
  groupResourceType,
  type Mode,
  type ResourceType,
  type SchemaDefinition,
  uniqueNameGroupResourceType,
  userResourceType,
} from "#scim";

/** An extension of the service's own, with attributes of every type and every characteristic, to try clients on. */
export const exampleUserSchema: SchemaDefinition = {
  id: "urn:ietf:params:scim:schemas:extension:example:2.0:User",
  name: "ExampleUser",
  description: "What a service of its own kind may keep about a user.",
  attributes: [
    attribute("badge", "Number of the badge; no two users share one.", { uniqueness: "server" }),
    attribute("badgeIssuedAt", "When the badge was given out; set by the service.", {
      type: "dateTime",
      mutability: "readOnly",
    }),
    attribute("badgeState", "Whether the badge is the first or replaced another; set by the service.", {
      mutability: "readOnly",
      canonicalValues: ["first", "replaced"],
    }),
    attribute("locker", "Name of the locker; letter case counts.", { caseExact: true }),
    attribute("serialNumber", "Number of the person's file; it never changes, and letter case counts.", {
      caseExact: true,
      mutability: "immutable",
      uniqueness: "global",
    }),
    attribute("category", "Kind of person.", {
      returned: "always",
      canonicalValues: ["staff", "student", "guest"],
    }),
    attribute("notes", "Remarks, shown only to who asks for them.", { returned: "request" }),
    attribute("pin", "Code for the door; never shown.", {
      caseExact: true,
      mutability: "writeOnly",
      returned: "never",
    }),
    attribute("remote", "Whether the person works elsewhere.", { type: "boolean" }),
    attribute("floor", "Storey of the desk.", { type: "integer" }),
    attribute("height", "Height of the desk in metres.", { type: "decimal" }),
    attribute("startsAt", "First day and hour.", { type: "dateTime" }),
    attribute("homepage", "The person's own page.", {
      type: "reference",
      referenceTypes: ["external"],
      caseExact: true,
    }),
    attribute("fingerprint", "Print of a key, base64 encoded.", { type: "binary", caseExact: true }),
    attribute("skills", "What the person can do.", { multiValued: true }),
    attribute("desk", "Where the person sits.", {
      type: "complex",
      subAttributes: [
        attribute("building", "Building."),
        attribute("room", "Room.", { caseExact: true }),
        attribute("seats", "Seats in the room.", { type: "integer" }),
      ],
    }),
    attribute("devices", "Machines in the person's hands.", {
      type: "complex",
      multiValued: true,
      subAttributes: [
        attribute("value", "Serial number.", { caseExact: true }),
        attribute("type", "Kind of machine.", { canonicalValues: ["laptop", "phone"] }),
        attribute("primary", "Whether it is the usual one; true at most once.", { type: "boolean" }),
        attribute("boughtAt", "Day of purchase.", { type: "dateTime" }),
      ],
    }),
  ],
};

const users: ResourceType = {
  ...userResourceType,
  extensions: [...userResourceType.extensions, { schema: exampleUserSchema, required: false }],
};

const typesByMode: Readonly<Record<Mode, readonly ResourceType[]>> = {
  strict: [users, groupResourceType],
  compat: [users, uniqueNameGroupResourceType],
};

/** The same list each time. In compat two groups may not share a name, as Entra expects. */
export const typesOf = (mode: Mode): readonly ResourceType[] => typesByMode[mode];
