export type { ProfileChanges, TargetProfile } from "#core";
export {
  type CleanUpReport,
  cleanUpTarget,
  type Examination,
  type ExaminationProgress,
  examineTarget,
  usualDomain,
  usualMembers,
} from "./doctor/examine.ts";
export type { ReportedFinding } from "./doctor/findings.ts";
export { budgetKey, identityOf } from "./identity.ts";
export { openNoTarget } from "./no-target.ts";
export { type BudgetRegistry, type BudgetState, openBudgetRegistry, type RateBudget } from "./scim/budget.ts";
export { problemOfCredentials, type TargetCredentials } from "./scim/credentials.ts";
export { openScimTarget, type ScimTargetOptions, type TargetNotice } from "./scim/scim-target.ts";
export type * from "./target.ts";
