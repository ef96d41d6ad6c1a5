import type { AttributeFault } from "./check-attributes.ts";
import type { AttributeChanges, AttributeValue, ObjectRow } from "./objects.ts";

/** One object as a source tells it. */
export interface ImportRow {
  readonly anchor: string;
  /** The name that other rows use for it (a normalised DN), or null. */
  readonly locator: string | null;
  /** Only what the source speaks of; null clears, and what is absent stays as it is. */
  readonly attributes: AttributeChanges;
}

export type ImportOutcome =
  | { readonly kind: "added" | "changed" | "restored" | "unchanged"; readonly id: string }
  /** Not written. `fault` names the attribute (or `anchor`) and says why; the rest of the batch is written all the same. */
  | { readonly kind: "refused"; readonly fault: AttributeFault };

/** What becomes of one row of an import. */
export interface ImportPlan {
  readonly row: ImportRow;
  /** The object as it is stored, or null for a new one. */
  readonly before: ObjectRow | null;
  /** All attributes that the object will have. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  fault: AttributeFault | null;
}
