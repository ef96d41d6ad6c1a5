import type { ScopedObject } from "#core";
import type { Clock } from "#runtime";
import type { Queryable } from "#store";
import type { RequestOptions, TargetFailure } from "#targets";
import { type JobContext, mappingOf } from "../job-context.ts";
import { hiddenOf } from "../secrecy.ts";
import type { Claimed } from "../source-objects.ts";
import { lookTwice } from "./apply.ts";
import { holderOf } from "./decide.ts";
import { map } from "./map.ts";

/**
 * Looks for the account of a create that was begun and never confirmed, for somebody who leaves.
 * @returns the object as it was claimed, with the account as its link where there is one
 */
export const recover = async (
  claimed: Claimed,
  name: string,
  scoped: ScopedObject,
  pass: {
    readonly context: JobContext;
    readonly q: Queryable;
    readonly clock: Clock;
    readonly random: (count: number) => Uint8Array;
  },
  options: RequestOptions,
): Promise<Claimed | TargetFailure> => {
  const { context, clock } = pass;
  const mapped = map({ ...scoped, inScope: true }, context, {
    now: clock.now().toISOString(),
    random: pass.random(0),
  });
  const desired = mapped.ok ? mapped.object : null;
  const hidden = hiddenOf(mappingOf(context, claimed.source.type), scoped.source, desired?.attributes ?? []);
  const looked = await lookTwice(claimed, desired, context, clock, { ...options, hidden });
  if ("failure" in looked) return looked.failure;
  if (looked.verdict.kind !== "found" || (await holderOf(pass.q, looked.verdict, claimed, context)) !== null)
    return claimed;
  const { current } = looked.verdict;
  return {
    ...claimed,
    link: {
      sourceId: claimed.source.id,
      targetId: current.id,
      objectType: claimed.source.type,
      managed: true,
      inScope: false,
      origin: "created",
      disabledByUs: false,
      lastKnown: current.resource,
      desiredHash: null,
      ignored: [],
      displayName: name,
      pathGroups: [],
    },
  };
};
