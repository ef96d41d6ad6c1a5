import { type AttributeType, type ProfileChanges, usualProfile } from "#core";
import type { Template, TemplateMapping } from "../types.ts";
import { attribute } from "./attribute.ts";
import catalogue from "./templates.json" with { type: "json" };

/** A template as the catalogue file writes it: what is not said has its usual value. */
interface TemplateRow {
  readonly id: string;
  readonly guid: string;
  readonly displayName: string;
  readonly publisher: string;
  readonly category: string;
  readonly description: string;
  readonly baseUrl: string;
  readonly auth: Template["auth"];
  readonly supportsGroups: boolean;
  readonly groupFlowTypes?: string;
  readonly targetDirectoryName?: string;
  readonly defaultAccessProvisionable?: boolean;
  readonly requestsPerMinute?: number;
  /** What else is known of how it wants to be spoken to. */
  readonly profile?: ProfileChanges;
  readonly filterableUnknown?: boolean;
  readonly attributes: readonly {
    readonly name: string;
    readonly type: AttributeType;
    readonly required?: boolean;
    readonly filterable?: boolean;
    readonly multivalued?: boolean;
  }[];
  readonly mappings: readonly TemplateMapping[];
}

const accountId = attribute({
  name: "id",
  type: "String",
  anchor: true,
  caseExact: true,
  readOnly: true,
  required: true,
});

const groupAttributes = [
  accountId,
  attribute({ name: "displayName", type: "String", required: true }),
  attribute({ name: "externalId", type: "String", caseExact: true }),
  attribute({ name: "members", type: "Reference", multivalued: true, refersTo: "User" }),
];

const groupMappings: readonly TemplateMapping[] = [
  { source: "displayName", target: "displayName", matchingPrecedence: 1 },
  { source: "objectId", target: "externalId" },
  { source: "members", target: "members" },
];

const templateOf = (row: TemplateRow): Template => ({
  id: row.id,
  guid: row.guid,
  displayName: row.displayName,
  publisher: row.publisher,
  category: row.category,
  description: row.description,
  baseUrl: row.baseUrl,
  baseUrlComplete: row.baseUrl !== "" && !row.baseUrl.includes("{"),
  auth: row.auth,
  targetDirectoryName: row.targetDirectoryName ?? row.displayName,
  attributes: [
    accountId,
    ...row.attributes.map((each) =>
      attribute({
        name: each.name,
        type: each.type,
        required: each.required ?? false,
        caseExact: each.name === "externalId",
        multivalued: each.multivalued ?? false,
        ...(each.type === "Reference" ? { refersTo: "User" } : {}),
      }),
    ),
  ],
  mappings: row.mappings,
  groups: row.supportsGroups
    ? {
        attributes: groupAttributes,
        mappings: groupMappings,
        flowTypes: row.groupFlowTypes ?? "Add, Update, Delete",
      }
    : null,
  defaultAccessProvisionable: row.defaultAccessProvisionable ?? true,
  profile: {
    ...usualProfile,
    filterable: row.filterableUnknown
      ? null
      : row.attributes.filter((each) => each.filterable).map((each) => each.name),
    supportsGroups: row.supportsGroups,
    requestsPerMinute: row.requestsPerMinute ?? null,
    ...row.profile,
  },
});

const templates: readonly Template[] = (catalogue as readonly TemplateRow[]).map(templateOf);

/**
 * The gallery, the generic template last.
 * @param search part of a name, publisher or category, in any case
 */
export const listTemplates = (search?: string): readonly Template[] => {
  const wanted = search?.trim().toLowerCase() ?? "";
  return templates.filter((each) =>
    [each.id, each.displayName, each.publisher, each.category].some((text) => text.toLowerCase().includes(wanted)),
  );
};

/** A template by its short name or its GUID, in any case. */
export const getTemplate = (id: string): Template | null => {
  const wanted = id.toLowerCase();
  return templates.find((each) => each.id === wanted || each.guid === wanted) ?? null;
};
