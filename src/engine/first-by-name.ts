/** Counts what is added and keeps the first of it by name, however much it is. */
export interface FirstByName<Item> {
  readonly count: number;
  /** By name without regard to case and accents first, then by id. */
  readonly first: readonly Item[];
  /** @param make called only where the item is kept for now */
  add(name: string, id: string, make: () => Item): void;
}

const order = new Intl.Collator("en", { sensitivity: "base", numeric: true });

export const openFirstByName = <Item>(size: number): FirstByName<Item> => {
  const kept: { readonly name: string; readonly id: string; readonly item: Item }[] = [];
  let count = 0;
  const isBefore = (name: string, id: string, other: { readonly name: string; readonly id: string }): boolean => {
    const compared = order.compare(name, other.name);
    return compared === 0 ? id < other.id : compared < 0;
  };
  /** Where it belongs; found by halving. */
  const placeOf = (name: string, id: string): number => {
    let [from, to] = [0, kept.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (isBefore(name, id, kept[middle] ?? { name, id })) to = middle;
      else from = middle + 1;
    }
    return from;
  };
  return {
    get count() {
      return count;
    },
    get first() {
      return kept.map(({ item }) => item);
    },
    add: (name, id, make) => {
      count += 1;
      const place = placeOf(name, id);
      if (place >= size) return;
      kept.splice(place, 0, { name, id, item: make() });
      if (kept.length > size) kept.pop();
    },
  };
};
