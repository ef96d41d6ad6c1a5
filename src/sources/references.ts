import { looksLikeDn, normalizeDn } from "./distinguished-name.ts";
import type { Reference } from "./source-record.ts";

/** A reference of which the file does not say what it is. */
export function anyReference(text: string): Reference {
  const value = text.trim();
  return looksLikeDn(value) ? { by: "locator", value: normalizeDn(value) } : { by: "any", value };
}

export function dnReference(dn: string): Reference {
  return { by: "locator", value: normalizeDn(dn) };
}

/** A group by its name. The value is also the anchor of a group that nothing but mentions of it describes. */
export function groupName(name: string): Reference {
  return { by: "name", value: foldName(name), spelling: name.trim() };
}

/** Names that differ in case, width or spaces are one. */
export function foldName(name: string): string {
  return name.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
}

/** An anchor's field name in one spelling, so that "employee ID", "EmployeeId" and "employeeid" are one. */
export function foldAnchorField(field: string): string {
  return field
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s_.-]/g, "");
}
