import {
  addMemberships,
  anchorFieldOf,
  type DirectoryAccess,
  type DirectoryGroup,
  type DirectoryTransaction,
  type DirectoryUser,
  deleteByAnchor,
  endMemberships,
  findReferences,
  getByAnchor,
  getGroups,
  getUsers,
  importObjects,
  listByAnchor,
  type Membership,
  type ObjectReference,
  setAnchorField,
  setManagers,
} from "#directory";
import type {
  ExistingObject,
  ImportedObject,
  ImportPort,
  LinkBatch,
  LinkOutcome,
  ObjectKind,
  RefusedRow,
  UnresolvedReference,
} from "./import-port.ts";
import type { Reference } from "./source-record.ts";

/** The port through which imports of `source` reach the directory. */
export const directoryPort = (access: DirectoryAccess, source: string, now: () => Date): ImportPort => {
  const { db } = access;
  return {
    anchorField: () => anchorFieldOf(db, source),
    rememberAnchorField: (field) => access.transaction((tx) => setAnchorField(tx, source, field)),
    lookup: async (kind, anchors) => {
      const found = await getByAnchor(db, kind, source, anchors);
      return new Map([...found].map(([anchor, object]) => [anchor, shown(source, object)]));
    },
    find: async (references) => {
      const found = await findReferences(db, source, references);
      const ids = [...new Set(found.flatMap((object) => object?.id ?? []))];
      const objects = new Map<string, DirectoryUser | DirectoryGroup>([
        ...(await getUsers(db, ids)),
        ...(await getGroups(db, ids)),
      ]);
      return found.map((object) => {
        const whole = object === null ? undefined : objects.get(object.id);
        return whole === undefined ? null : shown(source, whole);
      });
    },
    write: (batch) =>
      access.transaction(async (tx) => {
        const users = await writeObjects(tx, "user", source, batch.users, now());
        const groups = await writeObjects(tx, "group", source, batch.groups, now());
        return { refused: [...users, ...groups] };
      }),
    writeLinks: async (batch, { dryRun }) => {
      if (!dryRun) return access.transaction((tx) => writeLinks(tx, source, batch, now()));
      // What a run would do is told best by doing it, and taking it back.
      try {
        return await access.transaction(async (tx) => {
          throw new TakenBack(await writeLinks(tx, source, batch, now()));
        });
      } catch (thrown) {
        if (thrown instanceof TakenBack) return thrown.outcome;
        throw thrown;
      }
    },
    list: (kind, after, limit) => listByAnchor(db, kind, source, after, limit),
    remove: (kind, anchors) => access.transaction((tx) => deleteByAnchor(tx, kind, source, anchors, now())),
  };
};

class TakenBack extends Error {
  readonly outcome: LinkOutcome;
  constructor(outcome: LinkOutcome) {
    super("a dry run was taken back");
    this.outcome = outcome;
  }
}

const shown = (source: string, object: DirectoryUser | DirectoryGroup): ExistingObject => ({
  kind: object.kind,
  id: object.id,
  anchor: object.source === source ? object.anchor : null,
  locator: object.locator,
  attributes: object.attributes,
  deleted: object.deletedAt !== null,
});

const writeObjects = async (
  tx: DirectoryTransaction,
  kind: ObjectKind,
  source: string,
  objects: readonly ImportedObject[],
  now: Date,
): Promise<readonly RefusedRow[]> => {
  if (objects.length === 0) return [];
  const outcomes = await importObjects(tx, kind, source, objects, now);
  return outcomes.flatMap((outcome, at): RefusedRow[] => {
    const { anchor, line } = objects[at]!;
    if (outcome.kind !== "refused") return [];
    return [{ kind, line, anchor, field: outcome.fault.attribute, reason: outcome.fault.reason }];
  });
};

type Resolve = (reference: Reference, kind?: ObjectKind) => string | null;

