import { isUnsafeName } from "../json.ts";

/** The part of a path before any bracket. */
export type AttributeName = {
  readonly urn: string | undefined;
  readonly name: string;
  readonly sub: string | undefined;
};

const namePattern = /^[A-Za-z$][A-Za-z0-9_$-]*$/;
const urnPattern = /^urn:[A-Za-z0-9][A-Za-z0-9-]*(?::[A-Za-z0-9._~!*'+,;=@%/-]+)+$/i;

/** True for a word that may name an attribute or sub-attribute (RFC 7643 section 2.1, and `$`). */
export const isAttributeName = (word: string): boolean => namePattern.test(word) && !isUnsafeName(word);

/** A URI of SCIM 1.1 ends in its version, and what it names follows after a dot: `urn:scim:schemas:extension:enterprise:1.0.manager`. */
const versioned = /^urn:.+:\d+\.\d+(?=\.[A-Za-z$][^:]*$)/i;

/**
 * Splits `urn:…:User:name.familyName` into its parts; undefined when the word is no attribute path.
 * URIs contain dots and colons, so the attribute is what follows the last colon, or the version of a URI that ends in one.
 */
export const readAttributeName = (word: string): AttributeName | undefined => {
  const colon = versioned.exec(word)?.[0].length ?? word.lastIndexOf(":");
  const urn = colon < 0 ? undefined : word.slice(0, colon);
  if (urn !== undefined && !urnPattern.test(urn)) return undefined;
  const [name = "", sub, ...rest] = word.slice(colon + 1).split(".");
  if (rest.length > 0 || !isAttributeName(name)) return undefined;
  if (sub !== undefined && !isAttributeName(sub)) return undefined;
  return { urn, name, sub };
};
