import type { Filter, JsonObject, ResourceType, Result, ScimError } from "#scim";

/** A resource as a client may see it whole: with `id`, `meta` and all that the service derives; projections come later. */
export interface Stored {
  readonly type: ResourceType;
  readonly id: string;
  /** The ETag: weak, and another one whenever what clients read changes. */
  readonly version: string;
  readonly location: string;
  readonly resource: JsonObject;
}

/** Costly parts that are read only for who looks at them. */
export interface Wanted {
  readonly members: boolean;
}

export interface NewResource {
  readonly type: ResourceType;
  /** Null lets the store choose. */
  readonly id: string | null;
  /** As `validateResource` gives it. */
  readonly resource: JsonObject;
}

/** On a refusal, `at` is the index of the resource at fault. */
export type Created =
  | { readonly ok: true; readonly value: readonly Stored[] }
  | { readonly ok: false; readonly error: ScimError; readonly at: number };

/** What must hold of the stored resource; else the error. */
export type Guard = (stored: Stored) => ScimError | null;

export interface Change {
  readonly guard: Guard;
  /** Gives the whole resource that is wanted, as `validateResource` or `applyPatch` give it. */
  readonly apply: (current: JsonObject) => Result<JsonObject>;
  /** The `value` of each member that `apply` may look at or touch; null when it may be any of them. */
  readonly members: readonly string[] | null;
  readonly wanted: Wanted;
}

export interface Search {
  readonly types: readonly ResourceType[];
  readonly filter: Filter | null;
  readonly sort: { readonly by: string; readonly order: "ascending" | "descending" } | null;
  /** By index: resources to pass over. By cursor: where an earlier page ended; null is the first page. */
  readonly start:
    | { readonly kind: "index"; readonly offset: number }
    | { readonly kind: "cursor"; readonly cursor: string | null };
  /** Resources at most; 0 only counts. A store may give fewer, so that a page does not grow too large. */
  readonly limit: number;
  readonly wanted: Wanted;
}

export interface Found {
  readonly resources: readonly Stored[];
  /** Matches in all; null when a page by cursor did not count them. */
  readonly total: number | null;
  /** Cursor of the following page; null when there is none, or none was asked for. */
  readonly next: string | null;
}

/** What a provider keeps its resources in: what one caller may see of it. Every change is all or nothing. */
export interface ResourceStore {
  /** Stores resources that may refer to one another: all of them or none. */
  create(resources: readonly NewResource[]): Promise<Created>;
  /** Null when there is none of this type with this id. */
  read(type: ResourceType, id: string, wanted: Wanted): Promise<Stored | null>;
  /** Fails with 404 when there is no such resource. */
  change(type: ResourceType, id: string, change: Change): Promise<Result<Stored>>;
  /** Removes the resource, and from every group. Fails with 404 when there is no such resource. */
  remove(type: ResourceType, id: string, guard: Guard): Promise<Result<undefined>>;
  find(search: Search): Promise<Result<Found>>;
}
