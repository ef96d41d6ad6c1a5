import fc from "fast-check";
import { expect, test } from "vitest";
import type { AssignmentPath, OutOfScopeReason, Presence, SourceObject } from "../objects.ts";
import { judgeFilters, type ScopeRules, scopeObject } from "./scope.ts";

const person = (attributes: SourceObject["attributes"] = {}, presence: Presence = "present"): SourceObject => ({
  type: "User",
  id: "u1",
  attributes: { accountEnabled: true, department: "Sales", city: "Oslo", ...attributes },
  manager: "m1",
  presence,
});

const path = (roleName: string, provisionable: boolean): AssignmentPath => ({
  assignmentId: `assignment of ${roleName}`,
  roleId: `id of ${roleName}`,
  roleName,
  provisionable,
  group: null,
});
const userRole = path("User", true);
const defaultAccess = path("Default Access", false);

const clause = (attribute: string, value: string) => ({ attribute, operator: "EQUALS", operands: [value] });
const filter = (title: string, ...clauses: ReturnType<typeof clause>[]) => ({ title, clauses });
const open: ScopeRules = { syncAll: false, filters: [] };
const narrow: ScopeRules = { syncAll: false, filters: [filter("legal", clause("department", "Legal"))] };

test.each<
  [why: string, source: SourceObject, paths: AssignmentPath[], rules: ScopeRules, reason: OutOfScopeReason | null]
>([
  ["assigned", person(), [userRole], open, null],
  ["two ways in", person(), [userRole, path("Admin", true)], open, null],
  ["a state of the account that the directory does not tell", person({ accountEnabled: null }), [userRole], open, null],
  ["not assigned", person(), [], open, "NotAssigned"],
  ["Default Access alone", person(), [defaultAccess], open, "NotEffectivelyEntitled"],
  ["Default Access besides a role that is provisioned", person(), [defaultAccess, userRole], open, null],
  ["filtered out", person(), [userRole], narrow, "FilteredOut"],
  ["sign-in blocked", person({ accountEnabled: false }), [userRole], open, "SignInBlocked"],
  ["soft-deleted", person({}, "softDeleted"), [userRole], open, "SoftDeleted"],
  ["purged", person({}, "purged"), [userRole], open, "Purged"],
  // Precedence: what lasts longest.
  ["purged, whatever else", person({ accountEnabled: false }, "purged"), [], narrow, "Purged"],
  ["soft-deleted, whatever else", person({ accountEnabled: false }, "softDeleted"), [], narrow, "SoftDeleted"],
  ["not assigned before filtered out", person(), [], narrow, "NotAssigned"],
  ["not assigned before blocked", person({ accountEnabled: false }), [], open, "NotAssigned"],
  ["not entitled before filtered out", person(), [defaultAccess], narrow, "NotEffectivelyEntitled"],
  ["not entitled before blocked", person({ accountEnabled: false }), [defaultAccess], open, "NotEffectivelyEntitled"],
  ["filtered out before blocked", person({ accountEnabled: false }), [userRole], narrow, "FilteredOut"],
  // Everybody is considered.
  ["sync-all without an assignment", person(), [], { ...open, syncAll: true }, null],
  ["sync-all with Default Access", person(), [defaultAccess], { ...open, syncAll: true }, null],
  ["sync-all, filtered out", person(), [], { ...narrow, syncAll: true }, "FilteredOut"],
  ["sync-all, blocked", person({ accountEnabled: false }), [], { ...open, syncAll: true }, "SignInBlocked"],
])("%s", (_, source, paths, rules, reason) => {
  const scoped = scopeObject(source, paths, rules);
  expect([scoped.reason, scoped.inScope]).toEqual([reason, reason === null]);
  expect(scoped.source.attributes.IsSoftDeleted).toBe(reason !== null);
});

test("the parts of the judgement are told apart", () => {
  const { source: _, clauses: __, ...scoped } = scopeObject(person({ accountEnabled: false }), [defaultAccess], narrow);
  expect(scoped).toEqual({
    inScope: false,
    reason: "NotEffectivelyEntitled",
    active: false,
    assigned: true,
    hasRequiredRole: false,
    passedFilters: false,
    paths: [defaultAccess],
  });
});

test("one filter must hold, of it every clause; every clause of every filter is shown with what it saw", () => {
  const rules: ScopeRules = {
    syncAll: false,
    filters: [
      filter("legal in Oslo", clause("department", "Legal"), clause("city", "Oslo")),
      filter("sales in Oslo", clause("department", "Sales"), clause("city", "Oslo")),
    ],
  };
  const seen = (source: SourceObject) => {
    const { passedFilters, clauses } = scopeObject(source, [userRole], rules);
    return [passedFilters, ...clauses.map((one) => `${one.filter}: ${one.attribute} ${one.seen} ${one.passed}`)];
  };
  expect(seen(person())).toEqual([
    true,
    "legal in Oslo: department Sales false",
    "legal in Oslo: city Oslo true",
    "sales in Oslo: department Sales true",
    "sales in Oslo: city Oslo true",
  ]);
  expect(seen(person({ city: null }))).toEqual([
    false,
    "legal in Oslo: department Sales false",
    "legal in Oslo: city null false",
    "sales in Oslo: department Sales true",
    "sales in Oslo: city null false",
  ]);
});

test("filters are joined by OR, the clauses of each by AND", () => {
  const attributes = fc.record({ a: fc.boolean(), b: fc.boolean(), c: fc.boolean() });
  const truth = fc.record({
    attribute: fc.constantFrom("a", "b", "c"),
    operator: fc.constantFrom("IS TRUE", "IS FALSE"),
  });
  const filters = fc.array(fc.array(truth, { minLength: 1, maxLength: 4 }), { maxLength: 4 });
  fc.assert(
    fc.property(attributes, filters, (seen, groups) => {
      const holds = ({ attribute, operator }: { attribute: string; operator: string }) =>
        seen[attribute as "a"] === (operator === "IS TRUE");
      const rules = groups.map((clauses, index) => ({
        title: String(index),
        clauses: clauses.map((one) => ({ ...one, operands: [] })),
      }));
      const { passed, clauses } = judgeFilters(rules, seen);
      expect(passed).toBe(groups.length === 0 || groups.some((group) => group.every(holds)));
      expect(clauses.map((one) => one.passed)).toEqual(groups.flat().map(holds));
    }),
  );
});

test("names that every object of the language inherits are absent attributes", () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    const rules = {
      syncAll: true,
      filters: [{ title: "f", clauses: [{ attribute: name, operator: "IS NULL", operands: [] }] }],
    };
    expect(scopeObject(person(), [], rules).clauses).toEqual([
      { filter: "f", attribute: name, operator: "IS NULL", operands: [], seen: null, passed: true },
    ]);
  }
});

test("an object can be filtered by its id", () => {
  const rules = (id: string) => ({ syncAll: true, filters: [filter("one", clause("objectId", id))] });
  expect(scopeObject(person(), [], rules("u1")).reason).toBeNull();
  expect(scopeObject(person(), [], rules("u2")).reason).toBe("FilteredOut");
});

test("the mapping language gets id, manager and the roles that are provisioned, each once", () => {
  const again = { ...userRole, assignmentId: "through a group", group: { id: "g", displayName: "Group" } };
  const source = person();
  const { attributes } = scopeObject(source, [defaultAccess, userRole, again], open).source;
  expect(attributes).toEqual({
    ...source.attributes,
    objectId: "u1",
    manager: "m1",
    IsSoftDeleted: false,
    appRoleAssignments: [{ id: "id of User", value: "User", displayName: "User" }],
  });
});
