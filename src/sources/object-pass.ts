import { groupAnchor, groupNameOf, showField, userAnchor } from "./anchors.ts";
import { applyChanges } from "./change-records.ts";
import type { ExistingObject, ImportedObject, ObjectKind, RefusedRow } from "./import-port.ts";
import { BATCH, type ImportRun } from "./import-run.ts";
import { type CheckedObject, checkGroup, checkUser, principalName, sameValue } from "./object-rules.ts";
import {
  type AttributeValue,
  type ChangeRecord,
  type ReadItem,
  type Reference,
  rowProblem,
  type SourceRecord,
} from "./source-record.ts";

interface Candidate {
  readonly kind: ObjectKind;
  readonly anchor: string;
  readonly locator: string | null;
  readonly line: number;
  readonly name: string;
  readonly checked: CheckedObject;
}

/** First pass: brings people and groups, without their links, into the directory, a batch at a time. */
export async function importObjects(run: ImportRun, items: AsyncIterable<ReadItem>, onRow: () => void): Promise<void> {
  let candidates: Candidate[] = [];
  let changes: ChangeRecord[] = [];
  let touched = new Set<string>();
  const flushObjects = async () => {
    const batch = candidates;
    candidates = [];
    for (let at = 0; at < batch.length; at += BATCH) await writeBatch(run, batch.slice(at, at + BATCH));
  };
  const flushChanges = async () => {
    const batch = changes;
    changes = [];
    touched = new Set();
    if (batch.length > 0) await applyChanges(run, batch);
  };
  for await (const item of items) {
    onRow();
    for (const problem of item.kind === "lost" ? [item.problem] : item.problems) run.summary.problem(problem);
    if (item.kind === "lost") {
      run.incomplete ??= `the file could not be read beyond line ${item.line}`;
    } else if (item.kind === "change") {
      await flushObjects();
      const names = item.change.kind === "rename" ? [item.locator, item.change.locator] : [item.locator];
      if (names.some((name) => touched.has(name)) || changes.length >= BATCH) await flushChanges();
      for (const name of names) touched.add(name);
      changes.push(item);
    } else {
      await flushChanges();
      run.summary.of(item.kind).read += 1;
      candidates.push(...mentionedGroups(run, item.memberOf ?? [], item.line));
      const candidate = item.kind === "user" ? acceptUser(run, item) : acceptGroup(run, item);
      if (candidate !== null) candidates.push(candidate);
      if (candidates.length >= BATCH) await flushObjects();
    }
  }
  await flushObjects();
  await flushChanges();
  await writePostponed(run);
}

function acceptUser(run: ImportRun, record: SourceRecord): Candidate | null {
  const checked = checkUser(record, run.survey.userColumns);
  const anchor = userAnchor(record, run.anchorField);
  const field = showField(run.anchorField);
  const reported =
    record.problems.some((problem) => problem.effect === "row-skipped") ||
    checked.problems.some((problem) => problem.field === field);
  if (anchor === null && !reported) {
    const reason = "is empty, and it is what people are recognised by; fill it in or name another column as the anchor";
    run.summary.problem(rowProblem(record.line, field, reason));
  }
  return accept(run, record, anchor, field, checked, principalName(record));
}

function acceptGroup(run: ImportRun, record: SourceRecord): Candidate | null {
  const checked = checkGroup(record, run.survey.groupColumns, groupNameOf(record));
  return accept(run, record, groupAnchor(record), "anchor", checked, null);
}

