export type { Mode, Result, ScimError, ScimType } from "./error.ts";
export { scimError, scimTypes, statusError } from "./error.ts";
export { compileFilter, compileValueFilter, type Predicate } from "./filter/compile.ts";
export { type EqPair, eqPair, eqPairs } from "./filter/eq-pair.ts";
export type { CompareOperator, CompareValue, Filter, ScimPath } from "./filter/filter.ts";
export { defaultFilterLimits, type FilterLimits, parseFilter } from "./filter/parse.ts";
export { parsePath } from "./filter/parse-path.ts";
export { filterPaths } from "./filter/paths.ts";
export { filterEq, printFilter, printPath } from "./filter/print.ts";
export type { JsonObject, JsonValue } from "./json.ts";
export { foldCase, isAssigned, isJsonArray, isJsonObject, sameJson, valueOfName, withoutName } from "./json.ts";
export { errorBody, parseErrorBody } from "./message/error-body.ts";
export {
  type ListPage,
  listResponse,
  type PageRequest,
  parseListResponse,
  readPageRequest,
} from "./message/list-response.ts";
export { type PatchOperation, parsePatchOp, patchOpBody } from "./message/patch-op.ts";
export {
  mayShow,
  type Projection,
  type Projector,
  projector,
  readProjection,
  representation,
} from "./message/representation.ts";
export { messageUrns, schemaUrns, scimMediaType } from "./message/urns.ts";
export {
  type AttributeDefinition,
  type AttributeType,
  attribute,
  findAttribute,
  type SchemaDefinition,
} from "./model/attribute.ts";
export { readBoolean } from "./model/boolean.ts";
export { commonAttributes } from "./model/common-attributes.ts";
export { instantOf } from "./model/date-time.ts";
export {
  resourceTypeDocument,
  type SchemaDocumentOptions,
  type ServiceAbilities,
  schemaDocument,
  schemaDocuments,
  serviceProviderConfigDocument,
} from "./model/discovery.ts";
export { enterpriseUserSchema } from "./model/enterprise-user-schema.ts";
export { groupSchema, uniqueNameGroupSchema } from "./model/group-schema.ts";
export type { UnknownAttributes } from "./model/normalise.ts";
export { type ResolvedPath, resolvePath } from "./model/resolve.ts";
export {
  findExtension,
  findTopLevel,
  groupResourceType,
  type ResourceType,
  topLevelAttributes,
  uniqueNameGroupResourceType,
  userResourceType,
} from "./model/resource-type.ts";
export { schemasOf } from "./model/schemas-of.ts";
export { type UniqueKey, uniqueKeys, uniquenessClash } from "./model/uniqueness.ts";
export { userSchema } from "./model/user-schema.ts";
export { type ValidateOptions, validateResource } from "./model/validate.ts";
export { applyPatch, applyPatchBody, type Patched, type PatchOptions } from "./patch/apply.ts";
export { type AttributeChange, makeMemberPatch, makePatch, type OutgoingOperation } from "./patch/make.ts";
export { entraCompliantStyle, entraLegacyStyle, type PatchStyle, rfcStyle } from "./patch/style.ts";
export { compareSortKeys, type SortKey, sortKeyOf } from "./path/order.ts";
export { readPath } from "./path/read-path.ts";
export { writePath } from "./path/write-path.ts";
