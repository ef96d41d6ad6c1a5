import { sql } from "kysely";
import type { JsonObject, ResourceType, SortKey } from "#scim";
import type { Stored } from "../provider/resource-store.ts";
import { findCandidates } from "./candidates.ts";
import type { Tenant } from "./context.ts";
import type { Database } from "./database.ts";
import { limits } from "./limits.ts";
import type { Plan } from "./plan.ts";
import { columns, type Parts, type Row } from "./rows.ts";

/** What a search needs of its tenant. */
export interface Place {
  readonly db: Database;
  readonly tenant: Tenant;
  /** Makes resources of rows, in their order. */
  settle(rows: readonly Row[]): Promise<readonly Stored[]>;
}

/** How resources of one type are found and judged. */
export interface Judge {
  readonly type: ResourceType;
  readonly plan: Plan;
  readonly parts: Parts;
  readonly matches: (resource: JsonObject) => boolean;
  /** Null where nothing is sorted. */
  readonly sortKey: ((resource: JsonObject) => SortKey) | null;
}

export interface Match {
  readonly seq: number;
  readonly resource: JsonObject;
}

/** What was found in one go: resources that were looked at, the last of them, and those that match. */
export interface Batch {
  readonly looked: number;
  readonly last: number;
  readonly matches: readonly Match[];
}

/** Bytes that a member costs in an answer, about. */
const memberBytes = 200;

const weightOf = (parts: Parts) => sql`p.size + ${parts.members === "none" ? 0 : memberBytes}::int * p.members`;
const nameOf = (what: string, { groups, members }: Parts) => `provider-${what}-${String(members)}-${groups}`;

/** Reads rows by their seqs, in their order; fewer when they would be too much at once, but one at least. */
export const readRows = async (db: Database, seqs: readonly number[], parts: Parts): Promise<readonly Row[]> => {
  if (seqs.length === 0) return [];
  return db.rows<Row>(
    nameOf("read", parts),
    sql`select ${columns(parts)} from (
        select p.*, o.n, sum(${weightOf(parts)}) over (order by o.n) - (${weightOf(parts)}) as before
        from unnest(${seqs}::bigint[]) with ordinality o (seq, n) join provider.resource p on p.seq = o.seq
      ) r where r.before < ${limits.batchBytes} order by r.n`,
  );
};

const readNext = ({ db, tenant }: Place, { type, parts }: Judge, after: number): Promise<readonly Row[]> =>
  db.rows<Row>(
    nameOf("next", parts),
    sql`select ${columns(parts)} from (
        select p.*, sum(${weightOf(parts)}) over (order by p.seq) - (${weightOf(parts)}) as before from (
          select * from provider.resource
          where tenant_id = ${tenant.id} and type = ${type.name} and seq > ${after} order by seq limit ${limits.batch}
        ) p
      ) r where r.before < ${limits.batchBytes} order by r.seq`,
  );

async function* rowsOf(place: Place, judge: Judge, after: number): AsyncGenerator<readonly Row[]> {
  if (judge.plan.kind !== "all") {
    let seqs = await findCandidates(place.db, place.tenant.id, judge.type, { plan: judge.plan, after });
    while (seqs.length > 0) {
      const rows = await readRows(place.db, seqs.slice(0, limits.batch), judge.parts);
      const last = rows.at(-1)?.seq;
      // Rows that are gone by now are passed over.
      seqs = last === undefined ? seqs.slice(limits.batch) : seqs.filter((seq) => seq > last);
      if (rows.length > 0) yield rows;
    }
    return;
  }
  for (let last = after; ; ) {
    const rows = await readNext(place, judge, last);
    const end = rows.at(-1);
    if (end === undefined) return;
    yield rows;
    last = end.seq;
  }
}

/** Goes through what the judge's plan finds after a seq, in order and in batches. */
export async function* walk(place: Place, judge: Judge, after: number): AsyncGenerator<Batch> {
  for await (const rows of rowsOf(place, judge, after)) {
    const stored = await place.settle(rows);
    const all = rows.map(({ seq }, index): Match => ({ seq, resource: stored[index]?.resource ?? {} }));
    yield {
      looked: rows.length,
      last: rows.at(-1)?.seq ?? after,
      matches: all.filter(({ resource }) => judge.matches(resource)),
    };
  }
}
