import { type Result, scimError, statusError } from "#scim";

/** Where a request goes, below the service's base path. */
export interface Target {
  /** Decoded once; none is empty, a dot segment, or holds a slash. */
  readonly segments: readonly string[];
  readonly query: ReadonlyMap<string, string>;
}

const mostParameters = 100;
const forbidden = /[/\\\p{Cc}]/u;

const decode = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

const nowhere: Result<never> = { ok: false, error: statusError(404, "There is nothing at this address.") };
const undecodable = (what: string): Result<never> => ({
  ok: false,
  error: scimError("invalidSyntax", `${what} cannot be decoded; write % as %25 and other characters as UTF-8.`),
});

/**
 * Reads the segments of a path that stands below `base`. What proxies and routers may read otherwise (empty and dot
 * segments, encoded slashes and backslashes) leads nowhere: 404.
 */
export const readSegments = (path: string, base: string): Result<readonly string[]> => {
  if (path !== base && !path.startsWith(`${base}/`)) return nowhere;
  const rest = path.slice(base.length + 1).replace(/\/$/, "");
  if (rest === "") return { ok: true, value: [] };
  const segments: string[] = [];
  for (const part of rest.split("/")) {
    const segment = decode(part);
    if (segment === null) return undecodable("The path");
    if (segment === "" || segment === "." || segment === ".." || forbidden.test(segment)) return nowhere;
    segments.push(segment);
  }
  return { ok: true, value: segments };
};

/** Reads a query as forms write it: `+` is a blank, `%2B` a plus. A parameter that is given twice is refused. */
const readQuery = (text: string): Result<ReadonlyMap<string, string>> => {
  const query = new Map<string, string>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const at = pair.indexOf("=");
    const [name, value] = (at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)]).map((part) =>
      decode(part.replaceAll("+", " ")),
    );
    if (typeof name !== "string" || typeof value !== "string") return undecodable("The query");
    if (query.has(name)) {
      return {
        ok: false,
        error: scimError("invalidValue", `The query has ${JSON.stringify(name.slice(0, 80))} twice.`),
      };
    }
    if (query.size >= mostParameters) {
      return { ok: false, error: scimError("invalidValue", `A query may have at most ${mostParameters} parameters.`) };
    }
    query.set(name, value);
  }
  return { ok: true, value: query };
};

/** @param target path and query as the request line has them @param base path of the service without a closing slash */
export const readTarget = (target: string, base: string): Result<Target> => {
  const mark = target.indexOf("?");
  const segments = readSegments(mark < 0 ? target : target.slice(0, mark), base);
  if (!segments.ok) return segments;
  const query = readQuery(mark < 0 ? "" : target.slice(mark + 1));
  return query.ok ? { ok: true, value: { segments: segments.value, query: query.value } } : query;
};
