import {
  type CurrentObject,
  type DesiredObject,
  type MatchAnswer,
  type MatchQuestion,
  type MatchVerdict,
  nextMatch,
  type ObjectType,
} from "#core";
import type { RequestOptions, TargetFailure } from "#targets";
import type { JobContext } from "../job-context.ts";
import type { Claimed } from "../source-objects.ts";

/** Answers questions about accounts without a request of their own, or null where only the target knows. */
export type Recall = (question: MatchQuestion, type: ObjectType) => readonly CurrentObject[] | null;

export type Matched =
  | { readonly ok: true; readonly verdict: MatchVerdict; readonly answers: readonly MatchAnswer[] }
  | { readonly ok: false; readonly failure: TargetFailure };

/**
 * Scoped and desired object → the account that they concern. The core says which question to ask, this step asks it, the core judges.
 * @param recall is asked first: the target as read page by page, or the last known state when nothing may be sent
 */
export const match = async (
  claimed: Claimed,
  desired: DesiredObject | null,
  context: JobContext,
  recall: Recall,
  options: RequestOptions & { readonly seek: boolean },
): Promise<Matched> => {
  const answers: MatchAnswer[] = [];
  for (;;) {
    const next = nextMatch(claimed.link, desired?.matching ?? [], answers, options.seek);
    if ("verdict" in next) return { ok: true, verdict: next.verdict, answers };
    const known = recall(next.ask, claimed.source.type);
    if (known !== null) {
      answers.push({ question: next.ask, found: known });
      continue;
    }
    const asked = await ask(next.ask, claimed, context, options);
    if (!asked.ok) return { ok: false, failure: asked.failure };
    answers.push({ question: next.ask, found: asked.found });
  }
};

const ask = async (
  question: MatchQuestion,
  claimed: Claimed,
  { target }: JobContext,
  options: RequestOptions,
): Promise<{ ok: true; found: readonly CurrentObject[] } | { ok: false; failure: TargetFailure }> => {
  const { type } = claimed.source;
  if (question.kind === "get") {
    const answer = await target.get(type, question.id, options);
    if (answer.ok) return { ok: true, found: [answer.value] };
    return answer.failure.kind === "gone" ? { ok: true, found: [] } : { ok: false, failure: answer.failure };
  }
  const answer = await target.find(type, question.path, question.value, options);
  return answer.ok ? { ok: true, found: answer.value } : { ok: false, failure: answer.failure };
};

/** Recalls nothing: every question goes to the target. */
export const askTarget: Recall = () => null;
