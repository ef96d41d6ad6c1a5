import { type Result, succeed } from "../error.ts";
import type { Filter, ScimPath } from "../filter/filter.ts";
import { parsePath } from "../filter/parse-path.ts";
import { printPath } from "../filter/print.ts";
import { seedOf } from "../filter/seed.ts";
import { foldCase, isJsonArray, isJsonObject, type JsonObject, type JsonValue, withoutName } from "../json.ts";
import { readBoolean } from "../model/boolean.ts";
import { readPath } from "../path/read-path.ts";
import { isLeftEmpty, writePath } from "../path/write-path.ts";
import type { PatchStyle } from "./style.ts";

/**
 * A difference to bring about: the value a path should have, undefined to remove it. `adds` are the values of many that
 * are new in it where nothing may be taken away: then they alone are sent, as an addition.
 */
export type AttributeChange = {
  readonly path: string;
  readonly value: JsonValue | undefined;
  readonly adds?: readonly JsonValue[] | undefined;
};

/** An operation as it goes out; `op` is spelled by the style. */
export type OutgoingOperation = {
  readonly op: string;
  readonly path: string | undefined;
  readonly value: JsonValue | undefined;
};

type OpName = "add" | "replace" | "remove";
type Planned = {
  readonly op: OpName;
  readonly path: ScimPath;
  readonly value: JsonValue | undefined;
  /** Joins the values that are there; within a grouped replace it would take their place. */
  readonly joins: boolean;
};

const spelled = (op: OpName, style: PatchStyle): string =>
  style.opCase === "lower" ? op : `${op.charAt(0).toUpperCase()}${op.slice(1)}`;

const withBooleans = (value: JsonValue, style: PatchStyle): JsonValue => {
  if (style.booleans === "json") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (isJsonArray(value)) return value.map((item) => withBooleans(item, style));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withBooleans(part, style)]));
};

const outgoing = (
  op: OpName,
  path: string | undefined,
  value: JsonValue | undefined,
  style: PatchStyle,
): OutgoingOperation => ({
  op: spelled(op, style),
  path,
  value: value === undefined ? undefined : withBooleans(value, style),
});

/** The path of the value as a whole: `emails[type eq "work"]` for `emails[type eq "work"].value`. */
const elementOf = (path: ScimPath): ScimPath => ({ ...path, sub: undefined });

/** The address of a user as one resource may name it to another (RFC 7643 section 2.3.7). */
const nextDoor = (id: string): string => `../Users/${encodeURIComponent(id)}`;

const withoutSchema = (path: ScimPath): ScimPath => ({ ...elementOf(path), urn: undefined });

/** A reference's `value` as the style wants references: `manager` with the bare id for `manager.value`. */
const asReference = (
  path: ScimPath,
  value: JsonValue,
  style: PatchStyle,
  addressOf: (id: string) => string,
): { path: ScimPath; value: JsonValue } => {
  const isReference = path.filter === undefined && path.sub !== undefined && foldCase(path.sub) === "value";
  if (!isReference) return { path, value };
  switch (style.references) {
    case "value":
      return { path, value };
    case "bare":
      return { path: elementOf(path), value };
    case "object":
      return { path: elementOf(path), value: { value } };
    case "list":
      return { path: withoutSchema(path), value: [{ $ref: addressOf(String(value)), value }] };
  }
};

/** The path that takes a reference away, where the style picks it by the id that it has. */
const asReferenceRemoval = (path: ScimPath, current: JsonObject | undefined, style: PatchStyle): ScimPath => {
  if (style.referenceRemoval === "path" || path.filter !== undefined || path.sub !== undefined) return path;
  const before = current && readPath(current, path);
  const id = isJsonObject(before) ? before.value : undefined;
  if (typeof id !== "string") return path;
  const value: ScimPath = { urn: undefined, name: "value", filter: undefined, sub: undefined };
  return { ...withoutSchema(path), filter: { kind: "compare", path: value, operator: "eq", value: id } };
};

