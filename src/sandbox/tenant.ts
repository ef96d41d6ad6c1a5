import type { Clock, Logger } from "#runtime";
import type { Store } from "#store";
import type { Callers } from "./callers.ts";
import type { Organization } from "./organization.ts";
import type { RateLimiter } from "./rate-limit.ts";

/** What every request needs of the running sandbox. */
export interface Tenant {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limiter: RateLimiter;
  readonly callers: Callers;
  /** Address of the SCIM service, without a closing slash. */
  readonly baseUrl: string;
  /** As the settings are now. */
  organization: Organization;
}
