import { Hono } from "hono";
import { html } from "hono/html";
import { viewAccountGroups } from "../access/account-groups.ts";
import type { ActivityRow } from "../activity.ts";
import type { AppContext } from "../app/admission.ts";
import { activityQuery, readActivity } from "../app/record-routes.ts";
import { events } from "../events.ts";
import { parsed } from "../routing.ts";
import { choice, field, problemOf, type Retry, valueIn } from "./form.ts";
import { type Html, type PageCall, refusePage, show } from "./layout.ts";
import { addressWith, moment, table } from "./parts.ts";

const address = "/activity";
const form = "filters";
const filters = ["from", "to", "user", "event", "accountGroup"] as const;

/** What the browser's field for a time sends says nothing of a zone; the page speaks of UTC throughout. */
const inUtc = (text: string | undefined): string | undefined =>
  text !== undefined && /^[\d-]{10}T[\d:]{5}$/.test(text) ? `${text}:00Z` : text;

const given = (query: URLSearchParams, name: string): string | undefined => query.get(name)?.trim() || undefined;

const whatOf = ({ resources }: ActivityRow): Html =>
  html`${resources.filter(({ name }) => name !== "").map(({ type, name }, index) => html`${index > 0 ? ", " : ""}<span title="${type}">${name}</span>`)}`;

const filterForm = async (call: PageCall, retry: Retry): Promise<Html> => {
  const groups = await viewAccountGroups(call.var.tenant, call.var.caller);
  const value = (name: string) => valueIn(retry, form, name);
  return html`<div class="row">${field({ label: "From (UTC)", name: "from", type: "datetime-local", value: value("from") })}
${field({ label: "Before (UTC)", name: "to", type: "datetime-local", value: value("to") })}
${field({ label: "User (e-mail)", name: "user", value: value("user"), more: { maxlength: "254", autocomplete: "off" } })}
${choice({ label: "Event", name: "event", value: value("event"), options: [{ value: "", label: "All events" }, ...Object.values(events).map((event) => ({ value: event, label: event }))] })}
${groups.length < 2 ? "" : choice({ label: "Account group", name: "accountGroup", value: value("accountGroup"), options: [{ value: "", label: "All" }, ...groups.map(({ id, name }) => ({ value: id, label: name }))] })}
<button>Filter</button></div>`;
};

const activityPage = async (call: PageCall) => {
  const query = new URL(call.req.url).searchParams;
  const asked = parsed(activityQuery, {
    from: inUtc(given(query, "from")),
    to: inUtc(given(query, "to")),
    user: given(query, "user"),
    event: given(query, "event"),
    accountGroup: given(query, "accountGroup"),
    cursor: given(query, "cursor"),
  });
  const found = asked.ok ? await readActivity(call.var.tenant, call.var.caller, asked.value) : asked;
  if (!found.ok && found.error.status === 403) return refusePage(call, found.error);
  const none = { rows: [], cursor: null };
  const { rows, cursor } = found.ok ? found.value : none;
  const kept = Object.fromEntries(filters.map((name) => [name, given(query, name)]));
  const isFiltered = filters.some((name) => given(query, name) !== undefined);
  const retry: Retry = {
    form,
    typed: query,
    error: { status: 400, detail: "", scimType: undefined, position: undefined },
  };
  return show(call, {
    title: "Activity log",
    status: found.ok ? 200 : found.error.status,
    body: html`<p class="lead">What was done here, by whom, and through which door. It reaches back two years.</p>
<form class="card" method="get" action="${address}">${found.ok ? "" : problemOf({ ...retry, error: found.error }, form)}${await filterForm(call, retry)}</form>
${table(
  "Activity, the newest first",
  ["Time (UTC)", "Event", "By", "Through", "Account group", "What"],
  rows.map((row) => [moment(row.at), row.event, row.actorEmail, row.source, row.accountGroupName ?? "–", whatOf(row)]),
  isFiltered
    ? html`Nothing matches. <a href="${address}">Show all activity</a>`
    : "Nothing has happened that you may see.",
)}
<nav class="spread" aria-label="Pages">${given(query, "cursor") === undefined ? html`<span></span>` : html`<a href="${addressWith(address, kept)}">Newest</a>`}
${cursor === null ? html`<span></span>` : html`<a href="${addressWith(address, { ...kept, cursor })}">Older</a>`}</nav>`,
  });
};

/** What happened. */
export const activityPages = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });
  routes.get(address, activityPage);
  return routes;
};
