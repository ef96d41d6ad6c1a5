import type {
  AttributeDefinition,
  AttributeMapping,
  ObjectMapping,
  ObjectSchema,
  ObjectType,
  SchemaChange,
  SchemaCheck,
  SchemaProblem,
  SchemaVersion,
} from "#api/contract";
import { amount, counted, localTime } from "./amounts.ts";
import type { Style } from "./style.ts";
import { type Column, table } from "./table.ts";
import { printable, wrap } from "./text.ts";

interface View {
  readonly style: Style;
  readonly width: number | null;
}

const headings: Readonly<Record<ObjectType, string>> = { User: "Users", Group: "Groups" };

const wideOf = ({ width }: View): number => width ?? Number.POSITIVE_INFINITY;

/** What happens where the source gives nothing. */
const ifEmpty = ({ source, defaultValue, nullBehaviour, defaultOnUpdate }: AttributeMapping): string => {
  const isCleared = nullBehaviour === "clear";
  if (defaultValue === null) return isCleared ? "cleared" : "";
  const value = JSON.stringify(defaultValue);
  if (source === null || (defaultOnUpdate === true && nullBehaviour !== "leave" && !isCleared)) return value;
  return isCleared ? `${value} at creation, else cleared` : `${value} at creation`;
};

const flows: Readonly<Record<AttributeMapping["flowType"], string>> = {
  Always: "always",
  ObjectAddOnly: "at creation",
  MultiValueAddOnly: "additions only",
  ValueAddOnly: "never removed",
  AttributeAddOnly: "where empty",
};

const mappingRow = (mapping: AttributeMapping): readonly string[] => [
  mapping.targetAttributeName,
  mapping.source?.expression ?? "(left alone)",
  ifEmpty(mapping),
  flows[mapping.flowType] ?? mapping.flowType,
  mapping.matchingPriority === 0 ? "" : String(mapping.matchingPriority),
];

const mappingColumns: readonly Column[] = [
  { title: "ATTRIBUTE", shrinkTo: 16 },
  { title: "SOURCE", shrinkTo: 16 },
  { title: "IF EMPTY", shrinkTo: 8 },
  { title: "WRITTEN" },
  { title: "MATCH", align: "right" },
];

/** Columns in which nobody has anything leave their room to the others. */
const filledTable = (columns: readonly Column[], rows: readonly (readonly string[])[], view: View): string => {
  const isFilled = columns.map((_, index) => rows.some((row) => row[index] !== ""));
  const filled = <Item>(items: readonly Item[]) => items.filter((_, index) => isFilled[index]);
  return table(filled(columns), rows.map(filled), { width: view.width, title: view.style.bold });
};

/** Each type's mappings, under what may be done to its accounts. */
export const mappingListText = (
  objects: readonly (ObjectMapping & { readonly type: ObjectType })[],
  version: string,
  view: View,
): string => {
  if (objects.length === 0) return `Nothing is provisioned: version ${version} maps neither users nor groups.`;
  const texts = objects.map((object) => {
    const allowed = object.flowTypes === "None" ? "nothing is written" : object.flowTypes.replace("Add", "create");
    const state = object.enabled ? allowed.toLowerCase() : "not provisioned";
    const head = `${view.style.bold(headings[object.type])}  ${state}`;
    const rows = object.attributeMappings.map(mappingRow);
    return `${head}\n${filledTable(mappingColumns, rows, view)}`;
  });
  return `${texts.join("\n\n")}\n\nVersion ${version}.`;
};

/** Each type's filters as `filter set` takes them. */
export const filterListText = (objects: readonly Pick<ObjectSchema, "type" | "filters">[], view: View): string => {
  const texts = objects.map(({ type, filters }) => {
    const name = view.style.bold(headings[type]);
    if (filters.length === 0) return `${name}  no filter: everybody who is assigned passes`;
    const lines = filters.map(({ title, text }) => {
      const named = title === "" || title === text ? "" : view.style.dim(`  (${printable(title)})`);
      return `  ${wrap(printable(text), wideOf(view) - 2, "    ")}${named}`;
    });
    return `${name}  ${filters.length === 1 ? "this must hold" : "one of these must hold"}\n${lines.join("\n")}`;
  });
  return texts.length === 0 ? "Nothing is provisioned, so there is nothing to filter." : texts.join("\n");
};

