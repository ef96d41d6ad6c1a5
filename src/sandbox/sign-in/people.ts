import { sql } from "kysely";
import { foldCase } from "#scim";
import type { Queryable, Tx } from "#store";

/** Somebody who may sign in, and where. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string | null;
  /** Accounts that are active: that of the login account group's organisation first, then the oldest. */
  readonly accountIds: readonly string[];
}

const columns = sql`p.id, p.email, p.password, coalesce((select jsonb_agg(a.id order by
    (a.organization_id = (select organization_id from sandbox.account_group where id = p.login_account_group_id)) desc nulls last, a.seq)
  from sandbox.account a where a.person_id = p.id and a.active), '[]') as "accountIds"`;

export const findPersonByLogin = async (db: Queryable, email: string): Promise<Person | null> => {
  const { rows } =
    await sql<Person>`select ${columns} from sandbox.person p where p.email_key = ${foldCase(email)}`.execute(db);
  return rows[0] ?? null;
};

export const findPerson = async (db: Queryable, id: string): Promise<Person | null> => {
  const { rows } = await sql<Person>`select ${columns} from sandbox.person p where p.id = ${id}`.execute(db);
  return rows[0] ?? null;
};

/** @param hash as `hashPassword` makes it */
export const savePassword = async (tx: Tx, personId: string, hash: string): Promise<void> => {
  await sql`update sandbox.person set password = ${hash} where id = ${personId}`.execute(tx);
};

export const saveLogin = async (tx: Tx, personId: string, now: Date): Promise<void> => {
  await sql`update sandbox.person set last_login_at = ${now} where id = ${personId}`.execute(tx);
};

/** @param name kept where the account has none yet */
export const saveRegistration = async (
  tx: Tx,
  { personId, accountId }: { readonly personId: string; readonly accountId: string },
  name: string | null,
  now: Date,
): Promise<void> => {
  await sql`update sandbox.person set registered_at = coalesce(registered_at, ${now}) where id = ${personId}`.execute(
    tx,
  );
  await sql`update sandbox.account set display_name = coalesce(${name}, display_name) where id = ${accountId}`.execute(
    tx,
  );
};
