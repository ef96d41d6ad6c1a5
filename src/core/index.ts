export { type DecideInput, decide, type OtherHolder, type Policy } from "./decision/decide.ts";
export type { Action, Decision, LinkAfter, Reason, Refusal } from "./decision/decision.ts";
export { type AttributeDifference, differenceOf, wholeOf } from "./decision/difference.ts";
export { nearestName } from "./expressions/nearest.ts";
export {
  defaultGuardLimits,
  type GuardCounts,
  type GuardLimits,
  type GuardVerdict,
  judgeRemovals,
  suspicionOf,
} from "./guard/guard.ts";
export {
  type Quarantine,
  type QuarantineReason,
  quarantineAgain,
  quarantineEnds,
  tooManyFailures,
} from "./health/quarantine.ts";
export { defaultRetryLadder, nextTry, type RetryLadder, type RetryVerdict } from "./health/retry.ts";
export { checkSchema } from "./mapping/check/check-schema.ts";
export type { SchemaReport } from "./mapping/check/findings.ts";
export type { SchemaFacts } from "./mapping/check/side.ts";
export {
  type CompiledMapping,
  type CompiledObjectMapping,
  type CompiledSchema,
  compileSchema,
  type MappingSource,
} from "./mapping/compile.ts";
export { type Converted, convert, type Receiver } from "./mapping/convert.ts";
export type { ChangeSubject, SchemaChange } from "./mapping/diff/change.ts";
export { diffSchemas } from "./mapping/diff/diff-schemas.ts";
export { type Drawn, type Mapped, type MappingOutcome, mapEach, mapObject, matchingOf } from "./mapping/map.ts";
export { readSchemaDocument, type SchemaReading } from "./mapping/read-schema-document.ts";
export * from "./mapping/schema-document.ts";
export { type MatchAnswer, type MatchQuestion, type MatchVerdict, nextMatch } from "./matching/matching.ts";
export * from "./objects.ts";
export { type ProfileReading, profileMembers, readProfile } from "./profile/read-profile.ts";
export {
  type BulkLimits,
  canFilter,
  isConfirmedLater,
  membersAtATime,
  type ProfileChanges,
  type ProfileLayers,
  patchStyleOf,
  profileOf,
  type TargetProfile,
  usualProfile,
} from "./profile/target-profile.ts";
export {
  contradictionsOf,
  ignoredOf,
  isInactive,
  isSettled,
  remainsOf,
  whyLeft,
} from "./read-back/ignored.ts";
export { isReadBack, type ReadBackPolicy, readBackPolicies, type Touched } from "./read-back/sampling.ts";
export { type Clause, operatorNames, problemOfClause } from "./scope/clause.ts";
export { type FilterTextError, type FilterTextReading, parseFilterText, printFilterText } from "./scope/filter-text.ts";
export { judgeFilters, type ScopeRules, type ScopingFilter, scopeObject } from "./scope/scope.ts";
