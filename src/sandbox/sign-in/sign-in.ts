import type { Result } from "#scim";
import type { Tx } from "#store";
import { membershipsOf } from "../access/own-profile.ts";
import { recordActivity } from "../activity.ts";
import type { Caller } from "../caller.ts";
import { callerOf } from "../caller-of.ts";
import { type ActivityEvent, events } from "../events.ts";
import { endLinks, findLink, makeLink, useUp } from "../mail/links.ts";
import { sendMail } from "../mail/outbox.ts";
import { done, no } from "../outcome.ts";
import type { Service } from "../tenant.ts";
import { hashPassword, isPassword, whyNotPassword } from "./password.ts";
import { findPerson, findPersonByLogin, saveLogin, savePassword } from "./people.ts";
import { beginSession, endSession, endSessions, moveSession } from "./sessions.ts";
import { type SignInWay, waysToSignIn } from "./sign-in-rules.ts";

/** How an account may be signed in to as the organisation's settings are now. */
const wayOf = async (service: Service, caller: Caller): Promise<SignInWay> => {
  const organization = await service.findOrganization(caller.organizationId);
  const permissions = new Set(caller.roles.flatMap((role) => role.permissions));
  return waysToSignIn(permissions, organization?.settings.singleSignOn ?? "off");
};

const closed: Readonly<Record<"identity-provider" | "none", string>> = {
  "identity-provider":
    "You sign in at your organization's identity provider, and this sandbox has none. An administrator can change the single sign-on setting.",
  none: "None of your roles allows you to sign in. An administrator can give you one that does.",
};

const logLogin = (tx: Tx, service: Service, caller: Caller, event: ActivityEvent): Promise<void> =>
  recordActivity(tx, {
    event,
    at: service.clock.now(),
    caller,
    resources: [{ type: "userEmail", name: caller.email }],
  });

/** Begins a session. @returns the value for the cookie */
const open = async (tx: Tx, service: Service, caller: Caller): Promise<string> => {
  const now = service.clock.now();
  await saveLogin(tx, caller.personId, now);
  await logLogin(tx, service, caller, events.login);
  return beginSession(tx, now, caller.id);
};

export interface SignedIn {
  readonly session: string;
}

/** Too many tries; the answer says when the next one is allowed. */
export interface TooMany {
  readonly retryAfter: number;
}

const unknown = no(401, "This e-mail and password do not belong together.");

/** The first of a person's accounts that a password opens, else why none does. */
const openable = async (service: Service, accountIds: readonly string[], address: string | null) => {
  let refused: Result<never> = no(403, "Your account is inactive in every organization.");
  for (const id of accountIds) {
    const caller = await callerOf(service.store.db, id, address);
    if (caller === null) continue;
    const way = await wayOf(service, caller);
    if (way === "password" || way === "choice") return done(caller);
    refused = no(403, closed[way]);
  }
  return refused;
};

/** Signs somebody in by e-mail and password. */
export const signIn = async (
  service: Service,
  { email, password }: { readonly email: string; readonly password: string },
  address: string | null,
): Promise<Result<SignedIn> | TooMany> => {
  const { store, signIns } = service;
  const retryAfter = signIns.attempt(email, address);
  if (retryAfter > 0) return { retryAfter };
  const person = await findPersonByLogin(store.db, email);
  if (!(await isPassword(password, person?.password ?? null))) {
    const caller = person?.accountIds[0] === undefined ? null : await callerOf(store.db, person.accountIds[0], address);
    if (caller !== null) await store.transaction((tx) => logLogin(tx, service, caller, events.loginFailed));
    return unknown;
  }
  signIns.succeeded(email, address);
  const account = await openable(service, person?.accountIds ?? [], address);
  if (!account.ok) return account;
  return done({ session: await store.transaction((tx) => open(tx, service, account.value)) });
};

export const signOut = (service: Service, caller: Caller, session: string): Promise<void> =>
  service.store.transaction(async (tx) => {
    await endSession(tx, session);
    await logLogin(tx, service, caller, events.logout);
  });

