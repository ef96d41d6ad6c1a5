import { Hono } from "hono";
import { html } from "hono/html";
import type { AppContext } from "../app/admission.ts";
import { mailQuery, readMail } from "../app/record-routes.ts";
import { parsed } from "../routing.ts";
import { field } from "./form.ts";
import { type PageCall, refusePage, show } from "./layout.ts";
import { addressWith, moment } from "./parts.ts";

const address = "/mail";

const mailPage = async (call: PageCall) => {
  const to = call.req.query("to")?.trim() || undefined;
  const asked = parsed(mailQuery, { to, cursor: call.req.query("cursor") || undefined, limit: 20 });
  if (!asked.ok) return refusePage(call, asked.error);
  const { mails, cursor } = await readMail(call.var.tenant, call.var.caller, asked.value);
  const empty =
    to === undefined
      ? "No mail has been written that you may read. Add a user, or ask for another e-mail address, and it is here."
      : html`No mail to ${to}. <a href="${address}">Show all mail</a>`;
  return show(call, {
    title: "Mail",
    body: html`<p class="lead">Nothing is sent: what would have gone to a mailbox stands here, the newest first. A link works once.</p>
<form class="row" method="get" action="${address}" role="search">${field({ label: "To (whole address)", name: "to", value: to ?? "", more: { maxlength: "254", autocomplete: "off" } })}<button>Filter</button></form>
${mails.length === 0 ? html`<p class="card empty">${empty}</p>` : ""}
${mails.map(
  (
    mail,
  ) => html`<article class="card mail"><div class="spread"><h2>${mail.subject}</h2><span class="quiet">${moment(mail.at)} UTC</span></div>
<p class="quiet">To ${mail.to}</p><p class="text">${mail.body}</p>${mail.link === null ? "" : html`<p><a href="${mail.link}">${mail.link}</a></p>`}</article>`,
)}
<nav class="spread" aria-label="Pages">${asked.value.cursor === undefined ? html`<span></span>` : html`<a href="${addressWith(address, { to })}">Newest</a>`}
${cursor === null ? html`<span></span>` : html`<a href="${addressWith(address, { to, cursor })}">Older</a>`}</nav>`,
  });
};

/** What was written to mailboxes. */
export const mailPages = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });
  routes.get(address, mailPage);
  return routes;
};
