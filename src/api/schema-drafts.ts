import { z } from "zod";
import { type Job, readSchema, readSchemaVersion, templateSchema } from "#apps";
import {
  type FilterGroup,
  mappingsByPriority,
  parseFilter,
  printFilter,
  readSchemaDocument,
  type SchemaProblem,
  type SchemaReading,
  type ScopeFilter,
  type SynchronizationSchema,
  typeOf,
} from "#core";
import type { Queryable } from "#store";
import { badRequest } from "./api-error.ts";
import type { DraftRequest, ObjectSchema, ObjectType, SchemaAnswer, ScopeFilters } from "./contract/index.ts";

const texts = z.array(z.string().max(20_000)).max(100);

/** The members by which a request says what it wants to try. */
export const draftMembers = {
  schema: z.unknown().optional(),
  filters: z.strictObject({ User: texts.optional(), Group: texts.optional() }).optional(),
  version: z.string().max(100).optional(),
  template: z.literal(true).optional(),
};

/** A document that was read: as saved, or what a request wants to try. */
export type Draft = SchemaReading;

/**
 * Reads what a request wants to try; null where it names nothing and the saved schema is meant.
 * @throws ApiError where it names more than one; AppsError `SchemaVersionNotFound`
 */
export const draftOf = async (q: Queryable, job: Job, request: DraftRequest): Promise<Draft | null> => {
  const { schema, filters, version, template } = request;
  const named = [schema, filters, version, template].filter((member) => member !== undefined);
  if (named.length > 1) throw badRequest("Give one of schema, filters, version and template, not several.");
  if (schema !== undefined) return readSchemaDocument(schema);
  if (filters !== undefined) return withFilters(await readSchema(q, job.id), filters);
  if (version !== undefined) return { ok: true, document: await readSchemaVersion(q, job.id, version) };
  return template === true ? { ok: true, document: await templateSchema(q, job.id) } : null;
};

const types: readonly ObjectType[] = ["User", "Group"];

/** The mapping of a type that counts: that of the rule that runs first, one that is enabled before one that is not. */
const placeOf = (document: SynchronizationSchema, type: ObjectType): { rule: number; mapping: number } | null => {
  const all = mappingsByPriority(document).filter(({ mapping }) => typeOf(mapping.sourceObjectName) === type);
  const found = all.find(({ mapping }) => mapping.enabled) ?? all[0];
  if (found === undefined) return null;
  return {
    rule: document.synchronizationRules.indexOf(found.rule),
    mapping: found.rule.objectMappings.indexOf(found.mapping),
  };
};

const groupsOf = (document: SynchronizationSchema, { rule, mapping }: { rule: number; mapping: number }) =>
  document.synchronizationRules[rule]?.objectMappings[mapping]?.scope?.groups ?? [];

/** A document as the API gives it: where each type's mapping is, and its filters as people write them. */
export const schemaAnswer = (schema: SynchronizationSchema): SchemaAnswer => ({
  version: schema.version,
  schema,
  objects: types.flatMap((type): ObjectSchema[] => {
    const place = placeOf(schema, type);
    if (place === null) return [];
    const filters = groupsOf(schema, place).map((group) => ({ title: group.name, text: printFilter(group) }));
    return [{ type, rule: place.rule, mapping: place.mapping, filters }];
  }),
});

/** The document with other scoping filters. Those that say what one before them said keep its title. */
const withFilters = (saved: SynchronizationSchema, filters: ScopeFilters): Draft => {
  const problems: SchemaProblem[] = [];
  let document = saved;
  for (const type of types) {
    const wanted = filters[type];
    if (wanted === undefined) continue;
    const place = placeOf(saved, type);
    if (place === null) {
      problems.push({
        path: `$.filters.${type}`,
        message: `The schema maps no ${type === "User" ? "users" : "groups"}.`,
      });
      continue;
    }
    const before = groupsOf(saved, place);
    const groups = wanted.flatMap((text, index): FilterGroup[] => {
      const parsed = parseFilter(text);
      if (parsed.ok) return [titled(parsed.group, before, index)];
      problems.push({ path: `$.filters.${type}[${index}]`, message: parsed.message });
      return [];
    });
    document = withGroups(document, place, groups);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, document };
};

const titled = (group: FilterGroup, before: readonly FilterGroup[], index: number): FilterGroup => {
  const text = printFilter(group);
  const same = before.find((one) => printFilter(one) === text);
  return { ...group, name: same?.name ?? (group.name === "" ? `Filter ${index + 1}` : group.name) };
};

const withGroups = (
  document: SynchronizationSchema,
  place: { readonly rule: number; readonly mapping: number },
  groups: readonly FilterGroup[],
): SynchronizationSchema => ({
  ...document,
  synchronizationRules: document.synchronizationRules.map((rule, at) =>
    at !== place.rule
      ? rule
      : {
          ...rule,
          objectMappings: rule.objectMappings.map((mapping, index) =>
            index !== place.mapping ? mapping : { ...mapping, scope: scopeWith(mapping.scope, groups) },
          ),
        },
  ),
});

/** A filter without a single clause means the same as none. */
const scopeWith = (before: ScopeFilter | null, groups: readonly FilterGroup[]): ScopeFilter | null => {
  const scope = { inputFilterGroups: [], categoryFilterGroups: [], ...before, groups };
  return [scope.groups, scope.inputFilterGroups, scope.categoryFilterGroups].some((each) => each.length > 0)
    ? scope
    : null;
};
