import { sql } from "kysely";
import type { Clock } from "#runtime";
import type { Mode, ResourceType } from "#scim";
import type { Store } from "#store";
import type { Stored, Wanted } from "../provider/resource-store.ts";
import type { Database } from "./database.ts";
import { columns, type Frame, isId, managerOf, type Parts, type Row, storedOf } from "./rows.ts";

/** One tenant of a service. */
export interface Tenant {
  readonly id: number;
  readonly mode: Mode;
}

/** What everything that is done for a tenant needs. */
export interface Context {
  readonly store: Store;
  readonly clock: Clock;
  readonly tenant: Tenant;
  readonly frame: Frame;
}

/** Makes resources of rows, in their order. */
export const settle = async (
  { tenant, frame }: Context,
  db: Database,
  rows: readonly Row[],
): Promise<readonly Stored[]> => {
  const managers = new Set(rows.map(({ body }) => managerOf(body)).filter((id) => id !== null && isId(id)));
  const names =
    managers.size === 0
      ? []
      : await db.rows<{ id: string; display: string | null }>(
          "provider-managers",
          sql`select id, display from (select * from provider.resource where id = any(${[...managers]}::uuid[]) offset 0) m
            where tenant_id = ${tenant.id} and type = 'User'`,
        );
  const byId = new Map(names.map(({ id, display }) => [id, display]));
  return rows.map((row) => storedOf(frame, row, byId));
};

export const settleOne = async (context: Context, db: Database, row: Row): Promise<Stored> => {
  const [stored] = await settle(context, db, [row]);
  if (stored === undefined) throw new TypeError("a row that was read makes a resource");
  return stored;
};

/** How long a row that is read is kept from others: not at all, or to the end of the transaction. Members of groups may be changed, but not removed meanwhile. */
type Lock = "none" | "change" | "remove";
const locks = { none: sql``, change: sql`for no key update`, remove: sql`for update` };

/** One row of a tenant's own; null when there is none of this type with this id. */
export const readRow = async (
  { tenant }: Context,
  db: Database,
  { type, id }: { type: ResourceType; id: string },
  { parts, lock }: { parts: Parts; lock: Lock },
): Promise<Row | null> => {
  if (!isId(id)) return null;
  const members = typeof parts.members === "string" ? parts.members : "some";
  const rows = await db.rows<Row>(
    `provider-row-${members}-${parts.groups}-${lock}`,
    sql`select ${columns(parts)} from provider.resource r
      where r.seq = (select seq from provider.resource where id = ${id}) and r.tenant_id = ${tenant.id}
        and r.type = ${type.name} ${locks[lock]}`,
  );
  return rows[0] ?? null;
};

/** What is read of a resource that is shown. */
const partsOf = (wanted: Wanted): Parts => ({ groups: true, members: wanted.members ? "all" : "none" });

export const readResource = async (
  context: Context,
  db: Database,
  place: { type: ResourceType; id: string },
  wanted: Wanted,
): Promise<Stored | null> => {
  const row = await readRow(context, db, place, { parts: partsOf(wanted), lock: "none" });
  return row === null ? null : settleOne(context, db, row);
};
