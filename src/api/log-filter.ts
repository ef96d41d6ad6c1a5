import { conjunctsOf, type Filter } from "#graph";
import type { AuditFilter, ProvisioningAction, ProvisioningFilter, ProvisioningStatus } from "#journal";

const actions: readonly ProvisioningAction[] = ["other", "create", "delete", "disable", "update", "stagedDelete"];
const statuses: readonly ProvisioningStatus[] = ["success", "failure", "skipped", "warning"];

const wordOf = <Word extends string>(words: readonly Word[], text: string): Word | undefined =>
  words.find((word) => word.toLowerCase() === text.toLowerCase());

export const actionOf = (text: string): ProvisioningAction | undefined => wordOf(actions, text);
export const statusOf = (text: string): ProvisioningStatus | undefined => wordOf(statuses, text);

interface Demand {
  readonly path: string;
  readonly text: string;
}

/** Texts that a filter demands to be equal, and the span of time that it demands, wider by a moment than it says. */
const demandsOf = (filter: Filter | null) => {
  const equal: Demand[] = [];
  const span: { since?: Date; until?: Date } = {};
  for (const each of filter === null ? [] : conjunctsOf(filter)) {
    if (each.kind !== "comparison") continue;
    const path = each.path.join("/").toLowerCase();
    if (each.value.kind === "text" && each.operator === "eq") equal.push({ path, text: each.value.value });
    if (path !== "activitydatetime" || each.value.kind === "null" || each.value.kind === "boolean") continue;
    const moment = new Date(each.value.value);
    if (Number.isNaN(moment.getTime())) continue;
    if (each.operator === "gt" || each.operator === "ge") span.since = moment;
    if (each.operator === "lt" || each.operator === "le") span.until = new Date(moment.getTime() + 1);
  }
  return { equal: (path: string) => equal.find((demand) => demand.path === path.toLowerCase())?.text, span };
};

/** What of a filter the provisioning log can look up by itself; the rest is judged entry by entry. */
export const provisioningFilterOf = (filter: Filter | null): ProvisioningFilter => {
  const { equal, span } = demandsOf(filter);
  const plain = {
    jobId: equal("jobId"),
    cycleId: equal("cycleId"),
    changeId: equal("changeId"),
    sourceId: equal("sourceIdentity/id"),
    targetId: equal("targetIdentity/id"),
    appId: equal("servicePrincipal/id"),
    action: actionOf(equal("provisioningAction") ?? ""),
    status: statusOf(equal("provisioningStatusInfo/status") ?? ""),
  };
  return {
    ...(Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)) as ProvisioningFilter),
    ...span,
  };
};

/** The same for the audit log. */
export const auditFilterOf = (filter: Filter | null): AuditFilter => {
  const { equal, span } = demandsOf(filter);
  const plain = {
    activity: equal("activityDisplayName"),
    category: equal("category"),
    correlationId: equal("correlationId"),
  };
  return {
    ...(Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)) as AuditFilter),
    ...span,
  };
};
