export type { ProfileChanges, TargetProfile } from "#core";
export { type Doctor, type ExaminationWishes, type Leftovers, openDoctor } from "./doctor/doctor.ts";
export type { Examination, ExaminationProgress } from "./doctor/examine.ts";
export { budgetKey, identityOf } from "./identity.ts";
export { openNoTarget } from "./no-target.ts";
export { type BudgetRegistry, type BudgetState, openBudgetRegistry, type RateBudget } from "./scim/budget.ts";
export { problemOfCredentials, type TargetCredentials } from "./scim/credentials.ts";
export { openScimTarget, type ScimTargetOptions, type TargetNotice } from "./scim/scim-target.ts";
export type * from "./target.ts";
