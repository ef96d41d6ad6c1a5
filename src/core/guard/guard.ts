/** Limits on removals, per cycle and per rolling day. */
export interface GuardLimits {
  readonly enabled: boolean;
  /** More removals than this are held, whatever their share. */
  readonly absolute: number;
  /** More than this share (percent) of the managed links is held … */
  readonly percent: number;
  /** … once there are at least this many removals. */
  readonly floor: number;
}

export const defaultGuardLimits: GuardLimits = { enabled: true, absolute: 500, percent: 20, floor: 10 };

export interface GuardCounts {
  /** Removals that wait, held ones among them; what was approved by name does not count. */
  readonly waiting: number;
  /** Removals carried out within the last 24 hours without approval. */
  readonly lastDay: number;
  /** Managed links of the job. */
  readonly managed: number;
}

export type GuardVerdict =
  | { readonly kind: "run" }
  | { readonly kind: "hold"; readonly why: string; readonly count: number; readonly limit: number };

/**
 * Whether the removals that wait may run. Holding is all or nothing: when a wave is suspicious, no part of it is innocent.
 * `count > absolute`, or at least `floor` and more than `percent` of the managed links (architecture section 7).
 */
export const judgeRemovals = (counts: GuardCounts, limits: GuardLimits): GuardVerdict => {
  if (!limits.enabled || counts.waiting === 0) return { kind: "run" };
  const total = counts.waiting + counts.lastDay;
  if (total > limits.absolute) return hold(counts, limits.absolute, `more than ${limits.absolute}`);
  // The links that were removed today still belong to the whole that the share is taken of.
  const allowed = ((counts.managed + counts.lastDay) * limits.percent) / 100;
  if (total >= limits.floor && total > allowed) {
    return hold(
      counts,
      Math.floor(allowed),
      `more than ${limits.percent} % of the ${counts.managed + counts.lastDay} managed accounts`,
    );
  }
  return { kind: "run" };
};

const hold = (counts: GuardCounts, limit: number, than: string): GuardVerdict => ({
  kind: "hold",
  count: counts.waiting,
  limit,
  why:
    `${counts.waiting} accounts would be disabled or deleted` +
    (counts.lastDay > 0 ? ` (and ${counts.lastDay} were within the last day)` : "") +
    `, ${than}. Nothing was removed. See the list with "held", then allow or reject.`,
});
