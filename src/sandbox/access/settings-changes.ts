import type { Result } from "#scim";
import { recordActivity } from "../activity.ts";
import { type Caller, may } from "../caller.ts";
import { SandboxError } from "../errors.ts";
import { events } from "../events.ts";
import { type Organization, saveSettings } from "../organization.ts";
import { allOrNothing, done, lacks, no } from "../outcome.ts";
import type { SandboxSettings } from "../settings.ts";
import type { Tenant } from "../tenant.ts";

/** The organisation's switches and SCIM settings. */
export const viewSettings = (tenant: Tenant, caller: Caller): Result<SandboxSettings> =>
  may(caller, "View security & authentication settings")
    ? done(tenant.organization.settings)
    : lacks("View security & authentication settings");

/** Changes those that are named; what is not named stays. */
export const changeSettings = async (
  tenant: Tenant,
  caller: Caller,
  change: Readonly<Record<string, unknown>>,
): Promise<Result<Organization>> => {
  if (!may(caller, "Edit security & authentication settings")) return lacks("Edit security & authentication settings");
  try {
    const changed = await allOrNothing(tenant.store, async (tx) => {
      const organization = await saveSettings(tx, caller.organizationId, change);
      await recordActivity(tx, {
        event: events.settingsChanged,
        at: tenant.clock.now(),
        caller,
        resources: Object.entries(change).map(([name, value]) => ({
          type: "setting",
          name: `${name} = ${JSON.stringify(value)}`,
        })),
      });
      return done(organization);
    });
    tenant.forgetOrganizations();
    return changed;
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    return no(400, error.message);
  }
};
