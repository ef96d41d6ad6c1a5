import type { Context } from "hono";
import { html } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { AppContext, Refuse } from "../app/admission.ts";
import type { Caller } from "../caller.ts";
import type { Organization } from "../organization.ts";
import type { Refusal } from "../problem.ts";
import { toldBy } from "./flash.ts";
import { sectionsOf } from "./sections.ts";

export type Html = ReturnType<typeof html> | string;

export type PageCall = Context<AppContext>;

export interface View {
  readonly title: string;
  readonly body: Html;
  /** 200 unless given. */
  readonly status?: number;
}

const shell = (title: string, body: Html) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ThousandEyes sandbox</title>
<link rel="icon" href="/assets/icon.svg">
<link rel="stylesheet" href="/assets/style.css">
<script src="/assets/copy.js" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
${body}
</body>
</html>`;

const icon = html`<img src="/assets/icon.svg" alt="" width="28" height="28">`;

const flash = (call: Context): Html => {
  const sentence = call.req.method === "GET" ? toldBy(call.req.query("done")) : null;
  return sentence === null ? "" : html`<p class="success" role="status">${sentence}</p>`;
};

const inside = (call: Context, caller: Caller, organization: Organization, { title, body }: View) =>
  shell(
    title,
    html`<header class="bar">
<a class="home" href="/">${icon}<span>${organization.name} <span class="plan quiet">Plan: ${organization.plan}</span></span></a>
<span class="quiet">${caller.email}${caller.accountGroup === null ? "" : ` in ${caller.accountGroup.name}`}</span>
<form method="post" action="/sign-out"><button class="small">Sign out</button></form>
</header>
<div class="frame">
<nav class="sections" aria-label="Sections"><ul>${sectionsOf(caller).map(
      ({ path, label }) =>
        html`<li><a href="${path}"${call.req.path.startsWith(path) ? html` aria-current="${call.req.path === path ? "page" : "true"}"` : ""}>${label}</a></li>`,
    )}</ul></nav>
<main id="content"><h1>${title}</h1>${flash(call)}${body}</main>
</div>`,
  );

/** A page for those who have not signed in. */
export const showOutside = (call: Context, { title, body, status = 200 }: View): Response | Promise<Response> =>
  call.html(
    shell(
      title,
      html`<header class="bar"><a class="home" href="/">${icon}<span>ThousandEyes sandbox</span></a></header>
<main id="content" class="alone"><h1>${title}</h1>${flash(call)}${body}</main>`,
    ),
    status as ContentfulStatusCode,
  );

/** A page for whoever has signed in. */
export const show = (call: PageCall, view: View): Response | Promise<Response> =>
  call.html(
    inside(call, call.var.caller, call.var.tenant.organization, view),
    (view.status ?? 200) as ContentfulStatusCode,
  );

const titleOf = (status: number): string => {
  if (status === 403) return "Not allowed";
  return status === 404 ? "Not found" : "This did not work";
};

/** A page that says no, where there is no form to say it beside. */
export const refusePage = (call: PageCall, { status, detail }: Refusal): Response | Promise<Response> =>
  show(call, {
    title: titleOf(status),
    status,
    body: html`<p class="problem" role="alert">${detail}</p><p><a href="/">Go to the first page</a></p>`,
  });

/** The same for those who may not have signed in. */
export const refuseOutside: Refuse = (call, { status, detail }) =>
  showOutside(call, {
    title: titleOf(status),
    status,
    body: html`<p class="problem" role="alert">${detail}</p><p><a href="/">Go to the first page</a></p>`,
  });
