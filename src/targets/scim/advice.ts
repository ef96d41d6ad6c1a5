import type { ReadList } from "./resources.ts";

/** Hints for the administrator after a successful connection test; each is one sentence. Empty when all is as it should be. */
export const adviceOf = (
  list: ReadList & { readonly ok: true },
  matchingPath: string,
  baseUrl: string,
): readonly string[] => {
  const advice: string[] = [];
  if (list.objects.length > 0) {
    advice.push(
      `A search for a ${matchingPath} that nobody has returned ${list.objects.length} users, so the target seems to ignore the filter; matching by this attribute is not safe.`,
    );
  } else if (list.totalResults > 0) {
    advice.push(
      `A search for a ${matchingPath} that nobody has claims ${list.totalResults} results but shows none; the target's counts cannot be relied on.`,
    );
  }
  if (/^http:/i.test(baseUrl.trim())) {
    advice.push("The base URL is not encrypted; that is fine on this machine only.");
  }
  return advice;
};
