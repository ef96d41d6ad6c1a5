import { sql } from "kysely";
import { type ResourceType, type Result, sameJson } from "#scim";
import type { Change, Guard, Stored } from "../provider/resource-store.ts";
import { missing } from "../provider/resources.ts";
import { tooLarge } from "./checks.ts";
import { type Context, readResource, readRow, settleOne } from "./context.ts";
import { type Database, databaseOf, transaction } from "./database.ts";
import { type Draft, draftOf } from "./draft.ts";
import { addMembers, dropMembers, findMembers, leaveGroups } from "./members.ts";
import { passwordDigest } from "./passwords.ts";
import { isId, type Parts, type Row, stripped } from "./rows.ts";
import { isTaken, takenError, touchResource, updateResource } from "./writes.ts";

interface Place {
  readonly type: ResourceType;
  readonly id: string;
}

/** A draft whose password has no digest yet: that takes long, and is not done while a transaction is open. */
interface Undigested {
  readonly ok: false;
  readonly password: string;
}

const membersToRead = ({ type }: Place, { members }: Change): Parts["members"] => {
  if (type.name !== "Group") return "none";
  return members === null ? "all" : members.filter(isId);
};

/** Takes members in and out. @returns how many the group has more or fewer */
const changeMembers = async (
  { tenant }: Context,
  db: Database,
  row: Row,
  { before, after }: { before: readonly string[]; after: readonly string[] },
): Promise<Result<number>> => {
  const [had, has] = [new Set(before), new Set(after)];
  const joined = after.filter((member) => !had.has(member));
  const left = before.filter((member) => !has.has(member));
  const found = await findMembers(db, tenant.id, joined);
  if (!found.ok) return found;
  await dropMembers(db, row.seq, left);
  await addMembers(db, row.seq, found.value);
  return { ok: true, value: joined.length - left.length };
};

const change = async (
  context: Context,
  db: Database,
  place: Place,
  { asked, digest, note }: { asked: Change; digest: string | undefined; note: (draft: Draft) => void },
): Promise<Result<Stored> | Undigested> => {
  const members = membersToRead(place, asked);
  const row = await readRow(context, db, place, { parts: { groups: true, members }, lock: "change" });
  if (row === null) return { ok: false, error: missing(place.type, place.id) };
  const current = await settleOne(context, db, row);
  const error = asked.guard(current);
  if (error !== null) return { ok: false, error };
  const applied = asked.apply(current.resource);
  if (!applied.ok) return applied;
  const draft = draftOf({ ...place, resource: applied.value }, row.body, context.clock.now());
  if (!draft.ok) return draft;
  note(draft.value);
  const { body, password, at } = draft.value;
  if (password !== undefined && digest === undefined) return { ok: false, password };
  const lists = { before: stripped(current.resource).members, after: draft.value.members };
  const isSame = password === undefined && sameJson(body, row.body);
  const areSameMembers = sameJson(lists.before.toSorted(), lists.after.toSorted());
  const shown = async (otherwise: Row): Promise<Result<Stored>> => {
    const read = asked.wanted.members && place.type.name === "Group";
    const stored = read ? await readResource(context, db, place, asked.wanted) : null;
    return { ok: true, value: stored ?? (await settleOne(context, db, otherwise)) };
  };
  if (isSame && areSameMembers) return shown({ ...row, memberList: null });
  const more = await changeMembers(context, db, row, lists);
  if (!more.ok) return more;
  const count = row.members + more.value;
  const crowded = tooLarge("", count);
  if (crowded !== null) return { ok: false, error: crowded };
  if (isSame) await touchResource(db, row.seq, { at, members: more.value });
  else
    await updateResource(db, context.tenant.id, row.seq, {
      before: row.body,
      draft: draft.value,
      members: count,
      digest,
    });
  return shown({ ...row, version: row.version + 1, modifiedAt: at, body, memberList: null, members: count });
};

/** Changes one resource: all that is asked or nothing. */
export const changeResource = async (context: Context, place: Place, asked: Change): Promise<Result<Stored>> => {
  const { store, tenant } = context;
  let draft: Draft | undefined;
  let digest: string | undefined;
  try {
    for (;;) {
      const outcome = await transaction(store, (db) =>
        change(context, db, place, {
          asked,
          digest,
          note: (noted) => {
            draft = noted;
          },
        }),
      );
      if (outcome.ok || "error" in outcome) return outcome;
      digest = await passwordDigest(outcome.password);
    }
  } catch (error) {
    if (!isTaken(error) || draft === undefined) throw error;
    return { ok: false, error: await takenError(databaseOf(store), tenant.id, draft.type, draft.body) };
  }
};

/** Removes one resource, and from every group. Its keys, and a group's own members, go with it. */
export const removeResource = (context: Context, place: Place, guard: Guard): Promise<Result<undefined>> =>
  transaction(context.store, async (db): Promise<Result<undefined>> => {
    const parts: Parts = { groups: true, members: "none" };
    const row = await readRow(context, db, place, { parts, lock: "remove" });
    if (row === null) return { ok: false, error: missing(place.type, place.id) };
    const error = guard(await settleOne(context, db, row));
    if (error !== null) return { ok: false, error };
    await leaveGroups(db, row.seq, context.clock.now());
    await db.rows("provider-delete", sql`delete from provider.resource where seq = ${row.seq}`);
    return { ok: true, value: undefined };
  });
