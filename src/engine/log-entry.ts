import { type Action, type AttributeValue, wayOf } from "#core";
import type {
  ModifiedProperty,
  ProvisioningAction,
  ProvisioningEntry,
  ProvisioningStatus,
  ProvisioningStep,
} from "#journal";
import { mapTexts, newId } from "#runtime";
import { adviceFor, explain, skipCodeOf } from "./explain.ts";
import { type Handled, ignoredStatus, type Trouble, troubleOf } from "./handled.ts";
import { ignoredSentence } from "./ignored.ts";
import { type JobContext, mappingOf } from "./job-context.ts";
import { hiding, isSecretName } from "./secrecy.ts";
import type { Member } from "./steps/members.ts";

/** The provisioning log's entry for one handled object, in the shape of entra-provisioning 7.3. */
export const logEntryOf = (handled: Handled, context: JobContext, cycleId: string): ProvisioningEntry => {
  const { claimed } = handled;
  const trouble = troubleOf(handled);
  const status = statusOf(handled, trouble);
  const displayName = handled.name;
  const targetId = targetIdOf(handled);
  const hide = hiding(handled.hidden);
  const texts = (details: Readonly<Record<string, string>>) => mapTexts(details, hide) as Record<string, string>;
  return {
    id: newId(),
    activityDateTime: handled.endedAt.toISOString(),
    tenantId: context.tenantId,
    jobId: context.job.id,
    cycleId,
    changeId: newId(),
    provisioningAction: actionOf(handled),
    durationInMilliseconds: Math.max(0, handled.endedAt.getTime() - handled.beganAt.getTime()),
    initiatedBy: { id: "", displayName: "Lockstep Provisioning Service", initiatorType: "system" },
    servicePrincipal: { id: context.app.id, displayName: context.app.displayName },
    sourceSystem: { id: context.tenantId, displayName: "Directory", details: {} },
    targetSystem: {
      id: context.app.id,
      displayName: context.app.displayName,
      details: {
        ApplicationId: context.app.appId,
        ServicePrincipalId: context.app.id,
        ServicePrincipalDisplayName: context.app.displayName,
      },
    },
    sourceIdentity: {
      id: claimed.source.id,
      displayName,
      identityType: claimed.source.type,
      details: {
        id: claimed.source.id,
        odatatype: claimed.source.type,
        DisplayName: displayName,
        UserPrincipalName: hide(String(claimed.source.attributes.userPrincipalName ?? "")),
      },
    },
    targetIdentity: {
      id: targetId,
      displayName: targetId === "" ? "" : displayName,
      identityType: mappingOf(context, claimed.source.type)?.targetObjectName ?? "",
      details: {},
    },
    provisioningStatusInfo: { status, errorInformation: errorOf(handled, context, trouble, status) },
    provisioningSteps: stepsOf(handled, context, trouble).map((step) => ({
      ...step,
      description: hide(step.description),
      details: texts(step.details),
    })),
    modifiedProperties: modifiedOf(handled).map(({ displayName: name, oldValue, newValue }) => ({
      displayName: name,
      oldValue: oldValue === null ? null : hide(oldValue),
      newValue: newValue === null ? null : hide(newValue),
    })),
    explanation: explain(handled, context),
    ...((trouble === null && handled.ignored.length === 0) || handled.exchanges.length === 0
      ? {}
      : { exchanges: handled.exchanges.slice(-2) }),
  };
};

const targetIdOf = ({ outcome, decision, claimed }: Handled): string => {
  if (outcome?.kind === "applied" && outcome.account !== null) return outcome.account.id;
  return (decision?.kind === "decision" ? decision.targetId : null) ?? claimed.link?.targetId ?? "";
};

const actions: Readonly<Record<Action, ProvisioningAction>> = {
  create: "create",
  update: "update",
  enable: "update",
  disable: "disable",
  delete: "delete",
  skip: "other",
};

const changedMembers = ({ members }: Handled): boolean =>
  members !== null && members.add.length + members.remove.length > 0;

