import { Hono } from "hono";
import { html } from "hono/html";
import type { Result } from "#scim";
import { type AccountGroup, viewAccountGroups } from "../access/account-groups.ts";
import {
  cancelMemberEmailChange,
  createMember,
  deleteMember,
  inviteAgain,
  mayEditAnybody,
  updateMember,
} from "../access/members.ts";
import { listRoles, type Role } from "../access/roles.ts";
import type { Account } from "../accounts.ts";
import type { AppContext } from "../app/admission.ts";
import type { UserView } from "../app/shapes.ts";
import { listQuery, newUser, userChange, viewUser, viewUsers } from "../app/user-views.ts";
import type { Caller } from "../caller.ts";
import { lacking } from "../outcome.ts";
import { readQuery } from "../routing.ts";
import type { Tenant } from "../tenant.ts";
import { told } from "./flash.ts";
import { check, choice, confirmed, field, problemOf, type Retry, submit, textIn, valueIn } from "./form.ts";
import { type Html, type PageCall, refusePage, show } from "./layout.ts";
import { addressWith, moment, table, tag } from "./parts.ts";

const address = "/users";

const stateOf = ({ active, isRegistrationPending, pendingEmail }: UserView): Html =>
  html`${
    active ? tag("Active", "good") : tag("Inactive", "bad")
  } ${isRegistrationPending ? tag("Not registered", "warn") : ""} ${pendingEmail === null ? "" : tag("E-mail change waits", "warn")}`;

const rolesOf = ({ roles }: UserView): string =>
  roles.map(({ role, accountGroup }) => (accountGroup === null ? role : `${role} in ${accountGroup}`)).join(", ") ||
  "None";

const listPage = async (call: PageCall) => {
  const { caller, tenant } = call.var;
  const asked = readQuery(call, listQuery);
  if (!asked.ok) return refusePage(call, asked.error);
  const found = await viewUsers(tenant, caller, asked.value);
  if (!found.ok) return refusePage(call, found.error);
  const { search, page, count } = asked.value;
  const { users, total } = found.value;
  const first = (page - 1) * count + 1;
  const at = (there: number) =>
    addressWith(address, {
      search,
      page: there === 1 ? undefined : String(there),
      count: count === 50 ? undefined : String(count),
    });
  return show(call, {
    title: "Users",
    body: html`<div class="spread"><form class="row" method="get" action="${address}" role="search">${field({ label: "Search name, e-mail, userName", name: "search", type: "search", value: search, more: { maxlength: "254" } })}<button>Search</button></form>
${mayEditAnybody(caller) ? html`<a class="button main" href="/users/new">Add a user</a>` : ""}</div>
${table(
  search === "" ? `Users (${total})` : `Users found (${total})`,
  ["Name", "E-mail (login)", "userName", "Roles", "State"],
  users.map((user) => [
    html`<a href="/users/${user.id}">${user.name ?? user.email}</a>`,
    user.email,
    user.userName,
    rolesOf(user),
    stateOf(user),
  ]),
  search === "" && page === 1
    ? "There are no users. Add one, or let a SCIM client provision some."
    : html`Nobody here. <a href="${address}">Show all users</a>`,
)}
<nav class="spread" aria-label="Pages">${page > 1 ? html`<a href="${at(page - 1)}">Previous page</a>` : html`<span></span>`}
<span class="quiet">${users.length === 0 ? "" : `${first} to ${first + users.length - 1} of ${total}`}</span>
${first + users.length - 1 < total && users.length > 0 ? html`<a href="${at(page + 1)}">Next page</a>` : html`<span></span>`}</nav>`,
  });
};

interface Names {
  readonly roles: readonly Role[];
  readonly groups: readonly AccountGroup[];
}

/** What may be chosen from: roles, and the account groups that the caller may know of. */
const choicesOf = async ({ var: { caller, tenant } }: PageCall): Promise<Names> => ({
  roles: await listRoles(tenant.store.db, caller.organizationId),
  groups: await viewAccountGroups(tenant, caller),
});

const everywhere = "all";

const grantText = (roleId: string, accountGroupId: string | null): string =>
  `${roleId} ${accountGroupId ?? everywhere}`;

/** The roles that a form names: those that stay ticked, and one to add. */
const grantsIn = (typed: URLSearchParams) => {
  const added = textIn(typed, "role") === undefined ? [] : [`${typed.get("role")} ${typed.get("group")}`];
  return [...typed.getAll("grant"), ...added].map((text) => {
    const [roleId, group] = text.split(" ");
    return { roleId, accountGroupId: group === everywhere ? null : group };
  });
};

