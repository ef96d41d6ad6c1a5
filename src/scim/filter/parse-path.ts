import { type Mode, quoted, type Result, refuse, succeed } from "../error.ts";
import { isAttributeName, readAttributeName } from "./attribute-name.ts";
import type { ScimPath } from "./filter.ts";
import { parseValueFilter } from "./parse.ts";

/** Characters of a path that are read before it is refused. */
const longestPath = 8192;

const bracketed = /^([^[\]"()\s]+)\[(.*)\](?:\.([^[\]"()\s]+))?$/s;

const unreadable = (text: string): ReturnType<typeof refuse> =>
  refuse(
    "invalidPath",
    `${quoted(text)} is not an attribute path; write it as attribute, attribute.sub or attribute[filter].sub.`,
  );

/**
 * Reads a PATCH path (RFC 7644 section 3.5.2): `urn:name[filter].sub`.
 * Fails with invalidPath, or with invalidFilter when the part in brackets is at fault.
 */
export const parsePath = (text: string, mode: Mode = "compat"): Result<ScimPath> => {
  if (text.length > longestPath) {
    return refuse("invalidPath", `The path is ${text.length} characters long; at most ${longestPath} are read.`);
  }
  if (!text.includes("[")) {
    const plain = readAttributeName(text);
    return plain === undefined ? unreadable(text) : succeed({ ...plain, filter: undefined });
  }
  const parts = bracketed.exec(text);
  const head = readAttributeName(parts?.[1] ?? "");
  const sub = parts?.[3];
  if (parts === null || head === undefined || head.sub !== undefined) return unreadable(text);
  if (sub !== undefined && !isAttributeName(sub)) return unreadable(text);
  const filter = parseValueFilter(parts[2] ?? "", mode);
  if (!filter.ok) return filter;
  return succeed({ urn: head.urn, name: head.name, filter: filter.value, sub });
};
