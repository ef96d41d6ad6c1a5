import type { ObjectType } from "#core";
import type { PageMark, TargetObject, TargetPage } from "../target.ts";

export interface PageRead {
  readonly type: ObjectType;
  /** What was asked for. */
  readonly from: PageMark;
  readonly count: number;
  /** What came. */
  readonly objects: readonly TargetObject[];
  readonly totalResults: number;
  readonly nextCursor: string | null;
}

/** Decides where a listing goes on, and notices targets that give the same page for ever. */
export interface PageGuard {
  page(read: PageRead): TargetPage;
}

const mostEmptyPages = 3;

const idsOf = (objects: readonly TargetObject[]): string => JSON.stringify(objects.map(({ id }) => id));

/**
 * Opens a guard for one target. The next page begins after what really came: neither `itemsPerPage` nor `totalResults` is trusted. A short
 * page that reaches the claimed total ends the listing; so does an empty one, and one that repeats the page before. A
 * full page is always followed, because some targets count only the page as their total. With a cursor the target itself says whether more
 * follows; one that it has given before ends the listing, and so do several empty pages in a row.
 */
export const openPageGuard = (): PageGuard => {
  const last = new Map<ObjectType, { readonly ids: string; readonly cursors: Set<string>; readonly empty: number }>();
  return {
    page: ({ type, from, count, objects, totalResults, nextCursor }) => {
      const before = from === 1 ? undefined : last.get(type);
      const ids = idsOf(objects);
      const cursors = before?.cursors ?? new Set<string>();
      const empty = objects.length > 0 ? 0 : (before?.empty ?? 0) + 1;
      last.set(type, { ids, cursors, empty });
      if (objects.length > 0 && before?.ids === ids) return { objects: [], totalResults, next: null };
      if (typeof from === "string" || nextCursor !== null) {
        const isNew = nextCursor !== null && !cursors.has(nextCursor) && empty <= mostEmptyPages;
        if (isNew) cursors.add(nextCursor);
        return { objects, totalResults, next: isNew ? nextCursor : null };
      }
      const next = from + objects.length;
      const isEnd = objects.length === 0 || (next > totalResults && objects.length < count);
      return { objects, totalResults, next: isEnd ? null : next };
    },
  };
};
