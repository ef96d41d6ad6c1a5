import type { AttributeDefinition, DirectoryDefinition, ObjectDefinition } from "../schema-document.ts";
import { entryChanges, type MemberWords, memberChanges, plain, type SchemaChange } from "./change.ts";
import { listChanges } from "./lists.ts";

type Places = { readonly before: string; readonly after: string };

/** Directories, their objects and attributes are recognised by their names; the order of the last two means nothing. */
export const directoryChanges = (
  before: readonly DirectoryDefinition[],
  after: readonly DirectoryDefinition[],
): SchemaChange[] =>
  listChanges(before, after, {
    subject: "directory",
    at: { before: "$.directories", after: "$.directories" },
    keyOf: ({ name }) => name,
    added: ({ name }) => `Directory ${name}: added`,
    removed: ({ name }) => `Directory ${name}: removed`,
    reordered: "The order of the directories changed",
    within: (was, is, at) => [
      ...memberChanges(
        { subject: "directory", name: `Directory ${is.name}`, at: at.after },
        { ...was },
        { ...is },
        { readOnly: { label: "read-only" } },
        ["objects"],
      ),
      ...objectChanges(was.objects, is.objects, is.name, at),
    ],
  });

const objectChanges = (
  before: readonly ObjectDefinition[],
  after: readonly ObjectDefinition[],
  directory: string,
  at: Places,
): SchemaChange[] =>
  listChanges(before, after, {
    subject: "object",
    at: { before: `${at.before}.objects`, after: `${at.after}.objects` },
    keyOf: ({ name }) => name.toLowerCase(),
    added: ({ name }) => `${directory} ${name}: added`,
    removed: ({ name }) => `${directory} ${name}: removed`,
    reordered: null,
    within: (was, is, places) => {
      const thing = { subject: "object", name: `${directory} ${is.name}`, at: places.after } as const;
      return [
        ...memberChanges(thing, { ...was }, { ...is }, { supportedApis: { label: "supported APIs", usual: [] } }, [
          "attributes",
          "metadata",
        ]),
        ...entryChanges(thing, "metadata", was.metadata, is.metadata),
        ...attributeChanges(was.attributes, is.attributes, `${directory} ${is.name}`, places),
      ];
    },
  });

const attributeWords: Readonly<Record<string, MemberWords>> = {
  type: { show: plain },
  multivalued: { label: "multi-valued" },
  required: {},
  caseExact: { label: "exact case" },
  anchor: { label: "primary key" },
  mutability: { show: plain },
  defaultValue: { label: "default value" },
  flowNullValues: { label: "flow of null values" },
  referencedObjects: { label: "referenced objects" },
};

const attributeChanges = (
  before: readonly AttributeDefinition[],
  after: readonly AttributeDefinition[],
  object: string,
  at: Places,
): SchemaChange[] => {
  const nameOf = ({ name }: AttributeDefinition) => `Attribute ${name} of ${object}`;
  return listChanges(before, after, {
    subject: "attribute",
    at: { before: `${at.before}.attributes`, after: `${at.after}.attributes` },
    keyOf: ({ name }) => name,
    added: (attribute) => `${nameOf(attribute)}: added, ${attribute.type}`,
    removed: (attribute) => `${nameOf(attribute)}: removed`,
    reordered: null,
    within: (was, is, places) => {
      const thing = { subject: "attribute", name: nameOf(is), at: places.after } as const;
      return [
        ...memberChanges(thing, { ...was }, { ...is }, attributeWords, ["name", "metadata", "apiExpressions"]),
        ...entryChanges(thing, "metadata", was.metadata, is.metadata),
        ...entryChanges(thing, "apiExpressions", was.apiExpressions, is.apiExpressions),
      ];
    },
  });
};
