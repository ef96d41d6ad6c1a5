import type { ObjectKind } from "./import-port.ts";
import { BATCH, type ImportRun } from "./import-run.ts";

const KINDS = ["user", "group"] as const;

/**
 * Last step of a complete import: counts who is in the directory from this source and not in the file, shows the number, and
 * removes them if `confirm` answers yes. A file that may have come short removes nobody, except those whom it names for removal.
 */
export async function removeMissing(run: ImportRun, confirm: (count: number) => Promise<boolean>): Promise<void> {
  const { summary } = run;
  if (!run.complete) return;
  const named = run.asked.user.size + run.asked.group.size;
  const reason = run.incomplete ?? (run.survey.people + run.survey.groups === 0 ? "it describes nobody" : null);
  const missing = reason === null ? await countMissing(run) : named;
  if (missing === 0) {
    summary.removal =
      reason === null ? { outcome: "nothing", missing, reason } : { outcome: "withheld", missing, reason };
    return;
  }
  if (reason !== null) await showNamed(run);
  if (run.dryRun) {
    summary.removal = { outcome: "would", missing, reason };
    return;
  }
  if (!(await confirm(missing))) {
    summary.removal = { outcome: "declined", missing, reason };
    summary.users.removed = 0;
    summary.groups.removed = 0;
    return;
  }
  for (const kind of KINDS) {
    summary.of(kind).removed = reason === null ? await removeUnseen(run, kind) : await removeNamed(run, kind);
  }
  summary.removal = { outcome: "done", missing, reason };
}

/** A kind of which the file says nothing at all is not touched. */
function tells(run: ImportRun, kind: ObjectKind): boolean {
  if (kind === "user") return run.survey.people > 0;
  return run.survey.groups > 0 || run.survey.tellsMemberships;
}

async function* unseen(run: ImportRun, kind: ObjectKind): AsyncGenerator<{ anchor: string; name: string }> {
  if (!tells(run, kind)) return;
  let after: string | null = null;
  for (;;) {
    const page: readonly { anchor: string; name: string }[] = await run.port.list(kind, after, BATCH);
    for (const row of page) if (!run.anchors[kind].has(row.anchor)) yield row;
    if (page.length < BATCH) return;
    after = page[page.length - 1]!.anchor;
  }
}

async function countMissing(run: ImportRun): Promise<number> {
  let count = 0;
  for (const kind of KINDS) {
    let ofKind = 0;
    for await (const { name } of unseen(run, kind)) {
      ofKind += 1;
      run.summary.show({ change: "remove", kind, line: 0, name, attributes: [] });
    }
    run.summary.of(kind).removed = ofKind;
    count += ofKind;
  }
  return count;
}

async function removeUnseen(run: ImportRun, kind: ObjectKind): Promise<number> {
  let removed = 0;
  let batch: string[] = [];
  for await (const { anchor } of unseen(run, kind)) {
    batch.push(anchor);
    if (batch.length < BATCH) continue;
    removed += await run.port.remove(kind, batch);
    batch = [];
  }
  return batch.length === 0 ? removed : removed + (await run.port.remove(kind, batch));
}

async function showNamed(run: ImportRun): Promise<void> {
  for (const kind of KINDS) {
    run.summary.of(kind).removed = run.asked[kind].size;
    const anchors = [...run.asked[kind]].slice(0, 20);
    const found = await run.port.lookup(kind, anchors);
    for (const anchor of anchors) {
      const attributes = found.get(anchor)?.attributes ?? {};
      const name = String(attributes.userPrincipalName ?? attributes.displayName ?? anchor);
      run.summary.show({ change: "remove", kind, line: 0, name, attributes: [] });
    }
  }
}

async function removeNamed(run: ImportRun, kind: ObjectKind): Promise<number> {
  const anchors = [...run.asked[kind]];
  let removed = 0;
  for (let at = 0; at < anchors.length; at += BATCH)
    removed += await run.port.remove(kind, anchors.slice(at, at + BATCH));
  return removed;
}
