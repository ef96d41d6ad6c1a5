import { type App, type Assignment, assign, type PrincipalType, unassign } from "#apps";
import type { DirectoryGroup, DirectoryUser } from "#directory";
import type { Api, Call } from "./api.ts";
import { type AuditNote, appTarget, objectTarget } from "./audit.ts";

type Principal = DirectoryUser | DirectoryGroup;

const note = (
  activity: string,
  operation: "Assign" | "Unassign",
  app: App,
  principal: Principal | null,
  roleName: string,
): AuditNote => ({
  category: "ApplicationManagement",
  activity,
  operation,
  targets: [appTarget(app), ...(principal === null ? [] : [objectTarget(principal)])],
  details: { AppRole: roleName },
});

export const typeOf = (principal: Principal): PrincipalType => (principal.kind === "user" ? "User" : "Group");

/** Gives a role of an app to a user or group. */
export const addAssignment = (
  api: Api,
  call: Call,
  app: App,
  principal: Principal,
  role: string,
  expandNested = false,
): Promise<Assignment> =>
  api.change(
    call,
    (tx, now) => assign(tx, app.id, { id: principal.id, type: typeOf(principal) }, role, { now, expandNested }),
    ({ roleName }) => note("Add app role assignment to service principal", "Assign", app, principal, roleName),
  );

/** Takes a role away again. `principal` is null for somebody who is gone. */
export const removeAssignment = (
  api: Api,
  call: Call,
  app: App,
  principal: Principal | null,
  assignmentId: string,
): Promise<Assignment> =>
  api.change(
    call,
    (tx, now) => unassign(tx, assignmentId, now),
    ({ roleName }) => note("Remove app role assignment from service principal", "Unassign", app, principal, roleName),
  );
