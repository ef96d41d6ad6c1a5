import type { JsonObject } from "#scim";

/** A SCIM service that somebody else wrote, on a free port of this machine, empty. */
export interface ForeignServer {
  readonly baseUrl: string;
  readonly token: string;
  /** What it holds by its own record, as it would show it. */
  users(): Promise<readonly JsonObject[]>;
  groups(): Promise<readonly JsonObject[]>;
  close(): Promise<void>;
}
