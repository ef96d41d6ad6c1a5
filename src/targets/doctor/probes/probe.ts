import type { Bench } from "../bench.ts";
import type { Heard } from "../wire.ts";

/** One thing that is examined. */
export interface Probe {
  /** What is looked at, as it stands in a list of what could not be. */
  readonly name: string;
  /** Why it cannot be looked at, one sentence; null where it can. */
  readonly lacks: (bench: Bench) => string | null;
  /** True where there is nothing to look at, which has been told already. */
  readonly isNeedless?: (bench: Bench) => boolean;
  /** Tells the bench what it sees. */
  readonly examine: (bench: Bench) => Promise<void>;
}

export const anybody = ({ known }: Bench): string | null => (known.reachable ? null : "the target could not be read.");

export const withAnn = (bench: Bench): string | null =>
  anybody(bench) ?? (bench.known.ann === null ? "no user could be created." : null);

/** Groups that nobody wants there, or that the target does not have, need no more words. */
export const withoutGroups = (bench: Bench): boolean =>
  !bench.baseProfile.supportsGroups || bench.told("noGroups") !== null || bench.told("groupRefused") !== null;

export const withTeam = (bench: Bench): string | null =>
  anybody(bench) ?? (bench.known.team === null ? "no group could be created." : null);

/** True of an answer that did what was asked. */
export const isGood = ({ trouble }: Heard): boolean => trouble === null;

/** The sentence about an answer that is no good one. */
export const sentence = ({ trouble }: Heard): string | undefined => trouble?.message;
