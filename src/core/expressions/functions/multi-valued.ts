import { type EagerFunction, type Failure, failure, integerAt, type Values } from "../definition.ts";
import { isComplex, isList, list, scalarText, type Value } from "../values.ts";
import { required } from "./parameters.ts";

function itemsAt(values: Values, place: number): readonly Value[] {
  const value = values[place] ?? null;
  return isList(value) ? value.items : [];
}

const count: EagerFunction = {
  kind: "eager",
  name: "Count",
  parameters: [required("attribute", "list")],
  result: "integer",
  takesNull: true,
  run: (values) => BigInt(itemsAt(values, 0).length),
};

function indexFault(value: Value): Failure | undefined {
  if (typeof value === "bigint" && value >= 1n) return undefined;
  const message = `Item counts from 1; there is no value at index ${String(value)}.`;
  return failure("out-of-range", message, { found: String(value), expected: "1 or more" });
}

const item: EagerFunction = {
  kind: "eager",
  name: "Item",
  parameters: [required("attribute", "list"), required("index", "integer", { fault: indexFault })],
  result: "item",
  run: (values) => {
    const items = itemsAt(values, 0);
    const index = integerAt(values, 1);
    if (index > BigInt(items.length)) {
      const held = items.length === 1 ? "1 value" : `${items.length} values`;
      const message = `Item counts from 1; index ${index} is out of bounds, the attribute has ${held}.`;
      return failure("out-of-range", message, { place: 1, found: String(index), expected: `1 to ${items.length}` });
    }
    return items[Number(index) - 1] ?? null;
  },
};

const removeDuplicates: EagerFunction = {
  kind: "eager",
  name: "RemoveDuplicates",
  parameters: [required("attribute", "list")],
  result: "argument",
  yields: () => true,
  run: (values) => {
    const seen = new Set<string>();
    return list(
      itemsAt(values, 0).filter((value) => {
        const key = isComplex(value) ? `object ${JSON.stringify(value.members)}` : `scalar ${scalarText(value)}`;
        return seen.size !== seen.add(key).size;
      }),
    );
  },
};

export const MULTI_VALUED_FUNCTIONS = [count, item, removeDuplicates] as const;
