import { Hono } from "hono";
import { getObject, getUser } from "#directory";
import { listProvisioning, type ProvisioningFilter } from "#journal";
import type { Queryable } from "#store";
import type { Api, Call, Env, Routes } from "../api.ts";
import { badRequest } from "../api-error.ts";
import { namedApp, namedJob } from "../apps-of-call.ts";
import { actionOf, statusOf } from "../log-filter.ts";
import { pageOptions } from "./jobs.ts";

/** The provisioning log with what Lockstep adds to it: explanations and exchanges. Newest first. */
export const logRoutes = (api: Api): Routes => {
  const routes = new Hono<Env>();

  routes.get("/logs", async (call) => {
    const filter = await filterOf(api.store.db, call);
    const { limit, after } = pageOptions(call);
    // Pages lead back in time; `newer` continues from the newest entry that a caller has seen.
    const newer = call.req.query("newer");
    const options = newer ? { limit, after: newer } : after === undefined ? { limit } : { limit, before: after };
    const page = await listProvisioning(api.store.db, filter, options);
    return call.json({ value: page.items, next: page.older, newer: page.newer });
  });

  return routes;
};

const filterOf = async (q: Queryable, call: Call): Promise<ProvisioningFilter> => {
  const { job, app, user, search, action, status, code, since, until, cycle } = call.req.query();
  const knownAction = action ? actionOf(action) : undefined;
  if (action && knownAction === undefined) {
    throw badRequest(
      `'${action.slice(0, 40)}' is no action. Use create, update, disable, delete, stagedDelete or other.`,
    );
  }
  const knownStatus = status ? statusOf(status) : undefined;
  if (status && knownStatus === undefined) {
    throw badRequest(`'${status.slice(0, 40)}' is no status. Use success, failure, skipped or warning.`);
  }
  return {
    ...(job ? { jobId: (await namedJob(q, job)).job.id } : {}),
    ...(app ? { appId: (await namedApp(q, app)).id } : {}),
    ...(user ? await ofUser(q, user) : {}),
    ...(search ? { search } : {}),
    ...(knownAction === undefined ? {} : { action: knownAction }),
    ...(knownStatus === undefined ? {} : { status: knownStatus }),
    ...(code ? { code } : {}),
    ...(since ? { since: momentOf("since", since) } : {}),
    ...(until ? { until: momentOf("until", until) } : {}),
    ...(cycle ? { cycleId: cycle } : {}),
  };
};

/**
 * Somebody who is no longer in the directory is known by the user principal name of an earlier entry: the entry of the purge itself has none.
 * Whom neither knows is searched for by name.
 */
const ofUser = async (q: Queryable, reference: string): Promise<ProvisioningFilter> => {
  const object = (await getUser(q, reference)) ?? (await getObject(q, reference));
  if (object !== null) return { sourceId: object.id };
  const { items } = await listProvisioning(q, { search: reference }, { limit: 1 });
  const found = items[0]?.sourceIdentity;
  const isMeant = found?.details.UserPrincipalName?.toLowerCase() === reference.trim().toLowerCase();
  return found !== undefined && isMeant ? { sourceId: found.id } : { search: reference };
};

const momentOf = (name: string, text: string): Date => {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) {
    throw badRequest(`${name} must be a date such as 2026-05-04T08:00:00Z, not '${text.slice(0, 40)}'.`);
  }
  return moment;
};
