import { foldCase } from "../json.ts";
import { findTopLevel, type ResourceType } from "../model/resource-type.ts";
import type { Filter } from "./filter.ts";
import { printPath } from "./print.ts";

/** An `attribute eq "text"` term that an index can answer. */
export type EqPair = { readonly attribute: string; readonly value: string };

/**
 * The pair when the whole filter is `attribute eq "text"`; undefined for everything else.
 * `attribute` is the path as written; with a resource type, plain core attributes come in the schema's spelling
 * and without the core URN.
 */
export const eqPair = (filter: Filter, type?: ResourceType): EqPair | undefined => {
  if (filter.kind !== "compare" || filter.operator !== "eq" || typeof filter.value !== "string") return undefined;
  const { path } = filter;
  const core = type !== undefined && (path.urn === undefined || foldCase(path.urn) === foldCase(type.schema.id));
  const definition = core && path.filter === undefined ? findTopLevel(type, path.name) : undefined;
  if (definition === undefined) return { attribute: printPath(path), value: filter.value };
  return { attribute: printPath({ ...path, urn: undefined, name: definition.name }), value: filter.value };
};

/** The pairs among the terms that must all hold: of `id eq "1" and manager eq "2"` both. */
export const eqPairs = (filter: Filter, type?: ResourceType): readonly EqPair[] =>
  (filter.kind === "and" ? filter.terms : [filter])
    .map((term) => eqPair(term, type))
    .filter((pair) => pair !== undefined);
