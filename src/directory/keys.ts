import type { AttributeValue } from "./objects.ts";

/** What is compared instead of the name itself: case, width and spaces make no difference. */
export const foldName = (name: string): string => name.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();

export interface ObjectKeys {
  readonly principal: string | null;
  readonly mail: string | null;
  readonly name: string;
  readonly employee: string | null;
}

/** The keys by which an object with these attributes is found. A soft-deleted one has no principal key: its name is free. */
export const keysOf = (attributes: Readonly<Record<string, AttributeValue>>, live: boolean): ObjectKeys => {
  const lower = (name: string): string | null => {
    const value = attributes[name];
    return typeof value === "string" ? value.toLowerCase() : null;
  };
  return {
    principal: live ? lower("userPrincipalName") : null,
    mail: lower("mail"),
    // Folding can lengthen a text many times over, and an index takes no more than 2,700 bytes.
    name: foldName(String(attributes.displayName)).slice(0, 500).toWellFormed(),
    employee: lower("employeeId"),
  };
};

/** Same attributes with the same values, whatever the order of the names. */
export const sameAttributes = (
  one: Readonly<Record<string, AttributeValue>>,
  other: Readonly<Record<string, AttributeValue>>,
): boolean => {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && sameValue(one[name]!, other[name]!))
  );
};

const sameValue = (one: AttributeValue, other: AttributeValue): boolean =>
  Array.isArray(one) && Array.isArray(other)
    ? one.length === other.length && one.every((value, at) => value === other[at])
    : one === other;
