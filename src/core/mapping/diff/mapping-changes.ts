import { fromGraphSource, printExpression } from "../../expressions/index.ts";
import { type AttributeMapping, type ObjectMapping, type SynchronizationRule, typeOf } from "../schema-document.ts";
import { pathKey } from "../target-path.ts";
import {
  type Compared,
  entryChanges,
  type MemberWords,
  memberChanges,
  plain,
  type SchemaChange,
  shown,
} from "./change.ts";
import { scopeChanges } from "./filter-changes.ts";
import { listChanges } from "./lists.ts";

type Places = { readonly before: string; readonly after: string };

const ruleWords: Readonly<Record<string, MemberWords>> = {
  name: {},
  priority: {},
  editable: { usual: true },
  sourceDirectoryName: { label: "source directory" },
  targetDirectoryName: { label: "target directory" },
  containerFilter: { label: "container filter" },
  groupFilter: { label: "group filter" },
};

/** Rules are recognised by their id. */
export const ruleChanges = (
  before: readonly SynchronizationRule[],
  after: readonly SynchronizationRule[],
): SchemaChange[] =>
  listChanges(before, after, {
    subject: "rule",
    at: { before: "$.synchronizationRules", after: "$.synchronizationRules" },
    keyOf: ({ id }) => id,
    added: ({ name }) => `Rule ${name}: added`,
    removed: ({ name }) => `Rule ${name}: removed`,
    reordered: "The order of the rules changed",
    within: (was, is, at) => {
      const thing: Compared = { subject: "rule", name: `Rule ${is.name}`, at: at.after };
      return [
        ...memberChanges(thing, { ...was }, { ...is }, ruleWords, ["id", "metadata", "objectMappings"]),
        ...entryChanges(thing, "metadata", was.metadata, is.metadata),
        ...objectMappingChanges(was.objectMappings, is.objectMappings, at),
      ];
    },
  });

const objectMappingWords: Readonly<Record<string, MemberWords>> = {
  name: {},
  enabled: { label: "switched on", usual: true },
  flowTypes: { label: "allowed actions", show: plain },
  sourceObjectName: { label: "source object", show: plain },
  targetObjectName: { label: "target object", show: plain },
};

/** Object mappings are recognised by the object of the directory that they map. */
const objectMappingChanges = (
  before: readonly ObjectMapping[],
  after: readonly ObjectMapping[],
  at: Places,
): SchemaChange[] =>
  listChanges(before, after, {
    subject: "objectMapping",
    at: { before: `${at.before}.objectMappings`, after: `${at.after}.objectMappings` },
    keyOf: ({ sourceObjectName }) => sourceObjectName.toLowerCase(),
    added: ({ name, sourceObjectName }) => `Mapping of ${sourceObjectName}: added (${name})`,
    removed: ({ name, sourceObjectName }) => `Mapping of ${sourceObjectName}: removed (${name})`,
    reordered: "The order of the object mappings changed",
    within: (was, is, places) => {
      const thing: Compared = {
        subject: "objectMapping",
        name: `Mapping of ${is.sourceObjectName}`,
        at: places.after,
      };
      return [
        ...memberChanges(thing, { ...was }, { ...is }, objectMappingWords, ["metadata", "scope", "attributeMappings"]),
        ...entryChanges(thing, "metadata", was.metadata, is.metadata),
        ...scopeChanges(was.scope, is.scope, is.sourceObjectName, {
          before: `${places.before}.scope`,
          after: `${places.after}.scope`,
        }),
        ...attributeMappingChanges(was, is, places),
      ];
    },
  });

const attributeMappingWords: Readonly<Record<string, MemberWords>> = {
  source: { show: String },
  targetAttributeName: { label: "path", show: plain },
  defaultValue: { label: "default value" },
  nullBehaviour: { label: "null behaviour", show: plain },
  defaultOnUpdate: { label: "default value on updates", usual: false },
  matchingPriority: { label: "matching precedence", usual: 0, show: (value) => (value === 0 ? "none" : shown(value)) },
  flowType: { label: "flow type", show: plain, usual: "Always" },
  flowBehavior: { label: "flow behaviour", show: plain, usual: "FlowWhenChanged" },
  exportMissingReferences: { label: "export of missing references", usual: false },
};

/** Attribute mappings are recognised by the target that they write, in whatever spelling. */
const attributeMappingChanges = (before: ObjectMapping, after: ObjectMapping, at: Places): SchemaChange[] => {
  const prefix = typeOf(after.sourceObjectName) === "User" ? "" : `${after.sourceObjectName} `;
  const nameOf = ({ targetAttributeName }: AttributeMapping) => `${prefix}${targetAttributeName}`;
  return listChanges(before.attributeMappings, after.attributeMappings, {
    subject: "attributeMapping",
    at: { before: `${at.before}.attributeMappings`, after: `${at.after}.attributeMappings` },
    keyOf: ({ targetAttributeName }) => pathKey(targetAttributeName),
    added: (mapping) => `${nameOf(mapping)}: is now mapped, from ${sourceAndDefault(mapping)}`,
    removed: (mapping) => `${nameOf(mapping)}: is no longer mapped; it was, from ${sourceAndDefault(mapping)}`,
    reordered: `${prefix === "" ? "" : `${prefix}mapping: `}The order of the attribute mappings changed`,
    within: (was, is, places) =>
      memberChanges(
        { subject: "attributeMapping", name: nameOf(is), at: places.after },
        comparable(was),
        comparable(is),
        attributeMappingWords,
        [],
      ),
  });
};

/** With the source as one text, and with the null behaviour that its absence stands for. */
const comparable = (mapping: AttributeMapping): { readonly [name: string]: unknown } => ({
  ...mapping,
  source: sourceText(mapping),
  nullBehaviour: mapping.nullBehaviour ?? "as usual",
});

/** The source in its canonical text; parameters, blanks and the like are formatting. */
const sourceText = ({ source }: AttributeMapping): string => {
  if (source === null) return "nothing";
  const parsed = fromGraphSource(source);
  return parsed.ok ? printExpression(parsed.tree) : source.expression;
};

const sourceAndDefault = (mapping: AttributeMapping): string =>
  mapping.defaultValue === null
    ? sourceText(mapping)
    : `${sourceText(mapping)} with the default ${shown(mapping.defaultValue)}`;
