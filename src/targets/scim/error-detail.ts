import { isJsonArray, isJsonObject, type JsonValue, valueOfName } from "#scim";

const longest = 300;

/** Where targets put their words: SCIM first, then problem documents, OAuth errors and older forms. */
const names = ["detail", "title", "error_description", "errorMessage", "message", "error"] as const;

const textIn = (value: JsonValue | undefined, levels: number): string => {
  if (typeof value === "string") return value;
  if (levels === 0) return "";
  if (isJsonArray(value)) return textIn(value[0], levels - 1);
  if (!isJsonObject(value)) return "";
  for (const name of names) {
    const text = textIn(valueOfName(value, name), levels - 1);
    if (text.trim() !== "") return text;
  }
  return textIn(valueOfName(value, "errors"), levels - 1);
};

/** The target's own explanation in one line of at most 300 characters; empty when it gave none. Takes any parsed body. */
export const errorDetail = (body: unknown): string => {
  const text = isJsonObject(body) || isJsonArray(body) ? textIn(body, 4) : "";
  // Control characters would let a target forge lines in a log.
  const line = text.replaceAll(/[\s\p{Cc}\u2028\u2029]+/gu, " ").trim();
  const cut = line.length > longest ? `${line.slice(0, longest)}…` : line;
  return cut.replace(/\s*\.$/, "");
};
