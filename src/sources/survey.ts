import { ANCHOR_FIELDS, groupAnchor, groupNameOf, userAnchor } from "./anchors.ts";
import { foldName } from "./references.ts";
import { SeenIndex } from "./seen-index.ts";
import type { ReadItem } from "./source-record.ts";

/** What a first look through the whole file tells. */
export interface Survey {
  readonly people: number;
  readonly groups: number;
  readonly changes: number;
  /** How many people have each possible anchor. */
  readonly coverage: ReadonlyMap<string, number>;
  readonly userColumns: ReadonlySet<string>;
  readonly groupColumns: ReadonlySet<string>;
  readonly tellsManagers: boolean;
  readonly tellsMemberships: boolean;
  readonly tellsMembers: boolean;
  /** Groups that have a row of their own, as `anchor:`, `locator:` and `name:` of them. */
  readonly ownGroups: SeenIndex;
}

/** `named` is a folded anchor field that the caller or the last import named, or null. */
export async function surveyFile(items: AsyncIterable<ReadItem>, named: string | null): Promise<Survey> {
  const fields = new Set([...ANCHOR_FIELDS, ...(named === null ? [] : [named])]);
  const coverage = new Map<string, number>();
  const userColumns = new Set<string>();
  const groupColumns = new Set<string>();
  const ownGroups = new SeenIndex();
  const told = { people: 0, groups: 0, changes: 0, tellsManagers: false, tellsMemberships: false, tellsMembers: false };
  for await (const item of items) {
    if (item.kind === "lost") continue;
    if (item.kind === "change") told.changes += 1;
    else if (item.kind === "user") {
      // A row of which nothing could be read says nothing about the file's columns.
      if (item.attributes.size === 0 && item.keys.size === 0) continue;
      told.people += 1;
      for (const field of fields) {
        if (userAnchor(item, field) !== null) coverage.set(field, (coverage.get(field) ?? 0) + 1);
      }
      for (const name of item.attributes.keys()) userColumns.add(name);
      if (item.manager !== undefined) told.tellsManagers = true;
      if (item.memberOf !== undefined) told.tellsMemberships = true;
    } else {
      told.groups += 1;
      for (const name of item.attributes.keys()) groupColumns.add(name);
      if (item.members !== undefined) told.tellsMembers = true;
      const anchor = groupAnchor(item);
      const name = groupNameOf(item);
      if (anchor !== null) ownGroups.add(`anchor:${anchor.toLowerCase()}`, item.line);
      if (item.locator !== null) ownGroups.add(`locator:${item.locator}`, item.line);
      if (name !== null) ownGroups.add(`name:${foldName(name)}`, item.line);
    }
  }
  return { ...told, coverage, userColumns, groupColumns, ownGroups };
}
