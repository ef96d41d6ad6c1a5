import { type JsonValue, sameJson } from "#scim";

export type ChangeSubject =
  | "document"
  | "rule"
  | "objectMapping"
  | "attributeMapping"
  | "filter"
  | "directory"
  | "object"
  | "attribute";

/** One thing that is different between two schema documents. */
export interface SchemaChange {
  /** JSON path: in the later document, or in the earlier one for what was removed. */
  readonly path: string;
  readonly kind: "added" | "removed" | "changed";
  readonly subject: ChangeSubject;
  /** For people, without a full stop: `userName: source changed from [userPrincipalName] to [mail]`. */
  readonly sentence: string;
  /** Null where there was nothing. */
  readonly before: unknown;
  readonly after: unknown;
}

/** What members of a kind of thing are called, and how their values are shown; absent: the member's own name, and JSON. */
export interface MemberWords {
  readonly label?: string;
  readonly show?: (value: unknown) => string;
  /** The value that an absent member stands for. */
  readonly usual?: unknown;
}

/** One thing that both documents have. */
export interface Compared {
  readonly subject: ChangeSubject;
  /** With what sentences about it begin. */
  readonly name: string;
  /** JSON path in the later document. */
  readonly at: string;
}

type Members = { readonly [name: string]: unknown };

const longest = 80;

/** A value in a sentence: text in quotes, `nothing` for what is not there, anything long cut. */
export const shown = (value: unknown): string => {
  if (value === undefined || value === null) return "nothing";
  const text = JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
};

/** A word of a closed list, or a path, needs no quotes. */
export const plain = (value: unknown): string => (typeof value === "string" && value !== "" ? value : shown(value));

/** The members that differ, those with words first, in that order; the order of members itself does not count, and null is like absent. */
export const memberChanges = (
  thing: Compared,
  before: Members,
  after: Members,
  words: Readonly<Record<string, MemberWords>>,
  skipped: readonly string[],
): SchemaChange[] => {
  const names = new Set([...Object.keys(words), ...Object.keys(after), ...Object.keys(before)]);
  return [...names]
    .filter((name) => !skipped.includes(name))
    .flatMap((name) => {
      const { label = name, show = shown, usual = null } = own(words, name) ?? {};
      const [was, is] = [own(before, name) ?? usual, own(after, name) ?? usual];
      if (same(was, is)) return [];
      const sentence = `${thing.name}: ${label} changed from ${show(was)} to ${show(is)}`;
      return [
        { path: `${thing.at}.${name}`, kind: "changed", subject: thing.subject, sentence, before: was, after: is },
      ];
    });
};

const own = <Value>(from: { readonly [name: string]: Value }, name: string): Value | undefined =>
  Object.hasOwn(from, name) ? from[name] : undefined;

const same = (left: unknown, right: unknown): boolean => sameJson(left as JsonValue, right as JsonValue);

/** Pairs of key and value, told by key; their order does not count. */
export const entryChanges = (
  thing: Compared,
  member: string,
  before: readonly { readonly key: string; readonly value: string | null }[],
  after: readonly { readonly key: string; readonly value: string | null }[],
): SchemaChange[] => {
  const asMembers = (list: typeof before): Members => Object.fromEntries(list.map(({ key, value }) => [key, value]));
  const [was, is] = [asMembers(before), asMembers(after)];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((key): SchemaChange[] => {
    const [from, to] = [own(was, key) ?? null, own(is, key) ?? null];
    if (from === to) return [];
    const sentence = `${thing.name}: ${member} ${key} changed from ${shown(from)} to ${shown(to)}`;
    return [
      { path: `${thing.at}.${member}`, kind: "changed", subject: thing.subject, sentence, before: from, after: to },
    ];
  });
};
