const last = /(?:^|\/)(?:[A-Za-z.]+\('([^']+)'\)|([^/?#]+))\/?(?:[?#].*)?$/;

/** The id inside an `@odata.id`; host, version and kind of the address make no difference. Null when there is none. */
const idOfReference = (value: unknown): string | null => {
  if (typeof value !== "string") return null;
  const match = last.exec(value);
  const text = match?.[1] ?? match?.[2];
  if (text === undefined) return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/** The id that the body of a `$ref` request names. */
export const readReference = (body: unknown): string | null =>
  typeof body === "object" && body !== null ? idOfReference((body as Record<string, unknown>)["@odata.id"]) : null;

/** The ids that `name@odata.bind` in a body lists (one address or a list); null when it is no such thing. */
export const readBound = (body: unknown, name: string): readonly string[] | null => {
  const value =
    typeof body === "object" && body !== null ? (body as Record<string, unknown>)[`${name}@odata.bind`] : undefined;
  if (value === undefined) return [];
  const ids = (Array.isArray(value) ? value : [value]).map(idOfReference);
  return ids.every((id) => id !== null) ? ids : null;
};
