import {
  type DecideInput,
  type Decision,
  decide as decideInCore,
  type MatchVerdict,
  type OtherHolder,
  type Refusal,
  type ScopedObject,
} from "#core";
import type { Queryable } from "#store";
import { dueUnasked } from "../due.ts";
import { type JobContext, mappingOf, policyOf } from "../job-context.ts";
import { linksTo } from "../links.ts";
import { type Claimed, readClaimed } from "../source-objects.ts";

/** Everything known of one object → what should happen to it, and why. */
export const decide = (
  claimed: Claimed,
  scoped: ScopedObject,
  desired: DecideInput["desired"],
  verdict: MatchVerdict,
  holder: OtherHolder | null,
  context: JobContext,
): Decision | Refusal => {
  const mapping = mappingOf(context, claimed.source.type);
  if (mapping === null) throw new TypeError(`objects of type ${claimed.source.type} are not mapped`);
  return decideInCore({
    scoped,
    link: claimed.link,
    desired,
    match: verdict,
    holder,
    policy: policyOf(context, mapping),
  });
};

/**
 * Whoever else is linked to the account that was found. The account may change hands when that link is unmanaged or its source is deleted
 * (a person who comes back under a new source id).
 */
export const holderOf = async (
  q: Queryable,
  verdict: MatchVerdict,
  claimed: Claimed,
  context: JobContext,
): Promise<OtherHolder | null> => {
  if (verdict.kind !== "found") return null;
  const [link] = await linksTo(q, context.links, [verdict.current.id]);
  if (link === undefined || link.sourceId === claimed.source.id) return null;
  const [other] = await readClaimed(q, context, [dueUnasked(link.objectType, link.sourceId, "bulk", "")]);
  return {
    sourceId: link.sourceId,
    displayName: link.displayName,
    released: !link.managed || other === undefined || other.source.presence !== "present",
  };
};
