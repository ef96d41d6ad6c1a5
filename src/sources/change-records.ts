import type { ExistingObject, ImportedObject } from "./import-port.ts";
import type { ImportRun } from "./import-run.ts";
import { checkLengths, sameValue } from "./object-rules.ts";
import { type AttributeEdit, type AttributeValue, type ChangeRecord, rowProblem } from "./source-record.ts";

/** Carries out change records, none of which names what another of them touches. */
export async function applyChanges(run: ImportRun, changes: readonly ChangeRecord[]): Promise<void> {
  run.incomplete ??= "it holds change records, so it does not list everybody";
  const usable = changes.filter((change) => change.problems.every((problem) => problem.effect !== "row-skipped"));
  const found = await run.port.find(usable.map((change) => ({ by: "locator", value: change.locator })));
  const users: ImportedObject[] = [];
  const groups: ImportedObject[] = [];
  usable.forEach((record, at) => {
    const object = found[at] ?? null;
    if (object === null || object.anchor === null) {
      if (!(run.dryRun && run.names.has(`locator:${record.locator}`))) {
        const reason = "names nobody who was imported from this source";
        run.summary.problem(rowProblem(record.line, "dn", reason, record.locator));
      }
      return;
    }
    const write = record.change.kind === "delete" ? askRemoval(run, record, object) : changed(run, record, object);
    if (write !== null) (object.kind === "user" ? users : groups).push(write);
  });
  if (run.dryRun || users.length + groups.length === 0) return;
  const { refused } = await run.port.write({ users, groups });
  for (const row of refused) {
    run.summary.problem(rowProblem(row.line, row.field, row.reason));
    run.summary.of(row.kind).changed -= 1;
  }
}

function askRemoval(run: ImportRun, record: ChangeRecord, object: ExistingObject): null {
  if (run.complete) run.asked[object.kind].add(object.anchor!);
  else {
    const reason = "asks for a removal; removals are carried out only with --complete";
    run.summary.problem(rowProblem(record.line, "changetype", reason, record.locator));
  }
  return null;
}

function changed(run: ImportRun, record: ChangeRecord, object: ExistingObject): ImportedObject | null {
  const { change } = record;
  const wanted = new Map<string, AttributeValue>();
  let locator = object.locator;
  if (change.kind === "rename") locator = change.locator;
  if (change.kind === "modify") {
    for (const edit of change.edits) {
      const old = wanted.has(edit.attribute) ? wanted.get(edit.attribute) : object.attributes[edit.attribute];
      wanted.set(edit.attribute, edited(edit, old));
    }
  }
  const problems = checkLengths(record.line, wanted, object.kind);
  for (const name of ["userPrincipalName", "displayName"]) {
    if (wanted.get(name) === null) problems.push(rowProblem(record.line, name, "cannot be taken away"));
  }
  if (problems.length > 0) {
    for (const problem of problems) run.summary.problem(problem);
    return null;
  }
  const differences = [...wanted]
    .map(([name, value]) => ({ name, old: object.attributes[name] ?? null, new: value }))
    .filter((difference) => !sameValue(difference.old, difference.new));
  const counts = run.summary.of(object.kind);
  counts.read += 1;
  if (differences.length === 0 && locator === object.locator) {
    counts.unchanged += 1;
    return null;
  }
  counts.changed += 1;
  const name = String(object.attributes.userPrincipalName ?? object.attributes.displayName ?? object.anchor);
  run.summary.show({ change: "change", kind: object.kind, line: record.line, name, attributes: differences });
  const attributes = Object.fromEntries(differences.map((difference) => [difference.name, difference.new]));
  return { anchor: object.anchor!, locator, attributes, line: record.line };
}

function edited(edit: AttributeEdit, old: unknown): AttributeValue {
  if (Array.isArray(edit.value)) {
    const before: string[] = Array.isArray(old) ? old : [];
    const given = edit.value as readonly string[];
    if (edit.operation === "add") return [...new Set([...before, ...given])];
    return edit.operation === "replace" ? given : before.filter((value) => !given.includes(value));
  }
  if (edit.operation !== "delete") return edit.value;
  const keeps = edit.value !== null && !sameValue(edit.value, old);
  return keeps ? ((old ?? null) as AttributeValue) : null;
}
