import { sql } from "kysely";
import { newToken } from "#runtime";
import type { Queryable, Tx } from "#store";
import { type Caller, type CallerRow, callerColumns } from "../caller.ts";
import { digestOf } from "../secrets.ts";

/** Milliseconds that a session lasts, and that it may lie idle. */
const longest = 12 * 60 * 60_000;
const idle = 60 * 60_000;
/** Milliseconds after which it is written down again that a session is in use. */
const moment = 60_000;

/** Begins a session of an account. @returns the value for the cookie */
export const beginSession = async (tx: Tx, now: Date, accountId: string): Promise<string> => {
  const value = newToken();
  await sql`insert into sandbox.session (digest, account_id, expires_at, seen_at)
    values (${digestOf(value)}, ${accountId}, ${new Date(now.getTime() + longest)}, ${now})`.execute(tx);
  return value;
};

/** As whom a session acts; null when it has ended, or the account is inactive. */
export const findSession = async (
  db: Queryable,
  now: Date,
  value: string,
  address: string | null,
): Promise<Caller | null> => {
  if (!/^[\w-]{40,100}$/.test(value)) return null;
  const digest = digestOf(value);
  const { rows } = await sql<CallerRow & { seenAt: Date }>`
    select s.seen_at as "seenAt", ${callerColumns(sql`s.account_group_id`)}
    from sandbox.session s join sandbox.account a on a.id = s.account_id join sandbox.person p on p.id = a.person_id
    where s.digest = ${digest} and s.expires_at > ${now} and s.seen_at > ${new Date(now.getTime() - idle)} and a.active`.execute(
    db,
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { active: _active, seenAt, ...caller } = row;
  if (now.getTime() - seenAt.getTime() > moment) {
    await sql`update sandbox.session set seen_at = ${now} where digest = ${digest}`.execute(db);
  }
  return { ...caller, tokenId: null, through: "Page", address };
};

/** Lets a session go on elsewhere. */
export const moveSession = async (
  tx: Tx,
  value: string,
  to: { readonly accountId: string; readonly accountGroupId: string | null },
): Promise<void> => {
  await sql`update sandbox.session set account_id = ${to.accountId}, account_group_id = ${to.accountGroupId}
    where digest = ${digestOf(value)}`.execute(tx);
};

export const endSession = async (db: Queryable, value: string): Promise<void> => {
  await sql`delete from sandbox.session where digest = ${digestOf(value)}`.execute(db);
};

/** Ends the sessions of a person, all but one. @param except the value of the one that goes on */
export const endSessions = async (tx: Tx, personId: string, except: string | null): Promise<void> => {
  await sql`delete from sandbox.session s using sandbox.account a where a.id = s.account_id and a.person_id = ${personId}
    and s.digest <> ${digestOf(except ?? "")}`.execute(tx);
};

export const tidySessions = async (db: Queryable, now: Date): Promise<void> => {
  await sql`delete from sandbox.session where expires_at < ${now} or seen_at < ${new Date(now.getTime() - idle)}`.execute(
    db,
  );
};
