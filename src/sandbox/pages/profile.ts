import { Hono } from "hono";
import { html } from "hono/html";
import { cancelOwnEmailChange, changeOwnProfile, type Membership } from "../access/own-profile.ts";
import type { AppContext } from "../app/admission.ts";
import { passwordBody, profileBody, tokenBody, viewProfile } from "../app/profile-routes.ts";
import { switchBody } from "../app/session-routes.ts";
import { isTooMany, tooManyTries } from "../app/sign-in-routes.ts";
import { findPerson } from "../sign-in/people.ts";
import { changePassword, switchTo } from "../sign-in/sign-in.ts";
import { createOwnToken, regenerateOwnToken, revokeOwnToken } from "../token-changes.ts";
import type { NewToken, Token } from "../tokens.ts";
import { told } from "./flash.ts";
import { choice, field, problemOf, type Retry, submit, textIn, valueIn } from "./form.ts";
import { type Html, type PageCall, refusePage, show } from "./layout.ts";
import { day, table, tag } from "./parts.ts";
import { newPassword } from "./sign-in.ts";

const address = "/profile";

const tokenState = ({ expiresAt, isReplaced }: Token, now: Date): Html => {
  if (expiresAt <= now) return tag("Expired", "bad");
  return isReplaced ? tag("Replaced, works on until it expires", "warn") : tag("Works", "good");
};

const tokenButtons = ({ id, name, expiresAt, isReplaced }: Token, now: Date): Html =>
  html`${
    expiresAt > now && !isReplaced
      ? html`<form method="post" action="/profile/tokens/${id}/regenerate"><button class="small" aria-label="Regenerate ${name}">Regenerate</button></form> `
      : ""
  }<form method="post" action="/profile/tokens/${id}/revoke"><button class="small danger" aria-label="Revoke ${name}">Revoke</button></form>`;

const tokenSection = ({ var: { tenant } }: PageCall, tokens: readonly Token[], retry: Retry | null): Html => {
  const now = tenant.clock.now();
  const kind = valueIn(retry, "token", "kind", "bearer");
  return html`<h2>API tokens</h2>
<p class="lead">A token acts as you, over SCIM and the REST API. SCIM clients are given this address: <code>${tenant.baseUrl}</code></p>
${table(
  "Your tokens",
  ["Name", "Kind", "Made", "Expires", "State", null],
  tokens.map((token) => [
    token.name,
    token.kind === "basic" ? "Basic" : "Bearer",
    day(token.createdAt),
    day(token.expiresAt),
    tokenState(token, now),
    tokenButtons(token, now),
  ]),
  "You have no token. Make one below, and give it to the client that is to provision users.",
)}
<form class="card" method="post" action="/profile/tokens"><h2>Make a token</h2>${problemOf(retry, "token")}
<div class="row">${field({ label: "Name of the token", name: "name", value: valueIn(retry, "token", "name"), more: { required: true, maxlength: "100", autocomplete: "off" } })}
${choice({
  label: "Kind",
  name: "kind",
  value: kind,
  options: [
    { value: "bearer", label: "Bearer token" },
    { value: "basic", label: "Basic: with your e-mail" },
  ],
})}
<button class="main">Make a token</button></div></form>`;
};

const placesOf = (memberships: readonly Membership[]) =>
  memberships
    .filter(({ active }) => active)
    .flatMap(({ organizationId, organizationName, accountGroups }) =>
      accountGroups.map(({ id, name }) => ({
        value: `${organizationId} ${id}`,
        label: `${organizationName}: ${name}`,
      })),
    );

const profilePage = async (call: PageCall, retry: Retry | null = null) => {
  const { caller, tenant } = call.var;
  const profile = await viewProfile({ caller, tenant });
  const hasPassword = (await findPerson(tenant.store.db, caller.personId))?.password !== null;
  const places = placesOf(profile.memberships);
  const groups = profile.memberships.flatMap(({ organizationName, accountGroups }) =>
    accountGroups.map(({ id, name }) => ({ value: id, label: `${organizationName}: ${name}` })),
  );
  return show(call, {
    title: "Profile",
    status: retry?.error.status ?? 200,
    body: html`<p class="lead">${profile.memberships
      .map(
        ({ organizationName, roles }) =>
          `${[...new Set(roles.map(({ name }) => name))].join(", ") || "No role"} in ${organizationName}`,
      )
      .join("; ")}.</p>
${profile.tokens === null ? "" : tokenSection(call, profile.tokens, retry)}
<div class="pair"><form class="card" method="post" action="${address}"><h2>Name and e-mail</h2>${problemOf(retry, "profile")}
${field({ label: "Name", name: "name", value: valueIn(retry, "profile", "name", profile.name ?? ""), more: { required: true, maxlength: "500", autocomplete: "name" } })}
${field({ label: "E-mail, which is the login", name: "email", type: "email", value: valueIn(retry, "profile", "email", profile.email), more: { required: true, maxlength: "254", autocomplete: "email" } })}
${
  groups.length < 2
    ? ""
    : choice({
        label: "Login account group",
        name: "loginAccountGroupId",
        value: valueIn(retry, "profile", "loginAccountGroupId", profile.loginAccountGroupId ?? ""),
        options: [{ value: "", label: "The oldest" }, ...groups],
        hint: "Where you work after signing in.",
      })
}
<button class="main">Save</button></form>
<form class="card" method="post" action="/profile/password"><h2>${hasPassword ? "Change the password" : "Choose a password"}</h2>${problemOf(retry, "password")}
${hasPassword ? field({ label: "Present password", name: "current", type: "password", more: { required: true, autocomplete: "current-password" } }) : ""}
${newPassword("password")}
<button class="main">Set the password</button></form></div>
${
  profile.pendingEmail === null
    ? ""
    : html`<section class="card"><h2>Waiting for confirmation</h2>
<p>${profile.pendingEmail} becomes your login when both mailboxes have confirmed it. Both mails are under <a href="/mail">Mail</a>.</p>
<form method="post" action="/profile/cancel-email"><button>Cancel the change</button></form></section>`
}
${
  places.length < 2
    ? ""
    : html`<form class="card" method="post" action="/session"><h2>Where you are working</h2>${problemOf(retry, "session")}
<div class="row">${choice({ label: "Organization and account group", name: "place", value: `${caller.organizationId} ${caller.accountGroup?.id}`, options: places })}<button>Go on there</button></div></form>`
}`,
  });
};

