import type { Result } from "#scim";
import { recordActivity } from "../activity.ts";
import { callerOf } from "../caller-of.ts";
import { events } from "../events.ts";
import { type Confirmation, confirmEmailChange, wasTaken } from "../mail/email-change.ts";
import { findLink, type LinkKind, useUp } from "../mail/links.ts";
import { allOrNothing, done, no } from "../outcome.ts";
import type { Service } from "../tenant.ts";
import { hashPassword, whyNotPassword } from "./password.ts";
import { savePassword, saveRegistration } from "./people.ts";
import { endSessions } from "./sessions.ts";
import { type SignedIn, signInByLink } from "./sign-in.ts";

/** What came of following a link. */
export type Followed =
  | ({ readonly kind: "sign-in" } & SignedIn)
  | { readonly kind: "registration" | "password"; readonly email: string }
  | ({ readonly kind: "old-mailbox" | "new-mailbox" } & Confirmation);

const gone = no(404, "This link has been used, has expired, or was never given out. Ask for a new one.");

/** What a link is good for, without using it. */
export const readLink = async (
  service: Service,
  value: string,
): Promise<
  Result<{
    readonly kind: LinkKind;
    readonly email: string;
    readonly organization: string;
    readonly expiresAt: Date;
  }>
> => {
  const link = await findLink(service.store.db, service.clock.now(), value, { lock: false });
  if (link === null) return gone;
  const { kind, email, organizationName: organization, expiresAt } = link;
  return done({ kind, email, organization, expiresAt });
};

/** Sets a password by a link that allows it, and ends the person's sessions. */
const choosePassword = async (
  service: Service,
  value: string,
  { password, name }: { readonly password: string; readonly name: string | null },
): Promise<Result<Followed>> => {
  const reason = whyNotPassword(password);
  if (reason !== null) return no(400, reason);
  const hash = await hashPassword(password);
  return allOrNothing(service.store, async (tx): Promise<Result<Followed>> => {
    const now = service.clock.now();
    const link = await findLink(tx, now, value, { lock: true });
    if (link === null || (link.kind !== "registration" && link.kind !== "password")) return gone;
    const caller = await callerOf(tx, link.accountId);
    if (caller === null) return gone;
    await useUp(tx, value);
    await savePassword(tx, link.personId, hash);
    await saveRegistration(tx, link, link.kind === "registration" ? name : null, now);
    await endSessions(tx, link.personId, null);
    await recordActivity(tx, {
      event: link.kind === "registration" ? events.userRegistered : events.passwordChanged,
      at: now,
      caller,
      resources: [{ type: "userEmail", name: link.email }],
    });
    return done({ kind: link.kind, email: link.email });
  });
};

/** Uses a link, whatever it is good for. */
export const followLink = async (
  service: Service,
  value: string,
  given: { readonly password: string | null; readonly name: string | null },
  address: string | null,
): Promise<Result<Followed>> => {
  const found = await readLink(service, value);
  if (!found.ok) return found;
  switch (found.value.kind) {
    case "sign-in": {
      const signedIn = await signInByLink(service, value, address);
      return signedIn === null ? gone : done({ kind: "sign-in", ...signedIn });
    }
    case "registration":
    case "password":
      if (given.password === null) return no(400, 'Give the password that you choose as "password".');
      return choosePassword(service, value, { password: given.password, name: given.name });
    case "old-mailbox":
    case "new-mailbox":
      return confirmByLink(service, value);
  }
};

const confirmByLink = async (service: Service, value: string): Promise<Result<Followed>> => {
  try {
    const confirmed = await allOrNothing(service.store, async (tx): Promise<Result<Followed>> => {
      const link = await findLink(tx, service.clock.now(), value, { lock: true });
      if (link === null || (link.kind !== "old-mailbox" && link.kind !== "new-mailbox")) return gone;
      const result = await confirmEmailChange(tx, service, link, value);
      return result.ok ? done({ kind: link.kind, ...result.value }) : result;
    });
    service.callers.forgetAll();
    return confirmed;
  } catch (error) {
    const refused = wasTaken(error);
    if (refused === null) throw error;
    return refused;
  }
};
