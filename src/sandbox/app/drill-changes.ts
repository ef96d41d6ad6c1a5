import { z } from "zod";
import type { Result } from "#scim";
import { type Activity, recordActivity } from "../activity.ts";
import { type Caller, may } from "../caller.ts";
import { type Drill, type Fault, type FaultWish, faults } from "../drill/index.ts";
import { events } from "../events.ts";
import { done, lacks, no } from "../outcome.ts";
import type { RateState } from "../rate-limit.ts";
import type { Tenant } from "../tenant.ts";

export const limitBody = z.strictObject({
  requestsPerMinute: z.union([z.int().min(1).max(1_000_000), z.literal("off")]),
});

const permission = "Edit security & authentication settings";

const tell = (tenant: Tenant, caller: Caller, event: Activity["event"], name: string) =>
  recordActivity(tenant.store.db, {
    event,
    at: tenant.clock.now(),
    caller,
    resources: [{ type: "drill", name }],
  });

const nameOf = ({ kind, method, path, times }: Fault): string =>
  `${kind} for ${times === null ? "all" : `the next ${times}`} ${method ?? "requests"}${path === null ? "" : ` at ${path}`}`;

const refused = (caller: Caller): Result<never> | null => (may(caller, permission) ? null : lacks(permission));

const kinds = Object.entries(faults).map(([kind, description]) => ({ kind, ...description }));

export interface DrillView extends Pick<Drill, "met"> {
  readonly faults: readonly Fault[];
  readonly kinds: typeof kinds;
  /** Null while the organisation's requests are not limited. */
  readonly rateLimit: RateState | null;
}

/** The faults of the whole sandbox, and the organisation's limit. */
export const viewDrill = ({ drill, limiters, organization }: Tenant, caller: Caller): Result<DrillView> =>
  refused(caller) ??
  done({ faults: drill.list(), met: drill.met, kinds, rateLimit: limiters.of(organization.id).state() });

export const switchOn = async (tenant: Tenant, caller: Caller, wish: FaultWish): Promise<Result<Fault>> => {
  const why = refused(caller);
  if (why !== null) return why;
  const fault = tenant.drill.add(wish);
  if (fault === null) return no(409, "There are 50 faults already. Switch some of them off.");
  await tell(tenant, caller, events.drillStarted, nameOf(fault));
  return done(fault);
};

export const switchOff = async (tenant: Tenant, caller: Caller, id: string): Promise<Result<Fault>> => {
  const why = refused(caller);
  if (why !== null) return why;
  const gone = tenant.drill.remove(id);
  if (gone === null) return no(404, "There is no fault with this id.");
  await tell(tenant, caller, events.drillStopped, nameOf(gone));
  return done(gone);
};

export const switchAllOff = async (tenant: Tenant, caller: Caller): Promise<Result<number>> => {
  const why = refused(caller);
  if (why !== null) return why;
  const count = tenant.drill.clear();
  if (count > 0) await tell(tenant, caller, events.drillStopped, "all faults");
  return done(count);
};

export const limitRequests = async (
  tenant: Tenant,
  caller: Caller,
  { requestsPerMinute }: z.infer<typeof limitBody>,
): Promise<Result<null>> => {
  const why = refused(caller);
  if (why !== null) return why;
  tenant.limiters.set(requestsPerMinute, tenant.organization.id);
  await tell(tenant, caller, events.settingsChanged, `${requestsPerMinute} requests a minute`);
  return done(null);
};