const tokenPage = (call: PageCall, { value, expiresAt }: NewToken, isReplacement: boolean) =>
  show(call, {
    title: "Your new token",
    status: 201,
    body: html`<section class="card"><p class="notice">Copy it now: it is shown this once and cannot be read again.</p>
<code class="secret" data-copy>${value}</code>
<dl><dt>SCIM base URL</dt><dd><code>${call.var.tenant.baseUrl}</code></dd><dt>Expires</dt><dd>${day(expiresAt)}</dd></dl>
${isReplacement ? html`<p>The old one works for 14 more days, or until its own end, so that clients can change over.</p>` : ""}
<p><a class="button" href="${address}">Done</a></p></section>`,
  });

/** What people see and change of themselves. */
export const profilePages = (): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });

  routes.get(address, (call) => profilePage(call));
  routes.post(address, (call) =>
    submit(call, "profile", profileBody, {
      bodyOf: (typed) => ({
        name: typed.get("name") ?? undefined,
        email: typed.get("email") ?? undefined,
        loginAccountGroupId: textIn(typed, "loginAccountGroupId"),
      }),
      work: (body) => changeOwnProfile(call.var.tenant, call.var.caller, body),
      next: ({ email, pendingEmail }) =>
        call.redirect(
          told(address, pendingEmail === null || email === pendingEmail ? "profile-changed" : "email-asked"),
          303,
        ),
      again: (retry) => profilePage(call, retry),
    }),
  );
  routes.post("/profile/cancel-email", async (call) => {
    const cancelled = await cancelOwnEmailChange(call.var.tenant, call.var.caller);
    return cancelled.ok ? call.redirect(told(address, "email-cancelled"), 303) : refusePage(call, cancelled.error);
  });
  routes.post("/profile/password", (call) =>
    submit(call, "password", passwordBody, {
      bodyOf: (typed) => ({ current: typed.get("current") ?? "", password: typed.get("password") ?? "" }),
      work: async ({ current, password }) => {
        const { caller, session, tenant } = call.var;
        const outcome = await changePassword(tenant, caller, { current, next: password, session });
        return isTooMany(outcome) ? { ok: false, error: tooManyTries(outcome) } : outcome;
      },
      next: () => call.redirect(told(address, "password-changed"), 303),
      again: (retry) => profilePage(call, retry),
    }),
  );

  // What is shown once is no redirect's business: it stands in the answer itself.
  routes.post("/profile/tokens", (call) =>
    submit(call, "token", tokenBody, {
      bodyOf: (typed) => ({ name: textIn(typed, "name") ?? "", kind: textIn(typed, "kind") }),
      work: (body) => createOwnToken(call.var.tenant, call.var.caller, body),
      next: (token) => tokenPage(call, token, false),
      again: (retry) => profilePage(call, retry),
    }),
  );
  routes.post("/profile/tokens/:id/regenerate", async (call) => {
    const made = await regenerateOwnToken(call.var.tenant, call.var.caller, call.req.param("id"));
    return made.ok ? tokenPage(call, made.value, true) : refusePage(call, made.error);
  });
  routes.post("/profile/tokens/:id/revoke", async (call) => {
    const gone = await revokeOwnToken(call.var.tenant, call.var.caller, call.req.param("id"));
    return gone.ok ? call.redirect(told(address, "token-revoked"), 303) : refusePage(call, gone.error);
  });

  routes.post("/session", (call) =>
    submit(call, "session", switchBody, {
      bodyOf: (typed) => {
        const [organizationId, accountGroupId] = (typed.get("place") ?? "").split(" ");
        return { organizationId, accountGroupId };
      },
      work: ({ organizationId = call.var.caller.organizationId, accountGroupId = null }) =>
        switchTo(call.var.tenant, call.var.caller, call.var.session ?? "", { organizationId, accountGroupId }),
      next: () => call.redirect(told(address, "moved"), 303),
      again: (retry) => profilePage(call, retry),
    }),
  );
  return routes;
};
