import { sql } from "kysely";
import { codeOf } from "#runtime";
import { type JsonObject, type ResourceType, type ScimError, scimError } from "#scim";
import type { Database } from "./database.ts";
import type { Draft } from "./draft.ts";
import { type Key, keysOf } from "./keys.ts";
import { displayOf } from "./rows.ts";

const columnsOf = (keys: readonly Key[]) =>
  [keys.map(({ attribute }) => attribute), keys.map(({ key }) => key), keys.map(({ isUnique }) => isUnique)] as const;

/** Stores a new resource with its keys in one statement. @returns its place in the order */
export const insertResource = async (
  db: Database,
  tenantId: number,
  { id, type, body, text, members, at }: Draft,
  digest: string | undefined,
): Promise<number> => {
  const [attributes, keys, unique] = columnsOf(keysOf(type, body));
  const rows = await db.rows<{ seq: number }>(
    "provider-insert",
    sql`with created as (
        insert into provider.resource (id, tenant_id, type, version, created_at, modified_at, display, body, size, members, password)
        values (${id}, ${tenantId}, ${type.name}, 1, ${at}, ${at}, ${displayOf(body)}, ${text}, ${Buffer.byteLength(text)}, ${members.length}, ${digest ?? null})
        returning seq
      ), keyed as (
        insert into provider.key (resource_seq, tenant_id, attribute, key, is_unique)
        select c.seq, ${tenantId}::int, k.attribute, k.key, k.is_unique
        from created c cross join unnest(${attributes}::text[], ${keys}::text[], ${unique}::boolean[]) k (attribute, key, is_unique)
      ) select seq from created`,
  );
  return rows[0]?.seq ?? 0;
};

/** Writes a resource anew. @param before its body as it was @param members how many it has now @param digest of the password; undefined leaves it */
export const updateResource = async (
  db: Database,
  tenantId: number,
  seq: number,
  { before, draft, members, digest }: { before: JsonObject; draft: Draft; members: number; digest: string | undefined },
): Promise<void> => {
  const { type, body, text, at } = draft;
  await db.rows(
    "provider-update",
    sql`update provider.resource set version = version + 1, modified_at = ${at}, display = ${displayOf(body)}, body = ${text},
      size = ${Buffer.byteLength(text)}, members = ${members}, password = coalesce(${digest ?? null}, password) where seq = ${seq}`,
  );
  const nameOf = ({ attribute, key }: Key) => `${attribute}\n${key}`;
  const had = keysOf(type, before);
  const has = keysOf(type, body);
  const kept = new Set(has.map(nameOf));
  const gone = columnsOf(had.filter((key) => !kept.has(nameOf(key))));
  const old = new Set(had.map(nameOf));
  const [attributes, keys, unique] = columnsOf(has.filter((key) => !old.has(nameOf(key))));
  if (gone[0].length > 0) {
    await db.rows(
      "provider-unkey",
      sql`delete from provider.key using unnest(${gone[0]}::text[], ${gone[1]}::text[]) k (attribute, key)
        where resource_seq = ${seq} and provider.key.attribute = k.attribute and provider.key.key = k.key`,
    );
  }
  if (attributes.length > 0) {
    await db.rows(
      "provider-key",
      sql`insert into provider.key (resource_seq, tenant_id, attribute, key, is_unique)
        select ${seq}::bigint, ${tenantId}::int, k.attribute, k.key, k.is_unique
        from unnest(${attributes}::text[], ${keys}::text[], ${unique}::boolean[]) k (attribute, key, is_unique)`,
    );
  }
};

/** Writes down that a resource is no longer what it was, though its own part is. @param members how many more or fewer it has */
export const touchResource = async (db: Database, seq: number, { at, members }: { at: Date; members: number }) => {
  await db.rows(
    "provider-touch",
    sql`update provider.resource set version = version + 1, modified_at = ${at}, members = members + ${members} where seq = ${seq}`,
  );
};

/** True for the error of a value that may be there once only. */
export const isTaken = (error: unknown): boolean =>
  codeOf(error) === "23505" && (error as { constraint?: unknown }).constraint === "key_unique";

/** The 409 that says which value of a resource is another's. */
export const takenError = async (
  db: Database,
  tenantId: number,
  type: ResourceType,
  body: JsonObject,
): Promise<ScimError> => {
  const unique = keysOf(type, body).filter(({ isUnique }) => isUnique);
  const [attributes, keys] = columnsOf(unique);
  const rows = await db.rows<{ attribute: string }>(
    "provider-taken",
    sql`select k.attribute from unnest(${attributes}::text[], ${keys}::text[]) w (attribute, key)
      join provider.key k on k.tenant_id = ${tenantId} and k.attribute = w.attribute and k.key = w.key and k.is_unique limit 1`,
  );
  const attribute = (rows[0] ?? unique[0])?.attribute.slice(type.name.length + 1) ?? "value";
  return scimError("uniqueness", `Another ${type.name} already has this ${JSON.stringify(attribute)}.`);
};
