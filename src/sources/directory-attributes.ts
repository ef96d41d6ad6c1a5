/** How long values of a user's attributes may be, in characters, as Graph limits them. */
export const TEXT_LIMITS: ReadonlyMap<string, number> = new Map([
  ["userPrincipalName", 113],
  ["displayName", 256],
  ["givenName", 64],
  ["surname", 64],
  ["mail", 256],
  ["mailNickname", 64],
  ["jobTitle", 128],
  ["department", 64],
  ["companyName", 64],
  ["streetAddress", 1024],
  ["city", 128],
  ["state", 128],
  ["postalCode", 40],
  ["country", 128],
  ["physicalDeliveryOfficeName", 128],
  ["telephoneNumber", 64],
  ["mobile", 64],
  ["facsimileTelephoneNumber", 64],
  ["preferredLanguage", 64],
  ["employeeId", 64],
  ["onPremisesSecurityIdentifier", 184],
  ["onPremisesSamAccountName", 256],
  ["userType", 16],
]);

/** Attributes that hold several texts, with the limit of each. */
export const LIST_LIMITS: ReadonlyMap<string, number> = new Map([
  ["otherMails", 250],
  ["proxyAddresses", 256],
]);

export const BOOLEANS: ReadonlySet<string> = new Set(["accountEnabled"]);

export const GROUP_LIMITS: ReadonlyMap<string, number> = new Map([
  ["displayName", 256],
  ["description", 1024],
  ["mail", 256],
  ["mailNickname", 64],
]);

export const EXTENSION_LIMIT = 1024;
export const LONGEST_LIST = 250;

const NUMBERED = /^extensionattribute(1[0-5]|[1-9])$/i;
const CUSTOM = /^extension_([0-9a-f]{32}|[0-9a-f-]{36})_([a-z]\w{0,99})$/i;

/** The attribute's own spelling for extensionAttribute1 to 15 and extension_‹hex›_‹name›, else null. */
export function extensionName(name: string): string | null {
  const numbered = NUMBERED.exec(name.replace(/[\s_-]/g, ""))?.[1];
  if (numbered !== undefined) return `extensionAttribute${numbered}`;
  const custom = CUSTOM.exec(name.trim());
  return custom === null ? null : `extension_${custom[1]!.replaceAll("-", "").toLowerCase()}_${custom[2]!}`;
}

/** The directory's spelling of an attribute name that is written in any case, or null. */
export function ownName(name: string): string | null {
  return OWN_NAMES.get(name.trim().toLowerCase()) ?? extensionName(name);
}

const OWN_NAMES: ReadonlyMap<string, string> = new Map(
  [...TEXT_LIMITS.keys(), ...LIST_LIMITS.keys(), ...BOOLEANS].map((name) => [name.toLowerCase(), name]),
);

const TRUE = new Set([
  "true",
  "yes",
  "y",
  "1",
  "on",
  "x",
  "enabled",
  "active",
  "wahr",
  "ja",
  "j",
  "aktiv",
  "aktiviert",
  "vrai",
  "oui",
]);
const FALSE = new Set([
  "false",
  "no",
  "n",
  "0",
  "off",
  "disabled",
  "inactive",
  "falsch",
  "nein",
  "inaktiv",
  "deaktiviert",
  "gesperrt",
  "blocked",
  "faux",
  "non",
]);

/** A Boolean as people write it in English, German or French; null if it is none. */
export function readBoolean(text: string): boolean | null {
  const word = text.trim().toLowerCase();
  if (TRUE.has(word)) return true;
  return FALSE.has(word) ? false : null;
}
