// The suite judges implementations of SCIM, ours among them, so it shares no code with any.

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json | undefined };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isArray = (value: unknown): value is readonly Json[] => Array.isArray(value);

/** Where a value stands: a dotted path, or the names one by one when one of them holds dots, as URNs do. */
export type Path = string | readonly string[];

export const namesOf = (path: Path): readonly string[] => (typeof path === "string" ? path.split(".") : path);

/** The value under a path, names in any letter case; undefined when there is none. */
export const at = (body: unknown, path: Path): Json | undefined => {
  let value: unknown = body;
  for (const name of namesOf(path)) {
    if (!isObject(value)) return undefined;
    const key = Object.keys(value).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    value = key === undefined ? undefined : value[key];
  }
  return value as Json | undefined;
};

/** The elements under a path; none when there is no array. */
export const listAt = (body: unknown, path: Path): readonly Json[] => {
  const value = at(body, path);
  return isArray(value) ? value : [];
};

export const textAt = (body: unknown, path: Path): string => {
  const value = at(body, path);
  return typeof value === "string" ? value : "";
};

/** True for what RFC 7643 section 2.5 calls unassigned. */
export const isUnassigned = (value: Json | undefined): boolean =>
  value === undefined || value === null || (isArray(value) && value.length === 0);

/**
 * True when everything expected is there: objects may have more members than expected (a provider may add `primary` or
 * `display`), arrays have the same number of elements in any order.
 */
export const isLike = (actual: Json | undefined, expected: Json): boolean => {
  if (isArray(expected)) {
    if (!isArray(actual) || actual.length !== expected.length) return false;
    const left = [...actual];
    return expected.every((item) => {
      const index = left.findIndex((candidate) => isLike(candidate, item));
      if (index >= 0) left.splice(index, 1);
      return index >= 0;
    });
  }
  if (isObject(expected)) {
    return (
      isObject(actual) && Object.entries(expected).every(([name, value]) => isLike(at(actual, [name]), value ?? null))
    );
  }
  return actual === expected;
};

/** JSON cut to a length that a person reads. */
export const brief = (value: unknown, length = 600): string => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return text.length > length ? `${text.slice(0, length)}… (${text.length} characters)` : text;
};
