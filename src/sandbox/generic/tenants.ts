import { createHash, timingSafeEqual } from "node:crypto";
import { sql } from "kysely";
import { type Clock, newId, newToken } from "#runtime";
import type { Mode } from "#scim";
import type { Sealer, Store } from "#store";
import { SandboxError } from "../errors.ts";
import type { Tenant } from "./context.ts";
import { type Database, databaseOf, transaction } from "./database.ts";
import { isTaken } from "./writes.ts";

/** Characters of a token's value that are kept in clear, to find its row. */
const prefixLength = 12;
/** Milliseconds that a token works. */
const lifetime = 2 * 365 * 24 * 60 * 60_000;

const digestOf = (value: string): Buffer => createHash("sha256").update(value).digest();
const placeOf = (tokenId: string): string => `provider.token/${tokenId}`;

/** Group names may be shared in strict and not in compat. @throws SandboxError `InvalidSettings` */
const switchMode = async (db: Database, tenantId: number, mode: Mode): Promise<void> => {
  try {
    await db.rows(
      null,
      sql`update provider.key set is_unique = ${mode === "compat"}
      where tenant_id = ${tenantId} and attribute = 'Group.displayName'`,
    );
  } catch (error) {
    if (!isTaken(error)) throw error;
    throw new SandboxError(
      "InvalidSettings",
      "Two groups of the tenant share a name, which compat mode does not allow. Rename one, or stay with strict mode.",
    );
  }
  await db.rows(null, sql`update provider.tenant set mode = ${mode} where id = ${tenantId}`);
};

/** Opens a tenant by name, making it at the first time. @param mode null keeps what it has; a new tenant gets compat @throws SandboxError `InvalidSettings` */
export const openTenant = async (store: Store, clock: Clock, name: string, mode: Mode | null): Promise<Tenant> => {
  const opened = await transaction(store, async (db) => {
    await db.rows(
      null,
      sql`insert into provider.tenant (name, mode, created_at) values (${name}, ${mode ?? "compat"}, ${clock.now()})
      on conflict do nothing`,
    );
    const [found] = await db.rows<Tenant>(
      null,
      sql`select id, mode from provider.tenant where name = ${name} for update`,
    );
    if (found === undefined) throw new TypeError("the tenant that was just made cannot be read");
    if (mode === null || mode === found.mode) return { ok: true, value: found };
    await switchMode(db, found.id, mode);
    return { ok: true, value: { id: found.id, mode } };
  });
  return opened.value;
};

/** Makes a token. Its value cannot be read again, unless a sealer keeps it. */
export const issueToken = async (
  db: Database,
  clock: Clock,
  tenantId: number,
  { mayWrite, sealer }: { mayWrite: boolean; sealer: Sealer | null },
): Promise<string> => {
  const value = newToken();
  const id = newId();
  const now = clock.now();
  await db.rows(
    null,
    sql`insert into provider.token (id, tenant_id, prefix, digest, sealed, may_write, created_at, expires_at)
      values (${id}, ${tenantId}, ${value.slice(0, prefixLength)}, ${digestOf(value)},
        ${sealer === null ? null : sealer.seal(value, placeOf(id))}, ${mayWrite}, ${now}, ${new Date(now.getTime() + lifetime)})`,
  );
  return value;
};

/** What a token opens, and until when. */
export interface Grant {
  readonly tenant: Tenant;
  readonly mayWrite: boolean;
  readonly expiresAt: Date;
}

interface TokenRow extends Tenant {
  readonly digest: Buffer;
  readonly mayWrite: boolean;
  readonly expiresAt: Date;
}

/** Compared with when no row has the prefix, so that both cases take the same time. */
const nobody = digestOf("");

/** Null when the token is unknown or has expired. */
export const findGrant = async (db: Database, clock: Clock, value: string): Promise<Grant | null> => {
  if (!/^[\w-]{40,100}$/.test(value)) return null;
  const [row] = await db.rows<TokenRow>(
    "provider-token",
    sql`select t.digest, t.may_write as "mayWrite", t.expires_at as "expiresAt", n.id, n.mode
      from provider.token t join provider.tenant n on n.id = t.tenant_id where t.prefix = ${value.slice(0, prefixLength)}`,
  );
  const isSame = timingSafeEqual(row?.digest ?? nobody, digestOf(value));
  if (row === undefined || !isSame || row.expiresAt <= clock.now()) return null;
  return { tenant: { id: row.id, mode: row.mode }, mayWrite: row.mayWrite, expiresAt: row.expiresAt };
};

const opened = (sealer: Sealer, { id, sealed }: { id: string; sealed: string }): string | null => {
  try {
    return sealer.open(sealed, placeOf(id));
  } catch {
    return null;
  }
};

/** The value of the token that is shown at each start: the same one as long as it works, else a fresh one. */
export const ownToken = async (store: Store, clock: Clock, tenantId: number): Promise<string> => {
  const db = databaseOf(store);
  const [kept] = await db.rows<{ id: string; sealed: string }>(
    null,
    sql`select id, sealed from provider.token where tenant_id = ${tenantId} and sealed is not null order by created_at desc limit 1`,
  );
  const value = kept === undefined ? null : opened(store.sealer, kept);
  if (value !== null && (await findGrant(db, clock, value)) !== null) return value;
  const made = await transaction(store, async (tx) => {
    await tx.rows(null, sql`delete from provider.token where tenant_id = ${tenantId} and sealed is not null`);
    return { ok: true, value: await issueToken(tx, clock, tenantId, { mayWrite: true, sealer: store.sealer }) };
  });
  return made.value;
};
