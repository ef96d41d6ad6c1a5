import type { ObjectType } from "#core";
import type { TargetObject, TargetPage } from "../target.ts";

export interface PageRead {
  readonly type: ObjectType;
  /** What was asked for. */
  readonly startIndex: number;
  readonly count: number;
  /** What came. */
  readonly objects: readonly TargetObject[];
  readonly totalResults: number;
}

/** Decides where a listing goes on, and notices targets that give the same page for ever. */
export interface PageGuard {
  page(read: PageRead): TargetPage;
}

interface Remembered {
  readonly startIndex: number;
  readonly ids: string;
}

const idsOf = (objects: readonly TargetObject[]): string => JSON.stringify(objects.map(({ id }) => id));

/**
 * Opens a guard for one target. The next page begins after what really came: neither `itemsPerPage` nor `totalResults` is trusted. A short
 * page that reaches the claimed total ends the listing; so does an empty one, and one that repeats the page before. A
 * full page is always followed, because some targets count only the page as their total.
 */
export const openPageGuard = (): PageGuard => {
  const last = new Map<ObjectType, Remembered>();
  return {
    page: ({ type, startIndex, count, objects, totalResults }) => {
      const before = last.get(type);
      const ids = idsOf(objects);
      last.set(type, { startIndex, ids });
      if (objects.length === 0) return { objects, totalResults, next: null };
      const isRepeated = before !== undefined && before.startIndex < startIndex && before.ids === ids;
      if (isRepeated) return { objects: [], totalResults, next: null };
      const next = startIndex + objects.length;
      const isEnd = next > totalResults && objects.length < count;
      return { objects, totalResults, next: isEnd ? null : next };
    },
  };
};
