import { type JsonObject, readPath } from "#scim";
import type { MatchVerdict } from "../matching/matching.ts";
import {
  activePath,
  type CurrentObject,
  type DesiredObject,
  type Link,
  type MappingError,
  type OutOfScopeReason,
  type ScopedObject,
  wholeAccount,
} from "../objects.ts";
import { whyLeft, withoutIgnored } from "../read-back/ignored.ts";
import type { Decision, LinkAfter, Reason, Refusal } from "./decision.ts";
import { type AttributeDifference, companionsOf, differenceOf, wholeOf } from "./difference.ts";

export interface Policy {
  /** The check boxes of the object mapping. */
  readonly actions: { readonly create: boolean; readonly update: boolean; readonly delete: boolean };
  /** True: who leaves scope keeps the account; the blocked and the deleted are disabled all the same. */
  readonly skipOutOfScopeDeletions: boolean;
  /** False when no mapping reads `IsSoftDeleted`: then nothing can disable an account. */
  readonly canDisable: boolean;
}

/** Another source object that holds a link to the account that was found. */
export interface OtherHolder {
  readonly sourceId: string;
  readonly displayName: string;
  /** True when its link is unmanaged or its source is deleted: then the account may change hands. */
  readonly released: boolean;
}

export interface DecideInput {
  readonly scoped: ScopedObject;
  readonly link: Link | null;
  readonly desired:
    | { readonly ok: true; readonly object: DesiredObject }
    | { readonly ok: false; readonly error: MappingError };
  readonly match: MatchVerdict;
  readonly holder: OtherHolder | null;
  readonly policy: Policy;
}

const loginPath = "userName";

/** What should happen to one object, and why (architecture section 7; entra-provisioning 2.6). */
export const decide = (input: DecideInput): Decision | Refusal =>
  input.scoped.reason === null ? decideInScope(input) : decideLeaving(input, input.scoped.reason);

const decideInScope = (input: DecideInput): Decision | Refusal => {
  const { desired, match, policy, link } = input;
  if (!desired.ok) return { kind: "refusal", code: desired.error.code, message: desired.error.message };
  switch (match.kind) {
    case "unmatchable":
      return refuse(
        "ImportSkipped",
        "The object has no value for any matching attribute. Fill one of them in the directory, or map another one.",
      );
    case "ambiguous":
      return refuse(
        "DuplicateTargetEntries",
        `${match.ids.length} accounts have ${match.via} "${match.value}" (${match.ids.join(", ")}). Remove the surplus ones, or match by an attribute that is unique.`,
      );
    case "none": {
      if (!policy.actions.create)
        return skip("CreateNotAllowed", null, { kind: match.goneId === null ? "none" : "drop" });
      const [missing] = desired.object.missing;
      if (missing !== undefined) {
        return refuse(
          "MandatoryFieldsMissing",
          `The target needs ${desired.object.missing.join(", ")}, and the directory has no value for it. Fill it in, or give the mapping a default.`,
        );
      }
      return {
        ...base,
        action: "create",
        reason: match.goneId === null ? "NewAccount" : "AccountGone",
        changes: wholeOf(desired.object.attributes),
        linkAfter: { kind: "manage", origin: "created" },
      };
    }
    case "found":
      return adopt(input, desired.object, match.current, match.via);
    case "linked":
      return update(desired.object, match.current, link, policy);
  }
};

const update = (desired: DesiredObject, current: CurrentObject, link: Link | null, policy: Policy): Decision => {
  const mayEnable = link === null || link.disabledByUs;
  const fresh = withoutIgnored(differenceOf(desired.attributes, current), link?.ignored ?? []);
  const { changes, drift: suspended } = withoutSuspension(fresh.changes, mayEnable);
  const drift = [...suspended, ...fresh.drift];
  const linkAfter: LinkAfter = { kind: "manage", origin: "unchanged" };
  const inStep: Reason = fresh.drift.length > 0 ? "IgnoredByTarget" : "InStep";
  if (changes.length === 0) return { ...base, reason: inStep, targetId: current.id, drift, linkAfter };
  if (!policy.actions.update) return skip("UpdateNotAllowed", current.id, linkAfter);
  const enables = changes.some(switchesOn);
  return {
    ...base,
    action: enables ? "enable" : "update",
    reason: enables ? "BackInScope" : "AttributesDiffer",
    targetId: current.id,
    changes: withCompanions(changes, drift, desired, current),
    drift,
    linkAfter,
  };
};

/** A mapping may give the Boolean as text, and some targets keep it so. */
const says = (value: unknown, wanted: boolean): boolean => String(value).toLowerCase() === String(wanted);

const switchesOn = ({ path, after }: AttributeDifference): boolean => path === activePath && says(after, true);

/** An account that its own administrator suspended stays so: `active` is set to true only where we set it to false, or at adoption. */
const withoutSuspension = (differences: readonly AttributeDifference[], mayEnable: boolean) => {
  if (mayEnable) return { changes: differences, drift: [] };
  const suspended = (difference: AttributeDifference) => switchesOn(difference) && difference.before !== undefined;
  return {
    changes: differences.filter((difference) => !suspended(difference)),
    drift: differences.some(suspended)
      ? [{ path: activePath, why: "The account was suspended in the target by somebody else, so it stays suspended." }]
      : [],
  };
};

