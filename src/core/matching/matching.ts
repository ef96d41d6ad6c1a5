import type { CurrentObject, Link, MatchingValue } from "../objects.ts";

/** What the engine must ask the target next. */
export type MatchQuestion =
  | { readonly kind: "get"; readonly id: string }
  | { readonly kind: "find"; readonly path: string; readonly value: string };

/** What the target answered: the account, none, or several. */
export interface MatchAnswer {
  readonly question: MatchQuestion;
  readonly found: readonly CurrentObject[];
}

export type MatchVerdict =
  /** The linked account, as it is now. */
  | { readonly kind: "linked"; readonly current: CurrentObject }
  /** An account without a link of ours, found by an attribute. `goneId`: the account linked before does not exist any more. */
  | { readonly kind: "found"; readonly current: CurrentObject; readonly via: string; readonly goneId: string | null }
  | { readonly kind: "none"; readonly goneId: string | null }
  | { readonly kind: "ambiguous"; readonly via: string; readonly value: string; readonly ids: readonly string[] }
  /** The object has no value for any matching attribute. */
  | { readonly kind: "unmatchable" };

/**
 * The next question, or the verdict once the answers suffice: the stored link first, then the matching attributes in order of precedence, stopping at the
 * first hit (entra-provisioning 2.4). An account that is gone is looked for by its attributes, unless the object is leaving (`seek` false).
 */
export const nextMatch = (
  link: Pick<Link, "targetId"> | null,
  matching: readonly MatchingValue[],
  answers: readonly MatchAnswer[],
  seek: boolean,
): { readonly ask: MatchQuestion } | { readonly verdict: MatchVerdict } => {
  let goneId: string | null = null;
  if (link !== null) {
    const answer = answers.find(({ question }) => question.kind === "get" && question.id === link.targetId);
    if (answer === undefined) return { ask: { kind: "get", id: link.targetId } };
    const [current] = answer.found;
    if (current !== undefined) return { verdict: { kind: "linked", current } };
    goneId = link.targetId;
  }
  if (!seek) return { verdict: { kind: "none", goneId } };
  if (matching.length === 0) return { verdict: { kind: "unmatchable" } };
  for (const { path, value } of matching) {
    const answer = answers.find(
      ({ question }) => question.kind === "find" && question.path === path && question.value === value,
    );
    if (answer === undefined) return { ask: { kind: "find", path, value } };
    const [current, ...others] = answer.found;
    if (current === undefined) continue;
    if (others.length > 0)
      return { verdict: { kind: "ambiguous", via: path, value, ids: answer.found.map(({ id }) => id) } };
    return { verdict: { kind: "found", current, via: path, goneId } };
  }
  return { verdict: { kind: "none", goneId } };
};
