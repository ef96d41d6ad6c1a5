import { Hono } from "hono";
import { html } from "hono/html";
import { z } from "zod";
import { listAccountGroups } from "../access/account-groups.ts";
import { listRoles } from "../access/roles.ts";
import { changeSettings, viewSettings } from "../access/settings-changes.ts";
import type { AppContext } from "../app/admission.ts";
import { organizationBody } from "../app/set-up-routes.ts";
import { may } from "../caller.ts";
import { updateOrganization } from "../organizations.ts";
import { done } from "../outcome.ts";
import { type SandboxSettings, type SwitchDescription, switchDescriptions } from "../settings.ts";
import { told } from "./flash.ts";
import { check, choice, field, numberIn, problemOf, type Retry, submit, textIn, valueIn } from "./form.ts";
import { type Html, type PageCall, refusePage, show } from "./layout.ts";
import { prose, tag } from "./parts.ts";

const address = "/settings";

type Names = "defaultRole" | "defaultAccountGroups";
const switches = switchDescriptions.filter(({ name }) => name !== "defaultRole" && name !== "defaultAccountGroups");

const words = (value: unknown): string => {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
};

const control = ({ name, values }: SwitchDescription, value: string, isFixed: boolean): Html => {
  const more = html`id="${name}" name="${name}" aria-describedby="${name}-what"${isFixed ? html` disabled` : ""}`;
  if (values === null)
    return html`<input class="short" type="number" min="1" max="1000" required ${more} value="${value}">`;
  return html`<select ${more}>${values.map(
    (each) =>
      html`<option value="${String(each)}"${String(each) === value ? html` selected` : ""}>${words(each)}</option>`,
  )}</select>`;
};

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const switchRow = (description: SwitchDescription, now: string, isFixed: boolean): Html => {
  const { name, basis, why, default: usual } = description;
  return html`<div class="switch"><div><label for="${name}"><code>${name}</code></label> ${tag(basis, basis === "documented" ? "good" : basis === "inferred" ? "" : "warn")}
<div id="${name}-what"><p>${prose(sentence(description.description))}</p><p class="hint">Why: ${prose(why)}. Unless changed: ${words(usual)}.</p></div></div>
${control(description, now, isFixed)}</div>`;
};

const accessForm = async (
  { var: { tenant } }: PageCall,
  settings: SandboxSettings,
  retry: Retry | null,
  isFixed: boolean,
) => {
  const { store, organization } = tenant;
  // Who may only look sees what is set, not all that could be.
  const roles = isFixed ? [{ name: settings.defaultRole }] : await listRoles(store.db, organization.id);
  const set = (settings.defaultAccountGroups ?? []).map((name) => ({ name }));
  const groups = isFixed ? set : await listAccountGroups(store.db, organization.id);
  const isTyped = retry?.form === "access";
  const chosen = isTyped ? retry.typed.getAll("group") : (settings.defaultAccountGroups ?? []);
  const isAll = isTyped ? retry.typed.get("groups") === "all" : settings.defaultAccountGroups === null;
  return html`<form class="card" method="post" action="/settings/access"><h2>New users from SCIM</h2>${problemOf(retry, "access")}
<fieldset${isFixed ? html` disabled` : ""}><legend class="hidden">Default access</legend>
${choice({ label: "Default role", name: "role", value: valueIn(retry, "access", "role", settings.defaultRole), options: roles.map(({ name }) => ({ value: name, label: name })), hint: "Whose token may not grant it cannot create users." })}
<fieldset><legend>Account groups</legend>
${check({ label: "All account groups", name: "groups", value: "all", type: "radio", isOn: isAll })}
${check({ label: "Only those that are ticked here:", name: "groups", value: "some", type: "radio", isOn: !isAll })}
<div class="columns inset">${groups.map(({ name }) => check({ label: name, name: "group", value: name, isOn: chosen.includes(name) }))}</div></fieldset>
<button class="main">Save the default access</button></fieldset></form>`;
};

