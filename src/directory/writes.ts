import { type RawBuilder, sql } from "kysely";
import { codeOf, isGuid } from "#runtime";
import { appendToFeed, type Tx } from "#store";
import { applyChanges } from "./check-attributes.ts";
import { DirectoryError } from "./errors.ts";
import { keysOf, sameAttributes } from "./keys.ts";
import {
  type AttributeChanges,
  type AttributeValue,
  type ObjectKind,
  type ObjectRow,
  objectColumns,
} from "./objects.ts";

export interface NewObject {
  /** By the names of the mapping language; what can be told from the rest may be left out. */
  readonly attributes: AttributeChanges;
  /** The import or connector that keeps the object, and what it recognises it by: both, or neither for one made by hand. */
  readonly source?: string | null | undefined;
  readonly anchor?: string | null | undefined;
  /** The name that other rows of the source use for it. */
  readonly locator?: string | null | undefined;
}

export const createObject = async (tx: Tx, kind: ObjectKind, input: NewObject, now: Date): Promise<ObjectRow> => {
  const attributes = checked(kind, {}, input.attributes);
  const { source = null, anchor = null, locator = null } = input;
  const keys = keysOf(attributes, true);
  const row = await guarded(attributes, () =>
    one(
      tx,
      sql`insert into directory.object as o
        (kind, attributes, principal_key, mail_key, name_key, employee_key, source, anchor, locator, created_at)
      values (${kind}, ${JSON.stringify(attributes)}::jsonb, ${kind === "user" ? keys.principal : null}, ${keys.mail},
        ${keys.name}, ${keys.employee}, ${source}, ${anchor}, ${locator}, ${now})
      returning ${objectColumns}`,
    ),
  );
  await appendToFeed(tx, "directory.change", [{ kind, objectId: row!.id, action: "created" }], now);
  return row!;
};

export const updateObject = async (
  tx: Tx,
  kind: ObjectKind,
  id: string,
  changes: AttributeChanges,
  now: Date,
): Promise<ObjectRow> => {
  const before = await liveObject(tx, kind, id);
  const attributes = checked(kind, before.attributes, changes);
  if (sameAttributes(before.attributes, attributes)) return before;
  const row = await storeAttributes(tx, kind, id, attributes);
  await appendToFeed(tx, "directory.change", [{ kind, objectId: id, action: "updated" }], now);
  return row;
};

/** Writes the attributes and the keys of an object that is, or becomes, live. */
export const storeAttributes = async (
  tx: Tx,
  kind: ObjectKind,
  id: string,
  attributes: Readonly<Record<string, AttributeValue>>,
): Promise<ObjectRow> => {
  const keys = keysOf(attributes, true);
  const row = await guarded(attributes, () =>
    one(
      tx,
      sql`update directory.object as o set
        attributes = ${JSON.stringify(attributes)}::jsonb, principal_key = ${kind === "user" ? keys.principal : null},
        mail_key = ${keys.mail}, name_key = ${keys.name}, employee_key = ${keys.employee}, deleted_at = null
      where o.id = ${id}::uuid returning ${objectColumns}`,
    ),
  );
  return row!;
};

/** The row of a live object, locked until the transaction ends. */
export const liveObject = async (tx: Tx, kind: ObjectKind, id: string): Promise<ObjectRow> => {
  const row = await lockObject(tx, kind, id);
  if (row === undefined || row.deleted_at !== null) throw notFound(kind, id);
  return row;
};

/** The row of a soft-deleted object, locked until the transaction ends. */
export const deletedObject = async (tx: Tx, kind: ObjectKind, id: string): Promise<ObjectRow> => {
  const row = await lockObject(tx, kind, id);
  if (row === undefined) throw notFound(kind, id);
  if (row.deleted_at === null) {
    const sentence = `The ${kind} ${id} is not deleted. Only a deleted ${kind} can be restored or purged; delete it first.`;
    throw new DirectoryError("NotDeleted", sentence, { facts: { id } });
  }
  return row;
};

const lockObject = async (tx: Tx, kind: ObjectKind, id: string): Promise<ObjectRow | undefined> =>
  isGuid(id)
    ? one(
        tx,
        sql`select ${objectColumns} from directory.object o where o.id = ${id}::uuid and o.kind = ${kind} for update`,
      )
    : undefined;

const notFound = (kind: ObjectKind, id: string): DirectoryError =>
  new DirectoryError(
    kind === "user" ? "UserNotFound" : "GroupNotFound",
    `There is no ${kind} ${id.slice(0, 80)} in the directory. Check the id, and look among the deleted ${kind}s.`,
    { facts: { id } },
  );

const one = async (tx: Tx, query: RawBuilder<unknown>): Promise<ObjectRow | undefined> =>
  (await query.execute(tx)).rows[0] as ObjectRow | undefined;

export const checked = (
  kind: ObjectKind,
  before: Readonly<Record<string, AttributeValue>>,
  changes: AttributeChanges,
): Readonly<Record<string, AttributeValue>> => {
  const result = applyChanges(kind, before, changes);
  if (result.kind === "valid") return result.attributes;
  const { attribute, reason, suggestion } = result.fault;
  throw new DirectoryError("InvalidAttribute", `The attribute ${attribute.slice(0, 80)} ${reason}.`, {
    facts: suggestion === undefined ? { attribute, reason } : { attribute, reason, suggestion },
  });
};

/** Names a broken uniqueness; after it the transaction can only be rolled back. */
const guarded = async <T>(
  attributes: Readonly<Record<string, AttributeValue>>,
  write: () => Promise<T>,
): Promise<T> => {
  try {
    return await write();
  } catch (error) {
    if (codeOf(error) !== "23505") throw error;
    if ((error as { constraint?: unknown }).constraint === "object_anchor") {
      const sentence = "The source has an object with this anchor already. Update that one, or use another anchor.";
      throw new DirectoryError("AnchorTaken", sentence, { cause: error });
    }
    throw nameTaken(String(attributes.userPrincipalName), error);
  }
};

const nameTaken = (userPrincipalName: string, cause: unknown): DirectoryError =>
  new DirectoryError(
    "UserPrincipalNameTaken",
    `Another user has the userPrincipalName ${userPrincipalName}. Choose another one, or rename or delete that user first.`,
    { facts: { userPrincipalName }, cause },
  );
