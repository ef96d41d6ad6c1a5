import { type App, type Assignment, assign, type PrincipalType, setExpandNested, unassign } from "#apps";
import type { DirectoryGroup, DirectoryUser } from "#directory";
import type { Api, Call } from "./api.ts";
import { type AuditNote, appTarget, objectTarget } from "./audit.ts";

type Principal = DirectoryUser | DirectoryGroup;

const note = (
  activity: string,
  operation: "Assign" | "Update" | "Unassign",
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

/** Lets members of nested groups count, or not. */
export const expandAssignment = (
  api: Api,
  call: Call,
  app: App,
  principal: Principal,
  assignmentId: string,
  expandNested: boolean,
): Promise<Assignment> =>
  api.change(
    call,
    (tx, now) => setExpandNested(tx, assignmentId, expandNested, now),
    ({ roleName }) => {
      const { details, ...rest } = note("Update app role assignment", "Update", app, principal, roleName);
      return { ...rest, details: { ...details, ExpandNested: String(expandNested) } };
    },
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
