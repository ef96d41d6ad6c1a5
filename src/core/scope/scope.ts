import type {
  AssignmentPath,
  AttributeValue,
  ClauseResult,
  OutOfScopeReason,
  ScopedObject,
  SourceObject,
} from "../objects.ts";
import { type Clause, judgeClause } from "./clause.ts";

/** A titled filter: all its clauses must hold. */
export interface ScopingFilter {
  readonly title: string;
  readonly clauses: readonly Clause[];
}

export interface ScopeRules {
  /** True: every object of the directory is considered; false: only what is assigned. */
  readonly syncAll: boolean;
  /** One of them must hold; none at all restricts nothing. */
  readonly filters: readonly ScopingFilter[];
}

/**
 * Whether an object is in scope, and if not, why: (assigned or sync-all) and active in the source and with a role that is provisioned and past the
 * scoping filters (entra-provisioning 1.1). Of several reasons the one that lasts longest wins: purged, soft-deleted, left scope, sign-in blocked.
 */
export const scopeObject = (
  source: SourceObject,
  paths: readonly AssignmentPath[],
  rules: ScopeRules,
): ScopedObject => {
  const active = source.presence === "present" && source.attributes.accountEnabled !== false;
  const assigned = rules.syncAll || paths.length > 0;
  const hasRequiredRole = rules.syncAll || paths.some((path) => path.provisionable);
  const { passed, clauses } = judgeFilters(rules.filters, { ...source.attributes, objectId: source.id });
  const reason = reasonOf(source, assigned, hasRequiredRole, passed, active);
  return {
    source: withComputed(source, reason !== null, paths),
    inScope: reason === null,
    reason,
    active,
    assigned,
    hasRequiredRole,
    passedFilters: passed,
    paths,
    clauses,
  };
};

const reasonOf = (
  source: SourceObject,
  assigned: boolean,
  hasRequiredRole: boolean,
  passedFilters: boolean,
  active: boolean,
): OutOfScopeReason | null => {
  if (source.presence === "purged") return "Purged";
  if (source.presence === "softDeleted") return "SoftDeleted";
  if (!assigned) return "NotAssigned";
  if (!hasRequiredRole) return "NotEffectivelyEntitled";
  if (!passedFilters) return "FilteredOut";
  return active ? null : "SignInBlocked";
};

/** Adds what the mapping language reads but the directory does not store: `IsSoftDeleted`, `objectId`, the roles. */
const withComputed = (source: SourceObject, softDeleted: boolean, paths: readonly AssignmentPath[]): SourceObject => {
  const roles = new Map(paths.filter((path) => path.provisionable).map((path) => [path.roleId, path.roleName]));
  return {
    ...source,
    attributes: {
      ...source.attributes,
      objectId: source.id,
      manager: source.manager,
      IsSoftDeleted: softDeleted,
      appRoleAssignments: [...roles].map(([id, name]) => ({ id, value: name, displayName: name })),
    },
  };
};

/** ORs the filters, ANDs the clauses of each; every clause is judged, so that an explanation can show them all. */
export const judgeFilters = (
  filters: readonly ScopingFilter[],
  attributes: Readonly<Record<string, AttributeValue>>,
): { passed: boolean; clauses: readonly ClauseResult[] } => {
  if (filters.length === 0) return { passed: true, clauses: [] };
  const judged = filters.map((filter) =>
    filter.clauses.map((clause) =>
      judgeClause(
        filter.title,
        clause,
        Object.hasOwn(attributes, clause.attribute) ? attributes[clause.attribute] : null,
      ),
    ),
  );
  return { passed: judged.some((clauses) => clauses.every((clause) => clause.passed)), clauses: judged.flat() };
};