const plan = (
  changes: readonly AttributeChange[],
  style: PatchStyle,
  current: JsonObject | undefined,
  addressOf: (id: string) => string,
): Result<readonly Planned[]> => {
  const planned: Planned[] = [];
  for (const { path: text, value, adds } of changes) {
    const path = parsePath(text);
    if (!path.ok) return path;
    const isAbsent = current !== undefined && readPath(current, path.value) === undefined;
    if (value === undefined && isAbsent) continue;
    if (adds !== undefined && !isAbsent) {
      if (adds.length > 0) planned.push({ op: "add", path: path.value, value: adds, joins: true });
      continue;
    }
    if (value === undefined) planned.push({ op: "remove", path: path.value, value, joins: false });
    else
      planned.push({
        op: isAbsent ? "add" : "replace",
        ...asReference(path.value, value, style, addressOf),
        joins: false,
      });
  }
  return succeed(
    withWholeRemovals(planned, current).map((one) =>
      one.op === "remove" ? { ...one, path: asReferenceRemoval(one.path, current, style) } : one,
    ),
  );
};

/** Removes a value as a whole where the removals of its parts would leave nothing worth keeping of it. */
const withWholeRemovals = (planned: readonly Planned[], current: JsonObject | undefined): readonly Planned[] => {
  const groups = Map.groupBy(planned, ({ path }) => (path.sub === undefined ? null : printPath(elementOf(path))));
  const whole = new Set(
    [...groups].flatMap(([key, parts]) => (key !== null && removesWhole(parts, current) ? [parts] : [])).flat(),
  );
  const seen = new Set<string>();
  return planned.flatMap((one) => {
    if (!whole.has(one)) return [one];
    const path = elementOf(one.path);
    const key = printPath(path);
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ ...one, path }];
  });
};

const removesWhole = (parts: readonly Planned[], current: JsonObject | undefined): boolean => {
  const [first] = parts;
  if (first === undefined || parts.some(({ op }) => op !== "remove")) return false;
  const before = current && readPath(current, elementOf(first.path));
  if (first.path.filter === undefined) {
    return isJsonObject(before) && parts.some(({ path }) => path.sub !== undefined && foldCase(path.sub) === "value");
  }
  const left = parts.reduce(
    (element, { path }) => withoutName(element, path.sub ?? ""),
    isJsonObject(before) ? before : { unknown: true },
  );
  return parts.some(({ path }) => isLeftEmpty(left, path));
};

const isAbsentElement = ({ op, path }: Planned, current: JsonObject | undefined): boolean =>
  op === "add" &&
  path.filter !== undefined &&
  current !== undefined &&
  readPath(current, elementOf(path)) === undefined;

/** Joins the changes to values the target lacks into one appended value each. */
const appended = (planned: readonly Planned[], style: PatchStyle): readonly OutgoingOperation[] => {
  const elements = new Map<string, { readonly path: ScimPath; readonly value: JsonObject }>();
  for (const { path, value } of planned) {
    const seed = path.filter && seedOf(path.filter, undefined);
    if (value === undefined || seed === undefined) continue;
    const key = printPath(elementOf(path));
    const part = path.sub === undefined ? value : { [path.sub]: value };
    elements.set(key, {
      path: { ...path, filter: undefined, sub: undefined },
      value: { ...(elements.get(key)?.value ?? seed), ...(isJsonObject(part) ? part : {}) },
    });
  }
  return [...elements.values()].map(({ path, value }) => outgoing("add", printPath(path), [value], style));
};

const groupedValue = (planned: readonly Planned[], style: PatchStyle): Result<JsonObject> => {
  if (style.keys === "flat") {
    return succeed(Object.fromEntries(planned.map(({ path, value }) => [printPath(path), value ?? null])));
  }
  let value: JsonObject = {};
  for (const change of planned) {
    const written = writePath(value, change.path, change.value);
    if (!written.ok) return written;
    value = written.value;
  }
  return succeed(value);
};

