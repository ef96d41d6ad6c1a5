import { sql } from "kysely";
import { type Clock, newId } from "#runtime";
import {
  isJsonArray,
  type JsonObject,
  type Mode,
  type ResourceType,
  type Result,
  type ScimError,
  sameJson,
  scimError,
} from "#scim";
import type { Store } from "#store";
import type { Change, Created, Guard, NewResource, ResourceStore, Stored, Wanted } from "../provider/resource-store.ts";
import { missing } from "../provider/resources.ts";
import { tooLarge, withBadge } from "./checks.ts";
import { type Database, databaseOf, transaction } from "./database.ts";
import { findResources } from "./find.ts";
import { addMembers, dropMembers, findMembers, leaveGroups } from "./members.ts";
import { passwordDigest } from "./passwords.ts";
import { columns, type Frame, isId, managerOf, type Parts, type Row, storedOf, stripped } from "./rows.ts";
import { typesOf } from "./schemas.ts";
import { insertResource, isTaken, takenError, touchResource, updateResource, type Written } from "./writes.ts";

/** One tenant of a service. */
export interface Tenant {
  readonly id: number;
  readonly mode: Mode;
}

const failed = (error: ScimError): { readonly ok: false; readonly error: ScimError } => ({ ok: false, error });

/** A write that cannot be, thrown so that its transaction ends. */
class Refusal {
  readonly error: ScimError;
  readonly at: number;
  constructor(error: ScimError, at = 0) {
    this.error = error;
    this.at = at;
  }
}

const memberIds = (resource: JsonObject): readonly string[] => stripped(resource).members;

