import { ownName } from "./directory-attributes.ts";
import { LDAP_ATTRIBUTES } from "./ldap-attributes.ts";
import type { Reference } from "./source-record.ts";

/** What a column holds. `key` is a value by which people are recognised, and nothing else. */
export type ColumnMeaning =
  | { readonly kind: "attribute"; readonly attribute: string }
  | { readonly kind: "accountDisabled" }
  | { readonly kind: "accountControl" }
  | { readonly kind: "key"; readonly key: "objectguid" | "entryuuid" | "id" }
  | { readonly kind: "locator" }
  | { readonly kind: "manager"; readonly by: Reference["by"] }
  | { readonly kind: "memberOf" };

/** Headers as they are found in exports of directories, HR systems and Excel, in English and German; folded by foldHeader. */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  userPrincipalName: [
    "upn",
    "userprincipal",
    "username",
    "user",
    "login",
    "loginname",
    "logonname",
    "signinname",
    "account",
    "benutzerprinzipalname",
    "benutzername",
    "anmeldename",
    "benutzer",
  ],
  displayName: [
    "name",
    "fullname",
    "cn",
    "commonname",
    "anzeigename",
    "vollstandigername",
    "vollername",
    "namevollstandig",
    "anzeige",
  ],
  givenName: ["firstname", "first", "forename", "given", "vorname", "rufname", "prenom"],
  surname: ["lastname", "last", "sn", "familyname", "family", "nachname", "familienname", "zuname"],
  mail: [
    "email",
    "emailaddress",
    "emailadresse",
    "mailadresse",
    "mailaddress",
    "primaryemail",
    "primaryemailaddress",
    "workemail",
    "businessemail",
    "primarysmtpaddress",
    "windowsemailaddress",
    "epost",
    "courriel",
  ],
  mailNickname: ["alias", "nickname", "mailalias", "emailalias"],
  jobTitle: [
    "title",
    "job",
    "position",
    "positiontitle",
    "role",
    "stelle",
    "funktion",
    "berufsbezeichnung",
    "stellenbezeichnung",
  ],
  department: ["dept", "departmentname", "abteilung", "team", "orgunit", "organisationseinheit"],
  companyName: ["company", "organization", "organisation", "firma", "unternehmen", "gesellschaft", "firmenname"],
  streetAddress: ["street", "address", "strasse", "strassehausnummer", "adresse", "strasseundhausnummer"],
  city: ["town", "l", "locality", "stadt", "ort", "wohnort"],
  state: ["st", "province", "stateorprovince", "stateprovince", "region", "bundesland", "kanton"],
  postalCode: ["zip", "zipcode", "postcode", "postalzip", "ziporpostalcode", "plz", "postleitzahl"],
  country: ["c", "co", "countryorregion", "countryregion", "countrycode", "land", "landregion", "staat"],
  physicalDeliveryOfficeName: ["office", "officelocation", "officename", "location", "buro", "buero", "standort"],
  telephoneNumber: [
    "phone",
    "telephone",
    "phonenumber",
    "officephone",
    "workphone",
    "businessphone",
    "businessphones",
    "telefon",
    "telefonnummer",
    "telefonnr",
    "telefongeschaftlich",
    "tel",
    "rufnummer",
  ],
  mobile: [
    "mobilephone",
    "mobilenumber",
    "cell",
    "cellphone",
    "cellphonenumber",
    "mobil",
    "mobiltelefon",
    "handy",
    "mobilnummer",
    "handynummer",
  ],
  facsimileTelephoneNumber: ["fax", "faxnumber", "faxnummer", "telefax"],
  preferredLanguage: ["language", "locale", "sprache", "bevorzugtesprache", "lang"],
  employeeId: [
    "employeenumber",
    "employeeno",
    "empid",
    "staffid",
    "staffnumber",
    "staffno",
    "personnelnumber",
    "personnelno",
    "workerid",
    "personalnummer",
    "personalnr",
    "persnr",
    "mitarbeiternummer",
    "mitarbeiternr",
    "mitarbeiterid",
    "manr",
    "matricule",
  ],
  onPremisesSecurityIdentifier: ["objectsid", "sid"],
  onPremisesSamAccountName: ["samaccountname", "sam", "samaccount", "ntlogin", "windowslogin", "uid"],
  userType: ["usertype", "benutzertyp"],
  accountEnabled: [
    "enabled",
    "active",
    "isactive",
    "isenabled",
    "accountstatus",
    "status",
    "aktiv",
    "aktiviert",
    "kontoaktiviert",
    "kontoaktiv",
  ],
  otherMails: [
    "othermail",
    "otheremails",
    "alternateemail",
    "alternateemails",
    "alternateemailaddress",
    "alternateemailaddresses",
    "secondaryemail",
    "weitereemails",
    "weitereemailadressen",
  ],
  proxyAddresses: ["proxyaddress", "emailaddresses", "smtpaddresses", "aliases"],
};

