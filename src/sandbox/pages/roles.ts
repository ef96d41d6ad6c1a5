import { Hono } from "hono";
import { html } from "hono/html";
import { statusError } from "#scim";
import { createRole, deleteRole, type Role, updateRole, viewRoles } from "../access/roles.ts";
import type { AppContext } from "../app/admission.ts";
import { roleBody, wishOf } from "../app/set-up-routes.ts";
import { may } from "../caller.ts";
import { lacking } from "../outcome.ts";
import { hasManagementPermissions, permissionInfos } from "../permissions.ts";
import { told } from "./flash.ts";
import { check, confirmed, field, problemOf, type Retry, submit, textIn, valueIn } from "./form.ts";
import { type Html, type PageCall, refusePage, show } from "./layout.ts";
import { table, tag } from "./parts.ts";

const address = "/roles";

const listPage = async (call: PageCall) => {
  const roles = await viewRoles(call.var.tenant, call.var.caller);
  if (!roles.ok) return refusePage(call, roles.error);
  return show(call, {
    title: "Roles",
    body: html`<div class="spread"><p class="lead">What users may do comes from their roles. Three are built in and cannot be changed.</p>
${may(call.var.caller, "Edit roles") ? html`<a class="button main" href="/roles/new">Add a role</a>` : ""}</div>
${table(
  `Roles (${roles.value.length})`,
  ["Name", "Kind", "Permissions", "Management"],
  roles.value.map(({ id, name, isBuiltIn, permissions }) => [
    html`<a href="/roles/${id}">${name}</a>`,
    isBuiltIn ? tag("Built in") : tag("Own", "good"),
    String(permissions.length),
    hasManagementPermissions(permissions) ? "Has management permissions" : "–",
  ]),
  "There are no roles.",
)}`,
  });
};

const form = "role";

const permissionChecks = (retry: Retry | null, held: readonly string[]): Html => {
  const on = retry === null ? held : retry.typed.getAll("permissions");
  return html`<fieldset><legend>Permissions</legend><div class="columns">${permissionInfos.map(
    ({ label, isManagementPermission }) =>
      check({
        label: html`${label}${isManagementPermission ? html` ${tag("management", "warn")}` : ""}`,
        name: "permissions",
        value: label,
        isOn: on.includes(label),
      }),
  )}</div><p class="hint">Management permissions can be handed on only by those who have “Assign management permissions”.</p></fieldset>`;
};

const fieldsOf = (retry: Retry | null, role: Pick<Role, "name" | "permissions">): Html =>
  html`${problemOf(retry, form)}${field({ label: "Name of the role", name: "name", value: valueIn(retry, form, "name", role.name), more: { required: true, maxlength: "100", autocomplete: "off" } })}${permissionChecks(retry, role.permissions)}`;

const newPage = (call: PageCall, retry: Retry | null = null) => {
  if (!may(call.var.caller, "Edit roles")) return refusePage(call, lacking("Edit roles"));
  return show(call, {
    title: "Add a role",
    status: retry?.error.status ?? 200,
    body: html`<form class="card" method="post" action="/roles/new">${fieldsOf(retry, { name: "", permissions: [] })}
<div class="row"><button class="main">Add the role</button><a class="button" href="${address}">Back</a></div></form>`,
  });
};

const fixedPage = ({ permissions }: Role, why: string): Html => html`<section class="card"><p>${why}</p>
<h2>Permissions</h2><ul>${permissions.map((permission) => html`<li>${permission}</li>`)}</ul></section>`;

const rolePage = async (call: PageCall, id: string, retry: Retry | null = null) => {
  const { caller, tenant } = call.var;
  const roles = await viewRoles(tenant, caller);
  if (!roles.ok) return refusePage(call, roles.error);
  const role = roles.value.find((candidate) => candidate.id === id);
  if (role === undefined) return refusePage(call, statusError(404, "The organization has no role with this id."));
  const editing = html`<form class="card" method="post" action="/roles/${id}">${fieldsOf(retry, role)}<button class="main">Save</button></form>
<section class="card"><h2>Delete</h2>${confirmed({ label: "Delete the role", action: `/roles/${id}/delete`, question: `The role ${role.name} is gone then. Nobody may hold it any more.` })}</section>`;
  const fixed = role.isBuiltIn
    ? "This role is built in. To change what it allows, make a role of your own."
    : "You may look at this role, not change it.";
  return show(call, {
    title: role.name,
    status: retry?.error.status ?? 200,
    body: html`<p><a href="${address}">All roles</a></p>${role.isBuiltIn || !may(caller, "Edit roles") ? fixedPage(role, fixed) : editing}`,
  });
};

const bodyOf = (typed: URLSearchParams) => ({
  name: textIn(typed, "name") ?? "",
  permissions: typed.getAll("permissions"),
});

/** Roles and what they allow. */
export const rolePages = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });
  routes.get(address, listPage);
  routes.get("/roles/new", (call) => newPage(call));
  routes.post("/roles/new", (call) =>
    submit(call, form, roleBody, {
      bodyOf,
      work: (body) => createRole(call.var.tenant, call.var.caller, wishOf(body)),
      next: () => call.redirect(told(address, "role-added"), 303),
      again: (retry) => newPage(call, retry),
    }),
  );
  routes.get("/roles/:id", (call) => rolePage(call, call.req.param("id")));
  routes.post("/roles/:id", (call) => {
    const id = call.req.param("id");
    return submit(call, form, roleBody, {
      bodyOf,
      work: (body) => updateRole(call.var.tenant, call.var.caller, id, wishOf(body)),
      next: () => call.redirect(told(`/roles/${id}`, "role-changed"), 303),
      again: (retry) => rolePage(call, id, retry),
    });
  });
  routes.post("/roles/:id/delete", async (call) => {
    const gone = await deleteRole(call.var.tenant, call.var.caller, call.req.param("id"));
    return gone.ok ? call.redirect(told(address, "role-deleted"), 303) : refusePage(call, gone.error);
  });
  return routes;
};
