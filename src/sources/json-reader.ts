import type { ColumnLog } from "./column-log.ts";
import { LIST_LIMITS, ownName, readBoolean } from "./directory-attributes.ts";
import { normalizeDn } from "./distinguished-name.ts";
import { jsonElements, jsonShape } from "./json-elements.ts";
import { readGuid } from "./microsoft-binary.ts";
import { anyReference, foldAnchorField, groupName } from "./references.ts";
import {
  type AttributeValue,
  type ReadItem,
  type Reference,
  type RowProblem,
  rowProblem,
  type SourceRecord,
  unreadable,
} from "./source-record.ts";
import { splitLines, UNDECODABLE, UNDECODABLE_REASON } from "./text-decoding.ts";

export interface JsonOptions {
  readonly file: string;
  readonly head: string;
  readonly anchor: string | null;
  readonly columns: ColumnLog;
}

/** Graph's names, and usual ones, for what the directory calls otherwise. */
const NAMES = new Map([
  ["mobilephone", "mobile"],
  ["businessphones", "telephoneNumber"],
  ["officelocation", "physicalDeliveryOfficeName"],
  ["faxnumber", "facsimileTelephoneNumber"],
  ["email", "mail"],
  ["firstname", "givenName"],
  ["lastname", "surname"],
  ["name", "displayName"],
  ["title", "jobTitle"],
  ["company", "companyName"],
  ["samaccountname", "onPremisesSamAccountName"],
]);
const GROUP_NAMES = new Map([
  ["displayname", "displayName"],
  ["name", "displayName"],
  ["description", "description"],
  ["mail", "mail"],
  ["mailnickname", "mailNickname"],
]);
const KEYS = new Map([
  ["id", "id"],
  ["objectid", "id"],
  ["objectguid", "objectguid"],
  ["entryuuid", "entryuuid"],
]);
const SILENT = new Set(["@odata.type", "@odata.id", "@odata.etag", "@odata.context", "kind", "type"]);
const LONGEST_LINE = 1 << 26;

/** People and groups of a JSON text: an array, an object with `users`, `groups` or Graph's `value`, or one object a line. */
export async function* readJson(text: AsyncIterable<string>, options: JsonOptions): AsyncGenerator<ReadItem> {
  const shape = jsonShape(options.file, options.head);
  if (shape === "lines") {
    for await (const line of splitLines(text, LONGEST_LINE)) {
      if (line.text.trim() !== "") yield readElement(line.number, line.cut ? "" : line.text, null, options);
    }
    return;
  }
  for await (const element of jsonElements(text, shape)) {
    if (element.kind === "element") yield readElement(element.line, element.text, element.list, options);
    else yield { kind: "lost", line: element.line, problem: rowProblem(element.line, null, element.reason) };
  }
}

function readElement(line: number, text: string, list: string | null, options: JsonOptions): SourceRecord {
  if (text === "") return unreadable(line, null, "is longer than 64 MiB");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unreadable(line, null, "is not valid JSON", text);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return unreadable(line, null, "is not a JSON object", text);
  const fields = new Map<string, { key: string; value: unknown }>();
  for (const [key, field] of Object.entries(value)) fields.set(key.toLowerCase(), { key, value: field });
  return kindOf(fields, list) === "group" ? readGroup(line, fields, options) : readUser(line, fields, options);
}

type Fields = ReadonlyMap<string, { readonly key: string; readonly value: unknown }>;

function kindOf(fields: Fields, list: string | null): "user" | "group" {
  if (list === "groups") return "group";
  if (list === "users") return "user";
  const told = fields.get("@odata.type")?.value ?? fields.get("kind")?.value ?? fields.get("type")?.value;
  if (typeof told === "string" && /(?:^|\.)group$/i.test(told)) return "group";
  if (typeof told === "string" && /(?:^|\.)user$/i.test(told)) return "user";
  const isGroup = ["members", "grouptypes", "securityenabled"].some((key) => fields.has(key));
  return isGroup && !fields.has("userprincipalname") ? "group" : "user";
}

function readUser(line: number, fields: Fields, options: JsonOptions): SourceRecord {
  const problems: RowProblem[] = [];
  const attributes = new Map<string, AttributeValue>();
  const keys = new Map<string, string>();
  const anchor = options.anchor === null ? null : foldAnchorField(options.anchor);
  let locator: string | null = null;
  let manager: Reference | null | undefined;
  let memberOf: Reference[] | undefined;

  const accept = (attribute: string, key: string, value: unknown): void => {
    const read = readValue(attribute, value);
    if (typeof read === "object" && read !== null && "reason" in read) {
      problems.push(rowProblem(line, key, read.reason, show(value)));
    } else attributes.set(attribute, read);
  };
  for (const [lower, { key, value }] of fields) {
    if (SILENT.has(lower)) continue;
    if (anchor !== null && foldAnchorField(key) === anchor && isScalar(value) && String(value).trim() !== "") {
      keys.set(anchor, String(value).trim());
    }
    const attribute = ownName(key) ?? NAMES.get(lower);
    const isAnchor = anchor !== null && foldAnchorField(key) === anchor;
    if (attribute !== undefined) {
      if (attributes.has(attribute) && ownName(key) === null) continue;
      options.columns.note(key, attribute);
      accept(attribute, key, lower === "businessphones" && Array.isArray(value) ? (value[0] ?? null) : value);
    } else if (lower === "onpremisesextensionattributes") {
      options.columns.note(key, "extensionAttribute1…15");
      if (typeof value === "object" && value !== null) {
        for (const [inner, field] of Object.entries(value)) {
          const name = ownName(inner);
          if (name !== null) accept(name, `${key}.${inner}`, field);
        }
      }
    } else if (KEYS.has(lower)) {
      options.columns.note(key, lower === "objectguid" ? "objectGUID" : lower === "entryuuid" ? "entryUUID" : "id");
      if (isScalar(value) && String(value).trim() !== "") {
        keys.set(KEYS.get(lower)!, readGuid(String(value)) ?? String(value).trim());
      }
    } else if (lower === "onpremisesdistinguishedname" || lower === "distinguishedname" || lower === "dn") {
      options.columns.note(key, "distinguishedName");
      if (typeof value === "string" && value.trim() !== "") locator = normalizeDn(value);
    } else if (lower === "manager") {
      options.columns.note(key, "manager");
      manager = value === null || value === "" ? null : reference(value);
      if (manager === undefined)
        problems.push(rowProblem(line, key, "does not name a person", show(value), "value-skipped"));
    } else if (lower === "memberof" || lower === "groups") {
      options.columns.note(key, "memberOf");
      memberOf = groupsOf(line, key, value, problems);
    } else options.columns.note(key, isAnchor ? "anchor" : null);
  }
  const employee = attributes.get("employeeId");
  if (typeof employee === "string" && employee !== "") keys.set("employeeid", employee);
  const id = keys.get("id");
  return {
    kind: "user",
    line,
    keys,
    locator: locator ?? id?.toLowerCase() ?? null,
    attributes,
    manager,
    memberOf,
    problems,
  };
}

