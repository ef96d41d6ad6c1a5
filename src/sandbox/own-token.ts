import { sql } from "kysely";
import { type Clock, newId } from "#runtime";
import type { Sealer, Store, Tx } from "#store";
import { firstOwnerEmail, type Organization } from "./organization.ts";
import { findBearer, insertToken, placeOf } from "./tokens.ts";

/**
 * An administrator of an organisation; made, or put in order again, when somebody removed or disabled the account or took the role away.
 * @returns the id of the account
 */
export const ensureAdmin = async (
  tx: Tx,
  now: Date,
  organizationId: string,
  { email, name }: { readonly email: string; readonly name: string },
): Promise<string> => {
  const key = email.toLowerCase();
  const { rows } = await sql<{ id: string }>`
    with known as (
      insert into sandbox.person (id, email, email_key, registered_at) values (${newId()}, ${email}, ${key}, ${now})
      on conflict (email_key) do update set email_key = excluded.email_key returning id
    )
    insert into sandbox.account (id, organization_id, person_id, user_name, user_name_key, display_name, emails, active, created_at, modified_at)
    select ${newId()}::uuid, ${organizationId}::uuid, known.id, ${email}, ${key}, ${name},
      ${JSON.stringify([{ value: email, type: "work", primary: true }])}::jsonb, true, ${now}::timestamptz, ${now}::timestamptz from known
    on conflict (organization_id, person_id) do update set active = true returning id`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) throw new TypeError("the administrator was not stored");
  await sql`insert into sandbox.account_role (account_id, role_id)
    select ${id}::uuid, id from sandbox.role where organization_id = ${organizationId} and name = 'Organization Admin'
    on conflict do nothing`.execute(tx);
  return id;
};

/** The owner of the sandbox's own token, who can always sign in at the machine that it runs on. */
const firstOwner = { email: firstOwnerEmail, name: "Sandbox Administrator" };

/** The token that the sandbox shows at each start: the same one as long as it works, else a fresh one. */
export const ownToken = async (
  store: Store,
  clock: Clock,
  organization: Organization,
): Promise<{ readonly value: string; readonly ownerId: string }> => {
  const { rows } = await sql<{ id: string; sealed: string }>`
    select t.id, t.sealed from sandbox.token t join sandbox.account a on a.id = t.owner_id
    where a.organization_id = ${organization.id} and t.sealed is not null order by t.created_at desc limit 1`.execute(
    store.db,
  );
  const kept = rows[0] === undefined ? null : opened(store.sealer, rows[0]);
  const bearer = kept === null ? null : await findBearer(store.db, clock, kept);
  if (kept !== null && bearer !== null) return { value: kept, ownerId: bearer.caller.id };
  return store.transaction(async (tx) => {
    const ownerId = await ensureAdmin(tx, clock.now(), organization.id, firstOwner);
    await sql`delete from sandbox.token where owner_id = ${ownerId} and sealed is not null`.execute(tx);
    const wish = { ownerId, name: "Shown at start", kind: "bearer" } as const;
    const { value } = await insertToken(tx, clock.now(), wish, store.sealer);
    return { value, ownerId };
  });
};

const opened = (sealer: Sealer, { id, sealed }: { id: string; sealed: string }): string | null => {
  try {
    return sealer.open(sealed, placeOf(id));
  } catch {
    return null;
  }
};
