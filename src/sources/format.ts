export type ImportFormat = "csv" | "ldif" | "json";

/** Guesses from the first characters, then from the name's ending; null where neither tells. */
export function guessFormat(name: string, head: string): ImportFormat | null {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (ending === "csv" || ending === "tsv" || ending === "tab") return "csv";
  if (ending === "ldif" || ending === "ldf") return "ldif";
  if (ending === "json" || ending === "jsonl" || ending === "ndjson") return "json";
  const text = head.trimStart();
  if (text.startsWith("[") || /^\{\s*["}]/.test(text)) return "json";
  if (/^(?:#.*\r?\n(?: .*\r?\n)*|\s*\r?\n)*(?:version:\s*1\s*\r?\n|dn::?\s)/i.test(text)) return "ldif";
  if (/^[^\r\n]*[,;\t|]/.test(text)) return "csv";
  return null;
}