/** The changes with what goes along with them; what is left alone on purpose does not. */
const withCompanions = (
  changes: readonly AttributeDifference[],
  drift: Decision["drift"],
  { attributes }: DesiredObject,
  current: CurrentObject,
): readonly AttributeDifference[] => {
  const leftAlone = new Set(drift.map(({ path }) => path));
  const free = attributes.filter(({ path }) => !leftAlone.has(path));
  return [...changes, ...companionsOf(free, current, changes)];
};

const adopt = (input: DecideInput, desired: DesiredObject, current: CurrentObject, via: string): Decision | Refusal => {
  const { holder, policy } = input;
  if (holder !== null && !holder.released) {
    return refuse(
      "DuplicateSourceEntries",
      `The account with this ${via} already belongs to ${holder.displayName} (${holder.sourceId}). Two people cannot share one account: give one of them another ${via}.`,
    );
  }
  const all = differenceOf(desired.attributes, current);
  // The first contact never rewrites the login of an account that was found by something else.
  const isFree = ({ path }: { readonly path: string }) => path !== loginPath || via === loginPath;
  const changes = all.filter(isFree);
  const drift =
    changes.length < all.length
      ? [{ path: loginPath, why: `The account was found by ${via}; its login is not rewritten on first contact.` }]
      : [];
  const takesOverFrom = holder?.sourceId ?? null;
  const linkAfter: LinkAfter = { kind: "manage", origin: "adopted" };
  const reason: Reason = takesOverFrom === null ? "Adopted" : "LinkTakenOver";
  if (changes.length === 0 || !policy.actions.update) {
    return { ...base, reason, targetId: current.id, drift, linkAfter, takesOverFrom };
  }
  const enables = changes.some(switchesOn);
  return {
    ...base,
    action: enables ? "enable" : "update",
    reason,
    targetId: current.id,
    changes: withCompanions(changes, drift, desired, current),
    drift,
    linkAfter,
    takesOverFrom,
  };
};

const leftScope: ReadonlySet<OutOfScopeReason> = new Set(["NotAssigned", "NotEffectivelyEntitled", "FilteredOut"]);

const decideLeaving = (input: DecideInput, reason: OutOfScopeReason): Decision | Refusal => {
  const { link, match, policy, desired } = input;
  if (link === null) return skip(reason, null, { kind: "none" });
  if (!link.managed) {
    return skip("Unmanaged", link.targetId, { kind: reason === "Purged" ? "drop" : "keep" });
  }
  if (match.kind !== "linked") return skip("AlreadyGone", link.targetId, { kind: "drop" });
  const { current } = match;
  if (reason === "Purged") {
    if (!policy.actions.delete) return skip("DeleteNotAllowed", current.id, { kind: "unmanage" });
    const kept = link.ignored.find(({ path }) => path === wholeAccount);
    if (kept !== undefined) return leftBecauseIgnored(current.id, [{ path: kept.path, why: whyLeft(kept) }]);
    return { ...base, action: "delete", reason, targetId: current.id, linkAfter: { kind: "drop" }, removal: true };
  }
  if (policy.skipOutOfScopeDeletions && leftScope.has(reason))
    return skip("OutOfScopeKept", current.id, { kind: "keep" });
  if (!policy.actions.update) return skip("UpdateNotAllowed", current.id, { kind: "keep" });
  if (!policy.canDisable) return skip("NoWayToDisable", current.id, { kind: "keep" });
  if (!desired.ok) return { kind: "refusal", code: desired.error.code, message: desired.error.message };
  const after: LinkAfter = { kind: leftScope.has(reason) ? "unmanage" : "keep" };
  const { changes, drift } = withoutIgnored(differenceOf(desired.object.attributes, current), link.ignored);
  if (changes.length === 0)
    return drift.length > 0 ? leftBecauseIgnored(current.id, drift) : skip("AlreadyDisabled", current.id, after);
  const wasActive = !says(readPath(current.resource as JsonObject, activePath), false);
  return {
    ...base,
    action: "disable",
    reason,
    targetId: current.id,
    changes,
    drift,
    linkAfter: after,
    removal: wasActive,
  };
};

/** Managed for as long as it is not done: somebody on demand, or after a restart, tries again. */
const leftBecauseIgnored = (targetId: string, drift: Decision["drift"]): Decision => ({
  ...skip("IgnoredByTarget", targetId, { kind: "keep" }),
  drift,
});

const base = {
  kind: "decision",
  action: "skip",
  reason: "InStep",
  targetId: null,
  changes: [],
  drift: [],
  linkAfter: { kind: "keep" },
  takesOverFrom: null,
  removal: false,
} as const satisfies Decision;

const skip = (reason: Reason, targetId: string | null, linkAfter: LinkAfter): Decision => ({
  ...base,
  reason,
  targetId,
  linkAfter,
});

const refuse = (code: string, message: string): Refusal => ({ kind: "refusal", code, message });
