import { sql } from "kysely";
import { membersAtATime } from "#core";
import { groupsOf, membersOfAny } from "#directory";
import type { Queryable, Tx } from "#store";
import type { Exchange, RequestOptions, TargetFailure } from "#targets";
import type { JobContext } from "../job-context.ts";
import { accountsOf, type LinkScope } from "../links.ts";
import { groupsCountedIn, readReach } from "../reach.ts";

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
  /** Ids of members that the target has and the directory does not. */
  readonly strangers: readonly string[];
}

/** Which members are compared. */
export type Compared =
  /** All of them; `there` are the target's own, null where it was not asked. */
  | { readonly kind: "whole"; readonly there: ReadonlySet<string> | null }
  /** These alone, so that a group of any size costs what changed. */
  | { readonly kind: "some"; readonly ids: readonly string[] };

export type MembersOutcome =
  | { readonly ok: true; readonly written: MemberChange; readonly exchanges: readonly Exchange[] }
  /** `written` is what was done before the failure. */
  | { readonly ok: false; readonly written: MemberChange; readonly failure: TargetFailure };

const pageSize = 1000;

/**
 * What has to change: members that are people with an account in scope are wanted (those of nested groups too, where the assignment expands them), what
 * `member_link` holds is there.
 * @param onlyAdds true: who left the group stays a member in the target
 */
export const memberChange = async (
  q: Queryable,
  context: JobContext,
  groupId: string,
  onlyAdds: boolean,
  compared: Compared = { kind: "whole", there: null },
): Promise<MemberChange> => {
  const counted = groupsCountedIn(await readReach(q, context.app.id), groupId);
  const change: Collected = { add: [], remove: [], unsettled: [], strangers: [] };
  if (compared.kind === "some") {
    for (let from = 0; from < compared.ids.length; from += pageSize) {
      const ids = compared.ids.slice(from, from + pageSize);
      const wanted = [...new Set((await groupsOf(q, ids, counted)).map(({ memberId }) => memberId))];
      const written = await writtenAmong(q, context.links, groupId, sql`member_id = any(${ids}::uuid[])`);
      await compare(q, context, wanted, written, null, change);
    }
  } else {
    await compareWhole(q, context, groupId, counted, compared.there, change);
  }
  return onlyAdds ? { ...change, remove: [], strangers: [] } : change;
};

interface Collected {
  readonly add: Member[];
  readonly remove: Member[];
  readonly unsettled: string[];
  strangers: readonly string[];
}

/** A member as written. */
interface Written {
  readonly targetId: string;
  /** False: it was about to be written, and nobody has recorded that it was. */
  readonly certain: boolean;
}

/** Goes through the directory's members and what was written side by side, both by id, a page at a time. */
const compareWhole = async (
  q: Queryable,
  context: JobContext,
  groupId: string,
  counted: readonly string[],
  there: ReadonlySet<string> | null,
  change: Collected,
): Promise<void> => {
  const strangers = new Set(there);
  for (let after: string | null = null; ; ) {
    const wanted: readonly string[] = await membersOfAny(q, counted, { after, limit: pageSize, kind: "user" });
    const last = wanted.length < pageSize ? null : (wanted.at(-1) ?? null);
    const from = after === null ? sql`true` : sql`member_id > ${after}::uuid`;
    const until = last === null ? sql`true` : sql`member_id <= ${last}::uuid`;
    const written = await writtenAmong(q, context.links, groupId, sql`${from} and ${until}`);
    for (const { targetId } of written.values()) strangers.delete(targetId);
    await compare(q, context, wanted, written, there, change);
    if (last === null) break;
    after = last;
  }
  for (const { targetId } of change.add) strangers.delete(targetId);
  change.strangers = [...strangers];
};

/** @param there the target's own members; null: what was written is there */
const compare = async (
  q: Queryable,
  context: JobContext,
  wanted: readonly string[],
  written: ReadonlyMap<string, Written>,
  there: ReadonlySet<string> | null,
  change: Collected,
): Promise<void> => {
  const accounts = await accountsOf(q, context.links, wanted);
  for (const id of wanted) {
    const targetId = accounts.get(id);
    const before = written.get(id);
    if (targetId === undefined) change.unsettled.push(id);
    else if (before?.targetId !== targetId || !before.certain || there?.has(targetId) === false)
      change.add.push({ id, targetId });
  }
  const kept = new Set(wanted.filter((id) => accounts.has(id)));
  for (const [id, { targetId }] of written) if (!kept.has(id)) change.remove.push({ id, targetId });
};