/** Sends a link for a new password to a mailbox, if it is somebody's login. Who asks does not learn whether it is. */
export const sendPasswordLink = async (
  service: Service,
  email: string,
  address: string | null,
): Promise<TooMany | null> => {
  const retryAfter = service.signIns.attempt(`password of ${email}`, address);
  if (retryAfter > 0) return { retryAfter };
  const person = await findPersonByLogin(service.store.db, email);
  const accountId = person?.accountIds[0];
  if (person === null || accountId === undefined) return null;
  const caller = await callerOf(service.store.db, accountId);
  if (caller === null) return null;
  await service.store.transaction(async (tx) => {
    await endLinks(tx, person.id, ["password"]);
    await sendMail(tx, service, caller.organizationId, {
      to: person.email,
      subject: "Choose a new password",
      body: "Somebody, most likely you, asked for a new password. The link works for one hour.",
      link: await makeLink(tx, service.clock.now(), "password", accountId),
    });
  });
  return null;
};

/** A link by which the account signs in once, without a password. Earlier ones of the person end. */
export const makeSignInLink = (service: Pick<Service, "store" | "clock">, accountId: string): Promise<string> =>
  service.store.transaction(async (tx) => {
    const caller = await callerOf(tx, accountId);
    if (caller !== null) await endLinks(tx, caller.personId, ["sign-in"]);
    return makeLink(tx, service.clock.now(), "sign-in", accountId);
  });

/** Signs in by a link from `makeSignInLink`. Null when it is none. */
export const signInByLink = (service: Service, value: string, address: string | null): Promise<SignedIn | null> =>
  service.store.transaction(async (tx) => {
    const link = await findLink(tx, service.clock.now(), value, { lock: true });
    if (link?.kind !== "sign-in") return null;
    const caller = await callerOf(tx, link.accountId, address);
    if (caller === null) return null;
    await useUp(tx, value);
    return { session: await open(tx, service, caller) };
  });

/** Lets a session go on in another account group, or as the person's account in another organisation. */
export const switchTo = async (
  service: Service,
  caller: Caller,
  session: string,
  to: { readonly organizationId: string; readonly accountGroupId: string | null },
): Promise<Result<null>> => {
  const { db } = service.store;
  const person = await findPerson(db, caller.personId);
  const callers = await Promise.all((person?.accountIds ?? []).map((id) => callerOf(db, id, caller.address)));
  const next = callers.find((candidate) => candidate?.organizationId === to.organizationId) ?? null;
  if (next === null) return no(403, "You have no active account in this organization.");
  const membership = (await membershipsOf(db, caller.personId)).find(
    (each) => each.organizationId === to.organizationId,
  );
  if (to.accountGroupId !== null && !membership?.accountGroups.some(({ id }) => id === to.accountGroupId)) {
    return no(403, "You have no role in this account group.");
  }
  if (next.id !== caller.id) {
    const way = await wayOf(service, next);
    if (way === "identity-provider" || way === "none") return no(403, closed[way]);
  }
  await service.store.transaction((tx) =>
    moveSession(tx, session, { accountId: next.id, accountGroupId: to.accountGroupId }),
  );
  return done(null);
};

/** Changes the caller's password. Other sessions end. @param current the one so far; not asked for where there is none */
export const changePassword = async (
  service: Service,
  caller: Caller,
  { current, next, session }: { readonly current: string; readonly next: string; readonly session: string | null },
): Promise<Result<null> | TooMany> => {
  const reason = whyNotPassword(next);
  if (reason !== null) return no(400, reason);
  const retryAfter = service.signIns.attempt(caller.email, caller.address);
  if (retryAfter > 0) return { retryAfter };
  const person = await findPerson(service.store.db, caller.personId);
  if (person === null) return no(404, "You are no longer there.");
  if (person.password !== null && !(await isPassword(current, person.password))) {
    return no(403, "The present password is another one.");
  }
  service.signIns.succeeded(caller.email, caller.address);
  const hash = await hashPassword(next);
  await service.store.transaction(async (tx) => {
    await savePassword(tx, caller.personId, hash);
    await endSessions(tx, caller.personId, session);
    await logLogin(tx, service, caller, events.passwordChanged);
  });
  return done(null);
};
