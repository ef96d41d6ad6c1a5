import { AppsError } from "./errors.ts";
import { canonicalKey, isConfidential } from "./secret-keys.ts";
import type { SecretPair } from "./types.ts";

/**
 * Pairs from the wire under Graph's spelling, without those that are empty (an empty value deletes its key).
 * @throws AppsError `UnknownSecret`, `DuplicateSecret`, `InvalidSecret`
 */
export const readPairs = (pairs: readonly SecretPair[]): ReadonlyMap<string, string> => {
  const given = new Map<string, string>();
  for (const pair of pairs) {
    const key = canonicalKey(pair.key);
    if (key === null) {
      throw new AppsError(
        "UnknownSecret",
        `There is no credential or setting "${pair.key}". Usual ones are BaseAddress, SecretToken, SyncAll, SkipOutOfScopeDeletions and SyncNotificationSettings.`,
        { facts: { key: pair.key } },
      );
    }
    if (given.has(key)) {
      throw new AppsError("DuplicateSecret", `${key} is given twice. Give each key once.`, { facts: { key } });
    }
    given.set(key, readValue(key, pair.value));
  }
  return new Map([...given].filter(([, value]) => value !== ""));
};

const controlCharacter = /\p{Cc}/u;
/** A private key, with which a client signs instead of sending a secret, has many lines, and never travels. */
const privateKey = /^-----BEGIN [A-Z ]*PRIVATE KEY-----[\r\n\tA-Za-z0-9+/=:, -]+-----$/;

const canTravel = (key: string, text: string): boolean =>
  text.isWellFormed() &&
  !text.includes("\0") &&
  (!isConfidential(key) || !controlCharacter.test(text) || (key === "Oauth2ClientSecret" && privateKey.test(text)));

const readValue = (key: string, value: string): string => {
  // Pasted tokens and addresses bring line ends along.
  const text = value.trim();
  if (text === "") return "";
  if (!canTravel(key, text)) {
    throw invalid(key, "contains a character that cannot be sent. Copy it again, on one line.");
  }
  if (key === "BaseAddress" || key === "Oauth2TokenExchangeUri") checkAddress(key, text);
  if ((key === "SyncAll" || key === "SkipOutOfScopeDeletions") && !/^(true|false)$/i.test(text)) {
    throw invalid(key, "must be true or false.");
  }
  if (key === "SyncNotificationSettings" && jsonObject(text) === null) {
    throw invalid(key, "must be the text of a JSON object.");
  }
  return text;
};

const checkAddress = (key: string, text: string): void => {
  if (/[{}]/.test(text)) throw invalid(key, "still has a place in braces. Put in the value of your organisation.");
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw invalid(key, "must be a whole address, for example https://api.example.com/scim/v2.");
  }
  if (url.username !== "" || url.password !== "") {
    throw invalid(key, "must not contain a user name or password. Save them as secrets of their own.");
  }
};

const invalid = (key: string, what: string): AppsError =>
  new AppsError("InvalidSecret", `${key} ${what}`, { facts: { key } });

/** A JSON object from text, or null. */
export const jsonObject = (text: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
};

/** Where an address leads to: protocol, host and port; text that is no address stands for itself. */
export const destinationOf = (value: string | undefined): string | null => {
  if (value === undefined) return null;
  return URL.canParse(value) && new URL(value).origin !== "null" ? new URL(value).origin : value.toLowerCase();
};
