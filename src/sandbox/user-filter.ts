import { type RawBuilder, sql } from "kysely";
import {
  compileFilter,
  type Filter,
  filterPaths,
  foldCase,
  parseFilter,
  type Result,
  type ScimPath,
  schemaUrns,
  scimError,
} from "#scim";
import type { SandboxSettings } from "./settings.ts";
import { tenantUserType } from "./user-type.ts";

type Condition = RawBuilder<boolean>;

const limits = { length: 2000, depth: 16 };

/** The column that answers a path; null for attributes that cannot be searched. */
const columnOf = (path: ScimPath): "user_name_key" | "external_id" | null => {
  if (path.sub !== undefined || path.filter !== undefined) return null;
  if (path.urn !== undefined && foldCase(path.urn) !== foldCase(schemaUrns.user)) return null;
  const name = foldCase(path.name);
  if (name === "username") return "user_name_key";
  return name === "externalid" ? "external_id" : null;
};

const compare = (filter: Extract<Filter, { kind: "compare" }>): Condition => {
  const name = columnOf(filter.path) ?? "external_id";
  const column = sql.ref(name);
  if (filter.value === null) return filter.operator === "ne" ? sql`${column} is not null` : sql`${column} is null`;
  // Text that PostgreSQL cannot hold, and values that are no text, equal nothing.
  const isText = typeof filter.value === "string" && !filter.value.includes("\0");
  const value = name === "user_name_key" ? foldCase(String(filter.value)) : String(filter.value);
  if (!isText) return filter.operator === "ne" ? sql`true` : sql`false`;
  switch (filter.operator) {
    case "eq":
      return sql`${column} = ${value}`;
    case "ne":
      return sql`${column} is distinct from ${value}`;
    case "co":
      return sql`strpos(${column}, ${value}) > 0`;
    case "sw":
      return sql`starts_with(${column}, ${value})`;
    case "ew":
      return sql`right(${column}, length(${value})) = ${value}`;
    case "gt":
      return sql`${column} collate "C" > ${value}`;
    case "ge":
      return sql`${column} collate "C" >= ${value}`;
    case "lt":
      return sql`${column} collate "C" < ${value}`;
    case "le":
      return sql`${column} collate "C" <= ${value}`;
  }
};

const joined = (terms: readonly Filter[], by: "and" | "or"): Condition =>
  sql`(${sql.join(terms.map(condition), by === "and" ? sql` and ` : sql` or `)})`;

const condition = (filter: Filter): Condition => {
  switch (filter.kind) {
    case "compare":
      return compare(filter);
    case "present":
    case "valuePath":
      return sql`${sql.ref(columnOf(filter.path) ?? "external_id")} is not null`;
    case "not":
      return sql`not coalesce(${condition(filter.term)}, false)`;
    default:
      return joined(filter.terms, filter.kind);
  }
};

const isPlain = (filter: Filter): boolean => filter.kind === "compare" && filter.operator === "eq";

/** True when the tenant understands filters of this form. */
const isUnderstood = (filter: Filter, filters: SandboxSettings["filters"]): boolean =>
  filters === "all" ||
  isPlain(filter) ||
  (filters === "eq-and" && filter.kind === "and" && filter.terms.every(isPlain));

/** Reads a filter and turns it into a condition on `sandbox.account`. Only userName and externalId can be searched; all else is invalidFilter. */
export const userCondition = (
  filter: string | undefined,
  { mode, filters }: Pick<SandboxSettings, "mode" | "filters">,
): Result<Condition> => {
  if (filter === undefined) return { ok: true, value: sql`true` };
  const parsed = parseFilter(filter, mode, limits);
  if (!parsed.ok) return parsed;
  if (filterPaths(parsed.value).some((path) => columnOf(path) === null)) {
    return { ok: false, error: scimError("invalidFilter", "Users can be searched by userName and externalId only.") };
  }
  if (!isUnderstood(parsed.value, filters)) {
    const form = filters === "eq" ? 'one comparison by "eq"' : 'comparisons by "eq", joined by "and"';
    return { ok: false, error: scimError("invalidFilter", `Filters are understood as ${form} only.`) };
  }
  const checked = compileFilter(parsed.value, tenantUserType, mode);
  return checked.ok ? { ok: true, value: condition(parsed.value) } : checked;
};
