import type { Filter, ScimPath } from "./filter.ts";

/** Every path a filter reads, in the order of writing; those inside brackets belong to their path's own filter. */
export const filterPaths = (filter: Filter): readonly ScimPath[] => {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.terms.flatMap(filterPaths);
    case "not":
      return filterPaths(filter.term);
    default:
      return [filter.path];
  }
};
