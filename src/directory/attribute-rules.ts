import type { ObjectKind } from "./objects.ts";

/** What an attribute holds. `limit` is in characters; for lists it is that of each value. */
export type AttributeRule =
  | { readonly kind: "text"; readonly limit: number }
  | { readonly kind: "boolean" }
  | { readonly kind: "list"; readonly limit: number; readonly most: number }
  /** A custom extension attribute: text, Boolean, whole number or list of texts. */
  | { readonly kind: "extension"; readonly limit: number; readonly most: number };

const text = (limit: number): AttributeRule => ({ kind: "text", limit });
const boolean: AttributeRule = { kind: "boolean" };
const list = (limit: number): AttributeRule => ({ kind: "list", limit, most: 250 });
const extension: AttributeRule = { kind: "extension", limit: 1024, most: 250 };

const userRules: ReadonlyMap<string, AttributeRule> = new Map([
  ["accountEnabled", boolean],
  ["userPrincipalName", text(113)],
  ["displayName", text(256)],
  ["givenName", text(64)],
  ["surname", text(64)],
  ["mail", text(256)],
  ["mailNickname", text(64)],
  ["otherMails", list(250)],
  ["proxyAddresses", list(256)],
  ["jobTitle", text(128)],
  ["department", text(64)],
  ["companyName", text(64)],
  ["employeeId", text(64)],
  ["employeeType", text(64)],
  ["employeeHireDate", text(64)],
  ["employeeLeaveDateTime", text(64)],
  ["costCenter", text(64)],
  ["division", text(64)],
  ["streetAddress", text(1024)],
  ["city", text(128)],
  ["state", text(128)],
  ["postalCode", text(40)],
  ["country", text(128)],
  ["usageLocation", text(2)],
  ["physicalDeliveryOfficeName", text(128)],
  ["telephoneNumber", text(64)],
  ["mobile", text(64)],
  ["facsimileTelephoneNumber", text(64)],
  ["preferredLanguage", text(64)],
  ["preferredDataLocation", text(64)],
  ["userType", text(16)],
  ["creationType", text(64)],
  ["externalUserState", text(64)],
  ["targetAddress", text(256)],
  ["dirSyncEnabled", boolean],
  ["onPremisesDistinguishedName", text(1024)],
  ["onPremisesDomainName", text(256)],
  ["onPremisesImmutableId", text(256)],
  ["onPremisesSamAccountName", text(256)],
  ["onPremisesSecurityIdentifier", text(184)],
  ["onPremisesUserPrincipalName", text(256)],
  ...Array.from({ length: 15 }, (_unused, at) => [`extensionAttribute${at + 1}`, text(1024)] as const),
]);

const groupRules: ReadonlyMap<string, AttributeRule> = new Map([
  ["displayName", text(256)],
  ["description", text(1024)],
  ["mail", text(256)],
  ["mailNickname", text(64)],
  ["mailEnabled", boolean],
  ["securityEnabled", boolean],
  ["visibility", text(32)],
  ["classification", text(256)],
  ["groupTypes", list(64)],
  ["proxyAddresses", list(256)],
  ["preferredLanguage", text(64)],
  ["dirSyncEnabled", boolean],
  ["onPremisesDomainName", text(256)],
  ["onPremisesSamAccountName", text(256)],
  ["onPremisesSecurityIdentifier", text(184)],
]);

const rules: Readonly<Record<ObjectKind, ReadonlyMap<string, AttributeRule>>> = { user: userRules, group: groupRules };

/** Custom attributes carry the id of the app that defines them: 32 hexadecimal digits without dashes. */
const custom = /^extension_[0-9a-f]{32}_[A-Za-z]\w{0,99}$/i;

/** The names of all attributes but the custom ones. */
export const attributeNames = (kind: ObjectKind): readonly string[] => [...rules[kind].keys()];

/** The rule of an attribute; undefined for a name that nobody knows. */
export const attributeRule = (kind: ObjectKind, name: string): AttributeRule | undefined =>
  rules[kind].get(name) ?? (custom.test(name) ? extension : undefined);
