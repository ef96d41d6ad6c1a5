import { type Decision, type GuardLimits, type GuardVerdict, judgeRemovals } from "#core";

/** What the guard remembers during one cycle. */
export interface GuardState {
  readonly limits: GuardLimits;
  /** True for a single object that is held already: trying it on demand is no approval. */
  readonly waitsForDecision?: boolean;
  /** Managed links when the cycle began, and those that were removed within the day before. */
  readonly whole: number;
  /** Removals of the last day without approval, those of this cycle among them. */
  lastDay: number;
  /** Accounts found gone that were created anew in this cycle, and those that are held. */
  recreated: number;
}

/**
 * A decision that is about to be carried out → run or hold. Removals are counted here once more, because they also arrive while a cycle runs; so are
 * accounts that vanished: a wave of them is a target that lost its memory, not a wave of joiners.
 */
export const guard = (decision: Decision, state: GuardState, approved: boolean): GuardVerdict => {
  if (approved) return { kind: "run" };
  if (decision.removal && state.waitsForDecision === true) {
    return {
      kind: "hold",
      count: 1,
      limit: 0,
      why: 'It waits for a decision already. Allow or reject it with "held".',
    };
  }
  if (decision.removal) {
    const verdict = judgeRemovals(
      { waiting: 1, lastDay: state.lastDay, managed: state.whole - state.lastDay },
      state.limits,
    );
    if (verdict.kind === "run") state.lastDay++;
    return verdict;
  }
  if (decision.reason === "AccountGone") {
    const verdict = judgeRemovals(
      { waiting: 1, lastDay: state.recreated, managed: state.whole - state.recreated },
      state.limits,
    );
    if (verdict.kind === "run") state.recreated++;
    return verdict.kind === "run"
      ? verdict
      : {
          ...verdict,
          why: `${state.recreated + 1} linked accounts are gone from the target. Did somebody empty it, or does the address belong to another tenant? Nothing more is created until you allow it.`,
        };
  }
  return { kind: "run" };
};
