import { type RawBuilder, sql } from "kysely";
import type { Queryable } from "#store";
import type { ListOptions, ListPage } from "./types.ts";

interface Row<Entry> {
  seq: number;
  /** Microseconds since 1970. */
  micros: number;
  entry: Entry;
}

/** One page of a log, newest first, by the key (at, seq). */
export const readPage = async <Entry>(
  q: Queryable,
  table: RawBuilder<unknown>,
  conditions: readonly RawBuilder<unknown>[],
  options: ListOptions,
): Promise<ListPage<Entry>> => {
  const limit = Math.min(Math.max(Math.trunc(options.limit ?? 100), 1), 1000);
  const before = placeOf(options.before);
  const after = placeOf(options.after);
  const upwards = after !== null && before === null;
  const all = [
    sql`true`,
    ...conditions,
    ...(before === null ? [] : [sql`(at, seq) < (${momentOf(before.micros)}, ${before.seq}::bigint)`]),
    ...(after === null ? [] : [sql`(at, seq) > (${momentOf(after.micros)}, ${after.seq}::bigint)`]),
  ];
  const direction = upwards ? sql`asc` : sql`desc`;
  const { rows } = await sql<Row<Entry>>`
    select seq, (extract(epoch from at) * 1000000)::bigint as micros, entry from ${table}
    where ${sql.join(all, sql` and `)}
    order by at ${direction}, seq ${direction} limit ${limit + 1}`.execute(q);
  const page = rows.slice(0, limit);
  if (upwards) page.reverse();
  const more = rows.length > limit;
  const first = page[0];
  const last = page.at(-1);
  return {
    items: page.map((row) => row.entry),
    // Going upwards, what lies below the page is known: at least the entry that the cursor stands for.
    older: last !== undefined && (more || upwards) ? cursorOf(last) : null,
    newer: first === undefined ? null : cursorOf(first),
  };
};

const momentOf = (micros: number): RawBuilder<unknown> =>
  sql`(timestamptz 'epoch' + ${micros}::bigint * interval '1 microsecond')`;

const cursorOf = (row: { micros: number; seq: number }): string => `${row.micros}.${row.seq}`;

/** A cursor that is none counts as absent. */
const placeOf = (cursor: string | undefined): { readonly micros: number; readonly seq: number } | null => {
  const found = /^(\d{1,16})\.(\d{1,15})$/.exec(cursor ?? "");
  return found === null ? null : { micros: Number(found[1]), seq: Number(found[2]) };
};
