import { type RawBuilder, sql } from "kysely";
import { newId } from "#runtime";
import { foldCase } from "#scim";
import type { Queryable, Tx } from "#store";
import { type Caller, may } from "../caller.ts";
import type { Service } from "../tenant.ts";

/** A mail that nobody sends: the tenant keeps it, for people to look at. */
export interface Mail {
  readonly id: string;
  readonly to: string;
  readonly at: Date;
  readonly subject: string;
  readonly body: string;
  /** The address that the mail asks its reader to follow. */
  readonly link: string | null;
}

const placeOf = (mailId: string): string => `sandbox.mail/${mailId}`;

/** Milliseconds for which mails are kept. */
const lifetime = 30 * 24 * 60 * 60_000;

/** The address of a link: a page that says what it is good for, and uses it when asked to. */
export const addressOf = (web: string, value: string): string => `${web}links/${value}`;

export const sendMail = async (
  tx: Tx,
  { store, clock }: Pick<Service, "store" | "clock">,
  organizationId: string,
  mail: Pick<Mail, "to" | "subject" | "body"> & { /** The secret part of the link. */ readonly link: string | null },
): Promise<void> => {
  const id = newId();
  const link = mail.link === null ? null : store.sealer.seal(mail.link, placeOf(id));
  await sql`insert into sandbox.mail (id, organization_id, recipient, recipient_key, at, subject, body, link)
    values (${id}, ${organizationId}, ${mail.to}, ${foldCase(mail.to)}, ${clock.now()}, ${mail.subject}, ${mail.body}, ${link})`.execute(
    tx,
  );
};

/** Logins of people, those that wait included, of whom `who` is true. */
const mailboxesOf = (who: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(select p.email_key from sandbox.person p where ${who}
    union all select c.email_key from sandbox.email_change c join sandbox.person p on p.id = c.person_id where ${who})`;

/** The id of the organisation in which whoever runs the sandbox is at home. */
export const firstOrganization = sql`(select id from sandbox.organization order by created_at, id limit 1)`;

/**
 * Whose mail the caller may read: what went to the caller's own mailboxes; and for those who could give themselves any access anyhow, everybody's. But
 * no organisation reads the mail of people who are in another one as well, except the first: whoever runs the sandbox is at home there.
 */
const readable = (caller: Caller): RawBuilder<unknown> => {
  const own = sql`recipient_key in ${mailboxesOf(sql`p.id = ${caller.personId}`)}`;
  if (!may(caller, "Assign management permissions")) return own;
  const isElsewhere = sql`exists (select from sandbox.account a where a.person_id = p.id and a.organization_id <> ${caller.organizationId})`;
  const isFirst = sql`organization_id = ${firstOrganization}`;
  return sql`(${own} or ${isFirst} or recipient_key not in ${mailboxesOf(isElsewhere)})`;
};

/** Null where it was sealed under a key that is gone. */
const opened = ({ store, web }: Pick<Service, "store" | "web">, id: string, link: string | null): string | null => {
  if (link === null) return null;
  try {
    return addressOf(web, store.sealer.open(link, placeOf(id)));
  } catch {
    return null;
  }
};

/** The newest first. @param before only mails older than this position; null begins with the newest */
export const listMail = async (
  service: Pick<Service, "store" | "web">,
  caller: Caller,
  { before, to, limit }: { before: number | null; to: string | null; limit: number },
): Promise<readonly (Mail & { readonly seq: number })[]> => {
  const { rows } = await sql<Mail & { seq: number }>`
    select id, seq, recipient as "to", at, subject, body, link from sandbox.mail
    where organization_id = ${caller.organizationId} and (${before}::bigint is null or seq < ${before})
      and (${to === null ? null : foldCase(to)}::text is null or recipient_key = ${to === null ? null : foldCase(to)})
      and ${readable(caller)}
    order by seq desc limit ${limit}`.execute(service.store.db);
  return rows.map((row) => ({ ...row, link: opened(service, row.id, row.link) }));
};

/** Throws away what is old, and links that no longer work. */
export const tidyMail = async (db: Queryable, now: Date): Promise<void> => {
  await sql`delete from sandbox.mail where at < ${new Date(now.getTime() - lifetime)}`.execute(db);
  await sql`delete from sandbox.link where expires_at < ${now}`.execute(db);
};
