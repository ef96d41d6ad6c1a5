import { isJsonArray, isJsonObject, type JsonValue } from "#scim";
import type { BulkOperation } from "./bulk-request.ts";

const mark = "bulkId:";

/** The bulkId that a text refers to; undefined when it is no reference. */
export const referenceIn = (text: string): string | undefined =>
  text.startsWith(mark) ? text.slice(mark.length) : undefined;

const referencesIn = (value: JsonValue | undefined): readonly string[] => {
  if (typeof value === "string") return [referenceIn(value) ?? []].flat();
  if (isJsonArray(value)) return value.flatMap(referencesIn);
  return isJsonObject(value) ? Object.values(value).flatMap(referencesIn) : [];
};

const pathReference = (path: string): string | undefined => referenceIn(path.slice(path.lastIndexOf("/") + 1));

/** The bulkIds that an operation refers to, in its path or its data. */
export const referencesOf = ({ path, data }: BulkOperation): ReadonlySet<string> =>
  new Set([pathReference(path) ?? [], referencesIn(data)].flat());

/** The data with every reference replaced by the id it stands for. @param idOf undefined leaves the reference as it is */
export const withIds = (value: JsonValue, idOf: (bulkId: string) => string | undefined): JsonValue => {
  if (typeof value === "string") {
    const bulkId = referenceIn(value);
    return (bulkId === undefined ? undefined : idOf(bulkId)) ?? value;
  }
  if (isJsonArray(value)) return value.map((item) => withIds(item, idOf));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withIds(part, idOf)]));
};

/**
 * Puts operations in groups to be carried out one after the other: each after those it refers to, and those that refer
 * to each other in a circle together in one group. Otherwise the order is that of the request.
 * @param creators the index of the operation that makes what a bulkId stands for
 */
export const inOrder = (
  operations: readonly BulkOperation[],
  creators: ReadonlyMap<string, number>,
): readonly (readonly number[])[] => {
  const edges = operations.map((operation) =>
    [...referencesOf(operation)].map((bulkId) => creators.get(bulkId)).filter((index) => index !== undefined),
  );
  // Tarjan's algorithm gives the groups in just this order.
  const groups: (readonly number[])[] = [];
  const found = new Map<number, number>();
  const lowest: number[] = [];
  const stack: number[] = [];
  const visit = (index: number): void => {
    const order = found.size;
    found.set(index, order);
    lowest[index] = order;
    stack.push(index);
    for (const next of edges[index] ?? []) {
      if (!found.has(next)) visit(next);
      if (stack.includes(next)) lowest[index] = Math.min(lowest[index] ?? 0, lowest[next] ?? 0);
    }
    if (lowest[index] === order) groups.push(stack.splice(stack.indexOf(index)).sort((left, right) => left - right));
  };
  for (const index of operations.keys()) if (!found.has(index)) visit(index);
  return groups;
};
