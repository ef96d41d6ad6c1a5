import { sql } from "kysely";
import type { Queryable, Tx } from "#store";

const day = 86_400_000;

const dayOf = (moment: Date): number => Math.floor(moment.getTime() / day);

const nameOf = (days: number): string =>
  `provisioning_${new Date(days * day).toISOString().slice(0, 10).replaceAll("-", "")}`;

/** Makes the partitions of the provisioning log for `now` and the two days after it. */
export const ensurePartitions = (tx: Tx, now: Date): Promise<void> => {
  const today = dayOf(now);
  return ensureDays(tx, [today, today + 1, today + 2]);
};

/** Makes the partitions of these moments, where they are missing. */
export const ensurePartitionsOf = (tx: Tx, moments: readonly Date[]): Promise<void> =>
  ensureDays(tx, [...new Set(moments.map(dayOf))]);

const ensureDays = async (tx: Tx, days: readonly number[]): Promise<void> => {
  const there = new Set((await partitions(tx)).map((each) => each.day));
  const missing = days.filter((each) => !there.has(each));
  if (missing.length === 0) return;
  // One maker at a time; another one may have been quicker.
  await sql`select pg_advisory_xact_lock(hashtext('journal.provisioning'))`.execute(tx);
  const now = new Set((await partitions(tx)).map((each) => each.day));
  for (const each of missing) {
    if (now.has(each)) continue;
    const name = sql.id("journal", nameOf(each));
    const from = sql.lit(new Date(each * day).toISOString());
    const to = sql.lit(new Date((each + 1) * day).toISOString());
    // Made apart and attached: that does not stop readers and writers of the other days.
    await sql`create table ${name} (like journal.provisioning including defaults including storage)`.execute(tx);
    await sql`alter table journal.provisioning attach partition ${name} for values from (${from}) to (${to})`.execute(
      tx,
    );
  }
};

const partitions = async (q: Queryable): Promise<readonly { readonly name: string; readonly day: number }[]> => {
  const { rows } = await sql<{ name: string }>`
    select child.relname as name from pg_inherits
    join pg_class child on child.oid = inhrelid
    where inhparent = 'journal.provisioning'::regclass`.execute(q);
  return rows.flatMap(({ name }) => {
    const digits = /^provisioning_(\d{4})(\d{2})(\d{2})$/.exec(name);
    if (digits === null) return [];
    const [, year, month, date] = digits;
    return [{ name, day: Date.UTC(Number(year), Number(month) - 1, Number(date)) / day }];
  });
};

/**
 * Forgets what is older than the retention: whole days of the provisioning log, single entries of the audit log. Nothing younger is touched.
 * @returns how many days of the provisioning log were dropped
 */
export const dropOld = async (tx: Tx, now: Date, retentionDays: number): Promise<number> => {
  const cutoff = new Date(now.getTime() - retentionDays * day);
  const old = (await partitions(tx)).filter((each) => (each.day + 1) * day <= cutoff.getTime());
  for (const each of old) await sql`drop table ${sql.id("journal", each.name)}`.execute(tx);
  await sql`delete from journal.audit where at < ${cutoff}`.execute(tx);
  return old.length;
};