/** `roles[primary eq true]` for `roles[primary eq "True"]`, which a server that takes the RFC at its word does not find. */
const withJsonBooleans = (path: ScimPath): ScimPath => {
  const rewritten = (filter: Filter): Filter => {
    if (filter.kind === "and") return { ...filter, terms: filter.terms.map(rewritten) };
    if (filter.kind !== "compare" || foldCase(filter.path.name) !== "primary") return filter;
    return { ...filter, value: readBoolean(filter.value, "compat") ?? filter.value };
  };
  return path.filter === undefined ? path : { ...path, filter: rewritten(path.filter) };
};

const single = ({ op, path, value }: Planned, style: PatchStyle): OutgoingOperation => {
  const text = printPath(style.filterBooleans === "json" ? withJsonBooleans(path) : path);
  if (op !== "remove" || style.clearing === "remove") return outgoing(op, text, value, style);
  return outgoing("replace", text, style.clearing === "null" ? null : "", style);
};

/**
 * Writes the operations that bring changes about, in the target's style. With the target's `current` resource, what
 * it lacks is added, what it has is replaced and removals of what it lacks are left out; without it everything is
 * replaced. Order: removals, values selected by a filter, plain attributes. A single plain attribute keeps its
 * path even in the grouped layout, unless the style says otherwise. An empty list means there is nothing to send.
 * `addressOf` is how a style that wants a reference's address names a user.
 * Fails with invalidPath or invalidFilter on a path that cannot be read.
 */
export const makePatch = (
  changes: readonly AttributeChange[],
  style: PatchStyle,
  current?: JsonObject,
  addressOf: (id: string) => string = nextDoor,
): Result<readonly OutgoingOperation[]> => {
  const planned = plan(changes, style, current, addressOf);
  if (!planned.ok) return planned;
  if (style.layout === "separate" && style.absentElement === "valuePath") {
    return succeed(planned.value.map((change) => single(change, style)));
  }
  const isAppended = (change: Planned): boolean =>
    style.absentElement === "append" &&
    isAbsentElement(change, current) &&
    change.path.filter !== undefined &&
    seedOf(change.path.filter, undefined) !== undefined;
  const removals = planned.value.filter((change) => change.op === "remove");
  const isSelected = ({ path, joins }: Planned): boolean => path.filter !== undefined || joins;
  const selected = planned.value.filter((change) => change.op !== "remove" && isSelected(change));
  const plain = planned.value.filter((change) => change.op !== "remove" && !isSelected(change));
  const first = [
    ...removals.map((change) => single(change, style)),
    ...selected.filter((change) => !isAppended(change)).map((change) => single(change, style)),
    ...appended(selected.filter(isAppended), style),
  ];
  if (style.layout === "separate" || plain.length === 0 || (plain.length === 1 && style.alone === "path")) {
    return succeed([...first, ...plain.map((change) => single(change, style))]);
  }
  const value = groupedValue(plain, style);
  if (!value.ok) return value;
  const op = plain.every((change) => change.op === "add") ? "add" : "replace";
  return succeed([...first, outgoing(op, undefined, value.value, style)]);
};

/** Writes the operations that put members into a group and take others out, ids as the target gave them. */
export const makeMemberPatch = (
  change: { readonly add: readonly string[]; readonly remove: readonly string[] },
  style: PatchStyle,
): readonly OutgoingOperation[] => {
  const list = (ids: readonly string[]): JsonValue => ids.map((value) => ({ value }));
  const byFilter = change.remove.map((id) =>
    outgoing("remove", `members[value eq ${JSON.stringify(id)}]`, undefined, style),
  );
  const byValue = change.remove.length === 0 ? [] : [outgoing("remove", "members", list(change.remove), style)];
  const removals = style.memberRemoval === "filter" ? byFilter : byValue;
  if (change.add.length === 0) return removals;
  const added = style.memberValues === "plain" ? list(change.add) : change.add.map((value) => ({ $ref: null, value }));
  return [...removals, outgoing("add", "members", added, style)];
};
