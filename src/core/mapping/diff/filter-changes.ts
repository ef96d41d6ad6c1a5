import { printFilterText } from "../../scope/filter-text.ts";
import { clauseOf, type FilterGroup, type ScopeFilter } from "../schema-document.ts";
import { memberChanges, type SchemaChange, shown } from "./change.ts";
import { listChanges } from "./lists.ts";

const kinds = [
  { member: "groups", label: "scoping filter" },
  { member: "inputFilterGroups", label: "input filter" },
  { member: "categoryFilterGroups", label: "category filter" },
] as const;

/** Scoping filters are recognised by their title, or by what they say where only the title changed. */
export const scopeChanges = (
  before: ScopeFilter | null,
  after: ScopeFilter | null,
  objectName: string,
  at: { readonly before: string; readonly after: string },
): SchemaChange[] => [
  ...kinds.flatMap(({ member, label }) =>
    groupChanges(before?.[member] ?? [], after?.[member] ?? [], `${objectName} ${label}`, {
      before: `${at.before}.${member}`,
      after: `${at.after}.${member}`,
    }),
  ),
  ...memberChanges(
    { subject: "filter", name: `${objectName} scoping filters`, at: at.after },
    { ...before },
    { ...after },
    {},
    kinds.map(({ member }) => member),
  ),
];

const textOf = ({ clauses }: FilterGroup): string => printFilterText(clauses.map(clauseOf));

const groupChanges = (
  before: readonly FilterGroup[],
  after: readonly FilterGroup[],
  label: string,
  at: { readonly before: string; readonly after: string },
): SchemaChange[] => {
  const renamed = renamings(before, after);
  const titled = (group: FilterGroup) => `${label} ${shown(group.name)}`;
  return listChanges(before, after, {
    subject: "filter",
    at,
    keyOf: (group) => renamed.get(group) ?? group.name,
    added: (group) => `${titled(group)}: added, ${textOf(group)}`,
    removed: (group) => `${titled(group)}: removed, ${textOf(group)}`,
    reordered: `The order of the ${label}s changed`,
    within: (was, is, places) => {
      const thing = { subject: "filter", at: places.after } as const;
      const [from, to] = [textOf(was), textOf(is)];
      const changes = memberChanges(
        { ...thing, name: titled(was) },
        { ...was },
        { ...is },
        { name: { label: "title" } },
        ["clauses"],
      );
      if (from === to) return changes;
      const sentence = `${titled(is)}: changed from ${from} to ${to}`;
      const clauses = `${places.after}.clauses`;
      return [...changes, { path: clauses, kind: "changed", subject: "filter", sentence, before: from, after: to }];
    },
  });
};

/** Later groups whose title is new and whose clauses an earlier group had under a title that is gone: each with the earlier title. */
const renamings = (before: readonly FilterGroup[], after: readonly FilterGroup[]): ReadonlyMap<FilterGroup, string> => {
  const names = (groups: readonly FilterGroup[]) => new Set(groups.map(({ name }) => name));
  const [earlier, later] = [names(before), names(after)];
  const gone = before.filter(({ name }) => !later.has(name));
  const found = new Map<FilterGroup, string>();
  for (const group of after) {
    if (earlier.has(group.name)) continue;
    const index = gone.findIndex((one) => textOf(one) === textOf(group));
    const [was] = index < 0 ? [] : gone.splice(index, 1);
    if (was !== undefined) found.set(group, was.name);
  }
  return found;
};
