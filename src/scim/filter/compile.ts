import { type Mode, quoted, type Result, refuse, succeed } from "../error.ts";
import { isAssigned, isJsonArray, isJsonObject, type JsonObject, type JsonValue, valueOfName } from "../json.ts";
import { isCoreUrn } from "../message/urns.ts";
import { type AttributeDefinition, findAttribute } from "../model/attribute.ts";
import { type ResolvedPath, resolvePath } from "../model/resolve.ts";
import type { ResourceType } from "../model/resource-type.ts";
import { compileComparison } from "./compare.ts";
import type { Filter, ScimPath } from "./filter.ts";

/** Decides about one resource, or about one value of a multi-valued attribute. */
export type Predicate = (resource: JsonObject) => boolean;

/** What the names of a filter refer to; without a definition, values are judged by what they are. */
type Scope =
  | { readonly kind: "resource"; readonly type: ResourceType | undefined; readonly mode: Mode }
  | { readonly kind: "element"; readonly attribute: AttributeDefinition | undefined; readonly mode: Mode };

/** A path with its definitions; `unknown` when the type defines no such attribute. */
type Target =
  | { readonly kind: "unknown" }
  | {
      readonly kind: "known";
      readonly attribute: AttributeDefinition | undefined;
      readonly sub: AttributeDefinition | undefined;
      readonly valuesOf: (resource: JsonObject) => readonly JsonValue[];
    };

const listOf = (value: JsonValue | undefined): readonly JsonValue[] => {
  if (value === undefined || value === null) return [];
  return isJsonArray(value) ? value.filter((item) => item !== null) : [value];
};

const subValues = (values: readonly JsonValue[], sub: string): readonly JsonValue[] =>
  values.flatMap((value) => (isJsonObject(value) ? listOf(valueOfName(value, sub)) : []));

const containerReader = (
  path: ScimPath,
  resolved: ResolvedPath | undefined,
): ((resource: JsonObject) => JsonObject) => {
  const urn = resolved === undefined ? path.urn : resolved.extension?.id;
  if (urn === undefined || isCoreUrn(urn)) {
    return (resource) => resource;
  }
  return (resource) => {
    const container = valueOfName(resource, urn);
    return isJsonObject(container) ? container : {};
  };
};

const targetOf = (scope: Scope, path: ScimPath): Target => {
  if (scope.kind === "element") {
    const sub = scope.attribute && findAttribute(scope.attribute.subAttributes, path.name);
    const isSimple = scope.attribute !== undefined && scope.attribute.type !== "complex";
    const misnamed = scope.attribute !== undefined && !isSimple && sub === undefined;
    if (path.urn !== undefined || path.sub !== undefined || misnamed) return { kind: "unknown" };
    if (isSimple && path.name.toLowerCase() !== "value") return { kind: "unknown" };
    const definition = isSimple ? { ...scope.attribute, multiValued: false } : sub;
    return {
      kind: "known",
      attribute: definition,
      sub: undefined,
      valuesOf: (element) => listOf(valueOfName(element, path.name)),
    };
  }
  const resolved = scope.type && resolvePath(scope.type, path, scope.mode);
  if (scope.type !== undefined && resolved?.kind !== "attribute") return { kind: "unknown" };
  const attribute = resolved?.kind === "attribute" ? resolved.attribute : undefined;
  const read = containerReader(path, resolved);
  return {
    kind: "known",
    attribute,
    sub: resolved?.kind === "attribute" ? resolved.sub : undefined,
    valuesOf: (resource) => listOf(valueOfName(read(resource), attribute?.name ?? path.name)),
  };
};

/** An element of a simple multi-valued attribute reads as an object with a `value`. */
const elementOf = (value: JsonValue): JsonObject => (isJsonObject(value) ? value : { value });

