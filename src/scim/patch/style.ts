/** How a target wants its PATCH requests written. */
export type PatchStyle = {
  /** Spelling of `op`: "add" or, as Entra's older client, "Add". */
  readonly opCase: "lower" | "capitalised";
  /** One operation per attribute, or all plain attributes in one operation without a path. */
  readonly layout: "separate" | "grouped";
  /** A single plain attribute keeps its path in the grouped layout too, or goes without one as several do. */
  readonly alone: "path" | "grouped";
  /** Members of a grouped value: flat keys such as "name.givenName", or objects as the RFC has them. */
  readonly keys: "flat" | "nested";
  /** Booleans as JSON, or as the texts "True" and "False". */
  readonly booleans: "json" | "text";
  /** Booleans within a path's filter as JSON, or as the mapping spells them (`roles[primary eq "True"]`). */
  readonly filterBooleans: "json" | "asWritten";
  /** For a value the target lacks: a value path that leaves its making to the target, or the whole value appended. */
  readonly absentElement: "valuePath" | "append";
  /** What takes a value away: a removal, or a replacement by null or by an empty text. */
  readonly clearing: "remove" | "null" | "emptyText";
  /**
   * A reference to one object (a manager): its `value`, the bare id in place of the whole, an object that holds the id, or, as Entra's first client, a
   * list of one with its address, under a path without its schema.
   */
  readonly references: "value" | "bare" | "object" | "list";
  /** A reference is taken away by its path, or by a filter for the id that it has, under a path without its schema. */
  readonly referenceRemoval: "path" | "filter";
  /** Members go by `members[value eq "id"]`, or by a `members` path with the ids in the value. */
  readonly memberRemoval: "filter" | "value";
  /** A member that joins as its id alone, or with the empty reference of Entra's older client beside it. */
  readonly memberValues: "plain" | "withNullRef";
};

/** As Entra's client writes with the aadOptscim062020 flag. */
export const entraCompliantStyle: PatchStyle = {
  opCase: "lower",
  layout: "grouped",
  alone: "path",
  keys: "flat",
  booleans: "json",
  filterBooleans: "asWritten",
  absentElement: "valuePath",
  clearing: "remove",
  references: "bare",
  referenceRemoval: "path",
  memberRemoval: "filter",
  memberValues: "plain",
};

/** As Entra's client writes without the flag. */
export const entraLegacyStyle: PatchStyle = {
  opCase: "capitalised",
  layout: "separate",
  alone: "path",
  keys: "flat",
  booleans: "text",
  filterBooleans: "asWritten",
  absentElement: "valuePath",
  clearing: "remove",
  references: "bare",
  referenceRemoval: "path",
  memberRemoval: "value",
  memberValues: "plain",
};

/** What a server that takes the RFC at its word understands. */
export const rfcStyle: PatchStyle = {
  opCase: "lower",
  layout: "separate",
  alone: "path",
  keys: "nested",
  booleans: "json",
  filterBooleans: "json",
  absentElement: "append",
  clearing: "remove",
  references: "object",
  referenceRemoval: "path",
  memberRemoval: "filter",
  memberValues: "plain",
};