const actionOf = (handled: Handled): ProvisioningAction => {
  const { decision, guard } = handled;
  if (decision?.kind !== "decision") return "other";
  if (decision.action === "skip" && changedMembers(handled)) return "update";
  return guard.kind === "hold" && decision.removal ? "stagedDelete" : actions[decision.action];
};

const statusOf = (handled: Handled, trouble: Trouble | null): ProvisioningStatus => {
  const { decision, guard, outcome, claimed } = handled;
  if (trouble !== null) return "failure";
  const ignored = ignoredStatus(handled);
  if (ignored !== null) return ignored;
  if (changedMembers(handled)) return "success";
  if (guard.kind === "hold") return "skipped";
  if (outcome?.kind === "gone") return "warning";
  if (decision?.kind === "decision" && decision.action === "skip") {
    return decision.linkAfter.kind === "manage" && claimed.link === null ? "success" : "skipped";
  }
  return "success";
};

const errorOf = (handled: Handled, context: JobContext, trouble: Trouble | null, status: ProvisioningStatus) => {
  const { decision } = handled;
  if (trouble !== null) {
    return {
      errorCode: trouble.code,
      reason: trouble.message,
      additionalDetails: null,
      errorCategory: "nonServiceFailure" as const,
      recommendedAction: adviceFor(trouble.code),
    };
  }
  const ignored = ignoredSentence(handled, context.app.displayName);
  if (ignored !== null) {
    return {
      errorCode: "TargetIgnoredChange",
      reason: hiding(handled.hidden)(ignored),
      additionalDetails: null,
      errorCategory: "nonServiceFailure" as const,
      recommendedAction: adviceFor("TargetIgnoredChange"),
    };
  }
  if (status !== "skipped" || decision?.kind !== "decision") return null;
  return {
    errorCode: skipCodeOf(decision.reason),
    reason: decision.reason,
    additionalDetails: null,
    errorCategory: "nonServiceFailure" as const,
    recommendedAction: null,
  };
};

const stepsOf = (handled: Handled, context: JobContext, trouble: Trouble | null): ProvisioningStep[] => {
  const { claimed, scoped, match, decision } = handled;
  const { type } = claimed.source;
  const { name } = handled;
  const app = context.app.displayName;
  const change = claimed.source.presence === "purged" ? "Delete" : claimed.link === null ? "Add" : "Update";
  const steps: ProvisioningStep[] = [
    {
      name: `EntryImport${change}`,
      provisioningStepType: "import",
      status: "success",
      description: `${type} ${name} arrived from the directory (${claimed.due.reason})`,
      details: importDetails(handled, context),
    },
  ];
  if (scoped === null) return steps;
  steps.push({
    name: "EntrySynchronizationScoping",
    provisioningStepType: "scoping",
    status: scoped.inScope ? "success" : "skipped",
    description: scoped.inScope ? `${type} is in scope` : `${type} is not in scope: ${scoped.reason}`,
    details: {
      "Active in the source system": textOf(scoped.active),
      "Assigned to the application": textOf(scoped.assigned),
      [`${type} has the required role`]: textOf(scoped.hasRequiredRole),
      "Scoping filter evaluation passed": textOf(scoped.passedFilters),
      ScopeEvaluationResult: JSON.stringify(
        Object.fromEntries(
          scoped.clauses.map((clause) => [
            `${clause.filter}: ${clause.attribute} ${clause.operator} ${clause.operands.join(", ")}`,
            clause.passed,
          ]),
        ),
      ),
      ...Object.fromEntries(
        scoped.paths.map((path, index) => [`Assignment path ${index + 1}`, `${wayOf(path)} › ${path.roleName}`]),
      ),
    },
  });
  if (match !== null) steps.push(matchingStep(handled, app));
  if (decision?.kind === "decision" && decision.action !== "skip" && handled.guard.kind !== "hold")
    steps.push(exportStep(handled, app, trouble));
  else {
    steps.push({
      name: "EntrySynchronizationSkip",
      provisioningStepType: "processing",
      status: trouble === null ? "skipped" : "failure",
      description: explain(handled, context),
      details:
        decision?.kind === "decision" ? { SkipReason: skipCodeOf(decision.reason), Reason: decision.reason } : {},
    });
  }
  return steps;
};

