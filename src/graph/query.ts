import type { Filter, PropertyPath } from "./filter.ts";
import { pathsOf } from "./filter.ts";
import { parseFilter } from "./filter-parser.ts";

/** What a list was asked for. */
export interface ListQuery {
  readonly filter: Filter | null;
  /** Entries a page. */
  readonly top: number;
  /** The opaque place where the last page ended. */
  readonly after: string | null;
  readonly select: readonly string[] | null;
  readonly orderBy: string | null;
  readonly count: boolean;
}

export type QueryReading =
  | { readonly ok: true; readonly query: ListQuery }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface QueryRules {
  /** For messages: `microsoft.graph.user`. */
  readonly type: string;
  /** What may be named in `$select` and at the beginning of paths in `$filter`; null: everything. */
  readonly properties: readonly string[] | null;
  readonly most: number;
  readonly usual: number;
}

/** `$name` or `name`; the former wins. */
const optionOf = (options: ReadonlyMap<string, string>, name: string): string | null =>
  options.get(`$${name}`) ?? options.get(name) ?? null;

const bad = (message: string, code = "Request_BadRequest"): QueryReading => ({ ok: false, code, message });

const custom = /^extension_/i;

/** Reads the query options of a list by their lower-case names. */
export const readQuery = (options: ReadonlyMap<string, string>, rules: QueryRules): QueryReading => {
  for (const name of ["search", "skip", "expand", "apply", "compute"]) {
    if (optionOf(options, name) !== null) {
      return bad(
        `The query option $${name} is not supported here. Use $filter and $select.`,
        "Request_UnsupportedQuery",
      );
    }
  }
  const topText = optionOf(options, "top");
  const top = topText === null ? rules.usual : Number(topText);
  if (!Number.isInteger(top) || top < 1 || top > rules.most) {
    return bad(`Invalid page size specified: '${topText}'. Must be between 1 and ${rules.most} inclusive.`);
  }
  const filterText = optionOf(options, "filter")?.trim() ?? "";
  const parsed = filterText === "" ? null : parseFilter(filterText);
  if (parsed !== null && !parsed.ok) {
    return bad(`Invalid filter clause: ${parsed.message} (at character ${parsed.position + 1} of the filter)`);
  }
  const filter = parsed?.filter ?? null;
  const select = selectOf(optionOf(options, "select"));
  const unknown = unknownOf(rules.properties, [
    ...(select ?? []).flatMap((name) => (name === "*" ? [] : [[name]])),
    ...(filter === null ? [] : pathsOf(filter)),
  ]);
  if (unknown !== null) return bad(`Could not find a property named '${unknown}' on type '${rules.type}'.`);
  const token = optionOf(options, "skiptoken");
  const after = token === null ? null : openToken(token);
  if (token !== null && after === null) {
    return bad(
      "The $skiptoken is not one that this server made. Start again without it.",
      "Directory_ExpiredPageToken",
    );
  }
  return {
    ok: true,
    query: {
      filter,
      top,
      after,
      select,
      orderBy: optionOf(options, "orderby"),
      count: optionOf(options, "count")?.toLowerCase() === "true",
    },
  };
};

const selectOf = (text: string | null): readonly string[] | null => {
  const names = (text ?? "").split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]));
  return names.length === 0 ? null : names.includes("*") ? ["*"] : names;
};

const unknownOf = (known: readonly string[] | null, paths: readonly PropertyPath[]): string | null => {
  if (known === null) return null;
  const names = new Set(known.map((name) => name.toLowerCase()));
  const found = paths.find(([name = ""]) => !names.has(name.toLowerCase()) && !custom.test(name));
  return found === undefined ? null : found.join("/");
};

/** The properties that were asked for, with the spelling of the object; annotations always stay. */
export const selected = (
  object: Readonly<Record<string, unknown>>,
  select: readonly string[] | null,
): Readonly<Record<string, unknown>> => {
  if (select === null || select[0] === "*") return object;
  const names = new Set(select.map((name) => name.toLowerCase()));
  const isAsked = ([name]: [string, unknown]) => name.startsWith("@") || names.has(name.toLowerCase());
  return Object.fromEntries(Object.entries(object).filter(isAsked));
};

/** A place in a list as an opaque token for URLs. */
export const sealToken = (place: string): string =>
  [...`p1.${place}`]
    .map((letter) => (/[A-Za-z0-9.-]/.test(letter) ? letter : `_${(letter.codePointAt(0) ?? 0).toString(16)}_`))
    .join("");

/** The place inside a token; null when it is none of ours. */
export const openToken = (token: string): string | null => {
  if (!/^p1\.(?:[A-Za-z0-9.-]|_[0-9a-f]{1,5}_)+$/.test(token)) return null;
  return token
    .slice(3)
    .replaceAll(/_([0-9a-f]+)_/g, (_whole, digits: string) => String.fromCodePoint(Number.parseInt(digits, 16)));
};
