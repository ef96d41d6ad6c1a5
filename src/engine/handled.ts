import {
  type Action,
  type Decision,
  type DesiredObject,
  type GuardVerdict,
  type Ignored,
  type MatchVerdict,
  type Refusal,
  type ScopedObject,
  wholeAccount,
} from "#core";
import type { Exchange, Hidden, TargetFailure } from "#targets";
import type { OwedMembers } from "./owed-members.ts";
import type { Claimed } from "./source-objects.ts";
import type { Outcome } from "./steps/apply.ts";
import type { MemberChange } from "./steps/members.ts";

/**
 * One object at the end of the spine: every stage that it reached, in order. The provisioning log, the on-demand panel and the answer to "why" are all
 * written from this, so that they cannot differ.
 */
export interface Handled {
  readonly claimed: Claimed;
  /** How people know the object. */
  readonly name: string;
  /** What no log, list or message may show of it. */
  readonly hidden: Hidden;
  /** Null where objects of this type are not provisioned. */
  readonly scoped: ScopedObject | null;
  /** Null when nothing was mapped: out of scope without an account, or a mapping failed. */
  readonly desired: DesiredObject | null;
  /** Hash of the desired object; null when nothing was mapped. */
  readonly desiredHash: string | null;
  /** Null when no question had to be asked. */
  readonly match: MatchVerdict | null;
  readonly decision: Decision | Refusal | null;
  readonly guard: GuardVerdict;
  /** Null when it was held, refused, failed before, or only looked at. */
  readonly outcome: Outcome | null;
  /** A request that failed before anything was decided. */
  readonly failure: TargetFailure | null;
  /** What was written of a group's members; null where nothing was. */
  readonly members: MemberChange | null;
  /** What was owed of a group's memberships when they were compared, and whether all were; null where none were looked at. */
  readonly compared: { readonly owed: OwedMembers; readonly kind: "whole" | "some" } | null;
  /** A change of members that failed, after everything else went well. */
  readonly membersFailure: TargetFailure | null;
  /** What the target was seen not to have done, though it answered that it had. */
  readonly ignored: readonly Ignored[];
  /** References whose objects have no account yet. */
  readonly unsettled: readonly string[];
  /** True when the state that was last written is what is wanted, so that nothing was asked or sent. */
  readonly remembered: boolean;
  readonly exchanges: readonly Exchange[];
  readonly beganAt: Date;
  readonly endedAt: Date;
}

/** What went wrong, in the words of the provisioning log; null when nothing did. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  /** May pass by itself. */
  readonly transient: boolean;
  /** Earliest repetition that the target wants, or null. */
  readonly retryAt: Date | null;
}

export const troubleOf = (handled: Handled): Trouble | null => {
  if (handled.failure !== null) return troubleOfFailure(handled.failure);
  if (handled.decision?.kind === "refusal") {
    return { code: handled.decision.code, message: handled.decision.message, transient: false, retryAt: null };
  }
  const { outcome } = handled;
  if (outcome?.kind === "failed") return troubleOfFailure(outcome.failure);
  if (outcome?.kind === "duplicate") {
    return {
      code: "Conflict",
      message: `${outcome.failure.message} No account with these matching values can be found, so another attribute must be taken already: change it, or free it in the target.`,
      transient: false,
      retryAt: null,
    };
  }
  return handled.membersFailure === null ? null : troubleOfFailure(handled.membersFailure);
};

/**
 * How bad it is that the target did not do what it said. `failure`: somebody keeps what was to be taken away. Anything else is a `warning`: the object is
 * done with, and the target may only wait for somebody to confirm the change. Null where it did all.
 */
export const ignoredStatus = ({ ignored }: Handled): "warning" | "failure" | null => {
  if (ignored.length === 0) return null;
  return ignored.some(({ endsAccess, path }) => endsAccess || path === wholeAccount) ? "failure" : "warning";
};

/** What is, or would be, done with the object, in one word. */
export const actionOf = (handled: Handled): Action | "hold" | "fail" => {
  if (troubleOf(handled) !== null || ignoredStatus(handled) === "failure") return "fail";
  if (handled.guard.kind === "hold") return "hold";
  return handled.decision?.kind === "decision" ? handled.decision.action : "skip";
};

const troubleOfFailure = (failure: TargetFailure): Trouble => ({
  code: failure.code,
  message: failure.message,
  transient: failure.kind !== "permanent" && failure.kind !== "duplicate",
  retryAt: failure.retryAt,
});
