import { sql } from "kysely";
import type { Tx } from "#store";
import type { Account } from "../accounts.ts";
import { endRegistrationLinks, makeLink } from "../mail/links.ts";
import { sendMail } from "../mail/outbox.ts";
import type { Tenant } from "../tenant.ts";

/** Milliseconds between two registration mails. */
const interval = 24 * 60 * 60_000;

/** Writes to somebody who is in the organisation now, and was in another one before. */
export const sendNotice = (tx: Tx, tenant: Tenant, email: string): Promise<void> => {
  const { id, name } = tenant.organization;
  return sendMail(tx, tenant, id, {
    to: email,
    subject: `You have been added to ${name}`,
    body: `You can sign in to ${name} with your login ${email}.`,
    link: null,
  });
};

/** Writes to somebody who was added by hand; who has yet to register gets a link for it. */
export const invite = async (
  tx: Tx,
  tenant: Tenant,
  account: Pick<Account, "id" | "personId" | "email" | "registeredAt">,
): Promise<void> => {
  if (account.registeredAt !== null) return sendNotice(tx, tenant, account.email);
  const { id: organizationId, name } = tenant.organization;
  const now = tenant.clock.now();
  await endRegistrationLinks(tx, account.id);
  await sql`update sandbox.person set invited_at = ${now} where id = ${account.personId}`.execute(tx);
  await sendMail(tx, tenant, organizationId, {
    to: account.email,
    subject: `Register with ${name}`,
    body: `You have been added to ${name}. Choose a password within seven days.`,
    link: await makeLink(tx, now, "registration", account.id),
  });
};

/** True when the registration mail was sent within the last 24 hours. */
export const wasInvitedLately = async (tx: Tx, personId: string, now: Date): Promise<boolean> => {
  const since = new Date(now.getTime() - interval);
  const { rows } = await sql`select 1 from sandbox.person where id = ${personId} and invited_at > ${since}`.execute(tx);
  return rows.length > 0;
};
