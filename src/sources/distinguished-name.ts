/** Looks like `type=value,…`. */
export function looksLikeDn(text: string): boolean {
  return /^\s*(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)+)\s*=[^=]*(?:,|$)/i.test(text) && /,\s*[a-z][a-z0-9.-]*\s*=/i.test(text);
}

/**
 * One spelling for every way to write the same DN (RFC 4514): lower case, no space around separators, escapes resolved and
 * written back in one form, the parts of a multi-valued RDN in order.
 */
export function normalizeDn(dn: string): string {
  return splitAt(dn, ",;")
    .map((rdn) =>
      splitAt(rdn, "+")
        .map((part) => {
          const equals = part.indexOf("=");
          if (equals < 0) return escapeValue(unescapeValue(part)).toLowerCase();
          const type = part.slice(0, equals).trim();
          return `${type}=${escapeValue(unescapeValue(part.slice(equals + 1)))}`.toLowerCase();
        })
        .sort()
        .join("+"),
    )
    .join(",");
}

/** The value of the first RDN, unescaped: the name of the entry itself. */
export function leafName(dn: string): string {
  const first = splitAt(splitAt(dn, ",;")[0] ?? "", "+")[0] ?? "";
  return unescapeValue(first.slice(first.indexOf("=") + 1));
}

/** The DN that an entry gets when its RDN is replaced, under the same or a new parent. Normalised. */
export function renameDn(dn: string, newRdn: string, newSuperior: string | null): string {
  const parent = newSuperior ?? splitAt(dn, ",;").slice(1).join(",");
  return normalizeDn(parent.trim() === "" ? newRdn : `${newRdn},${parent}`);
}

function splitAt(text: string, separators: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]!;
    if (sign === "\\") at += 1;
    else if (sign === '"') quoted = !quoted;
    else if (!quoted && separators.includes(sign)) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

function unescapeValue(raw: string): string {
  let text = raw.replace(/^ +/, "");
  while (text.endsWith(" ") && !/(?:^|[^\\])(?:\\\\)*\\ $/.test(text)) text = text.slice(0, -1);
  if (text.length >= 2 && text.startsWith('"') && text.endsWith('"')) text = text.slice(1, -1);
  return text.replace(/((?:\\[0-9a-f]{2})+)|\\(.)/gis, (_all, hexes: string | undefined, sign: string | undefined) =>
    hexes === undefined ? sign! : Buffer.from(hexes.replaceAll("\\", ""), "hex").toString("utf8"),
  );
}

function escapeValue(value: string): string {
  if (!/[,+"\\<>;=# ]/.test(value)) return value;
  const escaped = value.replace(/[,+"\\<>;=]/g, "\\$&").replace(/^[ #]/, "\\$&");
  return value.length > 1 && value.endsWith(" ") ? `${escaped.slice(0, -1)}\\ ` : escaped;
}
