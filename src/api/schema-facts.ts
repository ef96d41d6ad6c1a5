import { type App, getTemplate } from "#apps";
import type { SchemaFacts } from "#core";
import { attributeNames } from "#directory";

/** What scoping adds to what the directory holds. */
const computed = ["objectId", "IsSoftDeleted", "appRoleAssignments"];

/** What a check of an app's schema must know beside the document. */
export const schemaFactsOf = (app: App): SchemaFacts => ({
  filterable: { User: getTemplate(app.templateId)?.profile.filterable ?? null, Group: null },
  held: {
    User: [...attributeNames("user"), ...computed, "manager"],
    Group: [...attributeNames("group"), ...computed, "members"],
  },
});
