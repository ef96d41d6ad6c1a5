export {
  applicationResource,
  applicationTemplateResource,
  assignmentResource,
  servicePrincipalResource,
  synchronizationTemplateResource,
} from "./application.ts";
export { errorBody, type GraphErrorDetail, graphTexts } from "./error.ts";
export { conjunctsOf, type Filter, type FilterLiteral, type PropertyPath } from "./filter.ts";
export { satisfies } from "./filter-match.ts";
export { filterOperatorResources } from "./filter-operators.ts";
export { groupProperties, groupResource, readGroup } from "./group.ts";
export { type CycleRecord, type JobRecord, jobResource, type ResetScope, readResetScope } from "./job.ts";
export { parseExpressionResource } from "./parse-expression.ts";
export { normalisePath } from "./path.ts";
export type { PropertyReading } from "./property-reading.ts";
export { onDemandResource, type SummaryRecord, summaryResource } from "./provisioning-log.ts";
export { type ListQuery, type QueryRules, readQuery, sealToken, selected } from "./query.ts";
export { readBound, readReference } from "./reference.ts";
export {
  type DirectoryRecord,
  defaultUserProperties,
  readUser,
  userProperties,
  userResource,
} from "./user.ts";
