import { type RawBuilder, sql } from "kysely";

export type ObjectKind = "user" | "group";

/** A value that is there; what has no value has no entry. Numbers occur in custom extension attributes only. */
export type AttributeValue = string | number | boolean | readonly string[];

/** What to set; null clears, and what is absent stays as it is. */
export type AttributeChanges = Readonly<Record<string, AttributeValue | null>>;

interface DirectoryObject {
  readonly id: string;
  /** By the names of the mapping language. Absent means no value. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** The import or connector that keeps this object; null for one made by hand. */
  readonly source: string | null;
  /** What the source recognises the object by; unique with source and kind. */
  readonly anchor: string | null;
  /** The name that other rows of the source use for it (a normalised DN), or null. */
  readonly locator: string | null;
  readonly createdAt: Date;
  /** When it was soft-deleted; null while it is live. */
  readonly deletedAt: Date | null;
}

/** `attributes` always holds userPrincipalName, displayName, mailNickname and accountEnabled. */
export interface DirectoryUser extends DirectoryObject {
  readonly kind: "user";
  /** Stays while the manager is soft-deleted, and becomes null when the manager is purged. */
  readonly managerId: string | null;
}

/** `attributes` always holds displayName, mailNickname, securityEnabled and mailEnabled. */
export interface DirectoryGroup extends DirectoryObject {
  readonly kind: "group";
}

export interface ObjectRow {
  readonly id: string;
  readonly kind: ObjectKind;
  readonly attributes: Record<string, AttributeValue>;
  readonly manager_id: string | null;
  readonly source: string | null;
  readonly anchor: string | null;
  readonly locator: string | null;
  readonly created_at: Date;
  readonly deleted_at: Date | null;
}

export const objectColumns: RawBuilder<unknown> = sql.raw(
  "o.id, o.kind, o.attributes, o.manager_id, o.source, o.anchor, o.locator, o.created_at, o.deleted_at",
);

export const userOf = (row: ObjectRow): DirectoryUser => ({
  kind: "user",
  id: row.id,
  attributes: row.attributes,
  managerId: row.manager_id,
  source: row.source,
  anchor: row.anchor,
  locator: row.locator,
  createdAt: row.created_at,
  deletedAt: row.deleted_at,
});

export const groupOf = (row: ObjectRow): DirectoryGroup => ({
  kind: "group",
  id: row.id,
  attributes: row.attributes,
  source: row.source,
  anchor: row.anchor,
  locator: row.locator,
  createdAt: row.created_at,
  deletedAt: row.deleted_at,
});

export const objectOf = (row: ObjectRow): DirectoryUser | DirectoryGroup =>
  row.kind === "user" ? userOf(row) : groupOf(row);
