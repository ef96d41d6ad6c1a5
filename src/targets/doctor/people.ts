import { schemaUrns } from "#scim";
import { nameOf } from "./throw-away.ts";

export const enterprise = schemaUrns.enterpriseUser;

type Resource = { readonly [name: string]: unknown };

/** A throw-away user with what most mappings send. */
export const personOf = (run: string, what: string, domain: string): Resource => {
  const userName = nameOf(run, what, domain);
  return {
    userName,
    externalId: nameOf(run, what, null),
    displayName: `Doctor ${what}`,
    name: { givenName: "Doctor", familyName: what, formatted: `Doctor ${what}` },
    title: "Throw-away",
    active: true,
    emails: [{ type: "work", primary: true, value: userName }],
    [enterprise]: { department: "Examination", employeeNumber: `${run}${what}` },
  };
};

/** The same with no more than what targets insist on. */
export const leanPersonOf = (run: string, what: string, domain: string): Resource => {
  const { userName, displayName, name, active, emails } = personOf(run, what, domain);
  return { userName, displayName, name, active, emails };
};

/** What a new user should keep. */
export const keptPaths: readonly string[] = [
  "userName",
  "externalId",
  "displayName",
  "name.givenName",
  "name.familyName",
  "title",
  "active",
  'emails[type eq "work"].value',
  `${enterprise}:department`,
  `${enterprise}:employeeNumber`,
];

/** By what people are searched for when they are matched. */
export const searchPaths: readonly string[] = [
  "userName",
  "externalId",
  'emails[type eq "work"].value',
  "emails.value",
  "displayName",
  `${enterprise}:employeeNumber`,
];

/** A path as people read it: without the URN of the enterprise extension. */
export const shortPath = (path: string): string =>
  path.startsWith(`${enterprise}:`) ? path.slice(enterprise.length + 1) : path;