const traitsOf = (attribute: AttributeDefinition): string =>
  [
    attribute.required ? "required" : "",
    attribute.multivalued ? "several values" : "",
    attribute.caseExact ? "case counts" : "",
    attribute.mutability === "ReadWrite" ? "" : "read-only",
    ...attribute.referencedObjects.map((object) => `→ ${object.referencedObjectName}`),
  ]
    .filter((trait) => trait !== "")
    .join(", ");

/** @param mapped the attributes that have a mapping; null for a list of the directory */
export const attributeListText = (
  attributes: readonly AttributeDefinition[],
  mapped: ReadonlySet<string> | null,
  view: View,
): string => {
  if (attributes.length === 0) return "The list is empty.";
  const columns = [
    { title: "ATTRIBUTE", shrinkTo: 20 },
    { title: "TYPE" },
    { title: "MAPPED" },
    { title: "", shrinkTo: 12 },
  ];
  const rows = attributes.map((attribute) => [
    attribute.name,
    attribute.type,
    mapped?.has(attribute.name) === true ? "yes" : "",
    traitsOf(attribute),
  ]);
  return filledTable(columns, rows, view);
};

const signs: Readonly<Record<SchemaChange["kind"], (style: Style) => string>> = {
  added: (style) => style.good("+"),
  removed: (style) => style.warn("-"),
  changed: () => "~",
};

/** One sentence for each change. */
export const changesText = (changes: readonly SchemaChange[], view: View): string => {
  const head = view.style.bold(`${counted(changes.length, "change")}:`);
  const lines = changes.map(
    ({ kind, sentence }) => `  ${signs[kind](view.style)} ${wrap(printable(sentence), wideOf(view) - 4, "    ")}`,
  );
  return [head, ...lines].join("\n");
};

const problemLines = (problems: readonly SchemaProblem[], view: View): readonly string[] =>
  problems.map(({ message, path }) => {
    const said = `  - ${wrap(printable(message), wideOf(view) - 4, "    ")}`;
    return `${said}\n    ${view.style.dim(wrap(printable(path), wideOf(view) - 4, "    "))}`;
  });

/** What should be known, and refuses nothing. */
export const warningsText = (warnings: readonly SchemaProblem[], view: View): string =>
  [view.style.warn(`${counted(warnings.length, "warning")}:`), ...problemLines(warnings, view)].join("\n");

/** A whole check of a document. */
export const checkText = ({ problems, warnings, changes }: SchemaCheck, view: View): string => {
  const wrong =
    problems.length === 0
      ? [view.style.good("Nothing is wrong with it.")]
      : [view.style.bad(`${counted(problems.length, "problem")}:`), ...problemLines(problems, view)];
  const different =
    changes.length > 0
      ? [changesText(changes, view)]
      : problems.length === 0
        ? ["Nothing is different from what is saved."]
        : [];
  return [...wrong, ...(warnings.length === 0 ? [] : [warningsText(warnings, view)]), ...different].join("\n");
};

export const historyText = (versions: readonly SchemaVersion[], saved: string, view: View): string => {
  const rows = versions.map(({ version, savedAt, note }) => [
    version,
    localTime(savedAt),
    version === saved ? "saved" : "",
    note,
  ]);
  const columns = [{ title: "VERSION" }, { title: "SINCE" }, { title: "" }, { title: "NOTE", shrinkTo: 16 }];
  return `${table(columns, rows, { width: view.width, title: view.style.bold })}\n\n${amount(versions.length)} shown. Go back with: npx lockstep schema rollback VERSION`;
};
