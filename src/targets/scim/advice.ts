import type { ReadList } from "./resources.ts";

/** Hints for the administrator after a search for nobody; each is one sentence. Empty when all is as it should be. */
export const adviceOnFilter = (list: ReadList & { readonly ok: true }, matchingPath: string): readonly string[] => {
  if (list.objects.length > 0) {
    return [
      `A search for a ${matchingPath} that nobody has returned ${list.objects.length} users, so the target seems to ignore the filter; accounts are found by reading all of them.`,
    ];
  }
  if (list.totalResults === 0) return [];
  return [
    `A search for a ${matchingPath} that nobody has claims ${list.totalResults} results but shows none; the target's counts cannot be relied on.`,
  ];
};

export const noFilterAdvice = (matchingPath: string): string =>
  `The target does not search by ${matchingPath}; accounts are found by reading all of them. Match by another attribute if there are many.`;

export const adviceOnAddress = (baseUrl: string): readonly string[] =>
  /^http:/i.test(baseUrl.trim()) ? ["The base URL is not encrypted; that is fine on this machine only."] : [];
