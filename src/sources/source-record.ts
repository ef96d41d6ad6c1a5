/** How a row points at another object. `any` means: try anchor, locator, userPrincipalName, mail in this order. */
export interface Reference {
  readonly by: "anchor" | "locator" | "userPrincipalName" | "mail" | "name" | "any";
  /** Lower-cased for locator, userPrincipalName, mail and name; as written for anchor and any. */
  readonly value: string;
  /** As the file writes it, where a mention is enough to bring the object into being (a group in a person's column). */
  readonly spelling?: string;
}

/** null: the file says that there is no value. */
export type AttributeValue = string | boolean | readonly string[] | null;

export type ProblemEffect = "row-skipped" | "value-skipped";

/** One complaint about one row. */
export interface RowProblem {
  /** Physical line (from 1) on which the row begins; 0 where the problem concerns the whole file. */
  readonly line: number;
  /** The column, key or attribute as the file names it, or null where the whole row is meant. */
  readonly field: string | null;
  readonly reason: string;
  /** The offending value, shortened, or null. */
  readonly value: string | null;
  readonly effect: ProblemEffect;
}

/** One person or group as a reader found it. */
export interface SourceRecord {
  readonly kind: "user" | "group";
  readonly line: number;
  /** Values by which the object could be recognised, under lower-cased names ("employeeid", "objectguid", "entryuuid", "id", or the named column). */
  readonly keys: ReadonlyMap<string, string>;
  /** The name that other rows of the file use for it: the normalised DN in LDIF, the id in Graph's JSON, else null. */
  readonly locator: string | null;
  /** By directory attribute name. A name that is absent is one about which this row says nothing. */
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  /** undefined: the row has no word for it; null: it says that there is none. */
  readonly manager?: Reference | null | undefined;
  readonly members?: readonly Reference[] | undefined;
  readonly memberOf?: readonly Reference[] | undefined;
  /** With a `row-skipped` among them the record is reported and not imported. */
  readonly problems: readonly RowProblem[];
}

export interface AttributeEdit {
  readonly attribute: string;
  readonly operation: "add" | "replace" | "delete";
  /** Empty for a delete means all values. */
  readonly value: AttributeValue;
}

/** An LDIF change record other than `add`. */
export interface ChangeRecord {
  readonly kind: "change";
  readonly line: number;
  readonly locator: string;
  readonly change:
    | { readonly kind: "delete" }
    | { readonly kind: "rename"; readonly locator: string }
    | {
        readonly kind: "modify";
        readonly edits: readonly AttributeEdit[];
        readonly manager?: Reference | null | undefined;
        readonly members: readonly { readonly mode: MemberMode; readonly members: readonly Reference[] }[];
      };
  readonly problems: readonly RowProblem[];
}

export type MemberMode = "replace" | "add" | "remove";

/** Reading could not go on, or lost its place: what follows `line` is unknown, so nobody may be called missing. */
export interface LostRows {
  readonly kind: "lost";
  readonly line: number;
  readonly problem: RowProblem;
}

export type ReadItem = SourceRecord | ChangeRecord | LostRows;

const SHOWN = 80;

/** A value as a problem shows it: at most 80 characters, control characters visible. */
export function shorten(value: string): string {
  const head = Array.from(value.slice(0, SHOWN * 2))
    .slice(0, SHOWN)
    .join("");
  const clean = head.replace(/\p{Cc}/gu, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return head.length < value.length ? `${clean}… (${value.length} characters)` : clean;
}

export function rowProblem(
  line: number,
  field: string | null,
  reason: string,
  value: string | null = null,
  effect: ProblemEffect = "row-skipped",
): RowProblem {
  return { line, field, reason, value: value === null ? null : shorten(value), effect };
}

/** A row of which nothing could be understood. */
export function unreadable(
  line: number,
  field: string | null,
  reason: string,
  value: string | null = null,
): SourceRecord {
  return {
    kind: "user",
    line,
    keys: new Map(),
    locator: null,
    attributes: new Map(),
    problems: [rowProblem(line, field, reason, value)],
  };
}