const importDetails = (handled: Handled, context: JobContext): Record<string, string> => {
  const source = handled.scoped?.source ?? handled.claimed.source;
  const mapping = mappingOf(context, source.type);
  const read = new Set((mapping?.mappings ?? []).flatMap(({ reads }) => [...reads]));
  const details: Record<string, string> = {};
  for (const name of read) {
    const value = Object.hasOwn(source.attributes, name) ? source.attributes[name] : null;
    if (value !== null && value !== undefined && !isSecretName(mapping, name)) details[name] = textOf(value);
  }
  return details;
};

const matchingStep = ({ match, claimed }: Handled, app: string): ProvisioningStep => {
  const step = (
    status: ProvisioningStatus,
    description: string,
    details: Record<string, string> = {},
  ): ProvisioningStep => ({
    name: claimed.link === null ? "EntrySynchronizationAdd" : "EntryImport",
    provisioningStepType: "matching",
    status,
    description,
    details,
  });
  switch (match?.kind) {
    case "linked":
      return step("success", `The linked account in ${app} was read`, { id: match.current.id });
    case "found":
      return step("success", `An account in ${app} was found by ${match.via}`, {
        id: match.current.id,
        matchedBy: match.via,
      });
    case "ambiguous":
      return step("failure", `Several accounts in ${app} have ${match.via} "${match.value}"`, {
        ids: match.ids.join(", "),
      });
    case "unmatchable":
      return step("failure", "The object has no value for any matching attribute");
    default:
      return step(
        "success",
        `No matching account in ${app}`,
        match?.kind === "none" && match.goneId !== null ? { goneId: match.goneId } : {},
      );
  }
};

const exportStep = (handled: Handled, app: string, trouble: Trouble | null): ProvisioningStep => {
  const ignored = ignoredSentence(handled, app);
  const decision = handled.decision?.kind === "decision" ? handled.decision : null;
  const kind = decision?.action === "create" ? "Add" : decision?.action === "delete" ? "Delete" : "Update";
  const done = {
    create: "created",
    update: "updated",
    enable: "enabled",
    disable: "disabled",
    delete: "deleted",
    skip: "left alone",
  }[decision?.action ?? "skip"];
  return {
    name: `EntryExport${kind}`,
    provisioningStepType: "export",
    status: trouble !== null ? "failure" : handled.outcome === null ? "skipped" : (ignoredStatus(handled) ?? "success"),
    description:
      trouble !== null || ignored !== null
        ? (trouble?.message ?? ignored ?? "")
        : handled.outcome === null
          ? `The account in ${app} would be ${done}`
          : `The account in ${app} was ${done}`,
    details: Object.fromEntries(
      (decision?.changes ?? []).map((change) => [
        change.path,
        change.shown ?? (change.after === undefined ? "(removed)" : textOf(change.after)),
      ]),
    ),
  };
};

const modifiedOf = ({ decision, members, ignored }: Handled): ModifiedProperty[] => {
  const changes = decision?.kind === "decision" ? decision.changes : [];
  const unchanged = new Set(ignored.map(({ path }) => path));
  const modified = changes.filter(({ path, repeated }) => repeated !== true && !unchanged.has(path));
  const properties = modified.map(({ path, before, after, shown }) => ({
    displayName: path,
    oldValue: before === undefined || before === null ? null : (shown ?? textOf(before)),
    newValue: after === undefined ? null : (shown ?? textOf(after)),
  }));
  if (members === null || members.add.length + members.remove.length === 0) return properties;
  return [
    ...properties,
    { displayName: "members", oldValue: namedMembers(members.remove), newValue: namedMembers(members.add) },
  ];
};

/** A large group's entry names the first of its members only. */
const namedMembers = (members: readonly Member[]): string | null => {
  if (members.length === 0) return null;
  const named = members.slice(0, 20).map(({ targetId }) => targetId);
  return named.join(", ") + (members.length > named.length ? ` and ${members.length - named.length} more` : "");
};

/** Values as Entra's log writes them: Booleans with a capital, anything compound as JSON. */
const textOf = (value: AttributeValue | unknown): string => {
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
};
