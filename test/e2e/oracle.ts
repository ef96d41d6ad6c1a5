import type { DirectoryUser } from "#directory";
import { foldCase, type JsonObject, readPath } from "#scim";

/** What of an account the mappings decide. */
export interface Account {
  readonly active: unknown;
  readonly displayName: unknown;
  readonly email: unknown;
  readonly formatted: unknown;
  readonly externalId: unknown;
}

/** The account that an assigned, enabled person has with the usual mappings. */
export const wantedOf = ({ attributes }: DirectoryUser): Account => ({
  active: true,
  displayName: attributes.displayName,
  email: attributes.mail,
  formatted: `${attributes.givenName} ${attributes.surname}`,
  externalId: attributes.mailNickname,
});

const accountOf = (user: JsonObject): Account => ({
  active: user.active,
  displayName: user.displayName,
  email: readPath(user, 'emails[type eq "work"].value'),
  formatted: readPath(user, "name.formatted"),
  externalId: user.externalId,
});

/** Accounts by user name in lower case. Throws where two have one name. */
export const accountsOf = (users: readonly JsonObject[]): ReadonlyMap<string, Account> => {
  const accounts = new Map<string, Account>();
  for (const user of users) {
    const name = foldCase(String(user.userName));
    if (accounts.has(name)) throw new Error(`two accounts are called ${name}`);
    accounts.set(name, accountOf(user));
  }
  return accounts;
};
