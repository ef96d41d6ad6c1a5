/** LDAP attribute types of a person (lower case) and the directory attributes that they fill, after Active Directory and inetOrgPerson. */
export const LDAP_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ["userprincipalname", "userPrincipalName"],
  ["displayname", "displayName"],
  ["cn", "displayName"],
  ["commonname", "displayName"],
  ["sn", "surname"],
  ["surname", "surname"],
  ["givenname", "givenName"],
  ["gn", "givenName"],
  ["mail", "mail"],
  ["rfc822mailbox", "mail"],
  ["mailnickname", "mailNickname"],
  ["uid", "onPremisesSamAccountName"],
  ["userid", "onPremisesSamAccountName"],
  ["samaccountname", "onPremisesSamAccountName"],
  ["title", "jobTitle"],
  ["department", "department"],
  ["departmentnumber", "department"],
  ["ou", "department"],
  ["company", "companyName"],
  ["o", "companyName"],
  ["street", "streetAddress"],
  ["streetaddress", "streetAddress"],
  ["l", "city"],
  ["localityname", "city"],
  ["st", "state"],
  ["stateorprovincename", "state"],
  ["postalcode", "postalCode"],
  ["co", "country"],
  ["c", "country"],
  ["countryname", "country"],
  ["physicaldeliveryofficename", "physicalDeliveryOfficeName"],
  ["roomnumber", "physicalDeliveryOfficeName"],
  ["telephonenumber", "telephoneNumber"],
  ["mobile", "mobile"],
  ["mobiletelephonenumber", "mobile"],
  ["facsimiletelephonenumber", "facsimileTelephoneNumber"],
  ["preferredlanguage", "preferredLanguage"],
  ["employeeid", "employeeId"],
  ["employeenumber", "employeeId"],
  ["objectsid", "onPremisesSecurityIdentifier"],
  ["othermailbox", "otherMails"],
  ["othermails", "otherMails"],
  ["proxyaddresses", "proxyAddresses"],
  ["mailalternateaddress", "otherMails"],
  ["usertype", "userType"],
]);

/** Where several LDAP types fill one attribute, those that are named earlier win. */
export const PREFERRED: ReadonlyMap<string, readonly string[]> = new Map([
  ["displayName", ["displayname", "cn", "commonname"]],
  ["onPremisesSamAccountName", ["samaccountname", "uid", "userid"]],
  ["department", ["department", "departmentnumber", "ou"]],
  ["companyName", ["company", "o"]],
  ["streetAddress", ["streetaddress", "street"]],
  ["country", ["co", "c", "countryname"]],
  ["physicalDeliveryOfficeName", ["physicaldeliveryofficename", "roomnumber"]],
  ["employeeId", ["employeeid", "employeenumber"]],
]);

/** Types whose values are bytes, not text. */
export const BINARY_TYPES: ReadonlySet<string> = new Set([
  "objectguid",
  "objectsid",
  "jpegphoto",
  "thumbnailphoto",
  "thumbnaillogo",
  "photo",
  "audio",
  "usercertificate",
  "usersmimecertificate",
  "userpkcs12",
  "cacertificate",
  "mscrypto",
  "ms-ds-consistencyguid",
  "msexchmailboxguid",
  "msexcharchiveguid",
  "msexchmailboxsecuritydescriptor",
  "ntsecuritydescriptor",
  "userparameters",
  "logonhours",
  "sidhistory",
  "tokengroups",
  "replicationsignature",
  "msrtcsip-userroutinggroupid",
  "userpassword",
  "krbprincipalkey",
]);

const GROUP_CLASSES = new Set([
  "group",
  "groupofnames",
  "groupofuniquenames",
  "groupofmembers",
  "posixgroup",
  "univentiongroup",
]);
const PERSON_CLASSES = new Set([
  "person",
  "organizationalperson",
  "inetorgperson",
  "user",
  "posixaccount",
  "account",
  "residentialperson",
]);
const NEITHER_CLASSES = new Set([
  "computer",
  "contact",
  "organizationalunit",
  "organization",
  "dcobject",
  "domain",
  "container",
  "builtindomain",
  "msds-groupmanagedserviceaccount",
  "msds-managedserviceaccount",
]);

/** What an entry is by its object classes; null is neither a person nor a group. Entries without classes are judged by what they hold. */
export function entryKind(classes: readonly string[], has: (type: string) => boolean): "user" | "group" | null {
  const lower = classes.map((name) => name.trim().toLowerCase());
  if (lower.some((name) => NEITHER_CLASSES.has(name))) return null;
  if (lower.some((name) => GROUP_CLASSES.has(name))) return "group";
  if (lower.some((name) => PERSON_CLASSES.has(name))) return "user";
  if (lower.length > 0) return null;
  if (has("member") || has("uniquemember")) return "group";
  return ["uid", "mail", "userprincipalname", "samaccountname", "sn", "employeenumber", "employeeid"].some(has)
    ? "user"
    : null;
}
