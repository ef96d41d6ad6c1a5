import { newId } from "#runtime";
import type { Created, NewResource, Stored } from "../provider/resource-store.ts";
import { type Context, readResource, settle } from "./context.ts";
import { type Database, databaseOf, transaction } from "./database.ts";
import { type Draft, draftOf } from "./draft.ts";
import { addMembers, findMembers } from "./members.ts";
import { passwordDigest } from "./passwords.ts";
import type { Row } from "./rows.ts";
import { insertResource, isTaken, takenError } from "./writes.ts";

interface Ready {
  readonly draft: Draft;
  readonly digest: string | undefined;
}

const newRow = ({ id, type, body, members, at }: Draft, seq: number): Row => ({
  seq,
  id,
  type: type.name,
  version: 1,
  createdAt: at,
  modifiedAt: at,
  body,
  members: members.length,
  memberList: null,
  groupList: null,
});

/** The index of a resource that has a value of another's. */
interface Taken {
  readonly ok: false;
  readonly taken: number;
}

const insertAll = async (
  { tenant }: Context,
  db: Database,
  all: readonly Ready[],
): Promise<{ readonly ok: true; readonly value: readonly Row[] } | Taken> => {
  const rows: Row[] = [];
  for (const [at, { draft, digest }] of all.entries()) {
    try {
      rows.push(newRow(draft, await insertResource(db, tenant.id, draft, digest)));
    } catch (error) {
      if (isTaken(error)) return { ok: false, taken: at };
      throw error;
    }
  }
  return { ok: true, value: rows };
};

/** All resources first, then who is a member of whom: they may refer to one another. */
const insertWithMembers = async (context: Context, db: Database, all: readonly Ready[]): Promise<Created | Taken> => {
  const rows = await insertAll(context, db, all);
  if (!rows.ok) return rows;
  for (const [at, { draft }] of all.entries()) {
    const found = await findMembers(db, context.tenant.id, draft.members);
    if (!found.ok) return { ...found, at };
    await addMembers(db, rows.value[at]?.seq ?? 0, found.value);
  }
  const made: Stored[] = [];
  for (const { draft } of all) {
    const stored = await readResource(context, db, draft, { members: true });
    if (stored !== null) made.push(stored);
  }
  return { ok: true, value: made };
};

/** One resource without members is one statement. */
const insertOne = async (context: Context, db: Database, ready: Ready): Promise<Created | Taken> => {
  const rows = await insertAll(context, db, [ready]);
  return rows.ok ? { ok: true, value: await settle(context, db, rows.value) } : rows;
};

/** Stores new resources: all of them or none. */
export const createResources = async (context: Context, resources: readonly NewResource[]): Promise<Created> => {
  const { store, clock, tenant } = context;
  const now = clock.now();
  const all: Ready[] = [];
  for (const [at, { type, id, resource }] of resources.entries()) {
    const draft = draftOf({ type, id: id ?? newId(), resource }, null, now);
    if (!draft.ok) return { ...draft, at };
    const { password } = draft.value;
    all.push({ draft: draft.value, digest: password === undefined ? undefined : await passwordDigest(password) });
  }
  const db = databaseOf(store);
  const [first] = all;
  const isSimple = first !== undefined && all.length === 1 && first.draft.members.length === 0;
  const created = isSimple
    ? await insertOne(context, db, first)
    : await transaction(store, (tx) => insertWithMembers(context, tx, all));
  if (created.ok || "error" in created) return created;
  const { type, body } = all[created.taken]?.draft ?? {};
  if (type === undefined || body === undefined) throw new TypeError("what is taken was to be created");
  return { ok: false, error: await takenError(db, tenant.id, type, body), at: created.taken };
};
