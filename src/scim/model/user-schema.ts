import { schemaUrns } from "../message/urns.ts";
import { type AttributeDefinition, attribute, type SchemaDefinition } from "./attribute.ts";

const valueList = (
  name: string,
  description: string,
  value: AttributeDefinition,
  canonicalTypes: readonly string[] | undefined,
): AttributeDefinition =>
  attribute(name, description, {
    type: "complex",
    multiValued: true,
    subAttributes: [
      value,
      attribute("display", "Text to show people."),
      attribute("type", "What the value is for.", { canonicalValues: canonicalTypes }),
      attribute("primary", "Whether this is the preferred value; true at most once.", { type: "boolean" }),
    ],
  });

const name = attribute("name", "The parts of the person's name.", {
  type: "complex",
  subAttributes: [
    attribute("formatted", "The whole name as it is shown."),
    attribute("familyName", "Family name."),
    attribute("givenName", "Given name."),
    attribute("middleName", "Middle names."),
    attribute("honorificPrefix", "Title before the name."),
    attribute("honorificSuffix", "Title after the name."),
  ],
});

const addresses = attribute("addresses", "Postal addresses.", {
  type: "complex",
  multiValued: true,
  subAttributes: [
    attribute("formatted", "The whole address as it is shown."),
    attribute("streetAddress", "Street, house number and the like."),
    attribute("locality", "Town or city."),
    attribute("region", "State or region."),
    attribute("postalCode", "Postal code."),
    attribute("country", "Country, as an ISO 3166-1 alpha-2 code."),
    attribute("type", "What the address is for.", { canonicalValues: ["work", "home", "other"] }),
    attribute("primary", "Whether this is the preferred address; true at most once.", { type: "boolean" }),
  ],
});

const groups = attribute("groups", "Groups the user belongs to; changed through the groups.", {
  type: "complex",
  multiValued: true,
  mutability: "readOnly",
  subAttributes: [
    attribute("value", "Identifier of the group.", { caseExact: true, mutability: "readOnly" }),
    attribute("$ref", "URI of the group.", {
      type: "reference",
      referenceTypes: ["User", "Group"],
      caseExact: true,
      mutability: "readOnly",
    }),
    attribute("display", "Name of the group.", { mutability: "readOnly" }),
    attribute("type", "Whether the membership is direct.", {
      canonicalValues: ["direct", "indirect"],
      mutability: "readOnly",
    }),
  ],
});

/** The User schema of RFC 7643 section 4.1. */
export const userSchema: SchemaDefinition = {
  id: schemaUrns.user,
  name: "User",
  description: "A person's account.",
  attributes: [
    attribute("userName", "The name the user signs in with; unique whatever its letter case.", {
      required: true,
      uniqueness: "server",
    }),
    name,
    attribute("displayName", "Name to show people."),
    attribute("nickName", "Informal name."),
    attribute("profileUrl", "URI of the user's profile page.", {
      type: "reference",
      referenceTypes: ["external"],
      caseExact: true,
    }),
    attribute("title", "Job title."),
    attribute("userType", "Relationship to the organisation, such as Employee or Contractor."),
    attribute("preferredLanguage", "Preferred language, as in an Accept-Language header."),
    attribute("locale", "Locale for dates, numbers and currency, as a language tag."),
    attribute("timezone", "Time zone, as an IANA name."),
    attribute("active", "Whether the account may be used.", { type: "boolean" }),
    attribute("password", "Password in clear text; stored only as a digest and never shown.", {
      caseExact: true,
      mutability: "writeOnly",
      returned: "never",
    }),
    valueList("emails", "E-mail addresses.", attribute("value", "The address."), ["work", "home", "other"]),
    valueList("phoneNumbers", "Telephone numbers.", attribute("value", "The number, kept as sent."), [
      "work",
      "home",
      "mobile",
      "fax",
      "pager",
      "other",
    ]),
    valueList("ims", "Instant messaging addresses.", attribute("value", "The address."), [
      "aim",
      "gtalk",
      "icq",
      "xmpp",
      "msn",
      "skype",
      "qq",
      "yahoo",
    ]),
    valueList(
      "photos",
      "Pictures of the user.",
      attribute("value", "URI of the picture.", { type: "reference", referenceTypes: ["external"], caseExact: true }),
      ["photo", "thumbnail"],
    ),
    addresses,
    groups,
    valueList("entitlements", "Things the user is entitled to.", attribute("value", "The entitlement."), undefined),
    valueList("roles", "Roles the user holds.", attribute("value", "The role."), undefined),
    valueList(
      "x509Certificates",
      "Certificates issued to the user.",
      attribute("value", "The certificate in DER, base64 encoded.", { type: "binary", caseExact: true }),
      undefined,
    ),
  ],
};
