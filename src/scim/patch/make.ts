import { type Result, succeed } from "../error.ts";
import type { ScimPath } from "../filter/filter.ts";
import { parsePath } from "../filter/parse-path.ts";
import { printPath } from "../filter/print.ts";
import { seedOf } from "../filter/seed.ts";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { readPath } from "../path/read-path.ts";
import { writePath } from "../path/write-path.ts";
import type { PatchStyle } from "./style.ts";

/** A difference to bring about: the value a path should have, undefined to remove it. */
export type AttributeChange = { readonly path: string; readonly value: JsonValue | undefined };

/** An operation as it goes out; `op` is spelled by the style. */
export type OutgoingOperation = {
  readonly op: string;
  readonly path: string | undefined;
  readonly value: JsonValue | undefined;
};

type OpName = "add" | "replace" | "remove";
type Planned = { readonly op: OpName; readonly path: ScimPath; readonly value: JsonValue | undefined };

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

const plan = (changes: readonly AttributeChange[], current: JsonObject | undefined): Result<readonly Planned[]> => {
  const planned: Planned[] = [];
  for (const { path: text, value } of changes) {
    const path = parsePath(text);
    if (!path.ok) return path;
    const isAbsent = current !== undefined && readPath(current, path.value) === undefined;
    if (value === undefined && isAbsent) continue;
    const op = value === undefined ? "remove" : isAbsent ? "add" : "replace";
    planned.push({ op, path: path.value, value });
  }
  return succeed(planned);
};

/** The path of the value as a whole: `emails[type eq "work"]` for `emails[type eq "work"].value`. */
const elementOf = (path: ScimPath): ScimPath => ({ ...path, sub: undefined });

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

const single = ({ op, path, value }: Planned, style: PatchStyle): OutgoingOperation =>
  outgoing(op, printPath(path), value, style);

/**
 * Writes the operations that bring changes about, in the target's style. With the target's `current` resource, what
 * it lacks is added, what it has is replaced and removals of what it lacks are left out; without it everything is
 * replaced. Order: removals, values selected by a filter, plain attributes. A single plain attribute keeps its
 * path even in the grouped layout. An empty list means there is nothing to send.
 * Fails with invalidPath or invalidFilter on a path that cannot be read.
 */
export const makePatch = (
  changes: readonly AttributeChange[],
  style: PatchStyle,
  current?: JsonObject,
): Result<readonly OutgoingOperation[]> => {
  const planned = plan(changes, current);
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
  const selected = planned.value.filter((change) => change.op !== "remove" && change.path.filter !== undefined);
  const plain = planned.value.filter((change) => change.op !== "remove" && change.path.filter === undefined);
  const first = [
    ...removals.map((change) => single(change, style)),
    ...selected.filter((change) => !isAppended(change)).map((change) => single(change, style)),
    ...appended(selected.filter(isAppended), style),
  ];
  if (style.layout === "separate" || plain.length < 2) {
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
  return change.add.length === 0 ? removals : [...removals, outgoing("add", "members", list(change.add), style)];
};