/** The resources of one tenant. */
export const tenantStore = (store: Store, clock: Clock, baseUrl: string, tenant: Tenant): ResourceStore => {
  const types = typesOf(tenant.mode);
  const frame: Frame = { baseUrl, types };
  const anywhere = databaseOf(store);

  const settle =
    (db: Database) =>
    async (rows: readonly Row[]): Promise<readonly Stored[]> => {
      const managers = [...new Set(rows.map(({ body }) => managerOf(body)).filter((id) => id !== null))].filter(isId);
      const names =
        managers.length === 0
          ? []
          : await db.rows<{ id: string; display: string | null }>(
              "provider-managers",
              sql`select id, display from (select * from provider.resource where id = any(${managers}::uuid[]) offset 0) m
              where tenant_id = ${tenant.id} and type = 'User'`,
            );
      const byId = new Map(names.map(({ id, display }) => [id, display]));
      return rows.map((row) => storedOf(frame, row, byId));
    };

  const rowOf = async (
    db: Database,
    type: ResourceType,
    id: string,
    parts: Parts,
    lock: boolean,
  ): Promise<Row | null> => {
    if (!isId(id)) return null;
    const name = isJsonArray(parts.members) ? "some" : parts.members;
    const rows = await db.rows<Row>(
      `provider-row-${name}-${parts.groups}-${lock}`,
      sql`select ${columns(parts)} from provider.resource r
        where r.seq = (select seq from provider.resource where id = ${id}) and r.tenant_id = ${tenant.id} and r.type = ${type.name} ${lock ? sql`for update` : sql``}`,
    );
    return rows[0] ?? null;
  };

  const one = async (db: Database, row: Row): Promise<Stored> => {
    const [stored] = await settle(db)([row]);
    if (stored === undefined) throw new TypeError("a row that was read makes a resource");
    return stored;
  };

  const partsOf = (wanted: Wanted): Parts => ({ groups: true, members: wanted.members ? "all" : "none" });

  const read = async (db: Database, type: ResourceType, id: string, wanted: Wanted): Promise<Stored | null> => {
    const row = await rowOf(db, type, id, partsOf(wanted), false);
    return row === null ? null : one(db, row);
  };

  /** What is written for a resource that clients ask for. @throws Refusal */
  const writtenOf = async (
    { type, id, resource }: { type: ResourceType; id: string; resource: JsonObject },
    before: JsonObject | null,
    at: Date,
  ): Promise<Written> => {
    const { body: given, members, password } = stripped(resource);
    const body = type.name === "User" ? withBadge(given, before, at) : given;
    const text = JSON.stringify(body);
    const large = tooLarge(body, text, members.length);
    if (large !== null) throw new Refusal(large);
    return {
      id,
      type,
      body,
      text,
      password: password === undefined ? undefined : await passwordDigest(password),
      at,
      members,
    };
  };

  const setMembers = async (db: Database, groupSeq: number, ids: readonly string[]): Promise<void> => {
    const found = await findMembers(db, tenant.id, ids);
    if (!found.ok) throw new Refusal(found.error);
    await addMembers(db, groupSeq, found.value);
  };

  const createAll = async (written: readonly Written[]): Promise<readonly Stored[]> => {
    const isSimple = written.length === 1 && written[0]?.members.length === 0;
    const insert = async (db: Database): Promise<readonly Row[]> => {
      const rows: Row[] = [];
      for (const [at, one] of written.entries()) {
        try {
          const seq = await insertResource(db, tenant.id, one);
          rows.push({
            seq,
            id: one.id,
            type: one.type.name,
            version: 1,
            createdAt: one.at,
            modifiedAt: one.at,
            body: one.body,
            members: one.members.length,
            memberList: null,
            groupList: null,
          });
        } catch (error) {
          if (isTaken(error)) throw new Refusal(scimError("uniqueness", ""), at);
          throw error;
        }
      }
      return rows;
    };
    if (isSimple) return settle(anywhere)(await insert(anywhere));
    return transaction(store, async (db) => {
      const rows = await insert(db);
      for (const [at, { members }] of written.entries()) {
        if (members.length === 0) continue;
        try {
          await setMembers(db, rows[at]?.seq ?? 0, members);
        } catch (error) {
          throw error instanceof Refusal ? new Refusal(error.error, at) : error;
        }
      }
      const made: Stored[] = [];
      for (const { id, type } of written) {
        const stored = await read(db, type, id, { members: true });
        if (stored !== null) made.push(stored);
      }
      return made;
    });
  };

  const create = async (resources: readonly NewResource[]): Promise<Created> => {
    const at = clock.now();
    const written: Written[] = [];
    for (const [index, { type, id, resource }] of resources.entries()) {
      try {
        written.push(await writtenOf({ type, id: id ?? newId(), resource }, null, at));
      } catch (error) {
        if (error instanceof Refusal) return { ...failed(error.error), at: index };
        throw error;
      }
    }
    try {
      return { ok: true, value: await createAll(written) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { at: index } = error;
      const fault = written[index];
      const isClash = error.error.scimType === "uniqueness" && fault !== undefined;
      const reason = isClash ? await takenError(anywhere, tenant.id, fault.type, fault.body) : error.error;
      return { ...failed(reason), at: index };
    }
  };

  const change = async (type: ResourceType, id: string, asked: Change): Promise<Result<Stored>> => {
    let wantedBody: JsonObject | undefined;
    const asRead = (members: readonly string[] | null): Parts["members"] => members?.filter(isId) ?? "all";
    const work = async (db: Database): Promise<Stored> => {
      const members = type.name === "Group" ? asRead(asked.members) : "none";
      const row = await rowOf(db, type, id, { groups: true, members }, true);
      if (row === null) throw new Refusal(missing(type, id));
      const current = await one(db, row);
      const error = asked.guard(current);
      if (error !== null) throw new Refusal(error);
      const applied = asked.apply(current.resource);
      if (!applied.ok) throw new Refusal(applied.error);
      const now = clock.now();
      const written = await writtenOf({ type, id, resource: applied.value }, row.body, now);
      wantedBody = written.body;
      const had = new Set(memberIds(current.resource));
      const has = new Set(written.members);
      const joined = [...has].filter((member) => !had.has(member));
      const left = [...had].filter((member) => !has.has(member));
      const isSame = written.password === undefined && sameJson(written.body, row.body);
      const count = row.members + joined.length - left.length;
      if (isSame && joined.length + left.length === 0) {
        return asked.wanted.members && members !== "all"
          ? ((await read(db, type, id, asked.wanted)) ?? current)
          : current;
      }
      await dropMembers(db, row.seq, left);
      await setMembers(db, row.seq, joined);
      const large = tooLarge(written.body, "", count);
      if (large !== null) throw new Refusal(large);
      if (isSame) await touchResource(db, row.seq, { at: now, members: joined.length - left.length });
      else await updateResource(db, tenant.id, row.seq, { before: row.body, after: written, members: count });
      if (asked.wanted.members && type.name === "Group") return (await read(db, type, id, asked.wanted)) ?? current;
      return one(db, {
        ...row,
        version: row.version + 1,
        modifiedAt: now,
        body: written.body,
        memberList: null,
        members: count,
      });
    };
    try {
      return { ok: true, value: await transaction(store, work) };
    } catch (error) {
      if (error instanceof Refusal) return failed(error.error);
      if (isTaken(error) && wantedBody !== undefined) {
        return failed(await takenError(anywhere, tenant.id, type, wantedBody));
      }
      throw error;
    }
  };

  const remove = async (type: ResourceType, id: string, guard: Guard): Promise<Result<undefined>> =>
    transaction(store, async (db): Promise<Result<undefined>> => {
      const row = await rowOf(db, type, id, { groups: true, members: "none" }, true);
      if (row === null) return failed(missing(type, id));
      const error = guard(await one(db, row));
      if (error !== null) return failed(error);
      await leaveGroups(db, row.seq, clock.now());
      // Its keys, and a group's own members, go with it.
      await db.rows("provider-delete", sql`delete from provider.resource where seq = ${row.seq}`);
      return { ok: true, value: undefined };
    });

  return {
    create,
    read: (type, id, wanted) => read(anywhere, type, id, wanted),
    change,
    remove,
    find: (search) =>
      findResources({ db: anywhere, tenantId: tenant.id, settle: settle(anywhere) }, tenant.mode, search),
  };
};
