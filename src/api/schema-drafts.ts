import { z } from "zod";
import { type Job, readSchema, readSchemaVersion, templateSchema } from "#apps";
import {
  clauseOf,
  type FilterGroup,
  filterClauseOf,
  mappingsByPriority,
  objectDefinitionOf,
  parseFilterText,
  printFilterText,
  readSchemaDocument,
  type ScopeFilter,
  type SynchronizationSchema,
  typeOf,
} from "#core";
import type { Queryable } from "#store";
import { badRequest } from "./api-error.ts";
import type {
  DraftProblem,
  DraftRequest,
  ObjectSchema,
  ObjectType,
  SchemaAnswer,
  ScopeFilters,
} from "./contract/index.ts";

const texts = z.array(z.string().max(20_000)).max(100);

/** The members by which a request says what it wants to try. */
export const draftMembers = {
  schema: z.unknown().optional(),
  filters: z.strictObject({ User: texts.optional(), Group: texts.optional() }).optional(),
  version: z.string().max(100).optional(),
  template: z.literal(true).optional(),
};

/** A document that was read: as saved, or what a request wants to try. */
export type Draft =
  | { readonly ok: true; readonly document: SynchronizationSchema }
  | { readonly ok: false; readonly problems: readonly DraftProblem[] };

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

interface Place {
  readonly rule: number;
  readonly mapping: number;
}

const types: readonly ObjectType[] = ["User", "Group"];

/** The mapping of a type that counts: that of the rule that runs first, one that is enabled before one that is not. */
const placeOf = (document: SynchronizationSchema, type: ObjectType): Place | null => {
  const all = mappingsByPriority(document).filter(({ mapping }) => typeOf(mapping.sourceObjectName) === type);
  const found = all.find(({ mapping }) => mapping.enabled) ?? all[0];
  if (found === undefined) return null;
  return {
    rule: document.synchronizationRules.indexOf(found.rule),
    mapping: found.rule.objectMappings.indexOf(found.mapping),
  };
};

const groupsOf = (document: SynchronizationSchema, { rule, mapping }: Place) =>
  document.synchronizationRules[rule]?.objectMappings[mapping]?.scope?.groups ?? [];

/** A document as the API gives it: where each type's mapping is, and its filters as people write them. */
export const schemaAnswer = (schema: SynchronizationSchema): SchemaAnswer => ({
  version: schema.version,
  schema,
  objects: types.flatMap((type): ObjectSchema[] => {
    const place = placeOf(schema, type);
    if (place === null) return [];
    const filters = groupsOf(schema, place).map((group) => ({ title: group.name, text: textOf(group) }));
    return [{ type, rule: place.rule, mapping: place.mapping, filters }];
  }),
});

/** The document with other scoping filters. Those that say what one before them said keep its title. */
const withFilters = (saved: SynchronizationSchema, filters: ScopeFilters): Draft => {
  const problems: DraftProblem[] = [];
  let document = saved;
  for (const type of types) {
    const wanted = filters[type];
    if (wanted === undefined) continue;
    const place = placeOf(saved, type);
    if (place === null) {
      problems.push({
        path: `$.filters.${type}`,
        message: `The schema maps no ${type === "User" ? "users" : "groups"}, so there is nothing to filter.`,
      });
      continue;
    }
    const attributes = sourceAttributes(saved, place);
    const before = groupsOf(saved, place);
    const clauses = wanted.flatMap((text, index): FilterGroup["clauses"][] => {
      const reading = parseFilterText(text, attributes);
      if (reading.ok) return [reading.clauses.map(filterClauseOf)];
      const { message, position } = reading.error;
      problems.push({ path: `$.filters.${type}[${index}]`, message, position });
      return [];
    });
    document = withGroups(document, place, titled(clauses, before));
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, document };
};

const sourceAttributes = (document: SynchronizationSchema, { rule, mapping }: Place): readonly string[] | undefined => {
  const one = document.synchronizationRules[rule];
  const object = one?.objectMappings[mapping]?.sourceObjectName ?? "";
  const definition = one === undefined ? null : objectDefinitionOf(document, one.sourceDirectoryName, object);
  return definition?.attributes.map(({ name }) => name);
};

const textOf = ({ clauses }: Pick<FilterGroup, "clauses">): string => printFilterText(clauses.map(clauseOf));

/** What an earlier filter says keeps its title; the others are numbered. */
const titled = (wanted: readonly FilterGroup["clauses"][], before: readonly FilterGroup[]): readonly FilterGroup[] => {
  const left = [...before];
  const kept = wanted.map((clauses) => {
    const at = left.findIndex((group) => textOf(group) === textOf({ clauses }));
    return at < 0 ? null : left.splice(at, 1)[0]!;
  });
  const taken = new Set(kept.map((group) => group?.name));
  let number = 0;
  return wanted.map((clauses, index) => {
    const same = kept[index];
    if (same != null) return same;
    do number += 1;
    while (taken.has(`Filter ${number}`));
    return { name: `Filter ${number}`, clauses };
  });
};

const withGroups = (
  document: SynchronizationSchema,
  place: Place,
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