function accept(
  run: ImportRun,
  record: SourceRecord,
  anchor: string | null,
  field: string,
  checked: CheckedObject,
  principal: string | null,
): Candidate | null {
  const { kind, line } = record;
  const index = run.anchors[kind];
  const known = new Set<unknown>(record.problems);
  for (const problem of checked.problems) if (!known.has(problem)) run.summary.problem(problem);
  if (anchor === null) {
    run.incomplete ??= `nobody can tell whom line ${line} describes`;
    return null;
  }
  if (anchor.length > 1024) {
    run.summary.problem(rowProblem(line, field, `has ${anchor.length} characters; at most 1024 are allowed`, anchor));
    run.incomplete ??= `nobody can tell whom line ${line} describes`;
    return null;
  }
  const first = index.add(anchor, line);
  if (first !== 0) {
    run.summary.problem(
      rowProblem(line, field, `is the same as on line ${first}; only the first of the two rows is used`, anchor),
    );
    return null;
  }
  run.asked[kind].delete(anchor);
  if (checked.problems.length > 0) {
    index.markFailed(anchor);
    return null;
  }
  if (principal !== null) {
    const other = run.principals.add(principal.toLowerCase(), line);
    if (other !== 0) {
      run.summary.problem(rowProblem(line, "userPrincipalName", `is the same as on line ${other}`, principal));
      index.markFailed(anchor);
      return null;
    }
  }
  if (run.dryRun) noteNames(run, record, anchor, checked);
  const name = checked.attributes.get(kind === "user" ? "userPrincipalName" : "displayName");
  return { kind, anchor, locator: record.locator, line, name: String(name ?? anchor), checked };
}

function noteNames(run: ImportRun, record: SourceRecord, anchor: string, checked: CheckedObject): void {
  const text = (name: string) => {
    const value = checked.attributes.get(name);
    return typeof value === "string" ? value.toLowerCase() : null;
  };
  const names: readonly (readonly [string, string | null])[] = [
    ["anchor", anchor],
    ["locator", record.locator],
    ["userPrincipalName", text("userPrincipalName")],
    ["mail", text("mail")],
    ["name", record.kind === "group" ? text("displayName") : null],
  ];
  for (const [by, value] of names) if (value !== null) run.names.add(`${by}:${value}`, record.line);
}

/** Groups that exist because a person's row names them, and that have no row of their own. */
function mentionedGroups(run: ImportRun, references: readonly Reference[], line: number): Candidate[] {
  return references.flatMap((reference) => {
    const name = reference.spelling;
    if (name === undefined || run.anchors.group.has(reference.value)) return [];
    if (["name", "anchor", "locator"].some((by) => run.survey.ownGroups.has(`${by}:${reference.value}`))) return [];
    if (name.length > 256) {
      run.summary.problem(
        rowProblem(line, "memberOf", `has ${name.length} characters; at most 256 are allowed`, name, "value-skipped"),
      );
      return [];
    }
    run.anchors.group.add(reference.value, line);
    run.summary.groups.read += 1;
    if (run.dryRun) run.names.add(`name:${reference.value}`, line);
    const checked: CheckedObject = { attributes: new Map([["displayName", name]]), defaults: new Map(), problems: [] };
    return [{ kind: "group", anchor: reference.value, locator: null, line, name, checked }];
  });
}

async function writeBatch(run: ImportRun, candidates: readonly Candidate[]): Promise<void> {
  const writes: { users: ImportedObject[]; groups: ImportedObject[] } = { users: [], groups: [] };
  const counted = new Map<string, "added" | "changed" | "restored">();
  for (const kind of ["user", "group"] as const) {
    const mine = candidates.filter((candidate) => candidate.kind === kind);
    if (mine.length === 0) continue;
    const existing = await run.port.lookup(
      kind,
      mine.map((candidate) => candidate.anchor),
    );
    for (const candidate of mine) {
      const before = existing.get(candidate.anchor) ?? null;
      const { write, differences } = compare(candidate, before);
      if (write === null) {
        run.summary.of(kind).unchanged += 1;
        continue;
      }
      const outcome = before === null ? "added" : before.deleted ? "restored" : "changed";
      counted.set(`${kind}:${candidate.anchor}`, outcome);
      run.summary.of(kind)[outcome] += 1;
      if (outcome === "added") run.anchors[kind].markAdded(candidate.anchor);
      const change = ({ added: "add", restored: "restore", changed: "change" } as const)[outcome];
      run.summary.show({ change, kind, line: candidate.line, name: candidate.name, attributes: differences });
      (kind === "user" ? writes.users : writes.groups).push(write);
    }
  }
  if (run.dryRun) {
    for (const row of await heldElsewhere(run, writes.users)) refuse(run, row, counted.get(`user:${row.anchor}`));
    return;
  }
  if (writes.users.length + writes.groups.length === 0) return;
  const { refused } = await run.port.write(writes);
  const lines = new Map(writes.users.map((user) => [user.anchor, user]));
  for (const row of refused) {
    const outcome = counted.get(`${row.kind}:${row.anchor}`);
    const user = row.kind === "user" ? lines.get(row.anchor) : undefined;
    if (user !== undefined && outcome !== undefined && run.postponed.length < BATCH)
      run.postponed.push({ user, outcome });
    else refuse(run, row, outcome);
  }
}