const roleChoices = ({ roles, groups }: Names, retry: Retry | null, form: string, isFirst: boolean): Html => {
  const usual = roles.find(({ name }) => name === "Regular User")?.id ?? "";
  return html`<div class="row">${choice({
    label: isFirst ? "Role" : "Add a role",
    name: "role",
    value: valueIn(retry, form, "role", isFirst ? usual : ""),
    options: [
      ...(isFirst ? [] : [{ value: "", label: "None" }]),
      ...roles.map(({ id, name }) => ({ value: id, label: name })),
    ],
  })}${choice({
    label: "In account group",
    name: "group",
    value: valueIn(retry, form, "group", everywhere),
    options: [
      { value: everywhere, label: "All account groups" },
      ...groups.map(({ id, name }) => ({ value: id, label: name })),
    ],
  })}</div>`;
};

const groupChoice = ({ groups }: Names, value: string): Html =>
  groups.length < 2
    ? ""
    : choice({
        label: "Login account group",
        name: "loginAccountGroupId",
        value,
        options: [{ value: "", label: "Not chosen" }, ...groups.map(({ id, name }) => ({ value: id, label: name }))],
      });

const newPage = async (call: PageCall, retry: Retry | null = null) => {
  if (!mayEditAnybody(call.var.caller)) return refusePage(call, lacking("Edit users"));
  const names = await choicesOf(call);
  return show(call, {
    title: "Add a user",
    status: retry?.error.status ?? 200,
    body: html`<p class="lead">The user is written a mail to register with, and can sign in then.</p>
<form class="card" method="post" action="/users/new">${problemOf(retry, "new")}
${field({ label: "E-mail, which becomes the login", name: "email", type: "email", value: valueIn(retry, "new", "email"), more: { required: true, maxlength: "254", autocomplete: "off" } })}
${field({ label: "Name", name: "name", value: valueIn(retry, "new", "name"), more: { maxlength: "500", autocomplete: "off" } })}
<fieldset><legend class="hidden">Role</legend>${roleChoices(names, retry, "new", true)}</fieldset>
${groupChoice(names, valueIn(retry, "new", "loginAccountGroupId"))}
<div class="row"><button class="main">Add the user</button><a class="button" href="${address}">Back</a></div></form>`,
  });
};

const factsOf = (user: UserView): Html => html`<dl><dt>State</dt><dd>${stateOf(user)}</dd>
<dt>userName</dt><dd>${user.userName}</dd>
<dt>externalId</dt><dd>${user.externalId ?? html`<span class="quiet">None</span>`}</dd>
<dt>Roles</dt><dd>${rolesOf(user)}</dd>
<dt>Made</dt><dd>${moment(user.createdAt)} UTC</dd>
<dt>Changed</dt><dd>${moment(user.modifiedAt)} UTC</dd>
<dt>Last sign-in</dt><dd>${user.lastLoginAt === null ? html`<span class="quiet">Never</span>` : html`${moment(user.lastLoginAt)} UTC`}</dd></dl>`;