const selected = (scope: Scope, path: ScimPath): Result<Target> => {
  const target = targetOf(scope, path);
  if (target.kind === "unknown") return succeed(target);
  const { attribute } = target;
  // Whether a secret begins with a letter would soon be the secret.
  if (attribute?.returned === "never" || target.sub?.returned === "never") {
    return refuse("invalidFilter", `${quoted(path.name)} is never shown, so nothing can be searched by it.`);
  }
  if (path.filter === undefined) return succeed(target);
  if (attribute !== undefined && attribute.type !== "complex" && !attribute.multiValued) {
    return refuse("invalidFilter", `${quoted(path.name)} has one simple value, so brackets cannot select from it.`);
  }
  const inner = compile({ kind: "element", attribute, mode: scope.mode }, path.filter);
  if (!inner.ok) return inner;
  const sub = attribute && path.sub !== undefined ? findAttribute(attribute.subAttributes, path.sub) : undefined;
  if (attribute !== undefined && path.sub !== undefined && sub === undefined) return succeed({ kind: "unknown" });
  return succeed({
    kind: "known",
    attribute,
    sub,
    valuesOf: (resource) => target.valuesOf(resource).filter((value) => inner.value(elementOf(value))),
  });
};

const compileCompare = (scope: Scope, filter: Extract<Filter, { kind: "compare" }>): Result<Predicate> => {
  const target = selected(scope, filter.path);
  if (!target.ok) return target;
  if (target.value.kind === "unknown") return succeed(() => false);
  const { attribute, sub, valuesOf } = target.value;
  const isComplex = sub === undefined && attribute?.type === "complex";
  const definition = isComplex ? findAttribute(attribute.subAttributes, "value") : (sub ?? attribute);
  if (isComplex && definition === undefined) {
    return refuse("invalidFilter", `${quoted(filter.path.name)} has several parts; name the one to compare.`);
  }
  const compared = compileComparison(definition, filter.operator, filter.value, scope.mode);
  if (!compared.ok) return compared;
  const comparableOf = (value: JsonValue): readonly JsonValue[] => {
    if (filter.path.sub !== undefined) return subValues([value], filter.path.sub);
    return isJsonObject(value) ? subValues([value], "value") : [value];
  };
  const { accepts } = compared.value;
  return succeed((resource) => accepts(valuesOf(resource).flatMap(comparableOf)));
};

const compilePresent = (scope: Scope, path: ScimPath): Result<Predicate> => {
  const target = selected(scope, path);
  if (!target.ok) return target;
  if (target.value.kind === "unknown") return succeed(() => false);
  const { valuesOf } = target.value;
  const { sub } = path;
  if (sub === undefined) return succeed((resource) => valuesOf(resource).some(isAssigned));
  return succeed((resource) => subValues(valuesOf(resource), sub).some(isAssigned));
};

const compileAll = (scope: Scope, terms: readonly Filter[]): Result<readonly Predicate[]> => {
  const predicates: Predicate[] = [];
  for (const term of terms) {
    const compiled = compile(scope, term);
    if (!compiled.ok) return compiled;
    predicates.push(compiled.value);
  }
  return succeed(predicates);
};

const compile = (scope: Scope, filter: Filter): Result<Predicate> => {
  switch (filter.kind) {
    case "compare":
      return compileCompare(scope, filter);
    case "present":
      return compilePresent(scope, filter.path);
    case "valuePath": {
      const target = selected(scope, filter.path);
      if (!target.ok) return target;
      const known = target.value;
      return succeed((resource) => known.kind === "known" && known.valuesOf(resource).length > 0);
    }
    case "not": {
      const term = compile(scope, filter.term);
      return term.ok ? succeed((resource) => !term.value(resource)) : term;
    }
    default: {
      const terms = compileAll(scope, filter.terms);
      if (!terms.ok) return terms;
      if (filter.kind === "and") return succeed((resource) => terms.value.every((term) => term(resource)));
      return succeed((resource) => terms.value.some((term) => term(resource)));
    }
  }
};

/**
 * Turns a filter into a predicate over resources. With a resource type, case rules, dates and Booleans follow its
 * schemas, and a term about an attribute the type does not define is false; without one, texts compare without case.
 * Fails with invalidFilter where an operator does not suit its attribute, such as `active gt false`.
 */
export const compileFilter = (filter: Filter, type: ResourceType | undefined, mode: Mode): Result<Predicate> =>
  compile({ kind: "resource", type, mode }, filter);

/**
 * Turns the filter of a value path into a predicate over single values of the attribute; without a definition
 * the values are judged by what they are.
 */
export const compileValueFilter = (
  filter: Filter,
  attribute: AttributeDefinition | undefined,
  mode: Mode,
): Result<Predicate> => compile({ kind: "element", attribute, mode }, filter);
