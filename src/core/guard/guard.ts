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

/** What makes removals suspicious: how many they are and what the limit is, in words without a full stop. */
export interface Suspicion {
  readonly limit: number;
  readonly words: string;
}

/**
 * `count > absolute`, or at least `floor` and more than `percent` of the managed links (architecture section 7).
 * @returns null where the removals may run
 */
export const suspicionOf = (counts: GuardCounts, limits: GuardLimits): Suspicion | null => {
  if (!limits.enabled || counts.waiting === 0) return null;
  const total = counts.waiting + counts.lastDay;
  if (total > limits.absolute) return suspect(counts, limits.absolute, `more than ${limits.absolute}`);
  // The links that were removed today still belong to the whole that the share is taken of.
  const whole = counts.managed + counts.lastDay;
  const allowed = (whole * limits.percent) / 100;
  if (total < limits.floor || total <= allowed) return null;
  return suspect(counts, Math.floor(allowed), `more than ${limits.percent} % of the ${whole} managed accounts`);
};

const suspect = (counts: GuardCounts, limit: number, than: string): Suspicion => ({
  limit,
  words:
    `${counts.waiting} accounts would be disabled or deleted` +
    (counts.lastDay > 0 ? ` (and ${counts.lastDay} were within the last day)` : "") +
    `, ${than}`,
});

/** Whether the removals that wait may run. Holding is all or nothing: when a wave is suspicious, no part of it is innocent. */
export const judgeRemovals = (counts: GuardCounts, limits: GuardLimits): GuardVerdict => {
  const suspicion = suspicionOf(counts, limits);
  if (suspicion === null) return { kind: "run" };
  return {
    kind: "hold",
    count: counts.waiting,
    limit: suspicion.limit,
    why: `${suspicion.words}. Nothing was removed. See the list with "held", then allow or reject.`,
  };
};
