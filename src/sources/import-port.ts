import type { AttributeValue, MemberMode, Reference } from "./source-record.ts";

export type ObjectKind = "user" | "group";

/** One object to be created, changed or restored. */
export interface ImportedObject {
  readonly anchor: string;
  /** See SourceRecord.locator; stored so that references of this and later files find the object. */
  readonly locator: string | null;
  /** Only the attributes to set; null clears. Attributes that are absent stay as they are. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** For problems only. */
  readonly line: number;
}

export interface ExistingObject {
  readonly kind: ObjectKind;
  readonly id: string;
  /** null: the object belongs to another source, or was made by hand. Never null in what `lookup` answers. */
  readonly anchor: string | null;
  readonly locator: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** true while it is soft-deleted and can be restored. */
  readonly deleted: boolean;
}

export interface ManagerLink {
  readonly user: Reference;
  readonly manager: Reference | null;
  readonly line: number;
}

export interface MemberLinks {
  readonly group: Reference;
  readonly members: readonly Reference[];
  /** replace: members that are not listed leave the group. */
  readonly mode: MemberMode;
  readonly line: number;
}

/** The groups of one user, seen from the user. */
export interface MembershipLinks {
  readonly user: Reference;
  readonly groups: readonly Reference[];
  /** replace: the user leaves those groups *of this source* that are not listed. */
  readonly mode: "replace" | "add";
  readonly line: number;
}

export interface LinkBatch {
  readonly managers: readonly ManagerLink[];
  readonly members: readonly MemberLinks[];
  readonly memberships: readonly MembershipLinks[];
}

export interface UnresolvedReference {
  readonly line: number;
  readonly field: "subject" | "manager" | "members" | "memberOf";
  readonly reference: Reference;
}

export interface LinkOutcome {
  readonly managersChanged: number;
  readonly membersAdded: number;
  readonly membersRemoved: number;
  /** References that name nobody; the other links of the batch are written all the same. */
  readonly unresolved: readonly UnresolvedReference[];
}

export interface RefusedRow {
  readonly kind: ObjectKind;
  readonly line: number;
  readonly anchor: string;
  readonly field: string | null;
  readonly reason: string;
}

/**
 * What an import asks of the directory. One port belongs to one named source; (source, kind, anchor) is unique, deleted
 * objects included until they are purged. A call holds at most 1,000 objects (of links: 1,000 rows with some 5,000 references,
 * more only where one group alone has more) and is one transaction, or none.
 */
export interface ImportPort {
  /** The attribute that recognised people at the last import of this source, or null at the first. */
  anchorField(): Promise<string | null>;
  rememberAnchorField(field: string): Promise<void>;

  /** Objects of this source, soft-deleted ones included, by anchor (compared as written). Anchors that nobody has are absent. */
  lookup(kind: ObjectKind, anchors: readonly string[]): Promise<ReadonlyMap<string, ExistingObject>>;

  /**
   * Objects by reference, one answer for each, null where nobody or more than one fits. Objects of this source win over
   * others; soft-deleted ones never fit. `name` means a group's displayName or a group's anchor, without regard to case.
   */
  find(references: readonly Reference[]): Promise<readonly (ExistingObject | null)[]>;

  /**
   * Creates or changes by anchor, restoring what was soft-deleted. Rows that the directory refuses (a userPrincipalName that
   * somebody else holds) come back; the others are written. Names that change hands within one batch are not a conflict.
   */
  write(batch: {
    readonly users: readonly ImportedObject[];
    readonly groups: readonly ImportedObject[];
  }): Promise<{ readonly refused: readonly RefusedRow[] }>;

  /** Brings links to the state that the batch tells; with `dryRun` only says what that would change. */
  writeLinks(batch: LinkBatch, options: { readonly dryRun: boolean }): Promise<LinkOutcome>;

  /** A page of this source's objects that are not deleted, in order of anchor (any fixed order), those after `after`. */
  list(
    kind: ObjectKind,
    after: string | null,
    limit: number,
  ): Promise<readonly { readonly anchor: string; readonly name: string }[]>;

  /** Soft-deletes objects of this source; answers how many were live. */
  remove(kind: ObjectKind, anchors: readonly string[]): Promise<number>;
}
