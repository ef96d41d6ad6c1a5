export type { ColumnGuess } from "./column-log.ts";
export { directoryPort } from "./directory-port.ts";
export type { ImportFormat } from "./format.ts";
export { defaultSourceName, type ImportOptions, importFile } from "./import-file.ts";
export type {
  ExistingObject,
  ImportedObject,
  ImportPort,
  LinkBatch,
  LinkOutcome,
  ManagerLink,
  MemberLinks,
  MembershipLinks,
  ObjectKind,
  RefusedRow,
  UnresolvedReference,
} from "./import-port.ts";
export type { Counts, ImportSummary, Removal, SampleChange } from "./import-summary.ts";
export type { ImportInput } from "./input.ts";
export { SourceError, type SourceErrorCode } from "./source-error.ts";
export type { AttributeValue, MemberMode, ProblemEffect, Reference, RowProblem } from "./source-record.ts";
