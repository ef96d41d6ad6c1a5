import type { Mode, ResourceType } from "#scim";
import type { ResourceStore } from "./resource-store.ts";

/** How much of a request is read before it is refused, and how much an answer holds. */
export interface ProviderLimits {
  /** Bytes of a request body. */
  readonly body: number;
  /** Levels of nesting in a body. */
  readonly depth: number;
  /** Values of every kind in a body. */
  readonly values: number;
  /** Values of an attribute, members of a group aside. */
  readonly attributeValues: number;
  /** Operations of a PATCH. */
  readonly patchOperations: number;
  /** Operations of a PATCH times the members that each may look at. */
  readonly patchWork: number;
  readonly bulkOperations: number;
  /** Names in `attributes` or `excludedAttributes`. */
  readonly names: number;
  /** Resources in a page when the client does not say, and at most. */
  readonly page: number;
  readonly largestPage: number;
}

export const defaultLimits: ProviderLimits = {
  body: 4 * 1024 * 1024,
  depth: 16,
  values: 100_000,
  attributeValues: 500,
  patchOperations: 1000,
  patchWork: 2_000_000,
  bulkOperations: 1000,
  names: 200,
  page: 100,
  largestPage: 1000,
};

/** A SCIM service as it is for one caller. */
export interface Service {
  /** Address without a closing slash. */
  readonly baseUrl: string;
  readonly limits: ProviderLimits;
  readonly mode: Mode;
  readonly types: readonly ResourceType[];
  readonly store: ResourceStore;
  readonly mayWrite: boolean;
}

/** What stands before the services of all callers. */
export interface Door {
  readonly baseUrl: string;
  /** Path of the service without a closing slash. */
  readonly basePath: string;
  readonly limits: ProviderLimits;
  /** For the WWW-Authenticate header. */
  readonly realm: string;
  /** What a token opens; null when it is unknown or no longer good. */
  open(token: string): Promise<Service | null>;
}

/** A request as it came: nothing normalised, nothing decoded. */
export interface ProviderRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** @param name in lower case */
  header(name: string): string | undefined;
  /** The body, or null when it has more than `limit` bytes. Rejects when it does not arrive whole. */
  body(limit: number): Promise<Uint8Array | null>;
}
