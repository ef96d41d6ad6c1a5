import { Hono } from "hono";
import { html } from "hono/html";
import { z } from "zod";
import { statusError } from "#scim";
import {
  createAccountGroup,
  deleteAccountGroup,
  renameAccountGroup,
  viewAccountGroups,
} from "../access/account-groups.ts";
import type { AppContext } from "../app/admission.ts";
import { name } from "../app/set-up-routes.ts";
import { may } from "../caller.ts";
import { lacking } from "../outcome.ts";
import { told } from "./flash.ts";
import { confirmed, field, problemOf, type Retry, submit, textIn, valueIn } from "./form.ts";
import { type PageCall, refusePage, show } from "./layout.ts";
import { table } from "./parts.ts";

const address = "/account-groups";
const body = z.strictObject({ name });
const bodyOf = (typed: URLSearchParams) => ({ name: textIn(typed, "name") ?? "" });

const nameField = (retry: Retry | null, form: string, now: string) =>
  field({
    label: "Name",
    name: "name",
    value: valueIn(retry, form, "name", now),
    more: { required: true, maxlength: "100", autocomplete: "off" },
  });

const listPage = async (call: PageCall, retry: Retry | null = null) => {
  const groups = await viewAccountGroups(call.var.tenant, call.var.caller);
  const mayEdit = may(call.var.caller, "Edit all account groups");
  return show(call, {
    title: "Account groups",
    status: retry?.error.status ?? 200,
    body: html`<p class="lead">Users hold their roles in some account groups, or in all of them.</p>
${table(
  `Account groups (${groups.length})`,
  ["Name", "Id, as the REST API takes it (aid)"],
  groups.map((group) => [
    mayEdit ? html`<a href="/account-groups/${group.id}">${group.name}</a>` : group.name,
    html`<code>${group.id}</code>`,
  ]),
  "You have a role in no account group. An administrator can give you one.",
)}
${
  mayEdit
    ? html`<form class="card" method="post" action="${address}"><h2>Add an account group</h2>${problemOf(retry, "new")}
<div class="row">${nameField(retry, "new", "")}<button class="main">Add</button></div></form>`
    : ""
}`,
  });
};

const groupPage = async (call: PageCall, id: string, retry: Retry | null = null) => {
  if (!may(call.var.caller, "Edit all account groups")) return refusePage(call, lacking("Edit all account groups"));
  const group = (await viewAccountGroups(call.var.tenant, call.var.caller)).find((candidate) => candidate.id === id);
  if (group === undefined)
    return refusePage(call, statusError(404, "The organization has no account group with this id."));
  return show(call, {
    title: group.name,
    status: retry?.error.status ?? 200,
    body: html`<p><a href="${address}">All account groups</a></p>
<form class="card" method="post" action="${address}/${id}"><h2>Rename</h2>${problemOf(retry, "group")}<div class="row">${nameField(retry, "group", group.name)}<button class="main">Save</button></div></form>
<section class="card"><h2>Delete</h2>${confirmed({ label: "Delete the account group", action: `${address}/${id}/delete`, question: `Users lose the roles that they hold in ${group.name}. This cannot be undone.` })}</section>`,
  });
};

/** Account groups of the organisation. */
export const accountGroupPages = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });
  routes.get(address, (call) => listPage(call));
  routes.post(address, (call) =>
    submit(call, "new", body, {
      bodyOf,
      work: (wish) => createAccountGroup(call.var.tenant, call.var.caller, wish.name),
      next: () => call.redirect(told(address, "group-added"), 303),
      again: (retry) => listPage(call, retry),
    }),
  );
  routes.get("/account-groups/:id", (call) => groupPage(call, call.req.param("id")));
  routes.post("/account-groups/:id", (call) => {
    const id = call.req.param("id");
    return submit(call, "group", body, {
      bodyOf,
      work: (wish) => renameAccountGroup(call.var.tenant, call.var.caller, id, wish.name),
      next: () => call.redirect(told(address, "group-renamed"), 303),
      again: (retry) => groupPage(call, id, retry),
    });
  });
  routes.post("/account-groups/:id/delete", async (call) => {
    const gone = await deleteAccountGroup(call.var.tenant, call.var.caller, call.req.param("id"));
    return gone.ok ? call.redirect(told(address, "group-deleted"), 303) : refusePage(call, gone.error);
  });
  return routes;
};
