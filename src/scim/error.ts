/** The error kinds of RFC 7644 section 3.12, and those of RFC 9865 for pages by cursor. */
export const scimTypes = [
  "invalidFilter",
  "tooMany",
  "uniqueness",
  "mutability",
  "invalidSyntax",
  "invalidPath",
  "noTarget",
  "invalidValue",
  "invalidVers",
  "sensitive",
  "invalidCursor",
  "expiredCursor",
  "invalidCount",
] as const;

/** One of the error kinds. */
export type ScimType = (typeof scimTypes)[number];

/**
 * A refusal in SCIM's terms. `scimType` is undefined for statuses that have no kind (404, 412 and so on);
 * `position` is the character, counted from 0, at which a filter or path could not be read.
 */
export type ScimError = {
  readonly status: number;
  readonly scimType: ScimType | undefined;
  readonly detail: string;
  readonly position: number | undefined;
};

/** What every reading or applying function of this room returns instead of throwing. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ScimError };

/** How far to follow the letter: `strict` is the RFC, `compat` also takes what Entra's client really sends. */
export type Mode = "strict" | "compat";

const statusOf = (scimType: ScimType): number => {
  if (scimType === "uniqueness") return 409;
  return scimType === "sensitive" ? 403 : 400;
};

/** An error of a listed kind, with the HTTP status that goes with it. */
export const scimError = (scimType: ScimType, detail: string, position?: number): ScimError => ({
  status: statusOf(scimType),
  scimType,
  detail,
  position,
});

/** An error that only has an HTTP status, such as 404. */
export const statusError = (status: number, detail: string): ScimError => ({
  status,
  scimType: undefined,
  detail,
  position: undefined,
});

/** A successful result. */
export const succeed = <T>(value: T): Result<T> => ({ ok: true, value });

/** A failed result of a listed kind. */
export const refuse = (
  scimType: ScimType,
  detail: string,
  position?: number,
): { readonly ok: false; readonly error: ScimError } => ({ ok: false, error: scimError(scimType, detail, position) });

/** Texts from outside, cut short so that an error body stays readable. */
export const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
