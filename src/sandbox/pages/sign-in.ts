import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { z } from "zod";
import { type AppContext, addressOfCall, giveSession } from "../app/admission.ts";
import { email, isTooMany, linkBody, signInBody, tooManyTries } from "../app/sign-in-routes.ts";
import type { LinkKind } from "../mail/links.ts";
import { done } from "../outcome.ts";
import { type Followed, followLink, readLink } from "../sign-in/follow-link.ts";
import { sendPasswordLink, signIn } from "../sign-in/sign-in.ts";
import type { Service } from "../tenant.ts";
import { told } from "./flash.ts";
import { field, problemOf, type Retry, submit, textIn, valueIn } from "./form.ts";
import { type Html, refuseOutside, showOutside } from "./layout.ts";
import { moment } from "./parts.ts";

const passwordHint =
  "At least eight characters of three of four kinds: capital letters, small letters, digits, others.";

export const newPassword = (name: string): Html =>
  field({
    label: "New password",
    name,
    type: "password",
    hint: passwordHint,
    more: { required: true, autocomplete: "new-password" },
  });

export const signInPage = (call: Context, retry: Retry | null = null, status = 200) =>
  showOutside(call, {
    title: "Sign in",
    status,
    body: html`<p class="lead">A tenant that behaves like ThousandEyes, to rehearse user provisioning with. Whoever started it was shown a link that signs the administrator in once.</p>
<form class="card" method="post" action="/sign-in">${problemOf(retry, "sign-in")}
${field({ label: "E-mail", name: "email", type: "email", value: valueIn(retry, "sign-in", "email"), more: { required: true, autocomplete: "username", maxlength: "254" } })}
${field({ label: "Password", name: "password", type: "password", more: { required: true, autocomplete: "current-password" } })}
<div class="spread"><button class="main">Sign in</button><a href="/forgotten-password">No password, or forgotten?</a></div></form>`,
  });

const forgottenPage = (call: Context, retry: Retry | null = null, status = 200) =>
  showOutside(call, {
    title: "Choose a new password",
    status,
    body: html`<p class="lead">A link by which you choose a password goes to your mailbox. Nothing leaves the sandbox: an administrator finds the mail under Mail.</p>
<form class="card" method="post" action="/forgotten-password">${problemOf(retry, "forgotten")}
${field({ label: "E-mail", name: "email", type: "email", value: valueIn(retry, "forgotten", "email"), more: { required: true, autocomplete: "username", maxlength: "254" } })}
<div class="spread"><button class="main">Send a link</button><a href="/">Sign in</a></div></form>`,
  });

interface LinkWords {
  readonly title: string;
  readonly sentence: string;
  readonly button: string;
}

const linkWords: Readonly<Record<LinkKind, LinkWords>> = {
  "sign-in": { title: "Sign in once", sentence: "This link signs you in without a password, once.", button: "Sign in" },
  registration: { title: "Register", sentence: "Choose your name and a password.", button: "Register" },
  password: {
    title: "Choose a new password",
    sentence: "Your sessions end when it is set.",
    button: "Set the password",
  },
  "old-mailbox": {
    title: "Confirm the change",
    sentence: "Somebody asked for another e-mail address in place of this one. Confirm it if that is right.",
    button: "Confirm the change",
  },
  "new-mailbox": {
    title: "Confirm the new address",
    sentence: "Confirm that this mailbox is yours: it becomes the login.",
    button: "Confirm the address",
  },
};

const linkPage = async (call: Context, service: Service, value: string, retry: Retry | null = null) => {
  const link = await readLink(service, value);
  if (!link.ok) return refuseOutside(call, link.error);
  const { kind, email, organization, expiresAt } = link.value;
  const { title, sentence, button } = linkWords[kind];
  const choosesPassword = kind === "registration" || kind === "password";
  return showOutside(call, {
    title,
    status: retry?.error.status ?? 200,
    body: html`<p class="lead">${sentence}</p>
<form class="card" method="post" action="/links/${encodeURIComponent(value)}">${problemOf(retry, "link")}
<dl><dt>For</dt><dd>${email}</dd><dt>Organization</dt><dd>${organization}</dd><dt>Works until</dt><dd>${moment(expiresAt)} UTC</dd></dl>
${kind === "registration" ? field({ label: "Name", name: "name", value: valueIn(retry, "link", "name"), more: { autocomplete: "name", maxlength: "500" } }) : ""}
${choosesPassword ? newPassword("password") : ""}
<button class="main">${button}</button></form>`,
  });
};

/** What a link that was followed leads to. */
const afterLink = (call: Context, service: Service, followed: Followed) => {
  switch (followed.kind) {
    case "sign-in":
      giveSession(service, call, followed.session);
      return call.redirect("/", 303);
    case "registration":
    case "password":
      return call.redirect(told("/", "password-set"), 303);
    case "old-mailbox":
    case "new-mailbox":
      return showOutside(call, {
        title: followed.waitsFor === null ? "The new address holds" : "Confirmed",
        body: html`<p class="success" role="status">${
          followed.waitsFor === null
            ? `${followed.email} is the login from now on.`
            : `The change still waits for ${followed.waitsFor}.`
        }</p><p><a href="/">Go to the first page</a></p>`,
      });
  }
};

/** Signing in, and links that work once: what needs no session. */
export const signInPages = (service: Service): Hono<AppContext> => {
  const routes = new Hono<AppContext>({ strict: false });

  routes.get("/sign-in", (call) => call.redirect("/", 303));
  routes.post("/sign-in", (call) =>
    submit(call, "sign-in", signInBody, {
      bodyOf: (typed) => ({ email: textIn(typed, "email"), password: typed.get("password") ?? "" }),
      work: async (body) => {
        const outcome = await signIn(service, body, addressOfCall(call));
        return isTooMany(outcome) ? { ok: false, error: tooManyTries(outcome) } : outcome;
      },
      next: ({ session }) => {
        giveSession(service, call, session);
        return call.redirect("/", 303);
      },
      again: (retry) => signInPage(call, retry, retry.error.status),
    }),
  );

  routes.get("/forgotten-password", (call) => forgottenPage(call));
  routes.post("/forgotten-password", (call) =>
    submit(call, "forgotten", z.strictObject({ email }), {
      bodyOf: (typed) => ({ email: textIn(typed, "email") }),
      work: async (body) => {
        const refused = await sendPasswordLink(service, body.email, addressOfCall(call));
        return refused === null ? done(null) : { ok: false, error: tooManyTries(refused) };
      },
      next: () =>
        showOutside(call, {
          title: "Look into your mailbox",
          body: html`<p class="success" role="status">If the address is somebody's login, a link for a new password is in the mailbox. It works for one hour.</p>
<p>An administrator finds it under Mail. <a href="/">Sign in</a></p>`,
        }),
      again: (retry) => forgottenPage(call, retry, retry.error.status),
    }),
  );

  routes.get("/links/:value", (call) => linkPage(call, service, call.req.param("value")));
  routes.post("/links/:value", (call) => {
    const value = call.req.param("value");
    return submit(call, "link", linkBody, {
      bodyOf: (typed) => ({ password: typed.get("password") || null, name: textIn(typed, "name") ?? null }),
      work: (body) => followLink(service, value, body, addressOfCall(call)),
      next: (followed) => afterLink(call, service, followed),
      again: (retry) => linkPage(call, service, value, retry),
    });
  });
  return routes;
};
