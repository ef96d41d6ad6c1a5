import { sql } from "kysely";
import { appendToFeed, type Tx } from "#store";
import { type AttributeFault, applyChanges } from "./check-attributes.ts";
import { settleNames } from "./import-names.ts";
import type { ImportOutcome, ImportPlan, ImportRow } from "./import-plan.ts";
import { keysOf, sameAttributes } from "./keys.ts";
import { type AttributeValue, type ObjectKind, type ObjectRow, objectColumns } from "./objects.ts";

/** In bytes: no index takes much more. */
const longestAnchor = 2000;

/**
 * Brings at most 1,000 objects of a source to the told state, in a few statements: creates those whose anchor the source does
 * not have, changes the others, restores soft-deleted ones. Answers one outcome a row, in order; an anchor that occurs twice
 * is refused the second time. Equal rows write nothing. Names that change hands within the batch are no conflict.
 */
export const importObjects = async (
  tx: Tx,
  kind: ObjectKind,
  source: string,
  rows: readonly ImportRow[],
  now: Date,
): Promise<readonly ImportOutcome[]> => {
  const { rows: found } = await sql<ObjectRow>`
    select ${objectColumns} from directory.object o
    where o.source = ${source} and o.kind = ${kind} and o.anchor = any(${rows.map((row) => row.anchor)}::text[])
    order by o.id for update`.execute(tx);
  const existing = new Map(found.map((row) => [row.anchor, row]));
  const seen = new Set<string>();
  const plans = rows.map((row): ImportPlan => {
    const before = existing.get(row.anchor) ?? null;
    const fault = seen.has(row.anchor) ? repeated : anchorFault(row.anchor);
    seen.add(row.anchor);
    if (fault !== null) return { row, before, attributes: {}, fault };
    const checked = applyChanges(kind, before?.attributes ?? {}, row.attributes);
    return checked.kind === "valid"
      ? { row, before, attributes: checked.attributes, fault: null }
      : { row, before, attributes: {}, fault: checked.fault };
  });
  if (kind === "user") await settleNames(tx, plans);

  const outcomes = plans.map(outcomeOf);
  const news = plans.filter((_plan, at) => outcomes[at] === "added");
  const old = plans.filter((plan, at) => {
    const outcome = outcomes[at];
    return outcome === "changed" || outcome === "restored" || (outcome === "unchanged" && moved(plan));
  });
  await update(tx, kind, old);
  const ids = await insert(tx, kind, source, news, now);

  const changes = plans.flatMap((plan, at) => {
    const outcome = outcomes[at]!;
    if (outcome === "unchanged" || outcome === "refused") return [];
    const action = ({ added: "created", changed: "updated", restored: "restored" } as const)[outcome];
    return [{ kind, objectId: plan.before?.id ?? ids.get(plan.row.anchor)!, action }];
  });
  await appendToFeed(tx, "directory.change", changes, now);
  return plans.map((plan, at): ImportOutcome => {
    const outcome = outcomes[at]!;
    if (outcome === "refused") return { kind: outcome, fault: plan.fault! };
    return { kind: outcome, id: plan.before?.id ?? ids.get(plan.row.anchor)! };
  });
};

const repeated: AttributeFault = { attribute: "anchor", reason: "occurs twice in one batch" };

const anchorFault = (anchor: string): AttributeFault | null => {
  const bytes = Buffer.byteLength(anchor);
  if (bytes === 0 || bytes > longestAnchor) {
    return { attribute: "anchor", reason: `has ${bytes} bytes; between 1 and ${longestAnchor} are allowed` };
  }
  return anchor.includes("\u0000") ? { attribute: "anchor", reason: "holds control characters" } : null;
};

const outcomeOf = (plan: ImportPlan): "added" | "changed" | "restored" | "unchanged" | "refused" => {
  if (plan.fault !== null) return "refused";
  if (plan.before === null) return "added";
  if (plan.before.deleted_at !== null) return "restored";
  return sameAttributes(plan.before.attributes, plan.attributes) ? "unchanged" : "changed";
};

/** The locator is the source's own affair: a new one is stored, and nobody is told. */
const moved = (plan: ImportPlan): boolean => plan.before !== null && plan.before.locator !== plan.row.locator;

interface StoredRow {
  readonly id: string | null;
  readonly anchor: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly principal_key: string | null;
  readonly mail_key: string | null;
  readonly name_key: string;
  readonly employee_key: string | null;
  readonly locator: string | null;
}

const stored = (kind: ObjectKind, { row, before, attributes }: ImportPlan): StoredRow => {
  const keys = keysOf(attributes, kind === "user");
  return {
    id: before?.id ?? null,
    anchor: row.anchor,
    attributes,
    principal_key: keys.principal,
    mail_key: keys.mail,
    name_key: keys.name,
    employee_key: keys.employee,
    locator: row.locator,
  };
};

const recordset = (kind: ObjectKind, plans: readonly ImportPlan[]) =>
  sql`jsonb_to_recordset(${JSON.stringify(plans.map((plan) => stored(kind, plan)))}::jsonb) as n (
    id uuid, anchor text, attributes jsonb, principal_key text, mail_key text, name_key text, employee_key text, locator text)`;

// All in one statement: the names are compared when it ends, so two people may exchange theirs.
const update = async (tx: Tx, kind: ObjectKind, plans: readonly ImportPlan[]): Promise<void> => {
  if (plans.length === 0) return;
  await sql`
    update directory.object o set
      attributes = n.attributes, principal_key = n.principal_key, mail_key = n.mail_key, name_key = n.name_key,
      employee_key = n.employee_key, locator = n.locator, deleted_at = null
    from ${recordset(kind, plans)} where o.id = n.id`.execute(tx);
};

const insert = async (
  tx: Tx,
  kind: ObjectKind,
  source: string,
  plans: readonly ImportPlan[],
  now: Date,
): Promise<ReadonlyMap<string, string>> => {
  if (plans.length === 0) return new Map();
  const { rows } = await sql<{ id: string; anchor: string }>`
    insert into directory.object
      (kind, attributes, principal_key, mail_key, name_key, employee_key, source, anchor, locator, created_at)
    select ${kind}, n.attributes, n.principal_key, n.mail_key, n.name_key, n.employee_key, ${source}, n.anchor, n.locator,
      ${now}
    from ${recordset(kind, plans)}
    returning id, anchor`.execute(tx);
  return new Map(rows.map((row) => [row.anchor, row.id]));
};
