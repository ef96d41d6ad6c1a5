import { isExtension, mappingName } from "./property-names.ts";
import type { GivenValue, PropertyReading } from "./property-reading.ts";
import { readProperties } from "./property-reading.ts";

/** A directory object with its attributes by their names in the mapping language. */
export interface DirectoryRecord {
  readonly id: string;
  readonly attributes: Readonly<Record<string, GivenValue>>;
  readonly createdAt: Date;
  readonly deletedAt: Date | null;
}

const defaultProperties = (
  "businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname " +
  "userPrincipalName id"
).split(" ");

const scalars = (
  "accountEnabled city companyName country creationType department displayName employeeHireDate employeeId " +
  "employeeLeaveDateTime employeeType externalUserState faxNumber givenName jobTitle mail mailNickname mobilePhone " +
  "officeLocation onPremisesDistinguishedName onPremisesDomainName onPremisesImmutableId onPremisesSamAccountName " +
  "onPremisesSecurityIdentifier onPremisesSyncEnabled onPremisesUserPrincipalName postalCode preferredDataLocation " +
  "preferredLanguage state streetAddress surname usageLocation userPrincipalName userType"
).split(" ");

const lists = ["otherMails", "proxyAddresses"];
const extensionNames = Array.from({ length: 15 }, (_unused, index) => `extensionAttribute${index + 1}`);

/** Every property of a user that is served, custom extensions aside. */
export const userProperties: readonly string[] = [
  ...["id", "businessPhones", "createdDateTime", "deletedDateTime", "employeeOrgData"],
  ...["onPremisesExtensionAttributes", "passwordProfile"],
  ...scalars,
  ...lists,
];

/** A user with all properties; those without a value are null, lists empty. */
export const userResource = (user: DirectoryRecord): Readonly<Record<string, unknown>> => {
  const held = (attribute: string): unknown =>
    Object.hasOwn(user.attributes, attribute) ? user.attributes[attribute] : null;
  const phone = held("telephoneNumber");
  const costCenter = held("costCenter");
  const division = held("division");
  return {
    id: user.id,
    businessPhones: phone === null ? [] : [phone],
    ...Object.fromEntries(scalars.map((name) => [name, held(mappingName(name))])),
    ...Object.fromEntries(lists.map((name) => [name, held(name) ?? []])),
    employeeOrgData: costCenter === null && division === null ? null : { costCenter, division },
    onPremisesExtensionAttributes: Object.fromEntries(extensionNames.map((name) => [name, held(name)])),
    ...Object.fromEntries(Object.entries(user.attributes).filter(([name]) => isExtension(name))),
    passwordProfile: null,
    createdDateTime: instant(user.createdAt),
    deletedDateTime: user.deletedAt === null ? null : instant(user.deletedAt),
  };
};

/** What Graph shows of a user when nothing is selected. */
export const defaultUserProperties: readonly string[] = defaultProperties;

/** ISO 8601 in UTC, without a fraction that says nothing. */
export const instant = (date: Date): string => date.toISOString().replace(".000Z", "Z");

/**
 * The attributes that a body sets or clears, by their names in the mapping language. Annotations and passwords are dropped;
 * Lockstep keeps no passwords.
 */
export const readUser = (body: unknown): PropertyReading =>
  readProperties(body, {
    type: "microsoft.graph.user",
    plain: [...scalars, ...lists],
    readOnly: ["id", "createdDateTime", "deletedDateTime"],
    dropped: ["passwordProfile", "passwordPolicies"],
    nested: new Map([
      ["onPremisesExtensionAttributes", extensionNames],
      ["employeeOrgData", ["costCenter", "division"]],
    ]),
    first: new Map([["businessPhones", "telephoneNumber"]]),
  });
