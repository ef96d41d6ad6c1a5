import { type Filter, foldCase, type Mode, type ResourceType, resolvePath, type ScimPath } from "#scim";
import { indexOf, keyForm } from "./keys.ts";

/** Where the resources can be found that a filter may match. */
export type Plan =
  /** It matches none. */
  | { readonly kind: "none" }
  /** No index helps: look at all. */
  | { readonly kind: "all" }
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "key"; readonly attribute: string; readonly key: string }
  /** Groups with this member. */
  | { readonly kind: "member"; readonly id: string }
  /** Users in this group, or in groups within it. */
  | { readonly kind: "group"; readonly id: string }
  | { readonly kind: "union"; readonly plans: readonly Plan[] };

const all: Plan = { kind: "all" };
const none: Plan = { kind: "none" };

/** Parts of an `or` that are looked up one by one; more are found by looking at all. */
const mostParts = 100;

type Compare = Extract<Filter, { kind: "compare" }>;

/** The text that some value of an attribute must equal; null when the filter names none. */
const textOf = ({ operator, value }: Compare): string | null =>
  operator === "eq" && typeof value === "string" ? value : null;

/** Within brackets: the text that `value` must equal. */
const valueWithin = (filter: Filter): string | null => {
  if (filter.kind === "compare") return foldCase(filter.path.name) === "value" ? textOf(filter) : null;
  if (filter.kind !== "and") return null;
  return filter.terms.map(valueWithin).find((text) => text !== null) ?? null;
};

const lookUp = (type: ResourceType, mode: Mode, path: ScimPath, text: string): Plan => {
  const resolved = resolvePath(type, path, mode);
  if (resolved?.kind !== "attribute") return none;
  const { attribute, sub, extension } = resolved;
  if (extension === undefined && attribute.name === "id") return { kind: "id", id: text };
  const isValue = sub === undefined || sub.name === "value";
  if (extension === undefined && isValue && attribute.name === "members") return { kind: "member", id: text };
  if (extension === undefined && isValue && attribute.name === "groups") return { kind: "group", id: text };
  if (attribute.name === "meta" && sub?.name === "resourceType") return text === type.name ? all : none;
  const index = indexOf(type, extension === undefined ? attribute.name : `${extension.id}:${attribute.name}`);
  if (index === undefined || !isValue) return all;
  return { kind: "key", attribute: index.name, key: keyForm(index.compared, text) };
};

const cost = (plan: Plan): number => ["none", "id", "key", "member", "group", "union", "all"].indexOf(plan.kind);

const isUnknown = (type: ResourceType, mode: Mode, path: ScimPath): boolean =>
  resolvePath(type, path, mode)?.kind !== "attribute";

/** How to find what a filter may match. What is found still has to be looked at, as an index knows one value of many. */
export const planOf = (filter: Filter, type: ResourceType, mode: Mode): Plan => {
  switch (filter.kind) {
    case "compare": {
      const text = textOf(filter);
      if (isUnknown(type, mode, filter.path)) return none;
      if (filter.path.filter !== undefined && text === null) {
        const within = valueWithin(filter.path.filter);
        return within === null ? all : lookUp(type, mode, { ...filter.path, sub: undefined }, within);
      }
      return text === null ? all : lookUp(type, mode, filter.path, text);
    }
    case "present":
      return isUnknown(type, mode, filter.path) ? none : all;
    case "valuePath": {
      const text = valueWithin(filter.path.filter);
      if (isUnknown(type, mode, filter.path)) return none;
      return text === null ? all : lookUp(type, mode, filter.path, text);
    }
    case "not":
      return all;
    case "and":
      return filter.terms
        .map((term) => planOf(term, type, mode))
        .reduce((best, plan) => (cost(plan) < cost(best) ? plan : best));
    case "or": {
      const plans = filter.terms.map((term) => planOf(term, type, mode)).filter((plan) => plan.kind !== "none");
      if (plans.length === 0) return none;
      const isAll = plans.length > mostParts || plans.some((plan) => plan.kind === "all");
      return isAll ? all : { kind: "union", plans };
    }
  }
};
