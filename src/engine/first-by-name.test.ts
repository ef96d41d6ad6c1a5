import fc from "fast-check";
import { expect, test } from "vitest";
import { openFirstByName } from "./first-by-name.ts";

test("it keeps the first by name of however many, and makes no item that is not kept", () => {
  const order = new Intl.Collator("en", { sensitivity: "base", numeric: true });
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("Ada", "ada", "Äda", "Bob", "bob 2", "bob 10", "Çem", "")),
      fc.nat(5),
      (names, size) => {
        const made: string[] = [];
        const list = openFirstByName<string>(size);
        const all = names.map((name, at) => ({ name, id: String(at).padStart(3, "0") }));
        for (const { name, id } of all)
          list.add(name, id, () => {
            made.push(id);
            return id;
          });
        const wanted = all
          .toSorted((left, right) => order.compare(left.name, right.name) || (left.id < right.id ? -1 : 1))
          .slice(0, size)
          .map(({ id }) => id);
        expect(list.first).toEqual(wanted);
        expect(list.count).toBe(names.length);
        if (size === 0) expect(made).toEqual([]);
      },
    ),
  );
});
