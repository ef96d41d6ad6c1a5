import { createHash } from "node:crypto";
import { type Result, scimError } from "#scim";
import type { Search } from "../provider/resource-store.ts";

/** Where a page by cursor goes on: after a resource of one of the types, or after so many of a sorted list. */
export type Position = { readonly type: number; readonly after: number } | { readonly offset: number };

/** What must be the same from page to page. */
const printOf = ({ types, filter, sort }: Search): string =>
  createHash("sha256")
    .update(JSON.stringify([types.map(({ name }) => name), filter, sort]))
    .digest("base64url")
    .slice(0, 12);

export const cursorOf = (search: Search, position: Position): string => {
  const numbers = "offset" in position ? [position.offset] : [position.type, position.after];
  return Buffer.from(JSON.stringify([printOf(search), ...numbers])).toString("base64url");
};

const invalid: Result<never> = {
  ok: false,
  error: scimError("invalidCursor", "The cursor belongs to no page of this search. Begin again without one."),
};

const numbersIn = (search: Search, cursor: string): readonly number[] | null => {
  try {
    const given: unknown = JSON.parse(Buffer.from(cursor.slice(0, 200), "base64url").toString("utf8"));
    const [print, ...numbers] = Array.isArray(given) ? given : [];
    return print === printOf(search) && numbers.every((one) => Number.isSafeInteger(one) && one >= 0) ? numbers : null;
  } catch {
    return null;
  }
};

/** Reads a cursor; null is the first page. Fails with invalidCursor on one that another search gave out. */
export const positionOf = (search: Search, cursor: string | null): Result<Position> => {
  const numbers = cursor === null ? (search.sort === null ? [0, 0] : [0]) : numbersIn(search, cursor);
  const [first, second] = numbers ?? [];
  if (first === undefined || numbers?.length !== (search.sort === null ? 2 : 1)) return invalid;
  return { ok: true, value: second === undefined ? { offset: first } : { type: first, after: second } };
};
