import type { ProfileChanges } from "#core";
import { type Facts, type FindingVerdict, type OutcomeCode, outcomes } from "./outcomes.ts";

/** Something that a probe has seen. */
export interface Finding {
  readonly code: OutcomeCode;
  readonly facts: Facts;
}

/** What the findings teach of the profile; a later one wins. */
export const taughtBy = (findings: readonly Finding[]): ProfileChanges =>
  Object.assign({}, ...findings.map(({ code, facts }) => outcomes[code].teaches?.(facts)));

/** A finding as people read it. */
export interface ReportedFinding extends Finding {
  /** What was examined, as a heading. */
  readonly area: string;
  readonly verdict: FindingVerdict;
  /** One sentence. */
  readonly says: string;
  /** What it means for provisioning, and what Lockstep does about it; null where there is nothing to say. */
  readonly means: string | null;
}

export const reported = (findings: readonly Finding[]): readonly ReportedFinding[] =>
  findings.map(({ code, facts }) => {
    const { area, verdict, says, means } = outcomes[code];
    return { code, facts, area, verdict, says: says(facts), means: means?.(facts) ?? null };
  });
