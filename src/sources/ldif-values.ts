import type { ColumnLog } from "./column-log.ts";
import { extensionName, LIST_LIMITS } from "./directory-attributes.ts";
import { BINARY_TYPES, LDAP_ATTRIBUTES, PREFERRED } from "./ldap-attributes.ts";
import { type LdifPair, pairBytes, pairText } from "./ldif-entries.ts";
import { guidText, readGuid, sidText } from "./microsoft-binary.ts";
import { anyReference, dnReference, foldAnchorField } from "./references.ts";
import { type AttributeValue, type Reference, type RowProblem, rowProblem } from "./source-record.ts";

export interface LdifOptions {
  readonly anchor: string | null;
  readonly columns: ColumnLog;
}

export const MEMBER_TYPES = new Set(["member", "uniquemember"]);
export const GROUP_ATTRIBUTES = new Map([
  ["cn", "displayName"],
  ["displayname", "displayName"],
  ["description", "description"],
  ["mail", "mail"],
  ["mailnickname", "mailNickname"],
]);
const SPECIAL = new Map([
  ["objectguid", "objectGUID"],
  ["entryuuid", "entryUUID"],
  ["manager", "manager"],
  ["memberof", "memberOf"],
  ["member", "members"],
  ["uniquemember", "members"],
  ["useraccountcontrol", "accountEnabled"],
  ["nsaccountlock", "accountEnabled"],
]);
const SILENT = new Set(["dn", "objectclass", "changetype", "control", "version"]);

/** Not a plain attribute: a key, a link or a switch. */
export function isSpecial(type: string): boolean {
  return SPECIAL.has(type);
}

/** What the values of one entry say. */
export interface Values {
  readonly attributes: Map<string, AttributeValue>;
  readonly keys: Map<string, string>;
  readonly problems: RowProblem[];
  manager?: Reference | undefined;
  members?: Reference[] | undefined;
  memberOf?: Reference[] | undefined;
}

/** Reads an entry's values, gathered by type. */
export function readValues(
  kind: "user" | "group",
  line: number,
  byType: ReadonlyMap<string, readonly LdifPair[]>,
  options: LdifOptions,
): Values {
  const values: Values = { attributes: new Map(), keys: new Map(), problems: [] };
  const anchor = options.anchor === null ? null : foldAnchorField(options.anchor);
  const rank = new Map<string, number>();
  for (const [type, all] of byType) {
    if (SILENT.has(type)) continue;
    const meaning =
      kind === "group" ? (SPECIAL.get(type) ?? GROUP_ATTRIBUTES.get(type)) : meaningOf(type, all[0]!.label);
    const isAnchor = anchor !== null && foldAnchorField(type) === anchor;
    options.columns.note(all[0]!.label.split(";")[0]!, meaning ?? (isAnchor ? "anchor" : null));
    const refused = all.find((pair) => pair.form === "url");
    if (refused !== undefined) {
      const effect = meaning === undefined && !isAnchor ? "value-skipped" : "row-skipped";
      const reason = "points to a URL; values are only read from the file itself";
      values.problems.push(rowProblem(line, refused.label, reason, refused.raw, effect));
      continue;
    }
    const chosen = withoutTags(all);
    if (isAnchor && kind === "user") readKey(type, anchor, chosen[0]!, line, values);
    if (meaning === undefined) continue;
    if (SPECIAL.has(type)) readSpecial(type, chosen, line, values);
    else readAttribute(meaning, type, chosen, line, values, rank);
  }
  return values;
}

function meaningOf(type: string, label: string): string | undefined {
  const special = type === "member" || type === "uniquemember" ? undefined : SPECIAL.get(type);
  return special ?? LDAP_ATTRIBUTES.get(type) ?? extensionName(label.split(";")[0]!) ?? undefined;
}

/** Values without a language tag where there are any; else those of the first tag, so that a name in one language still counts. */
function withoutTags(pairs: readonly LdifPair[]): readonly LdifPair[] {
  const tag = (pair: LdifPair) => pair.options.find((option) => option.startsWith("lang-"));
  const plain = pairs.filter((pair) => tag(pair) === undefined);
  return plain.length > 0 ? plain : pairs.filter((pair) => tag(pair) === tag(pairs[0]!));
}

/** The texts of some values; those that have none are reported and left out. */
export function texts(pairs: readonly LdifPair[], line: number, problems: RowProblem[]): string[] {
  return pairs.flatMap((pair) => {
    const text = pairText(pair);
    if (typeof text !== "string") {
      problems.push(rowProblem(line, pair.label, text.reason, pair.raw));
      return [];
    }
    return text === "" ? [] : [text];
  });
}