/** A name may have been refused only because its holder's own new name stood further down: those rows are tried once more. */
async function writePostponed(run: ImportRun): Promise<void> {
  if (run.postponed.length === 0) return;
  const { refused } = await run.port.write({ users: run.postponed.map(({ user }) => user), groups: [] });
  for (const row of refused) {
    refuse(run, row, run.postponed.find(({ user }) => user.anchor === row.anchor)?.outcome);
  }
}

function refuse(run: ImportRun, row: RefusedRow, outcome: "added" | "changed" | "restored" | undefined): void {
  run.summary.problem(rowProblem(row.line, row.field, row.reason));
  run.anchors[row.kind].markFailed(row.anchor);
  if (outcome !== undefined) run.summary.of(row.kind)[outcome] -= 1;
}

/** In a dry run: people who would be refused because somebody outside this source holds their name. */
async function heldElsewhere(run: ImportRun, users: readonly ImportedObject[]): Promise<RefusedRow[]> {
  const named = users.filter((user) => typeof user.attributes.userPrincipalName === "string");
  const found = await run.port.find(
    named.map((user) => ({ by: "userPrincipalName", value: String(user.attributes.userPrincipalName).toLowerCase() })),
  );
  return named.flatMap(({ line, anchor }, at) => {
    const holder = found[at] ?? null;
    if (holder === null || holder.anchor !== null) return [];
    return [
      {
        kind: "user",
        line,
        anchor,
        field: "userPrincipalName",
        reason: "is held by somebody who is not of this source",
      },
    ];
  });
}

interface Comparison {
  /** null: the directory already has all of it. */
  readonly write: ImportedObject | null;
  readonly differences: readonly { readonly name: string; readonly old: unknown; readonly new: unknown }[];
}

function compare(candidate: Candidate, before: ExistingObject | null): Comparison {
  const wanted = new Map(candidate.checked.attributes);
  for (const [name, value] of candidate.checked.defaults) {
    if (before === null || sameValue(before.attributes[name], null)) wanted.set(name, value);
  }
  const differences = differencesOf(wanted, before);
  const locator = candidate.locator ?? before?.locator ?? null;
  const moved = before !== null && before.locator !== locator;
  if (before !== null && !before.deleted && differences.length === 0 && !moved) return { write: null, differences };
  const attributes = Object.fromEntries(
    differences.map((difference) => [difference.name, difference.new as AttributeValue]),
  );
  return { write: { anchor: candidate.anchor, locator, attributes, line: candidate.line }, differences };
}

/** Attributes whose value would change. */
function differencesOf(
  wanted: ReadonlyMap<string, AttributeValue>,
  before: ExistingObject | null,
): Comparison["differences"] {
  const differences: { name: string; old: unknown; new: unknown }[] = [];
  for (const [name, value] of wanted) {
    const old = before === null || !Object.hasOwn(before.attributes, name) ? null : (before.attributes[name] ?? null);
    if (!sameValue(old, value)) differences.push({ name, old, new: value });
  }
  return differences;
}