const settingsPage = async (call: PageCall, retry: Retry | null = null) => {
  const { caller, tenant } = call.var;
  const found = viewSettings(tenant, caller);
  if (!found.ok) return refusePage(call, found.error);
  const settings = found.value;
  const isFixed = !may(caller, "Edit security & authentication settings");
  return show(call, {
    title: "SCIM settings",
    status: retry?.error.status ?? 200,
    body: html`<p class="lead">SCIM base URL: <code>${tenant.baseUrl}</code>. What a real account does is not always known; each switch makes this tenant do one thing or the other.
${isFixed ? "You may look at the settings, not change them." : ""}</p>
${await accessForm(call, settings, retry, isFixed)}
<form class="card" method="post" action="/settings/switches"><h2>Switches</h2>${problemOf(retry, "switches")}
${switches.map((each) => switchRow(each, valueIn(retry, "switches", each.name, String(settings[each.name])), isFixed))}
${isFixed ? "" : html`<div class="save"><button class="main">Save the switches</button></div>`}</form>
${
  isFixed
    ? ""
    : html`<form class="card" method="post" action="/settings/organization"><h2>Organization</h2>${problemOf(retry, "organization")}
<div class="row">${field({ label: "Name", name: "name", value: valueIn(retry, "organization", "name", tenant.organization.name), more: { required: true, maxlength: "100", autocomplete: "off" } })}
${field({ label: "Plan, shown as information", name: "plan", value: valueIn(retry, "organization", "plan", tenant.organization.plan), more: { required: true, maxlength: "100", autocomplete: "off" } })}
<button>Save</button></div></form>`
}`,
  });
};

/** A switch's value as it was chosen on the page; what is none stays as it is, for the rules to refuse. */
const chosenIn = ({ name, values }: SwitchDescription, typed: URLSearchParams): unknown =>
  values === null
    ? numberIn(typed, name)
    : (values.find((each) => String(each) === typed.get(name)) ?? typed.get(name));

const anything = z.record(z.string(), z.unknown());

/** SCIM settings and switches of the organisation. */
export const settingsPages = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });
  const save = (
    call: PageCall,
    form: string,
    bodyOf: (typed: URLSearchParams) => Partial<Record<keyof SandboxSettings, unknown>>,
  ) =>
    submit(call, form, anything, {
      bodyOf,
      work: async (body) => {
        const { caller, tenant } = call.var;
        const now = new Map<string, unknown>(Object.entries(tenant.organization.settings));
        // The log tells what was changed, not all that stood in the form.
        const changes = Object.entries(body).filter(
          ([name, value]) => JSON.stringify(now.get(name)) !== JSON.stringify(value),
        );
        if (changes.length === 0) return done(false);
        const changed = await changeSettings(tenant, caller, Object.fromEntries(changes));
        return changed.ok ? done(true) : changed;
      },
      next: (isChanged) => call.redirect(told(address, isChanged ? "settings-saved" : "settings-same"), 303),
      again: (retry) => settingsPage(call, retry),
    });

  routes.get(address, (call) => settingsPage(call));
  routes.post("/settings/access", (call) =>
    save(
      call,
      "access",
      (typed): Record<Names, unknown> => ({
        defaultRole: typed.get("role"),
        defaultAccountGroups: typed.get("groups") === "all" ? null : typed.getAll("group"),
      }),
    ),
  );
  routes.post("/settings/switches", (call) =>
    save(call, "switches", (typed) => Object.fromEntries(switches.map((each) => [each.name, chosenIn(each, typed)]))),
  );
  routes.post("/settings/organization", (call) =>
    submit(call, "organization", organizationBody, {
      bodyOf: (typed) => ({ name: textIn(typed, "name") ?? "", plan: textIn(typed, "plan") ?? "" }),
      work: (body) => updateOrganization(call.var.tenant, call.var.caller, body),
      next: () => call.redirect(told(address, "organization-saved"), 303),
      again: (retry) => settingsPage(call, retry),
    }),
  );
  return routes;
};
