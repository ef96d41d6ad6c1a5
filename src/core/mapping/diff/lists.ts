import type { ChangeSubject, SchemaChange } from "./change.ts";

/** What a list holds, and how to speak of it. */
export interface ListWords<Element> {
  readonly subject: ChangeSubject;
  /** JSON path of the list, the same in both documents or that of each. */
  readonly at: { readonly before: string; readonly after: string };
  /** By what elements of both lists are recognised; equal ones are told apart by their turn. */
  keyOf(element: Element): string;
  added(element: Element): string;
  removed(element: Element): string;
  /** What changed within an element that both lists have. */
  within(before: Element, after: Element, at: { readonly before: string; readonly after: string }): SchemaChange[];
  /** The sentence for another order, or null where order means nothing. */
  readonly reordered: string | null;
}

/** What was removed, then what changed or was added in the later order, then one sentence if the order is another. */
export const listChanges = <Element>(
  before: readonly Element[],
  after: readonly Element[],
  words: ListWords<Element>,
): SchemaChange[] => {
  const earlier = keyed(before, words.keyOf);
  const later = keyed(after, words.keyOf);
  const { subject } = words;
  const removed = [...earlier].flatMap(([key, { element, index }]): SchemaChange[] => {
    if (later.has(key)) return [];
    const path = `${words.at.before}[${index}]`;
    return [{ path, kind: "removed", subject, sentence: words.removed(element), before: element, after: null }];
  });
  const rest = [...later].flatMap(([key, { element, index }]): SchemaChange[] => {
    const path = `${words.at.after}[${index}]`;
    const was = earlier.get(key);
    if (was !== undefined)
      return words.within(was.element, element, { before: `${words.at.before}[${was.index}]`, after: path });
    return [{ path, kind: "added", subject, sentence: words.added(element), before: null, after: element }];
  });
  return [...removed, ...rest, ...reordering(earlier, later, words)];
};

const reordering = <Element>(
  earlier: ReadonlyMap<string, unknown>,
  later: ReadonlyMap<string, unknown>,
  { subject, at, reordered }: ListWords<Element>,
): SchemaChange[] => {
  if (reordered === null) return [];
  const before = [...earlier.keys()].filter((key) => later.has(key));
  const after = [...later.keys()].filter((key) => earlier.has(key));
  if (before.every((key, index) => key === after[index])) return [];
  return [{ path: at.after, kind: "changed", subject, sentence: reordered, before, after }];
};

const keyed = <Element>(list: readonly Element[], keyOf: (element: Element) => string) => {
  const turns = new Map<string, number>();
  return new Map(
    list.map((element, index) => {
      const key = keyOf(element);
      const turn = turns.get(key) ?? 0;
      turns.set(key, turn + 1);
      return [turn === 0 ? key : `${key} (${turn + 1})`, { element, index }] as const;
    }),
  );
};
