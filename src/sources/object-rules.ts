import {
  BOOLEANS,
  EXTENSION_LIMIT,
  GROUP_LIMITS,
  LIST_LIMITS,
  LONGEST_LIST,
  TEXT_LIMITS,
} from "./directory-attributes.ts";
import { type AttributeValue, type RowProblem, rowProblem, type SourceRecord } from "./source-record.ts";

/** What a record asks for, checked against the directory's rules. */
export interface CheckedObject {
  /** To be set; null clears. */
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  /** To be set where the directory has no value yet. */
  readonly defaults: ReadonlyMap<string, AttributeValue>;
  /** If there are any, the object is not imported. */
  readonly problems: readonly RowProblem[];
}

/**
 * Checks a person and fills what can be told from the rest. `columns` are the attributes that the file speaks of at all: one
 * that this record leaves out has no value, while attributes that the file never names stay as they are.
 */
export function checkUser(record: SourceRecord, columns: ReadonlySet<string>): CheckedObject {
  const attributes = new Map<string, AttributeValue>();
  for (const name of columns) attributes.set(name, record.attributes.get(name) ?? null);
  for (const [name, value] of record.attributes)
    attributes.set(name, Array.isArray(value) && value.length === 0 ? null : value);
  const problems = record.problems.filter((problem) => problem.effect === "row-skipped");
  // What is missing may be missing because of what could not be read; one complaint is enough.
  if (problems.length > 0) return { attributes, defaults: new Map(), problems };
  const text = (name: string): string | null => {
    const value = attributes.get(name);
    return typeof value === "string" ? value : null;
  };

  const upn = principalName(record);
  if (upn === null) {
    const mail = text("mail");
    const reason =
      mail === null
        ? "is missing, and there is no mail to take its place"
        : "is missing, and mail is no address that could take its place";
    problems.push(rowProblem(record.line, "userPrincipalName", reason, mail));
  } else attributes.set("userPrincipalName", upn);
  if (text("displayName") === null) {
    const name = [text("givenName"), text("surname")].filter((part) => part !== null).join(" ");
    if (name !== "") attributes.set("displayName", name);
    else
      problems.push(
        rowProblem(record.line, "displayName", "is missing, and there is no given name or surname to make it from"),
      );
  }
  const type = text("userType");
  if (type !== null) {
    const known = ["Member", "Guest"].find((name) => name.toLowerCase() === type.toLowerCase());
    if (known === undefined) problems.push(rowProblem(record.line, "userType", "is neither Member nor Guest", type));
    else attributes.set("userType", known);
  }
  problems.push(...checkLengths(record.line, attributes, "user"));

  const defaults = new Map<string, AttributeValue>([
    ["accountEnabled", true],
    ["userType", upn?.includes("#EXT#") ? "Guest" : "Member"],
    ["mailNickname", upn === null ? null : nicknameOf(upn)],
  ]);
  for (const name of defaults.keys()) if (attributes.get(name) === null) attributes.delete(name);
  for (const name of attributes.keys()) defaults.delete(name);
  return { attributes, defaults, problems };
}

export function checkGroup(record: SourceRecord, columns: ReadonlySet<string>, name: string | null): CheckedObject {
  const attributes = new Map<string, AttributeValue>();
  for (const column of columns) attributes.set(column, record.attributes.get(column) ?? null);
  for (const [key, value] of record.attributes) attributes.set(key, value);
  const problems = record.problems.filter((problem) => problem.effect === "row-skipped");
  if (problems.length > 0) return { attributes, defaults: new Map(), problems };
  if (typeof attributes.get("displayName") !== "string") {
    if (name !== null) attributes.set("displayName", name);
    else problems.push(rowProblem(record.line, "displayName", "is missing; a group needs a name"));
  }
  problems.push(...checkLengths(record.line, attributes, "group"));
  return { attributes, defaults: new Map(), problems };
}

/** The userPrincipalName of a person: its own, or a mail that looks like an address; null if neither will do. */
export function principalName(record: SourceRecord): string | null {
  const own = record.attributes.get("userPrincipalName");
  if (typeof own === "string" && own !== "") return own;
  const mail = record.attributes.get("mail");
  return typeof mail === "string" && ADDRESS.test(mail) ? mail : null;
}

const ADDRESS = /^[^\s@"(),:;<>[\\\]]+@[^\s@"(),:;<>[\\\]]+\.[^\s@"(),:;<>[\\\].]+$/u;
const PRINCIPAL = /^[^\s@"(),:;<>[\\\]]+@[^\s@"(),:;<>[\\\]]+$/u;
const LONGEST_LOCAL = 64;
const LONGEST_DOMAIN = 48;

/** Lengths and characters of the values that are given. */
export function checkLengths(
  line: number,
  attributes: ReadonlyMap<string, AttributeValue>,
  kind: "user" | "group",
): RowProblem[] {
  const problems: RowProblem[] = [];
  for (const [name, value] of attributes) {
    if (value === null || typeof value === "boolean") continue;
    const limits = kind === "group" ? GROUP_LIMITS : TEXT_LIMITS;
    const limit = limits.get(name) ?? LIST_LIMITS.get(name) ?? EXTENSION_LIMIT;
    const texts = typeof value === "string" ? [value] : value;
    if (texts.length > LONGEST_LIST) {
      problems.push(rowProblem(line, name, `has ${texts.length} values; at most ${LONGEST_LIST} are allowed`));
    }
    for (const text of texts) {
      if (text.length > limit) {
        problems.push(rowProblem(line, name, `has ${text.length} characters; at most ${limit} are allowed`, text));
      } else if (CONTROL.test(text)) problems.push(rowProblem(line, name, "holds control characters", text));
    }
    if (name === "userPrincipalName" && typeof value === "string" && value.length <= limit) {
      const reason = principalFault(value);
      if (reason !== null) problems.push(rowProblem(line, name, reason, value));
    }
    if (BOOLEANS.has(name)) problems.push(rowProblem(line, name, "is neither true nor false", texts.join(", ")));
  }
  return problems;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be stored; tab and line breaks may
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

function principalFault(upn: string): string | null {
  if (!PRINCIPAL.test(upn)) return "is not of the form name@domain";
  const at = upn.lastIndexOf("@");
  if (at > LONGEST_LOCAL) return `has ${at} characters before the @; at most ${LONGEST_LOCAL} are allowed`;
  const domain = upn.length - at - 1;
  return domain > LONGEST_DOMAIN ? `has ${domain} characters after the @; at most ${LONGEST_DOMAIN} are allowed` : null;
}

/** A mail nickname from the part before the @, without the characters that one must not have. */
export function nicknameOf(upn: string): string {
  const local = upn.slice(0, upn.lastIndexOf("@"));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among those to remove
  const clean = local.replace(/[@()\\[\]";:<>,\s\u0000-\u001f\u007f]/g, "").slice(0, 64);
  return clean === "" ? "user" : clean;
}

/** Same value, whatever the order in lists; nothing, null and an empty list are one. */
export function sameValue(one: unknown, other: unknown): boolean {
  const left = Array.isArray(one) ? one : one === undefined || one === null || one === "" ? [] : [one];
  const right = Array.isArray(other) ? other : other === undefined || other === null || other === "" ? [] : [other];
  if (left.length !== right.length) return false;
  const sorted = right.map((value) => JSON.stringify(value)).sort();
  return left
    .map((value) => JSON.stringify(value))
    .sort()
    .every((value, at) => value === sorted[at]);
}
