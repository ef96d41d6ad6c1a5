import { sql } from "kysely";
import type { Queryable } from "#store";
import { type Caller, type CallerRow, callerColumns } from "./caller.ts";

/** An account as the one who acts, on a page; null when there is none with this id. */
export const callerOf = async (
  db: Queryable,
  accountId: string,
  address: string | null = null,
): Promise<Caller | null> => {
  const { rows } = await sql<CallerRow>`select ${callerColumns(sql`null::uuid`)}
    from sandbox.account a join sandbox.person p on p.id = a.person_id where a.id = ${accountId}`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  const { active: _active, ...caller } = row;
  return { ...caller, tokenId: null, through: "Page", address };
};
