import type { AuditEntry, AuditTarget, ModifiedProperty, ProvisioningActivity } from "#journal";
import { newId } from "#runtime";

export type AuditCategory = "UserManagement" | "GroupManagement" | "ApplicationManagement" | "ProvisioningManagement";

/** What an administrator did, as the audit log tells it. */
export interface AuditNote {
  readonly category: AuditCategory;
  readonly activity: string;
  readonly operation: "Add" | "Update" | "Delete" | "Assign" | "Unassign" | "Start" | "Other";
  readonly targets: readonly AuditTarget[];
  readonly details?: Readonly<Record<string, string>>;
}

/** A note about provisioning, whose activities have fixed names. */
export const provisioningNote = (
  activity: ProvisioningActivity,
  operation: AuditNote["operation"],
  app: { readonly id: string; readonly displayName: string },
  details: Readonly<Record<string, string>> = {},
): AuditNote => ({ category: "ProvisioningManagement", activity, operation, targets: [appTarget(app)], details });

export const auditEntryOf = (
  note: AuditNote,
  call: { readonly now: Date; readonly correlationId: string; readonly ipAddress: string | null },
): AuditEntry => ({
  id: newId(),
  activityDateTime: call.now.toISOString(),
  activityDisplayName: note.activity,
  category: note.category,
  correlationId: call.correlationId,
  loggedByService: note.category === "ProvisioningManagement" ? "Account Provisioning" : "Core Directory",
  operationType: note.operation,
  result: "success",
  resultReason: "",
  // One token stands for the administrator of this installation.
  initiatedBy: {
    user: { id: "", displayName: "Administrator", userPrincipalName: null, ipAddress: call.ipAddress },
    app: null,
  },
  targetResources: note.targets,
  additionalDetails: Object.entries(note.details ?? {}).map(([key, value]) => ({ key, value })),
});

export const appTarget = (app: { readonly id: string; readonly displayName: string }): AuditTarget => ({
  id: app.id,
  displayName: app.displayName,
  type: "ServicePrincipal",
  userPrincipalName: null,
  groupType: null,
  modifiedProperties: [],
});

interface Named {
  readonly id: string;
  readonly kind: "user" | "group";
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A user or group that was changed, with what changed in it. */
export const objectTarget = (object: Named, modified: readonly ModifiedProperty[] = []): AuditTarget => {
  const text = (name: string) => (typeof object.attributes[name] === "string" ? object.attributes[name] : null);
  return {
    id: object.id,
    displayName: text("displayName"),
    type: object.kind === "user" ? "User" : "Group",
    userPrincipalName: object.kind === "user" ? text("userPrincipalName") : null,
    groupType: object.kind === "group" ? "unknownFutureValue" : null,
    modifiedProperties: modified,
  };
};

/** What differs between two states, attribute by attribute. */
export const modifiedOf = (
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly ModifiedProperty[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((displayName) => {
    const [oldValue, newValue] = [shown(before[displayName]), shown(after[displayName])];
    return oldValue === newValue ? [] : [{ displayName, oldValue, newValue }];
  });

const shown = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === "string" ? value : JSON.stringify(value);
