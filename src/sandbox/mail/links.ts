import { sql } from "kysely";
import { newToken } from "#runtime";
import type { Queryable, Tx } from "#store";
import { digestOf } from "../secrets.ts";

/** What an address that works once is good for. */
export type LinkKind = "sign-in" | "registration" | "password" | "old-mailbox" | "new-mailbox";

const hour = 60 * 60_000;

/** Milliseconds for which each kind works. */
const lifetimes: Readonly<Record<LinkKind, number>> = {
  "sign-in": 24 * hour,
  registration: 7 * 24 * hour,
  password: hour,
  "old-mailbox": 30 * 24 * hour,
  "new-mailbox": 30 * 24 * hour,
};

/** Makes a link for an account. @returns its secret part, which is not kept */
export const makeLink = async (tx: Tx, now: Date, kind: LinkKind, accountId: string): Promise<string> => {
  const value = newToken();
  await sql`insert into sandbox.link (digest, kind, account_id, expires_at)
    values (${digestOf(value)}, ${kind}, ${accountId}, ${new Date(now.getTime() + lifetimes[kind])})`.execute(tx);
  return value;
};

/** Ends the person's links of these kinds. */
export const endLinks = async (tx: Tx, personId: string, kinds: readonly LinkKind[]): Promise<void> => {
  await sql`delete from sandbox.link l using sandbox.account a
    where a.id = l.account_id and a.person_id = ${personId} and l.kind = any(${kinds}::text[])`.execute(tx);
};

/** Ends the registration links of one account. */
export const endRegistrationLinks = async (tx: Tx, accountId: string): Promise<void> => {
  await sql`delete from sandbox.link where account_id = ${accountId} and kind = 'registration'`.execute(tx);
};

export interface Link {
  readonly kind: LinkKind;
  readonly accountId: string;
  readonly personId: string;
  readonly organizationId: string;
  readonly email: string;
  readonly organizationName: string;
  readonly expiresAt: Date;
}

/** Null for a link that is unknown, used, ended or expired. @param lock true to keep others from using it at the same moment */
export const findLink = async (
  db: Queryable,
  now: Date,
  value: string,
  { lock }: { lock: boolean },
): Promise<Link | null> => {
  const { rows } = await sql<Link>`
    select l.kind, a.id as "accountId", a.person_id as "personId", a.organization_id as "organizationId", p.email,
      o.name as "organizationName", l.expires_at as "expiresAt"
    from sandbox.link l join sandbox.account a on a.id = l.account_id join sandbox.person p on p.id = a.person_id
      join sandbox.organization o on o.id = a.organization_id
    where l.digest = ${digestOf(value)} and l.expires_at > ${now} ${lock ? sql`for update of l` : sql``}`.execute(db);
  return rows[0] ?? null;
};

/** Takes a link out of use. */
export const useUp = async (tx: Tx, value: string): Promise<void> => {
  await sql`delete from sandbox.link where digest = ${digestOf(value)}`.execute(tx);
};