const userPage = async (call: PageCall, id: string, retry: Retry | null = null) => {
  const { caller, tenant } = call.var;
  const found = await viewUser(tenant, caller, id);
  if (!found.ok) return refusePage(call, found.error);
  const user = found.value;
  const names = await choicesOf(call);
  const ticked = (grant: string) => (retry === null ? true : retry.typed.getAll("grant").includes(grant));
  const isActive = retry === null ? user.active : retry.typed.has("active");
  const at = `/users/${user.id}`;
  const editing = html`${
    user.pendingEmail === null
      ? ""
      : html`<section class="card"><h2>Waiting for confirmation</h2><p>${user.pendingEmail} becomes the login when both mailboxes have confirmed it. Both mails are under <a href="/mail">Mail</a>.</p>
<form method="post" action="${at}/cancel-email"><button>Cancel the change</button></form></section>`
  }
<form class="card" method="post" action="${at}"><h2>Change</h2>${problemOf(retry, "user")}
${field({ label: "Name", name: "name", value: valueIn(retry, "user", "name", user.name ?? ""), more: { maxlength: "500", autocomplete: "off" } })}
${field({ label: "E-mail, which is the login", name: "email", type: "email", value: valueIn(retry, "user", "email", user.email), more: { required: true, maxlength: "254", autocomplete: "off" } })}
<fieldset><legend>Roles</legend>${user.roles.map(({ roleId, role, accountGroupId, accountGroup }) => {
    const value = grantText(roleId, accountGroupId);
    return check({
      label: `${role} in ${accountGroup ?? "all account groups"}`,
      name: "grant",
      value,
      isOn: ticked(value),
    });
  })}
${roleChoices(names, retry, "user", false)}</fieldset>
${groupChoice(names, valueIn(retry, "user", "loginAccountGroupId", user.loginAccountGroup?.id ?? ""))}
<fieldset><legend class="hidden">State</legend>${check({ label: "Active: may sign in, and the tokens work", name: "active", value: "on", isOn: isActive })}</fieldset>
<button class="main">Save</button></form>
${
  user.isRegistrationPending
    ? html`<section class="card"><h2>Registration</h2><p>The user has not registered yet. The mail can be sent again once in 24 hours.</p><form method="post" action="${at}/invite"><button>Send the registration mail again</button></form></section>`
    : ""
}
<section class="card"><h2>Remove</h2>${confirmed({ label: "Remove the user", action: `${at}/remove`, question: `${user.email} loses the account in this organization, with its roles and tokens. This cannot be undone.` })}</section>`;
  return show(call, {
    title: user.name ?? user.email,
    status: retry?.error.status ?? 200,
    body: html`<p><a href="${address}">All users</a></p><section class="card">${factsOf(user)}</section>${mayEditAnybody(caller) ? editing : ""}`,
  });
};

type Change = (tenant: Tenant, caller: Caller, id: string) => Promise<Result<Account>>;

/** The users of the present organisation. */
export const userPages = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });

  routes.get(address, listPage);
  routes.get("/users/new", (call) => newPage(call));
  routes.post("/users/new", (call) =>
    submit(call, "new", newUser, {
      bodyOf: (typed) => ({
        email: textIn(typed, "email") ?? "",
        name: textIn(typed, "name") ?? null,
        roles: grantsIn(typed),
        loginAccountGroupId: textIn(typed, "loginAccountGroupId") ?? null,
      }),
      work: (body) => createMember(call.var.tenant, call.var.caller, body),
      next: ({ id }) => call.redirect(told(`/users/${id}`, "user-added"), 303),
      again: (retry) => newPage(call, retry),
    }),
  );
  routes.get("/users/:id", (call) => userPage(call, call.req.param("id")));
  routes.post("/users/:id", (call) => {
    const id = call.req.param("id");
    return submit(call, "user", userChange, {
      bodyOf: (typed) => ({
        name: textIn(typed, "name"),
        email: textIn(typed, "email") ?? "",
        roles: grantsIn(typed),
        loginAccountGroupId: textIn(typed, "loginAccountGroupId"),
        active: typed.has("active"),
      }),
      work: ({ roles, ...body }) =>
        updateMember(call.var.tenant, call.var.caller, id, {
          ...body,
          ...(roles === undefined ? {} : { roles: (held) => (isSame(held, roles) ? undefined : roles) }),
        }),
      next: () => call.redirect(told(`/users/${id}`, "user-changed"), 303),
      again: (retry) => userPage(call, id, retry),
    });
  });

  const changes: readonly [string, Change, (id: string) => string][] = [
    ["remove", deleteMember, () => told(address, "user-removed")],
    ["cancel-email", cancelMemberEmailChange, (id) => told(`/users/${id}`, "email-cancelled")],
    ["invite", inviteAgain, (id) => told(`/users/${id}`, "user-invited")],
  ];
  for (const [name, change, next] of changes) {
    routes.post(`/users/:id/${name}`, async (call) => {
      const id = call.req.param("id") ?? "";
      const changed = await change(call.var.tenant, call.var.caller, id);
      return changed.ok ? call.redirect(next(id), 303) : refusePage(call, changed.error);
    });
  }
  return routes;
};

type Grant = { readonly roleId: string; readonly accountGroupId: string | null };

/** A form always names the roles; those who left them alone change nothing. */
const isSame = (held: readonly Grant[], wanted: readonly Grant[]): boolean => {
  const texts = new Set(wanted.map(({ roleId, accountGroupId }) => grantText(roleId, accountGroupId)));
  return (
    held.length === texts.size &&
    held.every(({ roleId, accountGroupId }) => texts.has(grantText(roleId, accountGroupId)))
  );
};
