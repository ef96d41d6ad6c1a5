import { groupAnchor, showField, userAnchor } from "./anchors.ts";
import type { LinkBatch, ManagerLink, MemberLinks, MembershipLinks, UnresolvedReference } from "./import-port.ts";
import { BATCH, type ImportRun } from "./import-run.ts";
import { type ReadItem, type Reference, rowProblem } from "./source-record.ts";

const MOST_REFERENCES = 5000;

/** Second pass: managers and memberships, now that everybody whom the file names is there. */
export async function importLinks(run: ImportRun, items: AsyncIterable<ReadItem>, onRow: () => void): Promise<void> {
  let batch = emptyBatch();
  const flush = async () => {
    const full = batch;
    batch = emptyBatch();
    if (full.rows > 0) await writeLinks(run, full);
  };
  for await (const item of items) {
    onRow();
    if (item.kind === "lost") continue;
    if (item.kind === "change") {
      await flush();
      collectChange(item, batch);
      await flush();
    } else if (item.kind === "user") {
      const anchor = userAnchor(item, run.anchorField);
      if (!accepted(run, "user", anchor, item.line)) continue;
      const user: Reference = { by: "anchor", value: anchor! };
      if (run.survey.tellsManagers) add(batch, "managers", { user, manager: item.manager ?? null, line: item.line }, 1);
      if (item.memberOf !== undefined) {
        // Groups with rows of their own say who is in them; a person's column then only adds.
        const mode =
          run.survey.tellsMembers || item.memberOf.some((group) => group.by === "locator") ? "add" : "replace";
        const groups = item.memberOf.filter((group) => (group.spelling?.length ?? 0) <= 256);
        add(batch, "memberships", { user, groups, mode, line: item.line }, groups.length);
      }
    } else {
      const anchor = groupAnchor(item);
      if (!accepted(run, "group", anchor, item.line) || item.members === undefined) continue;
      // A member that could not be read may be one who is in the group already: then nobody leaves it.
      const mode = item.problems.length > 0 ? "add" : "replace";
      const group: Reference = { by: "anchor", value: anchor! };
      add(batch, "members", { group, members: item.members, mode, line: item.line }, item.members.length);
    }
    if (batch.rows >= BATCH || batch.references >= MOST_REFERENCES) await flush();
  }
  await flush();
}

function accepted(run: ImportRun, kind: "user" | "group", anchor: string | null, line: number): boolean {
  return anchor !== null && run.anchors[kind].lineOf(anchor) === line && !run.anchors[kind].isFailed(anchor);
}

interface OpenBatch extends LinkBatch {
  readonly managers: ManagerLink[];
  readonly members: MemberLinks[];
  readonly memberships: MembershipLinks[];
  rows: number;
  references: number;
}

function emptyBatch(): OpenBatch {
  return { managers: [], members: [], memberships: [], rows: 0, references: 0 };
}

function add<List extends keyof LinkBatch>(
  batch: OpenBatch,
  list: List,
  link: LinkBatch[List][number],
  references: number,
): void {
  (batch[list] as LinkBatch[List][number][]).push(link);
  batch.rows += 1;
  batch.references += references;
}

function collectChange(record: Extract<ReadItem, { kind: "change" }>, batch: OpenBatch): void {
  if (record.change.kind !== "modify" || record.problems.some((problem) => problem.effect === "row-skipped")) return;
  const subject: Reference = { by: "locator", value: record.locator };
  const { manager, members } = record.change;
  if (manager !== undefined) add(batch, "managers", { user: subject, manager, line: record.line }, 1);
  for (const { mode, members: list } of members) {
    add(batch, "members", { group: subject, members: list, mode, line: record.line }, list.length);
  }
}

async function writeLinks(run: ImportRun, batch: OpenBatch): Promise<void> {
  const { managers, members, memberships } = run.dryRun ? await withoutNew(run, batch) : batch;
  const outcome = await run.port.writeLinks({ managers, members, memberships }, { dryRun: run.dryRun });
  run.summary.links.managersChanged += outcome.managersChanged;
  run.summary.links.membersAdded += outcome.membersAdded;
  run.summary.links.membersRemoved += outcome.membersRemoved;
  for (const row of outcome.unresolved) {
    if (!run.dryRun || !inFile(run, row.reference)) report(run, row);
    else if (row.field === "manager") run.summary.links.managersChanged += 1;
    else if (row.field !== "subject") run.summary.links.membersAdded += 1;
  }
}

/** A dry run has written nobody: links of those whom it would add are counted here instead of asked of the directory. */
async function withoutNew(run: ImportRun, batch: OpenBatch): Promise<LinkBatch> {
  const isNew = (kind: "user" | "group", subject: Reference) =>
    subject.by === "anchor" && run.anchors[kind].isAdded(subject.value);
  const open: UnresolvedReference[] = [];
  const ask = (line: number, field: UnresolvedReference["field"], references: readonly Reference[]) => {
    for (const reference of references) open.push({ line, field, reference });
  };
  for (const link of batch.managers) {
    if (isNew("user", link.user) && link.manager !== null) ask(link.line, "manager", [link.manager]);
  }
  for (const link of batch.members) if (isNew("group", link.group)) ask(link.line, "members", link.members);
  for (const link of batch.memberships) if (isNew("user", link.user)) ask(link.line, "memberOf", link.groups);
  const unknown = open.filter((row) => !inFile(run, row.reference));
  const found = await run.port.find(unknown.map((row) => row.reference));
  const missing = new Set(unknown.filter((_row, at) => found[at] === null));
  for (const row of open) {
    if (missing.has(row)) report(run, row);
    else if (row.field === "manager") run.summary.links.managersChanged += 1;
    else run.summary.links.membersAdded += 1;
  }
  return {
    managers: batch.managers.filter((link) => !isNew("user", link.user)),
    members: batch.members.filter((link) => !isNew("group", link.group)),
    memberships: batch.memberships.filter((link) => !isNew("user", link.user)),
  };
}

function inFile(run: ImportRun, reference: Reference): boolean {
  const value = reference.value;
  if (reference.by !== "any") return run.names.has(`${reference.by}:${value}`);
  if (run.names.has(`anchor:${value}`)) return true;
  return ["locator", "userPrincipalName", "mail"].some((by) => run.names.has(`${by}:${value.toLowerCase()}`));
}

const REASONS: Readonly<Record<UnresolvedReference["field"], string>> = {
  subject: "names nobody in the directory",
  manager: "names nobody in the directory or in the file; the manager stays unset",
  members: "names nobody in the directory or in the file; this member is left out",
  memberOf: "names no group in the directory or in the file; this membership is left out",
};

function report(run: ImportRun, row: UnresolvedReference): void {
  const { by } = row.reference;
  const shown =
    by === "any" || by === "locator" ? "" : ` (read as ${by === "anchor" ? showField(run.anchorField) : by})`;
  const field = row.field === "subject" ? "dn" : row.field;
  run.summary.problem(rowProblem(row.line, field, REASONS[row.field] + shown, row.reference.value, "value-skipped"));
}
