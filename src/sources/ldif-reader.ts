import { extensionName } from "./directory-attributes.ts";
import { normalizeDn, renameDn } from "./distinguished-name.ts";
import { entryKind, LDAP_ATTRIBUTES } from "./ldap-attributes.ts";
import { type LdifEntry, type LdifPair, LONGEST_LDIF_LINE, ldifEntries, pairText } from "./ldif-entries.ts";
import {
  GROUP_ATTRIBUTES,
  isSpecial,
  type LdifOptions,
  MEMBER_TYPES,
  readValues,
  texts,
  uniqueMember,
} from "./ldif-values.ts";
import {
  type AttributeEdit,
  type ChangeRecord,
  type MemberMode,
  type ReadItem,
  type Reference,
  type RowProblem,
  rowProblem,
  type SourceRecord,
  unreadable,
} from "./source-record.ts";
import { splitLines } from "./text-decoding.ts";

/** People, groups and changes of an LDIF text. Entries that are neither a person nor a group are passed over. */
export async function* readLdif(text: AsyncIterable<string>, options: LdifOptions): AsyncGenerator<ReadItem> {
  for await (const entry of ldifEntries(splitLines(text, LONGEST_LDIF_LINE))) {
    const item = entry.kind === "lost" ? entry : readEntry(entry, options);
    if (item !== null) yield item;
  }
}

function readEntry(entry: LdifEntry, options: LdifOptions): ReadItem | null {
  const [first, ...rest] = entry.pairs;
  if (first === undefined || first.type !== "dn") {
    const told = entry.problems[0]?.reason ?? "does not begin with dn:";
    return unreadable(entry.line, null, told, entry.problems[0]?.value ?? first?.label ?? null);
  }
  const dn = pairText(first);
  if (typeof dn !== "string") return unreadable(entry.line, "dn", dn.reason, first.raw);
  const body = rest.filter((pair) => pair.type !== "control");
  if (body[0]?.type !== "changetype") return readObject(entry, dn, body, options);
  const kind = body[0].raw.trim().toLowerCase();
  const change = body.slice(1);
  const base = { kind: "change", line: entry.line, locator: normalizeDn(dn) } as const;
  if (kind === "add") return readObject(entry, dn, change, options);
  if (kind === "delete") return { ...base, change: { kind: "delete" }, problems: entry.problems };
  if (kind === "modrdn" || kind === "moddn") return readRename(entry, dn, change);
  if (kind === "modify") return readModify(entry, dn, change, options);
  return unreadable(entry.line, "changetype", "is none of add, modify, delete, modrdn, moddn", kind);
}

function readRename(entry: LdifEntry, dn: string, pairs: readonly LdifPair[]): ReadItem {
  const textOf = (type: string) => {
    const pair = pairs.find((candidate) => candidate.type === type);
    return pair === undefined ? null : pairText(pair);
  };
  const rdn = textOf("newrdn");
  const superior = textOf("newsuperior");
  if (rdn === null || rdn === "") return unreadable(entry.line, "newrdn", "is missing in a modrdn record", dn);
  if (typeof rdn !== "string") return unreadable(entry.line, "newrdn", rdn.reason, dn);
  if (superior !== null && typeof superior !== "string") {
    return unreadable(entry.line, "newsuperior", superior.reason, dn);
  }
  return {
    kind: "change",
    line: entry.line,
    locator: normalizeDn(dn),
    change: { kind: "rename", locator: renameDn(dn, rdn, superior) },
    problems: entry.problems,
  };
}

function readObject(
  entry: LdifEntry,
  dn: string,
  pairs: readonly LdifPair[],
  options: LdifOptions,
): SourceRecord | null {
  const byType = new Map<string, LdifPair[]>();
  for (const pair of pairs) {
    const same = byType.get(pair.type);
    if (same === undefined) byType.set(pair.type, [pair]);
    else same.push(pair);
  }
  const classes = (byType.get("objectclass") ?? [])
    .map((pair) => pairText(pair))
    .filter((text) => typeof text === "string");
  const kind = entryKind(classes, (type) => byType.has(type));
  if (kind === null) return null;
  const values = readValues(kind, entry.line, byType, options);
  return {
    kind,
    line: entry.line,
    keys: values.keys,
    locator: normalizeDn(dn),
    attributes: values.attributes,
    manager: values.manager,
    members: kind === "group" ? (values.members ?? []) : undefined,
    memberOf: values.memberOf,
    problems: [...entry.problems, ...values.problems],
  };
}

function readModify(entry: LdifEntry, dn: string, pairs: readonly LdifPair[], options: LdifOptions): ChangeRecord {
  const problems: RowProblem[] = [...entry.problems];
  const edits: AttributeEdit[] = [];
  const members: { mode: MemberMode; members: readonly Reference[] }[] = [];
  let manager: Reference | null | undefined;
  for (let at = 0; at < pairs.length; ) {
    const head = pairs[at]!;
    const operation = head.type as AttributeEdit["operation"];
    if (head.type === "-") {
      at += 1;
      continue;
    }
    let end = at + 1;
    while (end < pairs.length && pairs[end]!.type !== "-") end += 1;
    const label = head.raw.trim();
    const type = label.toLowerCase().split(";")[0]!;
    const given = pairs.slice(at + 1, end);
    at = end;
    if (operation !== "add" && operation !== "replace" && operation !== "delete") {
      problems.push(rowProblem(entry.line, head.label, "is none of add, replace, delete in a modify record", head.raw));
      continue;
    }
    const stray = given.find((pair) => pair.type !== type);
    if (stray !== undefined) {
      problems.push(rowProblem(entry.line, stray.label, `stands in the modification of ${label}`, stray.raw));
      continue;
    }
    if (MEMBER_TYPES.has(type)) {
      const found = texts(given, entry.line, problems).map(uniqueMember);
      const mode = operation === "add" ? "add" : operation === "delete" && found.length > 0 ? "remove" : "replace";
      members.push({ mode, members: found });
      continue;
    }
    const values = readValues("user", entry.line, new Map(given.length === 0 ? [] : [[type, given]]), options);
    problems.push(...values.problems);
    if (type === "manager") manager = operation === "delete" ? null : (values.manager ?? null);
    else if (type === "useraccountcontrol" || type === "nsaccountlock") {
      const enabled = operation === "delete" ? true : (values.attributes.get("accountEnabled") ?? null);
      if (given.length > 0 || operation === "delete")
        edits.push({ attribute: "accountEnabled", operation: "replace", value: enabled });
    } else {
      const attribute = LDAP_ATTRIBUTES.get(type) ?? extensionName(label) ?? GROUP_ATTRIBUTES.get(type);
      if (attribute === undefined || isSpecial(type)) continue;
      edits.push({
        attribute,
        operation,
        value: given.length === 0 ? null : (values.attributes.get(attribute) ?? null),
      });
    }
  }
  return {
    kind: "change",
    line: entry.line,
    locator: normalizeDn(dn),
    change: { kind: "modify", edits, manager, members },
    problems,
  };
}
