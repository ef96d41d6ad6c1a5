import { sql } from "kysely";
import type { Result } from "#scim";
import { recordActivity } from "./activity.ts";
import { type Caller, may } from "./caller.ts";
import { isEmail } from "./email.ts";
import { events } from "./events.ts";
import { addressOf } from "./mail/outbox.ts";
import { insertOrganization } from "./organization.ts";
import { allOrNothing, done, lacks, no } from "./outcome.ts";
import { ensureAdmin } from "./own-token.ts";
import { findPersonByLogin } from "./sign-in/people.ts";
import { makeSignInLink } from "./sign-in/sign-in.ts";
import type { Service, Tenant } from "./tenant.ts";
import { insertToken } from "./tokens.ts";

/** What a new organisation is to be. */
export interface OrganizationWish {
  readonly name: string;
  readonly plan: string;
  readonly admin: { readonly email: string; readonly name: string };
}

export interface NewOrganization {
  readonly id: string;
  readonly name: string;
  /** A bearer token of its administrator, shown this once. */
  readonly token: string;
  /** Address at which its administrator signs in once without a password. */
  readonly signInLink: string;
}

/** Organisations that a sandbox may have. */
const most = 50;

/**
 * Makes another organisation in the same sandbox, with an administrator of its own.
 * @param mayBe whether the administrator may be somebody who is known already: the answer lets its reader act as that person
 */
export const createOrganization = async (
  service: Service,
  { name, plan, admin }: OrganizationWish,
  mayBe: (personId: string) => boolean,
): Promise<Result<NewOrganization>> => {
  if (!isEmail(admin.email)) return no(400, "Give a valid e-mail address of the administrator: it becomes the login.");
  const made = await allOrNothing(service.store, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('sandbox.organization'))`.execute(tx);
    const { rows } = await sql<{ count: number }>`select count(*) as count from sandbox.organization`.execute(tx);
    if ((rows[0]?.count ?? 0) >= most) return no(409, `A sandbox has at most ${most} organizations.`);
    const known = await findPersonByLogin(tx, admin.email);
    if (known !== null && !mayBe(known.id)) {
      return no(409, `${admin.email} is somebody's login already. Name yourself, or somebody new.`);
    }
    const id = await insertOrganization(tx, service.clock, { name, plan });
    const ownerId = await ensureAdmin(tx, service.clock.now(), id, admin);
    const wish = { ownerId, name: "Shown at creation", kind: "bearer" } as const;
    const { value } = await insertToken(tx, service.clock.now(), wish, null);
    return done({ id, ownerId, token: value });
  });
  if (!made.ok) return made;
  const { id, ownerId, token } = made.value;
  return done({ id, name, token, signInLink: addressOf(service.web, await makeSignInLink(service, ownerId)) });
};

/** The same, asked for by somebody. */
export const createOrganizationAs = async (
  tenant: Tenant,
  caller: Caller,
  wish: OrganizationWish,
): Promise<Result<NewOrganization>> =>
  may(caller, "Assign management permissions")
    ? createOrganization(tenant, wish, (personId) => personId === caller.personId)
    : lacks("Assign management permissions");

/** Changes what is shown of an organisation. */
export const updateOrganization = async (
  tenant: Tenant,
  caller: Caller,
  { name, plan }: { readonly name?: string | undefined; readonly plan?: string | undefined },
): Promise<Result<{ readonly name: string; readonly plan: string }>> => {
  if (!may(caller, "Edit security & authentication settings")) return lacks("Edit security & authentication settings");
  const { organization } = tenant;
  const next = { name: name ?? organization.name, plan: plan ?? organization.plan };
  const updated = await allOrNothing(tenant.store, async (tx) => {
    await sql`update sandbox.organization set name = ${next.name}, plan = ${next.plan} where id = ${organization.id}`.execute(
      tx,
    );
    await recordActivity(tx, {
      event: events.organizationUpdated,
      at: tenant.clock.now(),
      caller,
      resources: [
        { type: "organization", name: next.name },
        { type: "plan", name: next.plan },
      ],
    });
    return done(next);
  });
  tenant.forgetOrganizations();
  return updated;
};
