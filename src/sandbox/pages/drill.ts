import { Hono } from "hono";
import { html } from "hono/html";
import type { AppContext } from "../app/admission.ts";
import {
  type DrillView,
  limitBody,
  limitRequests,
  switchAllOff,
  switchOff,
  switchOn,
  viewDrill,
} from "../app/drill-changes.ts";
import { type Fault, faultWish } from "../drill/index.ts";
import { told } from "./flash.ts";
import { check, choice, field, numberIn, problemOf, type Retry, submit, textIn, valueIn } from "./form.ts";
import { type Html, type PageCall, refusePage, show } from "./layout.ts";
import { table, tag } from "./parts.ts";

const address = "/drill";
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

const more = ({ retryAfterSeconds, delayMilliseconds }: Fault): string => {
  if (retryAfterSeconds !== null) return `, retry after ${retryAfterSeconds} s`;
  return delayMilliseconds === null ? "" : `, ${delayMilliseconds} ms late`;
};

const leftOf = ({ left }: Fault): Html => {
  if (left === null) return tag("All requests", "bad");
  return left === 0 ? tag("Over") : tag(`${left} more`, "warn");
};

const faultTable = (faults: readonly Fault[]): Html =>
  html`${table(
    "Faults, in the order in which they are tried",
    ["Fault", "Requests", "Met so far", "Will meet", null],
    faults.map((fault) => [
      `${fault.kind}${more(fault)}`,
      `${fault.method ?? "Any method"}${fault.path === null ? "" : ` at ${fault.path}`}`,
      String(fault.met),
      leftOf(fault),
      html`<form method="post" action="/drill/faults/${fault.id}/off"><button class="small" aria-label="Switch off ${fault.kind}">${fault.left === 0 ? "Clear" : "Switch off"}</button></form>`,
    ]),
    "No fault is on. Switch one on below; then watch how your client takes it.",
  )}${faults.length < 2 ? "" : html`<form class="row" method="post" action="/drill/off"><button>Switch all off</button></form>`}`;

const faultForm = (kinds: DrillView["kinds"], retry: Retry | null): Html => {
  const value = (name: string, usual = "") => valueIn(retry, "fault", name, usual);
  return html`<form class="card" method="post" action="/drill/faults"><h2>Switch a fault on</h2>${problemOf(retry, "fault")}
<div class="row">${choice({ label: "Fault", name: "kind", value: value("kind", "500"), options: kinds.map(({ kind }) => ({ value: kind, label: kind })) })}
${choice({ label: "Method", name: "method", value: value("method"), options: [{ value: "", label: "Any" }, ...methods.map((method) => ({ value: method, label: method }))] })}
${field({ label: "Part of the path", name: "path", value: value("path"), more: { placeholder: "/Users", maxlength: "200", autocomplete: "off" } })}</div>
<fieldset><legend>For how many requests</legend><div class="row">
${check({ label: "The next", name: "span", value: "next", type: "radio", isOn: value("span", "next") !== "all" })}
<label><span class="hidden">Number of requests</span><input class="short" type="number" name="times" min="1" max="100000" value="${value("times", "1")}"></label>
${check({ label: "All, until it is switched off", name: "span", value: "all", type: "radio", isOn: value("span", "next") === "all" })}</div></fieldset>
<div class="row">${field({ label: "Retry-After, in seconds", name: "retryAfterSeconds", type: "number", value: value("retryAfterSeconds"), hint: "For 429 and 503; may be empty.", more: { min: "0", max: "86400" } })}
${field({ label: "Delay, in milliseconds", name: "delayMilliseconds", type: "number", value: value("delayMilliseconds"), hint: "For slow, which needs it.", more: { min: "1", max: "60000" } })}</div>
<p><button class="main">Switch on</button></p>
<details><summary>What each fault does</summary><dl>${kinds.map(
    ({ kind, description, commits, reach }) =>
      html`<dt><code>${kind}</code></dt><dd>${description}${commits ? "; the request is carried out" : ""}${reach === "all" ? "" : `; meets ${reach} only`}</dd>`,
  )}</dl></details></form>`;
};

const drillPage = (call: PageCall, retry: Retry | null = null) => {
  const found = viewDrill(call.var.tenant, call.var.caller);
  if (!found.ok) return refusePage(call, found.error);
  const { faults, kinds, met, rateLimit } = found.value;
  const counts = Object.entries(met);
  return show(call, {
    title: "Drill",
    status: retry?.error.status ?? 200,
    body: html`<p class="lead">Makes the sandbox misbehave on purpose, over SCIM and the REST API; these pages are spared. Faults are the whole sandbox's and are gone when it stops.</p>
${faultTable(faults)}
${counts.length === 0 ? "" : html`<p>Met since the start: ${counts.map(([kind, count]) => `${kind}: ${count}`).join(", ")}. Each is in the <a href="/activity?event=Drill+met">activity log</a>.</p>`}
${faultForm(kinds, retry)}
<form class="card" method="post" action="/drill/rate-limit"><h2>Rate limit</h2>${problemOf(retry, "limit")}
<p>${rateLimit === null ? "Requests are not limited." : `${rateLimit.limit} requests a minute; ${rateLimit.remaining} are left in this one.`}</p>
<div class="row">${field({ label: "Requests a minute (empty: no limit)", name: "limit", type: "number", value: valueIn(retry, "limit", "limit", rateLimit === null ? "" : String(rateLimit.limit)), more: { min: "1", max: "1000000", placeholder: "no limit" } })}<button>Set the limit</button></div></form>`,
  });
};

/** Faults to rehearse with, and the rate limit. */
export const drillPages = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });
  routes.get(address, (call) => drillPage(call));
  routes.post("/drill/faults", (call) =>
    submit(call, "fault", faultWish, {
      bodyOf: (typed) => ({
        kind: textIn(typed, "kind"),
        method: textIn(typed, "method") ?? null,
        path: textIn(typed, "path") ?? null,
        times: typed.get("span") === "all" ? null : numberIn(typed, "times"),
        retryAfterSeconds: numberIn(typed, "retryAfterSeconds") ?? null,
        delayMilliseconds: numberIn(typed, "delayMilliseconds") ?? null,
      }),
      work: (wish) => switchOn(call.var.tenant, call.var.caller, wish),
      next: () => call.redirect(told(address, "fault-on"), 303),
      again: (retry) => drillPage(call, retry),
    }),
  );
  routes.post("/drill/faults/:id/off", async (call) => {
    const gone = await switchOff(call.var.tenant, call.var.caller, call.req.param("id"));
    return gone.ok ? call.redirect(told(address, "fault-off"), 303) : refusePage(call, gone.error);
  });
  routes.post("/drill/off", async (call) => {
    const gone = await switchAllOff(call.var.tenant, call.var.caller);
    return gone.ok ? call.redirect(told(address, "faults-off"), 303) : refusePage(call, gone.error);
  });
  routes.post("/drill/rate-limit", (call) =>
    submit(call, "limit", limitBody, {
      bodyOf: (typed) => ({ requestsPerMinute: numberIn(typed, "limit") ?? "off" }),
      work: (body) => limitRequests(call.var.tenant, call.var.caller, body),
      next: () => call.redirect(told(address, "limit-set"), 303),
      again: (retry) => drillPage(call, retry),
    }),
  );
  return routes;
};