function readKey(type: string, name: string, pair: LdifPair, line: number, values: Values): void {
  if (type === "objectguid" || type === "entryuuid") return;
  if (!BINARY_TYPES.has(type)) {
    const [text] = texts([pair], line, values.problems);
    if (text !== undefined) values.keys.set(name, text);
    return;
  }
  const bytes = pairBytes(pair);
  if (bytes instanceof Uint8Array) values.keys.set(name, guidText(bytes) ?? Buffer.from(bytes).toString("hex"));
  else values.problems.push(rowProblem(line, pair.label, bytes.reason, pair.raw));
}

function readSpecial(type: string, pairs: readonly LdifPair[], line: number, values: Values): void {
  const pair = pairs[0]!;
  if (type === "objectguid") {
    const guid = pairGuid(pair);
    if (guid === null) values.problems.push(rowProblem(line, pair.label, "is not a GUID", pair.raw));
    else values.keys.set("objectguid", guid);
    return;
  }
  const found = texts(pairs, line, values.problems);
  if (type === "entryuuid") {
    if (found[0] !== undefined) values.keys.set("entryuuid", readGuid(found[0]) ?? found[0].toLowerCase());
  } else if (type === "manager") values.manager = found[0] === undefined ? undefined : anyReference(found[0]);
  else if (type === "memberof") values.memberOf = found.map(dnReference);
  else if (MEMBER_TYPES.has(type)) {
    values.members = [...(values.members ?? []), ...found.map(type === "uniquemember" ? uniqueMember : dnReference)];
  } else {
    const enabled = readEnabled(type, found[0] ?? "");
    if (enabled === null)
      values.problems.push(rowProblem(line, pair.label, "does not say whether the account is enabled", pair.raw));
    else if (values.attributes.get("accountEnabled") !== false) values.attributes.set("accountEnabled", enabled);
  }
}

/** A uniqueMember may carry a bit string after `#`. */
export function uniqueMember(text: string): Reference {
  return dnReference(text.replace(/#'[01]*'B$/, ""));
}

function pairGuid(pair: LdifPair): string | null {
  const bytes = pairBytes(pair);
  if (!(bytes instanceof Uint8Array)) return null;
  return guidText(bytes) ?? readGuid(Buffer.from(bytes).toString("utf8").trim());
}

/** Bit 2 of userAccountControl is "disabled"; nsAccountLock is true, or in some exports the name of a lock. */
function readEnabled(type: string, text: string): boolean | null {
  if (type === "useraccountcontrol") return /^-?\d{1,10}$/.test(text) ? (Number(text) & 2) === 0 : null;
  if (/^true$/i.test(text)) return false;
  return /^false$/i.test(text) ? true : null;
}

function readAttribute(
  attribute: string,
  type: string,
  pairs: readonly LdifPair[],
  line: number,
  values: Values,
  rank: Map<string, number>,
): void {
  const mine = PREFERRED.get(attribute)?.indexOf(type) ?? 0;
  if ((rank.get(attribute) ?? Number.POSITIVE_INFINITY) <= mine && !LIST_LIMITS.has(attribute)) return;
  const found = type === "objectsid" ? sid(pairs[0]!, line, values.problems) : texts(pairs, line, values.problems);
  if (found.length === 0) return;
  rank.set(attribute, mine);
  if (LIST_LIMITS.has(attribute)) addTo(values.attributes, attribute, found);
  else values.attributes.set(attribute, found[0]!);
  if (attribute === "mail" && found.length > 1) addTo(values.attributes, "otherMails", found.slice(1));
  if (attribute === "employeeId") values.keys.set("employeeid", found[0]!);
}

function addTo(attributes: Map<string, AttributeValue>, name: string, found: readonly string[]): void {
  const before = attributes.get(name);
  attributes.set(name, [...new Set([...(Array.isArray(before) ? (before as string[]) : []), ...found])]);
}

function sid(pair: LdifPair, line: number, problems: RowProblem[]): string[] {
  const bytes = pairBytes(pair);
  const text =
    bytes instanceof Uint8Array ? (sidText(bytes) ?? (/^S-1-[\d-]+$/.test(pair.raw) ? pair.raw : null)) : null;
  if (text === null) problems.push(rowProblem(line, pair.label, "is not a security identifier", pair.raw));
  return text === null ? [] : [text];
}