const writeLinks = async (
  tx: DirectoryTransaction,
  source: string,
  batch: LinkBatch,
  now: Date,
): Promise<LinkOutcome> => {
  const unresolved: UnresolvedReference[] = [];
  const resolve = await resolver(tx, source, batch);
  const named = (line: number, field: UnresolvedReference["field"], reference: Reference, kind?: ObjectKind) => {
    const id = resolve(reference, kind);
    if (id === null) unresolved.push({ line, field, reference });
    return id;
  };

  const managers = batch.managers.flatMap(({ user, manager, line }) => {
    const userId = named(line, "subject", user, "user");
    const managerId = manager === null ? null : named(line, "manager", manager, "user");
    return userId === null || (manager !== null && managerId === null) ? [] : [{ userId, managerId }];
  });
  const managersChanged = managers.length === 0 ? 0 : await setManagers(tx, managers, now);

  const counts = { membersAdded: 0, membersRemoved: 0 };
  for (const round of rounds(batch.members, (link) => resolve(link.group, "group"))) {
    const entering: Membership[] = [];
    const leaving: Membership[] = [];
    const replaced: string[] = [];
    for (const { group, members, mode, line } of round) {
      const groupId = named(line, "subject", group, "group");
      if (groupId === null) continue;
      const pairs = members.flatMap((member) => {
        const memberId = named(line, "members", member);
        return memberId === null ? [] : [{ groupId, memberId }];
      });
      (mode === "remove" ? leaving : entering).push(...pairs);
      if (mode === "replace") replaced.push(groupId);
    }
    const others = { kind: "allBut", groupIds: replaced, pairs: entering } as const;
    if (replaced.length > 0) counts.membersRemoved += await endMemberships(tx, others, now);
    if (leaving.length > 0) counts.membersRemoved += await endMemberships(tx, { kind: "pairs", pairs: leaving }, now);
    if (entering.length > 0) counts.membersAdded += await addMemberships(tx, entering, now);
  }
  for (const round of rounds(batch.memberships, (link) => resolve(link.user, "user"))) {
    const entering: Membership[] = [];
    const replaced: string[] = [];
    for (const { user, groups, mode, line } of round) {
      const memberId = named(line, "subject", user, "user");
      if (memberId === null) continue;
      for (const group of groups) {
        const groupId = named(line, "memberOf", group, "group");
        if (groupId !== null) entering.push({ groupId, memberId });
      }
      if (mode === "replace") replaced.push(memberId);
    }
    const others = { kind: "allButOfSource", memberIds: replaced, source, pairs: entering } as const;
    if (replaced.length > 0) counts.membersRemoved += await endMemberships(tx, others, now);
    if (entering.length > 0) counts.membersAdded += await addMemberships(tx, entering, now);
  }
  return { managersChanged, ...counts, unresolved };
};

/** Finds all references of a batch at once and answers from what was found. */
const resolver = async (tx: DirectoryTransaction, source: string, batch: LinkBatch): Promise<Resolve> => {
  const asked = new Map<string, ObjectReference>();
  const keyOf = (reference: Reference, kind?: ObjectKind) => `${kind ?? ""} ${reference.by} ${reference.value}`;
  const ask = (reference: Reference | null, kind?: ObjectKind) => {
    if (reference !== null) asked.set(keyOf(reference, kind), { by: reference.by, value: reference.value, kind });
  };
  for (const link of batch.managers) {
    ask(link.user, "user");
    ask(link.manager, "user");
  }
  for (const link of batch.members) {
    ask(link.group, "group");
    for (const member of link.members) ask(member);
  }
  for (const link of batch.memberships) {
    ask(link.user, "user");
    for (const group of link.groups) ask(group, "group");
  }
  const found = await findReferences(tx, source, [...asked.values()]);
  const answers = new Map([...asked.keys()].map((key, at) => [key, found[at]?.id ?? null]));
  return (reference, kind) => answers.get(keyOf(reference, kind)) ?? null;
};

/** Splits links into rounds in which nobody is the subject twice, so that several about one subject act one after another. */
const rounds = <Link>(links: readonly Link[], subjectOf: (link: Link) => string | null): readonly Link[][] => {
  const result: Link[][] = [];
  const times = new Map<string, number>();
  for (const link of links) {
    const subject = subjectOf(link) ?? "";
    const round = subject === "" ? 0 : (times.get(subject) ?? 0);
    if (subject !== "") times.set(subject, round + 1);
    while (result.length <= round) result.push([]);
    result[round]!.push(link);
  }
  return result;
};
