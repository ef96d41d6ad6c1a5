import { type ScopedObject, scopeObject } from "#core";
import { type JobContext, mappingOf, scopeRulesOf } from "../job-context.ts";
import type { Claimed } from "../source-objects.ts";

/** Source object, its assignments and the job's filters → scoped object; null where objects of this type are not provisioned. */
export const scope = (claimed: Claimed, context: JobContext): ScopedObject | null => {
  const mapping = mappingOf(context, claimed.source.type);
  return mapping === null ? null : scopeObject(claimed.source, claimed.paths, scopeRulesOf(context, mapping));
};
