import type { AppStatus } from "#api/contract";
import { type GraphObject, textOf } from "../client/graph.ts";
import type { Session } from "../command.ts";
import { amount } from "./amounts.ts";
import { jobStateName } from "./status-text.ts";
import { facts, table } from "./table.ts";
import { printable } from "./text.ts";

type View = Pick<Session, "style" | "width">;

const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];

export const galleryText = (templates: readonly GraphObject[], view: View): string => {
  if (templates.length === 0) return "The gallery has no such template.";
  const rows = templates.map((template) => [
    textOf(template, "displayName"),
    textOf(template, "publisher"),
    listOf(template.categories).join(", "),
    template.id,
  ]);
  const columns = [
    { title: "NAME", shrinkTo: 16 },
    { title: "PUBLISHER", shrinkTo: 8 },
    { title: "CATEGORY", shrinkTo: 8 },
    { title: "ID" },
  ];
  return `${table(columns, rows, { width: view.width, title: view.style.bold })}\n\nAdd one with: npx lockstep app add NAME`;
};

export const appListText = (apps: readonly AppStatus[], view: View): string => {
  if (apps.length === 0) return "There is no app yet. Add one with: npx lockstep app add thousandeyes";
  const rows = apps.map((app) => {
    const job = app.jobs[0];
    return [
      app.displayName,
      app.templateId,
      job === undefined ? "no job" : jobStateName(job.state),
      job === undefined ? "" : `${amount(job.counts.inStep)} of ${amount(job.counts.inScope)}`,
      app.id,
    ];
  });
  const columns = [
    { title: "NAME", shrinkTo: 16 },
    { title: "TEMPLATE" },
    { title: "PROVISIONING" },
    { title: "IN STEP", align: "right" as const },
    { title: "ID" },
  ];
  return table(columns, rows, { width: view.width, title: view.style.bold });
};

const NOBODY = "00000000-0000-0000-0000-000000000000";

export const appText = (
  app: AppStatus,
  servicePrincipal: GraphObject,
  assigned: { readonly items: readonly GraphObject[]; readonly more: boolean },
  view: View,
): string => {
  const roles = (Array.isArray(servicePrincipal.appRoles) ? servicePrincipal.appRoles : []) as readonly GraphObject[];
  const roleNames = new Map(roles.map((role) => [role.id, textOf(role, "displayName")]));
  const head = facts([
    ["name", view.style.bold(printable(app.displayName))],
    ["template", printable(app.templateId)],
    ["id", app.id],
    ["application id", printable(textOf(servicePrincipal, "appId"))],
    ["roles", printable(["Default Access", ...roleNames.values()].join(", "))],
    ...app.jobs.map((job): [string, string] => ["job", `${jobStateName(job.state)} (${job.jobId})`]),
  ]);
  if (assigned.items.length === 0) return `${head}\n\nNobody is assigned. Assign people with: npx lockstep assign WHO`;
  const rows = assigned.items.map((item) => {
    const role = textOf(item, "appRoleId");
    return [
      textOf(item, "principalDisplayName"),
      textOf(item, "principalType"),
      roleNames.get(role) ?? (role === NOBODY ? "Default Access" : role),
      textOf(item, "principalId"),
    ];
  });
  const columns = [
    { title: "ASSIGNED", shrinkTo: 16 },
    { title: "TYPE" },
    { title: "ROLE", shrinkTo: 8 },
    { title: "ID" },
  ];
  const more = assigned.more ? "\nand more; --json shows all" : "";
  return `${head}\n\n${table(columns, rows, { width: view.width, title: view.style.bold })}${more}`;
};
