export {
  type AppContext,
  type AppRecord,
  applicationResource,
  applicationTemplateResource,
  assignmentResource,
  servicePrincipalResource,
  synchronizationTemplateResource,
  type TemplateRecord,
} from "./application.ts";
export { errorBody, type GraphErrorBody, type GraphErrorDetail, graphTexts } from "./error.ts";
export {
  type ComparisonOperator,
  conjunctsOf,
  type Filter,
  type FilterLiteral,
  type PropertyPath,
  pathsOf,
} from "./filter.ts";
export { satisfies, valueAt } from "./filter-match.ts";
export { type FilterReading, parseFilter } from "./filter-parser.ts";
export { groupProperties, groupResource, readGroup } from "./group.ts";
export {
  type CycleRecord,
  durationOf,
  type JobRecord,
  jobResource,
  type ResetScope,
  readResetScope,
} from "./job.ts";
export { normalisePath } from "./path.ts";
export { graphName, mappingName } from "./property-names.ts";
export type { GivenValue, PropertyReading } from "./property-reading.ts";
export { onDemandResource, type SummaryRecord, summaryResource } from "./provisioning-log.ts";
export {
  type ListQuery,
  openToken,
  optionOf,
  type QueryReading,
  type QueryRules,
  readQuery,
  sealToken,
  selected,
} from "./query.ts";
export { idOfReference, readBound, readReference } from "./reference.ts";
export {
  type DirectoryRecord,
  defaultUserProperties,
  instant,
  readUser,
  userProperties,
  userResource,
} from "./user.ts";
