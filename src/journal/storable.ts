/** JSON text that the database takes: it knows no NUL and no half surrogate pairs, and a target may send both. */
export const storableJson = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.includes("\\u") && /\\u(0000|d[89a-f])/i.test(text)
    ? JSON.stringify(value, (_, inner: unknown) => storableValue(inner))
    : text;
};

/** Text without NUL and half surrogate pairs; U+FFFD stands in their place. */
export const storableText = (text: string): string => text.replaceAll("\0", "\u{FFFD}").toWellFormed();

const storableValue = (value: unknown): unknown => {
  if (typeof value === "string") return storableText(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [storableText(name), inner]));
};
