import type { Context } from "hono";
import { html } from "hono/html";
import { sql } from "kysely";
import { listAccounts } from "./accounts.ts";
import { listActivity } from "./activity.ts";
import { isOwnName } from "./app/index.ts";
import { firstOrganization } from "./organizations.ts";
import type { Service } from "./tenant.ts";

const pageLength = 50;
const activityLength = 25;

const style = `
:root{color-scheme:light dark;--line:#8884}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:break-word}
th{white-space:nowrap}
.wide{overflow-x:auto}.wide table{min-width:46rem}
code{font:.9em ui-monospace,monospace}
caption{text-align:left;font-weight:600;padding:.75rem 0 .25rem}
nav a{margin-right:1rem}
`;

/**
 * The page for people at `/`: what this is, the users, the latest activity; no secrets and no scripts.
 * @param isLoopback the sandbox listens on this machine only, so a foreign host name is somebody else's page reaching in
 */
export const overviewPage = async (service: Service, context: Context, isLoopback: boolean): Promise<Response> => {
  if (isLoopback && !isOwnName(context)) {
    return context.text("This page answers to the host names of this machine only.", 421);
  }
  const { store, baseUrl } = service;
  const organization = await firstOrganization(service);
  const asked = context.req.query("page") ?? "";
  const page = /^[1-9]\d{0,6}$/.test(asked) ? Number(asked) : 1;
  const { accounts, total } = await listAccounts(store.db, organization.id, {
    where: sql`true`,
    offset: (page - 1) * pageLength,
    limit: pageLength,
  });
  const activity = await listActivity(store.db, organization.id, {
    before: null,
    limit: activityLength,
    where: sql`true`,
  });
  const first = (page - 1) * pageLength + 1;
  const state = service.limiters.of(organization.id).state();
  context.header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  context.header("Referrer-Policy", "no-referrer");
  return context.html(html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${organization.name} · ThousandEyes sandbox</title>
<style>${style}</style></head>
<body>
<h1>${organization.name}</h1>
<p>A tenant that behaves like ThousandEyes, to rehearse user provisioning without an account. Plan: ${organization.plan}.
New users get the role ${organization.settings.defaultRole}.
${state === null ? "Requests are not limited." : `${state.limit} requests a minute.`}</p>
<p>SCIM base URL: <code>${baseUrl}</code></p>
<div class="wide" tabindex="0" role="region" aria-label="Users"><table><caption>Users (${total})</caption>
<thead><tr><th>Name</th><th>E-mail (login)</th><th>userName</th><th>Roles</th><th>Status</th></tr></thead>
<tbody>${accounts.map(
    (
      account,
    ) => html`<tr><td>${account.displayName ?? account.formattedName ?? "–"}</td><td>${account.email}</td><td>${account.userName}</td>
<td>${[...new Set(account.roles.map((role) => role.name))].join(", ")}</td><td>${account.active ? "Active" : "Inactive"}</td></tr>`,
  )}</tbody></table></div>
<nav>${page > 1 ? html`<a href="/?page=${page - 1}">Previous</a>` : ""}
${accounts.length === 0 ? "Nobody on this page." : `${first} to ${first + accounts.length - 1} of ${total}`}
${first + accounts.length - 1 < total ? html`<a href="/?page=${page + 1}">Next</a>` : ""}</nav>
<div class="wide" tabindex="0" role="region" aria-label="Latest activity"><table><caption>Latest activity</caption>
<thead><tr><th>Time (UTC)</th><th>By</th><th>Event</th><th>Through</th><th>What</th></tr></thead>
<tbody>${activity.map(
    (
      row,
    ) => html`<tr><td>${row.at.toISOString().replace("T", " ").slice(0, 19)}</td><td>${row.actorEmail}</td><td>${row.event}</td><td>${row.source}</td>
<td>${row.resources
      .map((resource) => resource.name)
      .filter((name) => name !== "")
      .join(", ")}</td></tr>`,
  )}</tbody></table></div>
</body></html>`);
};
