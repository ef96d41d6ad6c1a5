/** Whether what was written is read back: never; some of it, which finds a target that ignores a change early and costs next to nothing; or all of it. */
export const readBackPolicies = ["off", "sampled", "always"] as const;
export type ReadBackPolicy = (typeof readBackPolicies)[number];

/** One attribute of a write. */
export interface Touched {
  /** How many writes of this kind have touched it before, as far as is known. */
  readonly writesBefore: number;
  /** True once the target was found to ignore a change of it. */
  readonly wasIgnored: boolean;
}

/** So many first writes of each attribute are read back. */
const firstWrites = 3;
/** And this share of all others. */
const share = 0.01;

/**
 * Whether the account is read after a write that was answered with success.
 * @param asked true: somebody waits for this very object
 * @param draw evenly spread, from 0 up to 1
 */
export const isReadBack = (
  policy: ReadBackPolicy,
  touched: readonly Touched[],
  asked: boolean,
  draw: number,
): boolean => {
  if (policy === "off" || touched.length === 0) return false;
  if (policy === "always" || asked) return true;
  return draw < share || touched.some(({ writesBefore, wasIgnored }) => wasIgnored || writesBefore < firstWrites);
};
