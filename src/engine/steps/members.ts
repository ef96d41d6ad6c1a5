import { sql } from "kysely";
import { listMembers } from "#directory";
import type { Queryable, Tx } from "#store";
import type { Exchange, RequestOptions, TargetFailure } from "#targets";
import type { JobContext } from "../job-context.ts";
import { type LinkScope, linksOf } from "../links.ts";

/** A member of a group as the target knows it. */
export interface Member {
  readonly id: string;
  readonly targetId: string;
}

/** How the group's members in the target differ from those in the directory, by what was written before. */
export interface MemberChange {
  readonly add: readonly Member[];
  readonly remove: readonly Member[];
  /** Members of the directory's group that have no account in scope yet. */
  readonly unsettled: readonly string[];
}

export type MembersOutcome =
  | { readonly ok: true; readonly written: MemberChange; readonly exchanges: readonly Exchange[] }
  /** `written` is what was done before the failure. */
  | { readonly ok: false; readonly written: MemberChange; readonly failure: TargetFailure };

const pageSize = 1000;
/** Members in one request. */
const chunkSize = 500;

/**
 * What has to change: direct members that are people with an account in scope are wanted, what `member_link` holds is there. The target is not asked, so that a
 * group of any size costs what changed. Members that somebody added in the target are not known here and stay.
 * @param onlyAdds true: who left the group stays a member in the target
 */
export const memberChange = async (
  q: Queryable,
  context: JobContext,
  groupId: string,
  onlyAdds: boolean,
): Promise<MemberChange> => {
  const add: Member[] = [];
  const unsettled: string[] = [];
  const kept = new Set<string>();
  const written = await writtenMembers(q, context.links, groupId);
  for (let after: string | null = null; ; ) {
    const page: readonly { readonly id: string }[] = await listMembers(q, groupId, {
      after,
      limit: pageSize,
      kind: "user",
    });
    const links = await linksOf(
      q,
      context.links,
      page.map(({ id }) => id),
    );
    for (const { id } of page) {
      const link = links.get(id);
      if (link === undefined || !link.managed || !link.inScope) {
        unsettled.push(id);
        continue;
      }
      kept.add(id);
      if (written.get(id) !== link.targetId) add.push({ id, targetId: link.targetId });
    }
    after = page.at(-1)?.id ?? null;
    if (page.length < pageSize) break;
  }
  const gone = onlyAdds ? [] : [...written].filter(([id]) => !kept.has(id));
  const remove = gone.map(([id, targetId]) => ({ id, targetId }));
  return { add, remove, unsettled };
};

const writtenMembers = async (
  q: Queryable,
  scope: LinkScope,
  groupId: string,
): Promise<ReadonlyMap<string, string>> => {
  const { rows } = await sql<{ id: string; target_id: string }>`
    select member_id as id, member_target_id as target_id from provisioning.member_link
    where job_id = ${scope.jobId} and target_identity = ${scope.identity} and group_id = ${groupId}`.execute(q);
  return new Map(rows.map(({ id, target_id }) => [id, target_id]));
};

/** How many members of a group were written, as far as is known. */
export const countWritten = async (q: Queryable, scope: LinkScope, groupId: string): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from provisioning.member_link
    where job_id = ${scope.jobId} and target_identity = ${scope.identity} and group_id = ${groupId}`.execute(q);
  return rows[0]?.n ?? 0;
};

/** Sends the changes, a few hundred members a request. */
export const writeMembers = async (
  context: JobContext,
  groupTargetId: string,
  change: MemberChange,
  options: RequestOptions,
): Promise<MembersOutcome> => {
  const exchanges: Exchange[] = [];
  const written = { add: [] as Member[], remove: [] as Member[], unsettled: change.unsettled };
  const steps = [
    ...chunks(change.remove).map((members) => ({ kind: "remove" as const, members })),
    ...chunks(change.add).map((members) => ({ kind: "add" as const, members })),
  ];
  for (const { kind, members } of steps) {
    const ids = members.map(({ targetId }) => targetId);
    const answer = await context.target.changeMembers(
      groupTargetId,
      { add: kind === "add" ? ids : [], remove: kind === "remove" ? ids : [] },
      options,
    );
    // An uncertain change of members is simply sent again: adding and removing twice does the same as once.
    if (!answer.ok) return { ok: false, written, failure: answer.failure };
    exchanges.push(answer.exchange);
    written[kind].push(...members);
  }
  return { ok: true, written, exchanges };
};

const chunks = (members: readonly Member[]): Member[][] =>
  Array.from({ length: Math.ceil(members.length / chunkSize) }, (_unused, index) =>
    members.slice(index * chunkSize, (index + 1) * chunkSize),
  );

/** Remembers what was written. */
export const recordMembers = async (
  tx: Tx,
  scope: LinkScope,
  groupId: string,
  written: MemberChange,
): Promise<void> => {
  if (written.remove.length > 0) {
    await sql`
      delete from provisioning.member_link where job_id = ${scope.jobId} and target_identity = ${scope.identity} and group_id = ${groupId}
        and member_id = any(${written.remove.map(({ id }) => id)}::uuid[])`.execute(tx);
  }
  if (written.add.length > 0) {
    await sql`
      insert into provisioning.member_link (job_id, target_identity, group_id, member_id, member_target_id)
      select ${scope.jobId}, ${scope.identity}, ${groupId}, * from unnest(${written.add.map(({ id }) => id)}::uuid[], ${written.add.map(({ targetId }) => targetId)}::text[])
      on conflict (job_id, target_identity, group_id, member_id) do update set member_target_id = excluded.member_target_id`.execute(
      tx,
    );
  }
};

/** Forgets the members of groups that are gone from the target. */
export const forgetMembers = async (tx: Tx, scope: LinkScope, groupIds: readonly string[]): Promise<void> => {
  if (groupIds.length === 0) return;
  await sql`
    delete from provisioning.member_link where job_id = ${scope.jobId} and target_identity = ${scope.identity} and group_id = any(${groupIds}::uuid[])`.execute(
    tx,
  );
};

/** Groups in which somebody's account is written as a member. */
export const groupsWith = async (
  q: Queryable,
  scope: LinkScope,
  memberIds: readonly string[],
): Promise<readonly string[]> => {
  if (memberIds.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    select distinct group_id as id from provisioning.member_link
    where job_id = ${scope.jobId} and target_identity = ${scope.identity} and member_id = any(${memberIds}::uuid[])`.execute(
    q,
  );
  return rows.map(({ id }) => id);
};
