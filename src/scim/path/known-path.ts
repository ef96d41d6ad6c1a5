import type { Result } from "../error.ts";
import type { ScimPath } from "../filter/filter.ts";
import { parsePath } from "../filter/parse-path.ts";

const most = 1000;
const known = new Map<string, Result<ScimPath>>();

/** `parsePath` in its usual mode, with a memory of the last paths: mappings read and write the same few over and over. */
export const knownPath = (text: string): Result<ScimPath> => {
  const before = known.get(text);
  if (before !== undefined) return before;
  const parsed = parsePath(text);
  if (known.size >= most) known.clear();
  known.set(text, parsed);
  return parsed;
};
