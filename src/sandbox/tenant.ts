import type { Clock, Logger } from "#runtime";
import type { Store } from "#store";
import type { Callers } from "./callers.ts";
import type { Drill } from "./drill/index.ts";
import type { Organization } from "./organization.ts";
import type { RateLimiters } from "./rate-limit.ts";
import type { SignInLimit } from "./sign-in/sign-in-limit.ts";

/** What every request needs of the running sandbox, whichever organisation it is about. */
export interface Service {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limiters: RateLimiters;
  readonly callers: Callers;
  readonly signIns: SignInLimit;
  readonly drill: Drill;
  /** Address of the SCIM service, without a closing slash. */
  readonly baseUrl: string;
  /** Address of the pages for people, with a closing slash. */
  readonly web: string;
  /** As it was at most a second ago; null when there is none with this id. */
  findOrganization(id: string): Promise<Organization | null>;
  /** To be called when roles, account groups, settings or names of organisations have changed. */
  forgetOrganizations(): void;
}

/** The sandbox as a request finds it: with the organisation that it is about. */
export interface Tenant extends Service {
  readonly organization: Organization;
}
