import type { AttributeMapping, ObjectMapping, SynchronizationRule, SynchronizationSchema } from "#core";
import { fromGraphSource, toGraphSource } from "#core/expressions";
import type { SchemaIds, Template, TemplateMapping } from "../types.ts";
import { groupSourceAttributes, userSourceAttributes } from "./source-attributes.ts";

const sourceDirectory = "Azure Active Directory";
const userObject = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const groupObject = "urn:ietf:params:scim:schemas:core:2.0:Group";

/** The schema that a new job of a template starts with, and that "Restore default mappings" brings back. */
export const defaultSchema = (template: Template, ids: SchemaIds): SynchronizationSchema => ({
  id: ids.schema,
  version: "v1.0",
  synchronizationRules: rulesOf(template, ids),
  directories: [
    {
      discoverabilities: "None",
      discoveryDateTime: null,
      id: ids.sourceDirectory,
      name: sourceDirectory,
      readOnly: true,
      version: "v1.0",
      objects: [
        {
          attributes: userSourceAttributes,
          metadata: [
            { key: "PropertyNameAccountEnabled", value: "accountEnabled" },
            { key: "PropertyNameSoftDeleted", value: "IsSoftDeleted" },
            { key: "IsSynchronizeAllSupported", value: "true" },
          ],
          name: "User",
          supportedApis: [],
        },
        ...(template.groups === null
          ? []
          : [{ attributes: groupSourceAttributes, metadata: [], name: "Group", supportedApis: [] }]),
      ],
    },
    {
      discoverabilities: "None",
      discoveryDateTime: null,
      id: ids.targetDirectory,
      name: template.targetDirectoryName,
      readOnly: false,
      version: "v1.0",
      objects: [
        {
          attributes: template.attributes,
          metadata: [
            { key: "IsSoftDeletionSupported", value: "true" },
            { key: "PropertyNameAccountEnabled", value: "active" },
          ],
          name: userObject,
          supportedApis: [],
        },
        ...(template.groups === null
          ? []
          : [{ attributes: template.groups.attributes, metadata: [], name: groupObject, supportedApis: [] }]),
      ],
    },
  ],
});

const rulesOf = (template: Template, ids: SchemaIds): readonly SynchronizationRule[] => {
  const users = rule(template, ids.userRule, 1, "USER_OUTBOUND_USER", {
    attributeMappings: template.mappings.map(mapping),
    enabled: true,
    flowTypes: "Add, Update, Delete",
    metadata: [],
    name: "Provision Azure Active Directory Users",
    scope: null,
    sourceObjectName: "User",
    targetObjectName: userObject,
  });
  if (template.groups === null) return [users];
  const groups = rule(template, ids.groupRule, 2, "GROUP_OUTBOUND_GROUP", {
    attributeMappings: template.groups.mappings.map(mapping),
    enabled: true,
    flowTypes: template.groups.flowTypes,
    metadata: [],
    name: "Provision Azure Active Directory Groups",
    scope: null,
    sourceObjectName: "Group",
    targetObjectName: groupObject,
  });
  return [users, groups];
};

const rule = (
  template: Template,
  id: string,
  priority: number,
  name: string,
  objectMapping: ObjectMapping,
): SynchronizationRule => ({
  containerFilter: null,
  editable: true,
  groupFilter: null,
  id,
  metadata: [{ key: "supportsProvisionOnDemand", value: "True" }],
  name,
  priority,
  sourceDirectoryName: sourceDirectory,
  targetDirectoryName: template.targetDirectoryName,
  objectMappings: [objectMapping],
});

const mapping = (from: TemplateMapping): AttributeMapping => {
  const isCall = from.source.includes("(");
  const parsed = fromGraphSource(
    isCall ? { type: "Function", expression: from.source } : { type: "Attribute", name: from.source },
  );
  if (!parsed.ok)
    throw new TypeError(`the gallery's mapping of ${from.target} is no expression: ${parsed.error.message}`);
  return {
    defaultValue: null,
    exportMissingReferences: false,
    flowBehavior: "FlowWhenChanged",
    flowType: "Always",
    matchingPriority: from.matchingPrecedence ?? 0,
    source: toGraphSource(parsed.tree),
    targetAttributeName: from.target,
  };
};
