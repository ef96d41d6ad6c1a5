import type { ColumnLog } from "./column-log.ts";
import { type ColumnMeaning, meaningOf } from "./csv-headers.ts";
import { csvRows, detectDelimiter, LONGEST_LINE } from "./csv-rows.ts";
import { LIST_LIMITS, readBoolean } from "./directory-attributes.ts";
import { leafName, looksLikeDn, normalizeDn } from "./distinguished-name.ts";
import { readGuid } from "./microsoft-binary.ts";
import { anyReference, foldAnchorField, groupName } from "./references.ts";
import { SourceError } from "./source-error.ts";
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

interface Column {
  readonly header: string;
  readonly meaning: ColumnMeaning | null;
  /** Set where the column is the one that the caller named as anchor. */
  readonly anchor: string | null;
}

export interface CsvOptions {
  readonly file: string;
  /** The beginning of the text; the delimiter is found in it. */
  readonly head: string;
  /** Header of the column that recognises people, if named. */
  readonly anchor: string | null;
  readonly columns: ColumnLog;
}

/** People of a CSV text. Throws SourceError `header-unknown` if no header is understood. */
export async function* readCsv(text: AsyncIterable<string>, options: CsvOptions): AsyncGenerator<ReadItem> {
  const delimiter = detectDelimiter(options.head);
  let columns: readonly Column[] | null = null;
  for await (const row of csvRows(splitLines(text, LONGEST_LINE), delimiter)) {
    if (row.kind === "lost") yield row;
    else if (row.kind === "broken") {
      if (columns === null) throw headerUnknown(options.file, row.text);
      yield unreadable(row.line, null, row.reason, row.text);
    } else if (row.cells.every((cell) => cell.trim() === "")) continue;
    else if (columns === null) {
      if (row.line === 1 && /^sep=.?$/i.test(row.cells.join(delimiter).trim())) continue;
      columns = readHeader(row.cells, options);
    } else yield readRow(row.line, row.cells, columns);
  }
}

function headerUnknown(file: string, header: string): SourceError {
  return new SourceError(
    "header-unknown",
    file,
    `The first row of ${file} names no column that is known (${header.slice(0, 120)}); it must hold headers such as userPrincipalName, displayName, mail, employeeId.`,
  );
}

function readHeader(cells: readonly string[], options: CsvOptions): readonly Column[] {
  const taken = new Set<string>();
  const columns = cells.map((cell): Column => {
    const header = cell.trim();
    const anchor =
      options.anchor !== null && foldAnchorField(header) === foldAnchorField(options.anchor)
        ? foldAnchorField(header)
        : null;
    const guess = header === "" ? null : meaningOf(header);
    return { header, meaning: guess, anchor };
  });
  const exact = (column: Column) =>
    column.meaning?.kind === "attribute" && column.meaning.attribute.toLowerCase() === column.header.toLowerCase();
  for (const column of columns.filter(exact)) taken.add(nameOf(column.meaning!));
  const claimed = new Set<string>();
  const settled = columns.map((column): Column => {
    if (column.meaning === null) return column;
    const name = nameOf(column.meaning);
    const beaten = claimed.has(name) || (taken.has(name) && !exact(column));
    if (!beaten) claimed.add(name);
    return beaten ? { ...column, meaning: null } : column;
  });
  settled.forEach((column, at) => {
    if (column.header === "") return;
    const beaten = column.meaning === null && columns[at]!.meaning !== null;
    const shown = column.meaning === null ? (column.anchor === null ? null : "anchor") : nameOf(column.meaning);
    options.columns.note(
      column.header,
      shown,
      beaten ? `another column already fills ${nameOf(columns[at]!.meaning!)}` : null,
    );
  });
  if (settled.every((column) => column.meaning === null)) throw headerUnknown(options.file, cells.join(", "));
  return settled;
}

function nameOf(meaning: ColumnMeaning): string {
  if (meaning.kind === "attribute") return meaning.attribute;
  if (meaning.kind === "accountDisabled" || meaning.kind === "accountControl") return "accountEnabled";
  if (meaning.kind === "key") return { objectguid: "objectGUID", entryuuid: "entryUUID", id: "id" }[meaning.key];
  return meaning.kind === "locator" ? "distinguishedName" : meaning.kind;
}

function readRow(line: number, cells: readonly string[], columns: readonly Column[]): SourceRecord {
  const problems: RowProblem[] = [];
  const attributes = new Map<string, AttributeValue>();
  const keys = new Map<string, string>();
  let locator: string | null = null;
  let manager: Reference | null | undefined;
  let memberOf: Reference[] | undefined;

  const extra = cells.slice(columns.length).some((cell) => cell.trim() !== "");
  if (cells.length < columns.length || extra) {
    const reason = `has ${cells.length} cells where the header has ${columns.length}; a cell that holds the delimiter must stand in quotes`;
    return unreadable(line, null, reason, cells.join(" | "));
  }
  columns.forEach((column, at) => {
    const cell = cells[at]!.trim();
    if (column.meaning === null && column.anchor === null) return;
    if (cell.includes(UNDECODABLE)) problems.push(rowProblem(line, column.header, UNDECODABLE_REASON, cell));
    if (column.anchor !== null && cell !== "") keys.set(column.anchor, cell);
    const meaning = column.meaning;
    if (meaning === null) return;
    switch (meaning.kind) {
      case "attribute": {
        const read = readCell(meaning.attribute, cell);
        if (read === undefined) problems.push(rowProblem(line, column.header, "is neither yes nor no", cell));
        else attributes.set(meaning.attribute, read);
        if (meaning.attribute === "employeeId" && cell !== "") keys.set("employeeid", cell);
        break;
      }
      case "accountDisabled": {
        const read = cell === "" ? null : readBoolean(cell);
        if (cell !== "" && read === null) problems.push(rowProblem(line, column.header, "is neither yes nor no", cell));
        attributes.set("accountEnabled", read === null ? null : !read);
        break;
      }
      case "accountControl":
        if (cell !== "" && !/^\d{1,10}$/.test(cell))
          problems.push(rowProblem(line, column.header, "is not a number", cell));
        else attributes.set("accountEnabled", cell === "" ? null : (Number(cell) & 2) === 0);
        break;
      case "key": {
        if (cell === "") break;
        const guid = meaning.key === "id" ? cell : readGuid(cell);
        if (guid === null) problems.push(rowProblem(line, column.header, "is not a GUID", cell));
        else keys.set(meaning.key, guid);
        break;
      }
      case "locator":
        if (cell !== "") locator = normalizeDn(cell);
        break;
      case "manager":
        manager =
          cell === ""
            ? null
            : meaning.by === "any"
              ? anyReference(cell)
              : { by: meaning.by, value: meaning.by === "anchor" ? cell : cell.toLowerCase() };
        break;
      case "memberOf":
        memberOf = splitList(cell).map((name) => groupName(looksLikeDn(name) ? leafName(name) : name));
        break;
    }
  });
  return { kind: "user", line, keys, locator, attributes, manager, memberOf, problems };
}

/** undefined: not a value of this attribute's type. */
function readCell(attribute: string, cell: string): AttributeValue | undefined {
  if (cell === "") return null;
  if (attribute === "accountEnabled") return readBoolean(cell) ?? undefined;
  return LIST_LIMITS.has(attribute) ? splitList(cell) : cell;
}

function splitList(cell: string): string[] {
  const parts = cell.split(cell.includes(";") || cell.includes("|") ? /[;|]/ : /\r?\n/);
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ""))];
}