function readGroup(line: number, fields: Fields, options: JsonOptions): SourceRecord {
  const problems: RowProblem[] = [];
  const attributes = new Map<string, AttributeValue>();
  const keys = new Map<string, string>();
  let members: Reference[] | undefined;
  for (const [lower, { key, value }] of fields) {
    if (SILENT.has(lower)) continue;
    const attribute = GROUP_NAMES.get(lower);
    if (attribute !== undefined) {
      if (attributes.has(attribute) && lower === "name") continue;
      options.columns.note(key, attribute);
      const read = readValue(attribute, value);
      if (typeof read === "object" && read !== null && "reason" in read) {
        problems.push(rowProblem(line, key, read.reason, show(value)));
      } else attributes.set(attribute, read);
    } else if (KEYS.has(lower)) {
      options.columns.note(key, lower === "objectguid" ? "objectGUID" : lower === "entryuuid" ? "entryUUID" : "id");
      if (isScalar(value) && String(value).trim() !== "") {
        keys.set(KEYS.get(lower)!, readGuid(String(value)) ?? String(value).trim());
      }
    } else if (lower === "members" && Array.isArray(value)) {
      options.columns.note(key, "members");
      members = value.flatMap((member) => {
        const found = reference(member);
        if (found === undefined)
          problems.push(rowProblem(line, key, "does not name a person", show(member), "value-skipped"));
        return found === undefined ? [] : [found];
      });
    } else options.columns.note(key, null);
  }
  return { kind: "group", line, keys, locator: keys.get("id")?.toLowerCase() ?? null, attributes, members, problems };
}

function groupsOf(line: number, key: string, value: unknown, problems: RowProblem[]): Reference[] | undefined {
  if (value === null) return [];
  const list = typeof value === "string" ? value.split(/[;|]/) : Array.isArray(value) ? value : [value];
  return list.flatMap((item: unknown) => {
    if (typeof item === "string") return item.trim() === "" ? [] : [groupName(item)];
    const object = typeof item === "object" && item !== null ? (item as Record<string, unknown>) : {};
    if (typeof object.id === "string") return [{ by: "locator", value: object.id.toLowerCase() } as const];
    if (typeof object.displayName === "string") return [groupName(object.displayName)];
    problems.push(rowProblem(line, key, "does not name a group", show(item), "value-skipped"));
    return [];
  });
}

/** A text, or an object such as Graph writes one; undefined if it names nobody. */
function reference(value: unknown): Reference | undefined {
  if (typeof value === "string" || typeof value === "number") {
    return String(value).trim() === "" ? undefined : anyReference(String(value));
  }
  if (typeof value !== "object" || value === null) return undefined;
  const object = value as Record<string, unknown>;
  const text = (key: string): string | null => {
    const field = Object.hasOwn(object, key) ? object[key] : null;
    return typeof field === "string" && field.trim() !== "" ? field.trim() : null;
  };
  const id = text("id");
  if (id !== null) return { by: "any", value: id };
  const upn = text("userPrincipalName");
  if (upn !== null) return { by: "userPrincipalName", value: upn.toLowerCase() };
  const mail = text("mail");
  if (mail !== null) return { by: "mail", value: mail.toLowerCase() };
  const employee = text("employeeId") ?? text("value");
  return employee === null ? undefined : { by: "any", value: employee };
}

function readValue(attribute: string, value: unknown): AttributeValue | { readonly reason: string } {
  if (value === null || value === undefined) return null;
  if (attribute === "accountEnabled") {
    if (typeof value === "boolean") return value;
    if (value === "") return null;
    return (isScalar(value) ? readBoolean(String(value)) : null) ?? { reason: "is neither true nor false" };
  }
  if (LIST_LIMITS.has(attribute)) {
    const list = Array.isArray(value) ? value : [value];
    if (!list.every((item) => typeof item === "string")) return { reason: "is not a list of texts" };
    const texts = [...new Set(list.map((item: string) => item.trim()).filter((item) => item !== ""))];
    return texts.some((item) => item.includes(UNDECODABLE)) ? { reason: UNDECODABLE_REASON } : texts;
  }
  if (!isScalar(value)) return { reason: "is not a text" };
  const text = String(value).trim();
  if (text.includes(UNDECODABLE)) return { reason: UNDECODABLE_REASON };
  return text === "" ? null : text;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function show(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