const SPECIAL: readonly (readonly [ColumnMeaning, readonly string[]])[] = [
  [
    { kind: "accountDisabled" },
    [
      "accountdisabled",
      "disabled",
      "isdisabled",
      "blocked",
      "blockcredential",
      "blocksignin",
      "signinblocked",
      "gesperrt",
      "deaktiviert",
      "nsaccountlock",
    ],
  ],
  [{ kind: "accountControl" }, ["useraccountcontrol"]],
  [{ kind: "key", key: "objectguid" }, ["objectguid", "guid"]],
  [{ kind: "key", key: "entryuuid" }, ["entryuuid", "uuid"]],
  [{ kind: "key", key: "id" }, ["id", "objectid", "objektid", "azureadobjectid", "entraobjectid"]],
  [{ kind: "locator" }, ["dn", "distinguishedname", "onpremisesdistinguishedname"]],
  [
    { kind: "manager", by: "any" },
    ["manager", "vorgesetzter", "vorgesetzte", "fuhrungskraft", "supervisor", "reportsto", "linemanager", "chef"],
  ],
  [{ kind: "manager", by: "userPrincipalName" }, ["managerupn", "manageruserprincipalname"]],
  [
    { kind: "manager", by: "mail" },
    ["managermail", "manageremail", "managersemail", "supervisoremail", "manageremailaddress"],
  ],
  [
    { kind: "manager", by: "anchor" },
    ["managerid", "manageremployeeid", "managernumber", "supervisorid", "vorgesetztennummer", "managerpersonalnummer"],
  ],
  [
    { kind: "memberOf" },
    ["groups", "group", "memberof", "groupmembership", "groupmemberships", "gruppen", "gruppe", "mitgliedvon"],
  ],
];

const MEANINGS: ReadonlyMap<string, ColumnMeaning> = new Map([
  ...Object.entries(SPELLINGS).flatMap(([attribute, spellings]) =>
    [foldHeader(attribute), ...spellings].map((name) => [name, { kind: "attribute", attribute }] as const),
  ),
  ...SPECIAL.flatMap(([meaning, names]) => names.map((name) => [name, meaning] as const)),
]);

/** Lower case letters and digits only; accents fall away, ß becomes ss. */
function foldHeader(header: string): string {
  return header
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** The best guess for a header, or null. An attribute's own name wins over every guess, then names that LDAP exports use. */
export function meaningOf(header: string): ColumnMeaning | null {
  const own = ownName(header);
  if (own !== null) return { kind: "attribute", attribute: own };
  const folded = foldHeader(header);
  const guess =
    MEANINGS.get(folded) ?? MEANINGS.get(folded.replaceAll("ae", "a").replaceAll("oe", "o").replaceAll("ue", "u"));
  if (guess !== undefined) return guess;
  const ldap = LDAP_ATTRIBUTES.get(header.trim().toLowerCase());
  return ldap === undefined ? null : { kind: "attribute", attribute: ldap };
}
