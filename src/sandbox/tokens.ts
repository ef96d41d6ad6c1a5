import { createHash, timingSafeEqual } from "node:crypto";
import { sql } from "kysely";
import { type Clock, newId, newToken } from "#runtime";
import type { Queryable, Sealer, Store, Tx } from "#store";
import type { HeldRole } from "./caller.ts";
import type { Bearer } from "./callers.ts";
import { SandboxError } from "./errors.ts";
import { firstOwnerEmail, type Organization } from "./organization.ts";

/** Characters of a token's value that are kept in clear, to find its row. */
const prefixLength = 12;
const lifetime = 2 * 365 * 24 * 60 * 60_000;

const digestOf = (value: string): Buffer => createHash("sha256").update(value).digest();
const placeOf = (tokenId: string): string => `sandbox.token/${tokenId}`;

const insertToken = async (db: Queryable, clock: Clock, ownerId: string, sealer: Sealer | null): Promise<string> => {
  const value = newToken();
  const id = newId();
  const now = clock.now();
  await sql`insert into sandbox.token (id, owner_id, prefix, digest, sealed, created_at, expires_at)
    values (${id}, ${ownerId}, ${value.slice(0, prefixLength)}, ${digestOf(value)},
      ${sealer === null ? null : sealer.seal(value, placeOf(id))}, ${now}, ${new Date(now.getTime() + lifetime)})`.execute(
    db,
  );
  return value;
};

/** Makes a token that acts as the account with this login. Its value cannot be read again. @throws SandboxError `UnknownOwner` */
export const issueToken = async (
  db: Queryable,
  clock: Clock,
  organizationId: string,
  ownerEmail: string,
): Promise<string> => {
  const { rows } = await sql<{ id: string }>`select id from sandbox.account
    where organization_id = ${organizationId} and email_key = ${ownerEmail.toLowerCase()} and active`.execute(db);
  const owner = rows[0];
  if (owner === undefined) {
    throw new SandboxError(
      "UnknownOwner",
      `The tenant has no active user with the e-mail ${ownerEmail}. Name one that it has.`,
      { facts: { ownerEmail } },
    );
  }
  return insertToken(db, clock, owner.id, null);
};

interface TokenRow {
  digest: Buffer;
  expiresAt: Date;
  active: boolean;
  id: string;
  email: string;
  name: string | null;
  roles: readonly HeldRole[];
}

/** Compared with when no row has the prefix, so that both cases take the same time. */
const nobody = digestOf("");

/** Whom a token's value acts as; null when it is unknown or expired or its owner is inactive. */
export const findBearer = async (
  db: Queryable,
  clock: Clock,
  organizationId: string,
  value: string,
): Promise<Bearer | null> => {
  if (!/^[\w-]{40,100}$/.test(value)) return null;
  const { rows } = await sql<TokenRow>`
    select t.digest, t.expires_at as "expiresAt", a.active, a.id, a.email, coalesce(a.display_name, a.formatted_name) as name,
      coalesce((select jsonb_agg(jsonb_build_object('name', r.name, 'permissions', to_jsonb(r.permissions), 'accountGroupId', h.account_group_id))
        from sandbox.account_role h join sandbox.role r on r.id = h.role_id where h.account_id = a.id), '[]') as roles
    from sandbox.token t join sandbox.account a on a.id = t.owner_id
    where t.prefix = ${value.slice(0, prefixLength)} and a.organization_id = ${organizationId}`.execute(db);
  const row = rows[0];
  const isSame = timingSafeEqual(row?.digest ?? nobody, digestOf(value));
  if (row === undefined || !isSame || !row.active || row.expiresAt <= clock.now()) return null;
  return { caller: { id: row.id, email: row.email, name: row.name, roles: row.roles }, expiresAt: row.expiresAt };
};

/** The administrator who owns the sandbox's own token; made, or put in order again, when somebody removed or disabled it. */
const ensureOwner = async (tx: Tx, clock: Clock, organizationId: string): Promise<string> => {
  const now = clock.now();
  const { rows } = await sql<{ id: string }>`
    insert into sandbox.account (id, organization_id, user_name, user_name_key, email, email_key, display_name, emails, active, created_at, modified_at)
    values (${newId()}, ${organizationId}, ${firstOwnerEmail}, ${firstOwnerEmail}, ${firstOwnerEmail}, ${firstOwnerEmail}, 'Sandbox Administrator',
      ${JSON.stringify([{ value: firstOwnerEmail, type: "work", primary: true }])}::jsonb, true, ${now}, ${now})
    on conflict (organization_id, email_key) do update set active = true returning id`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) throw new TypeError("the token's owner was not stored");
  await sql`insert into sandbox.account_role (account_id, role_id)
    select ${id}::uuid, id from sandbox.role where organization_id = ${organizationId} and name = 'Organization Admin'
    on conflict do nothing`.execute(tx);
  return id;
};

/** The value of the token that the sandbox shows at each start: the same one as long as it works, else a fresh one. */
export const ownToken = async (store: Store, clock: Clock, organization: Organization): Promise<string> => {
  const { rows } = await sql<{ id: string; sealed: string }>`
    select t.id, t.sealed from sandbox.token t join sandbox.account a on a.id = t.owner_id
    where a.organization_id = ${organization.id} and t.sealed is not null order by t.created_at desc limit 1`.execute(
    store.db,
  );
  const kept = rows[0] === undefined ? null : opened(store.sealer, rows[0]);
  if (kept !== null && (await findBearer(store.db, clock, organization.id, kept)) !== null) return kept;
  return store.transaction(async (tx) => {
    const ownerId = await ensureOwner(tx, clock, organization.id);
    await sql`delete from sandbox.token where owner_id = ${ownerId} and sealed is not null`.execute(tx);
    return insertToken(tx, clock, ownerId, store.sealer);
  });
};

const opened = (sealer: Sealer, { id, sealed }: { id: string; sealed: string }): string | null => {
  try {
    return sealer.open(sealed, placeOf(id));
  } catch {
    return null;
  }
};
