/** How a target wants its PATCH requests written. */
export type PatchStyle = {
  /** Spelling of `op`: "add" or, as Entra's older client, "Add". */
  readonly opCase: "lower" | "capitalised";
  /** One operation per attribute, or all plain attributes in one operation without a path. */
  readonly layout: "separate" | "grouped";
  /** Members of a grouped value: flat keys such as "name.givenName", or objects as the RFC has them. */
  readonly keys: "flat" | "nested";
  /** Booleans as JSON, or as the texts "True" and "False". */
  readonly booleans: "json" | "text";
  /** Booleans within a path's filter as JSON, or as the mapping spells them (`roles[primary eq "True"]`). */
  readonly filterBooleans: "json" | "asWritten";
  /** For a value the target lacks: a value path that leaves its making to the target, or the whole value appended. */
  readonly absentElement: "valuePath" | "append";
  /** Members go by `members[value eq "id"]`, or by a `members` path with the ids in the value. */
  readonly memberRemoval: "filter" | "value";
};

/** As Entra's client writes with the aadOptscim062020 flag. */
export const entraCompliantStyle: PatchStyle = {
  opCase: "lower",
  layout: "grouped",
  keys: "flat",
  booleans: "json",
  filterBooleans: "asWritten",
  absentElement: "valuePath",
  memberRemoval: "filter",
};

/** As Entra's client writes without the flag. */
export const entraLegacyStyle: PatchStyle = {
  opCase: "capitalised",
  layout: "separate",
  keys: "flat",
  booleans: "text",
  filterBooleans: "asWritten",
  absentElement: "valuePath",
  memberRemoval: "value",
};

/** What a server that takes the RFC at its word understands. */
export const rfcStyle: PatchStyle = {
  opCase: "lower",
  layout: "separate",
  keys: "nested",
  booleans: "json",
  filterBooleans: "json",
  absentElement: "append",
  memberRemoval: "filter",
};
