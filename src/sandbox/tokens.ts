import { timingSafeEqual } from "node:crypto";
import { sql } from "kysely";
import { type Clock, newId, newToken } from "#runtime";
import { foldCase } from "#scim";
import type { Queryable, Sealer, Tx } from "#store";
import { type CallerRow, callerColumns } from "./caller.ts";
import type { Bearer, TokenKind } from "./callers.ts";
import { SandboxError } from "./errors.ts";
import { digestOf } from "./secrets.ts";

/** Characters of a token's value that are kept in clear, to find its row. */
const prefixLength = 12;
const day = 24 * 60 * 60_000;
const lifetime = 2 * 365 * day;
/** Milliseconds that a token still works after another has taken its place, unless its own end comes first. */
const overlap = 14 * day;

/** What may be told of a token; its value may not. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly kind: TokenKind;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** True when another token has taken its place. */
  readonly isReplaced: boolean;
}

export interface NewToken extends Pick<Token, "id" | "expiresAt"> {
  /** Shown this once. */
  readonly value: string;
}

interface TokenWish {
  readonly ownerId: string;
  readonly name: string;
  readonly kind: TokenKind;
  /** Of the token that this one takes the place of. */
  readonly replaces?: string;
}

export const placeOf = (tokenId: string): string => `sandbox.token/${tokenId}`;

/** @param sealer null keeps no more of the value than its digest */
export const insertToken = async (
  db: Queryable,
  now: Date,
  { ownerId, name, kind, replaces }: TokenWish,
  sealer: Sealer | null,
): Promise<NewToken> => {
  const value = newToken();
  const id = newId();
  const expiresAt = new Date(now.getTime() + lifetime);
  await sql`insert into sandbox.token (id, owner_id, name, kind, replaces, prefix, digest, sealed, created_at, expires_at)
    values (${id}, ${ownerId}, ${name}, ${kind}, ${replaces ?? null}, ${value.slice(0, prefixLength)}, ${digestOf(value)},
      ${sealer === null ? null : sealer.seal(value, placeOf(id))}, ${now}, ${expiresAt})`.execute(db);
  return { id, value, expiresAt };
};

/** Makes a token that acts as the account with this login. Its value cannot be read again. @throws SandboxError `UnknownOwner` */
export const issueToken = async (
  db: Queryable,
  clock: Clock,
  organizationId: string,
  ownerEmail: string,
): Promise<string> => {
  const { rows } = await sql<{
    id: string;
  }>`select a.id from sandbox.account a join sandbox.person p on p.id = a.person_id
    where a.organization_id = ${organizationId} and p.email_key = ${foldCase(ownerEmail)} and a.active`.execute(db);
  const owner = rows[0];
  if (owner === undefined) {
    throw new SandboxError(
      "UnknownOwner",
      `The tenant has no active user with the e-mail ${ownerEmail}. Name one that it has.`,
      { facts: { ownerEmail } },
    );
  }
  return (await insertToken(db, clock.now(), { ownerId: owner.id, name: "Issued token", kind: "bearer" }, null)).value;
};

interface TokenRow extends CallerRow {
  readonly tokenId: string;
  readonly kind: TokenKind;
  readonly digest: Buffer;
  readonly expiresAt: Date;
}

/** Compared with when no row has the prefix, so that both cases take the same time. */
const nobody = digestOf("");

/** Whom a token's value acts as; null when it is unknown or expired or its owner is inactive. */
export const findBearer = async (db: Queryable, clock: Clock, value: string): Promise<Bearer | null> => {
  if (!/^[\w-]{40,100}$/.test(value)) return null;
  const { rows } = await sql<TokenRow>`
    select t.id as "tokenId", t.kind, t.digest, t.expires_at as "expiresAt", ${callerColumns(sql`null::uuid`)}
    from sandbox.token t join sandbox.account a on a.id = t.owner_id join sandbox.person p on p.id = a.person_id
    where t.prefix = ${value.slice(0, prefixLength)}`.execute(db);
  const row = rows[0];
  const isSame = timingSafeEqual(row?.digest ?? nobody, digestOf(value));
  if (row === undefined || !isSame || !row.active || row.expiresAt <= clock.now()) return null;
  const { digest: _digest, active: _active, kind, expiresAt, ...caller } = row;
  return { caller, kind, expiresAt };
};

/** Every token of an account, the newest first. */
export const listTokens = async (db: Queryable, ownerId: string): Promise<readonly Token[]> => {
  const { rows } = await sql<Token>`
    select id, name, kind, created_at as "createdAt", expires_at as "expiresAt",
      exists (select from sandbox.token n where n.replaces = t.id) as "isReplaced"
    from sandbox.token t where owner_id = ${ownerId} order by created_at desc, id`.execute(db);
  return rows;
};

/** Null when the account has no such token. Other changes of the account's tokens wait for the end of the transaction. */
export const lockToken = async (tx: Tx, ownerId: string, id: string): Promise<Token | null> => {
  await sql`select from sandbox.account where id = ${ownerId} for update`.execute(tx);
  return (await listTokens(tx, ownerId)).find((token) => token.id === id) ?? null;
};

/** True when the token, or the one before it, works although another has taken its place. */
export const isOverlapping = async (tx: Tx, token: Token, now: Date): Promise<boolean> => {
  const { rows } = await sql`select 1 from sandbox.token t join sandbox.token before on before.id = t.replaces
    where (t.id = ${token.id} or before.id = ${token.id}) and before.expires_at > ${now} and t.expires_at > ${now}`.execute(
    tx,
  );
  return rows.length > 0;
};

/** Puts a new token in the place of a working one, which works on for two weeks or until its own end. */
export const replaceToken = async (tx: Tx, ownerId: string, token: Token, now: Date): Promise<NewToken> => {
  const end = new Date(Math.min(token.expiresAt.getTime(), now.getTime() + overlap));
  await sql`update sandbox.token set expires_at = ${end} where id = ${token.id}`.execute(tx);
  return insertToken(tx, now, { ownerId, name: token.name, kind: token.kind, replaces: token.id }, null);
};

export const deleteToken = async (tx: Tx, id: string): Promise<void> => {
  await sql`delete from sandbox.token where id = ${id}`.execute(tx);
};
