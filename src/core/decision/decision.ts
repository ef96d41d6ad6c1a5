import type { AttributeDifference } from "./difference.ts";

/** Everything that may be done to one object. */
export type Action = "create" | "update" | "enable" | "disable" | "delete" | "skip";

/** Why. The list is closed; reasons explain and are counted, nothing branches on them afterwards. */
export type Reason =
  // in scope
  | "NewAccount"
  | "AccountGone"
  | "AttributesDiffer"
  | "BackInScope"
  | "InStep"
  | "Adopted"
  | "LinkTakenOver"
  // leaving
  | "NotAssigned"
  | "NotEffectivelyEntitled"
  | "FilteredOut"
  | "SignInBlocked"
  | "SoftDeleted"
  | "Purged"
  // nothing to do
  | "AlreadyDisabled"
  | "AlreadyGone"
  | "Unmanaged"
  | "CreateNotAllowed"
  | "UpdateNotAllowed"
  | "DeleteNotAllowed"
  | "OutOfScopeKept"
  | "NoWayToDisable"
  | "IgnoredByTarget"
  | "UnlinkedSource";

/** What becomes of the link once the decision has been carried out. */
export type LinkAfter =
  | { readonly kind: "none" }
  | { readonly kind: "keep" }
  /** Linked and managed from now on. */
  | { readonly kind: "manage"; readonly origin: "created" | "adopted" | "unchanged" }
  /** Kept for the record, with no further writes. */
  | { readonly kind: "unmanage" }
  /** Forgotten: the account is gone. */
  | { readonly kind: "drop" };

export interface Decision {
  readonly kind: "decision";
  readonly action: Action;
  readonly reason: Reason;
  /** The account that it concerns; null before it exists. */
  readonly targetId: string | null;
  readonly changes: readonly AttributeDifference[];
  /** Attributes that differ and are left alone on purpose, each with the sentence why: an account that its own administrator suspended, a login found by e-mail. */
  readonly drift: readonly { readonly path: string; readonly why: string }[];
  readonly linkAfter: LinkAfter;
  /** Source id whose link is taken over, else null. */
  readonly takesOverFrom: string | null;
  /** True where the accidental-deletions guard counts it: it takes an account away from somebody. */
  readonly removal: boolean;
}

/** Nothing may be done until a person, the source or the target changes something. */
export interface Refusal {
  readonly kind: "refusal";
  /** An error code of the provisioning log (entra-provisioning 3.5). */
  readonly code: string;
  readonly message: string;
}
