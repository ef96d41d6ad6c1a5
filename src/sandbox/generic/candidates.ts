import { type RawBuilder, sql } from "kysely";
import type { ResourceType } from "#scim";
import type { Database } from "./database.ts";
import { limits } from "./limits.ts";
import type { Plan } from "./plan.ts";
import { isId } from "./rows.ts";

const nothing = sql`select null::bigint as seq where false`;

/** The seqs of what a plan finds, of any type. */
const seqsOf = (tenantId: number, plan: Plan): RawBuilder<unknown> => {
  switch (plan.kind) {
    case "id":
      if (!isId(plan.id)) return nothing;
      return sql`select seq from provider.resource where id = ${plan.id}::uuid`;
    case "key":
      // A text of PostgreSQL holds no NUL.
      if (plan.key.includes("\0")) return nothing;
      return sql`select resource_seq as seq from provider.key
        where tenant_id = ${tenantId} and attribute = ${plan.attribute} and key = ${plan.key}`;
    case "member":
      return sql`select group_seq as seq from provider.member
        where member_seq = (${seqsOf(tenantId, { kind: "id", id: plan.id })})`;
    case "group":
      return sql`(with recursive down (seq) as (
          select o.member_seq from provider.member o where o.group_seq = (${seqsOf(tenantId, { kind: "id", id: plan.id })})
          union select o.member_seq from down cross join lateral (
            select member_seq from provider.member where group_seq = down.seq offset 0
          ) o
        ) select seq from down)`;
    case "union":
      return sql.join(
        plan.plans.map((part) => seqsOf(tenantId, part)),
        sql` union `,
      );
    default:
      return nothing;
  }
};

/** One name for each text that the query can have. */
const nameOf = (plan: Plan): string | null => {
  const isPlain = (plan.kind === "id" && isId(plan.id)) || (plan.kind === "key" && !plan.key.includes("\0"));
  return isPlain ? `provider-find-${plan.kind}` : null;
};

/** What an index finds of a type after a seq, in order; one more than a search may look at tells that there are too many. */
export const findCandidates = async (
  db: Database,
  tenantId: number,
  type: ResourceType,
  { plan, after }: { plan: Plan; after: number },
): Promise<readonly number[]> => {
  if (plan.kind === "none") return [];
  const rows = await db.rows<{ seq: number }>(
    nameOf(plan),
    sql`select r.seq from provider.resource r where r.seq = any(array(${seqsOf(tenantId, plan)}))
      and r.tenant_id = ${tenantId} and r.type = ${type.name} and r.seq > ${after} order by r.seq limit ${limits.looked + 1}`,
  );
  return rows.map(({ seq }) => seq);
};
