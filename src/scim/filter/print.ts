import type { CompareValue, Filter, ScimPath } from "./filter.ts";

/** Writes a path in the form `parsePath` reads. */
export const printPath = (path: ScimPath): string => {
  const prefix = path.urn === undefined ? "" : `${path.urn}:`;
  const filter = path.filter === undefined ? "" : `[${printFilter(path.filter)}]`;
  return `${prefix}${path.name}${filter}${path.sub === undefined ? "" : `.${path.sub}`}`;
};

const printTerm = (term: Filter, joint: "and" | "or"): string =>
  term.kind === "or" || (term.kind === "and" && joint === "and") ? `(${printFilter(term)})` : printFilter(term);

/** Writes a filter so that reading it again gives an equal tree; parentheses only where they are needed. */
export const printFilter = (filter: Filter): string => {
  switch (filter.kind) {
    case "compare":
      return `${printPath(filter.path)} ${filter.operator} ${JSON.stringify(filter.value)}`;
    case "present":
      return `${printPath(filter.path)} pr`;
    case "valuePath":
      return printPath(filter.path);
    case "not":
      return `not (${printFilter(filter.term)})`;
    default: {
      const { kind } = filter;
      return filter.terms.map((term) => printTerm(term, kind)).join(` ${kind} `);
    }
  }
};

/** The text `path eq value`, the value escaped as JSON, for a client to send (still to be URL-encoded). */
export const filterEq = (path: ScimPath | string, value: CompareValue): string =>
  `${typeof path === "string" ? path : printPath(path)} eq ${JSON.stringify(value)}`;