const writtenAmong = async (
  q: Queryable,
  scope: LinkScope,
  groupId: string,
  which: ReturnType<typeof sql>,
): Promise<ReadonlyMap<string, Written>> => {
  const { rows } = await sql<Written & { id: string }>`
    select member_id as id, member_target_id as "targetId", certain from provisioning.member_link
    where job_id = ${scope.jobId} and target_identity = ${scope.identity} and group_id = ${groupId} and ${which}`.execute(
    q,
  );
  return new Map(rows.map(({ id, ...written }) => [id, written]));
};

/** How many members of a group were written, as far as is known. */
export const countWritten = async (q: Queryable, scope: LinkScope, groupId: string): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from provisioning.member_link
    where job_id = ${scope.jobId} and target_identity = ${scope.identity} and group_id = ${groupId} and certain`.execute(
    q,
  );
  return rows[0]?.n ?? 0;
};

/**
 * Remembers who is about to be added. The answer may be lost, or this process end, and then somebody may leave scope who is a member of the group in the
 * target: without this nobody would know.
 */
export const expectMembers = async (
  q: Queryable,
  scope: LinkScope,
  groupId: string,
  { add }: MemberChange,
): Promise<void> => {
  if (add.length === 0) return;
  await sql`
    insert into provisioning.member_link (job_id, target_identity, group_id, member_id, member_target_id, certain)
    select ${scope.jobId}, ${scope.identity}, ${groupId}, *, false from unnest(${add.map(({ id }) => id)}::uuid[], ${add.map(({ targetId }) => targetId)}::text[])
    on conflict (job_id, target_identity, group_id, member_id) do nothing`.execute(q);
};

/**
 * Sends the changes, as many members in a request as the target takes. Strangers are sent away only where the job says so. A target may refuse a request that
 * takes out somebody who is not in the group (`noTarget`, RFC 7644 section 3.12): each goes alone then, and who is refused alone is out already.
 */
export const writeMembers = async (
  context: JobContext,
  groupTargetId: string,
  change: MemberChange,
  options: RequestOptions,
): Promise<MembersOutcome> => {
  const { target, settings } = context;
  const exchanges: Exchange[] = [];
  const written = { add: [] as Member[], remove: [] as Member[], strangers: change.strangers };
  const sent = (): MemberChange => ({ ...written, unsettled: change.unsettled });
  const strangers = settings.extraMembers === "remove" ? change.strangers : [];
  const [leaving, joining] = [membersAtATime(target.profile, "remove"), membersAtATime(target.profile, "add")];
  const steps: Step[] = [
    ...chunks(change.remove, leaving).map((remove) => ({ add: [], remove, others: [] })),
    ...chunks(strangers, leaving).map((others) => ({ add: [], remove: [], others })),
    ...chunks(change.add, joining).map((add) => ({ add, remove: [], others: [] })),
  ];
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    const { add, remove, others } = step;
    const leavers = [...idsOf(remove), ...others];
    const answer = await target.changeMembers(groupTargetId, { add: idsOf(add), remove: leavers }, options);
    const misses = !answer.ok && answer.failure.scimType === "noTarget" && add.length === 0;
    if (misses && leavers.length > 1) {
      steps.unshift(...oneByOne(step));
      continue;
    }
    // An uncertain change of members is simply sent again: adding and removing twice does the same as once.
    if (!answer.ok && !misses) return { ok: false, written: sent(), failure: answer.failure };
    exchanges.push(answer.ok ? answer.exchange : answer.failure.exchange);
    written.remove.push(...remove);
    written.add.push(...add);
  }
  return { ok: true, written: sent(), exchanges };
};

/** One request; either somebody joins or somebody leaves. */
interface Step {
  readonly add: readonly Member[];
  readonly remove: readonly Member[];
  /** Ids of members that are nobody's account here. */
  readonly others: readonly string[];
}

const oneByOne = ({ remove, others }: Step): readonly Step[] => [
  ...remove.map((member) => ({ add: [], remove: [member], others: [] })),
  ...others.map((id) => ({ add: [], remove: [], others: [id] })),
];

const idsOf = (members: readonly Member[]): readonly string[] => members.map(({ targetId }) => targetId);

const chunks = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_unused, index) =>
    items.slice(index * size, (index + 1) * size),
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
      on conflict (job_id, target_identity, group_id, member_id) do update set
        member_target_id = excluded.member_target_id, certain = true`.execute(tx);
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

/** The groups in which somebody's account is written as a member, one pair for each. */
export const groupsWith = async (
  q: Queryable,
  scope: LinkScope,
  memberIds: readonly string[],
): Promise<readonly { readonly groupId: string; readonly memberId: string }[]> => {
  if (memberIds.length === 0) return [];
  const { rows } = await sql<{ groupId: string; memberId: string }>`
    select group_id as "groupId", member_id as "memberId" from provisioning.member_link
    where job_id = ${scope.jobId} and target_identity = ${scope.identity} and member_id = any(${memberIds}::uuid[])`.execute(
    q,
  );
  return rows;
};
