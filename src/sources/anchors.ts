import { ownName } from "./directory-attributes.ts";
import { leafName } from "./distinguished-name.ts";
import { principalName } from "./object-rules.ts";
import { foldName } from "./references.ts";
import type { SourceRecord } from "./source-record.ts";

/** In this order the fields are tried that recognise a person beyond a rename. */
export const ANCHOR_FIELDS: readonly string[] = ["employeeid", "objectguid", "entryuuid", "id"];

export const LAST_RESORT = "userprincipalname";

const SHOWN: Readonly<Record<string, string>> = {
  employeeid: "employeeId",
  objectguid: "objectGUID",
  entryuuid: "entryUUID",
  id: "id",
  userprincipalname: "userPrincipalName",
};

/** A folded anchor field as people read it. */
export function showField(field: string): string {
  return Object.hasOwn(SHOWN, field) ? SHOWN[field]! : (ownName(field) ?? field);
}

/** What recognises a person, or null if the record lacks it. `field` is folded. */
export function userAnchor(record: SourceRecord, field: string): string | null {
  const key = record.keys.get(field);
  if (key !== undefined) return key;
  if (field === LAST_RESORT) return principalName(record)?.toLowerCase() ?? null;
  const name = ownName(field);
  const value = name === null ? undefined : record.attributes.get(name);
  if (typeof value !== "string" || value === "") return null;
  return name === "mail" ? value.toLowerCase() : value;
}

/** What recognises a group: a stable id if there is one, else its DN, else its name. */
export function groupAnchor(record: SourceRecord): string | null {
  const id = record.keys.get("objectguid") ?? record.keys.get("entryuuid") ?? record.keys.get("id") ?? record.locator;
  if (id !== null && id !== undefined) return id;
  const name = record.attributes.get("displayName");
  return typeof name === "string" ? foldName(name) : null;
}

export function groupNameOf(record: SourceRecord): string | null {
  const name = record.attributes.get("displayName");
  if (typeof name === "string") return name;
  return record.locator?.includes("=") ? leafName(record.locator) : null;
}

export interface AnchorChoice {
  /** Folded; see foldAnchorField. */
  readonly field: string;
  readonly warning: string | null;
}

/**
 * Chooses the field for a whole file. The first that every person has wins; else the first that at least half have (the others
 * are reported row by row, not recognised by something else that would make them new people next time).
 */
export function chooseAnchor(people: number, coverage: ReadonlyMap<string, number>): AnchorChoice {
  const share = (field: string) => (people === 0 ? 0 : (coverage.get(field) ?? 0) / people);
  const field =
    ANCHOR_FIELDS.find((candidate) => share(candidate) === 1) ??
    ANCHOR_FIELDS.find((candidate) => share(candidate) >= 0.5);
  if (field !== undefined) return { field, warning: null };
  return {
    field: LAST_RESORT,
    warning:
      "People are recognised by userPrincipalName, because the file has no employeeId, objectGUID or entryUUID: whoever gets a new userPrincipalName will count as somebody else. Name a column that never changes as the anchor to avoid this.",
  };
}
