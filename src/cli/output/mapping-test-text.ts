import type { MappingTest, TestedMapping } from "#api/contract";
import type { Style } from "./style.ts";
import { fits, table } from "./table.ts";
import { printable, wrap } from "./text.ts";

interface View {
  readonly style: Style;
  readonly width: number | null;
}

/** A value as JSON writes it; nothing for null. */
const shownValue = (value: unknown): string => (value === null || value === undefined ? "" : JSON.stringify(value));

const origins: Readonly<Record<TestedMapping["kind"], (mapping: TestedMapping) => string>> = {
  direct: ({ origin }) => origin,
  constant: () => "constant",
  expression: ({ origin }) => origin,
  none: () => "(left alone)",
  unmapped: () => "(no mapping)",
};

const fromOf = (mapping: TestedMapping): string =>
  mapping.from === "default" ? `default of ${origins[mapping.kind](mapping)}` : origins[mapping.kind](mapping);

const outcomes: Readonly<Record<TestedMapping["outcome"], string>> = {
  same: "same",
  add: "add",
  change: "change",
  clear: "clear",
  leave: "",
  failed: "FAILED",
};

const toneOf = ({ outcome }: TestedMapping, style: Style): ((text: string) => string) => {
  if (outcome === "failed") return style.bad;
  if (outcome === "same" || outcome === "leave") return style.dim;
  return outcome === "clear" ? style.warn : style.good;
};

const columns = [{ title: "ATTRIBUTE" }, { title: "WOULD BE" }, { title: "FROM" }, { title: "IS NOW" }, { title: "" }];

const rowOf = (mapping: TestedMapping): readonly string[] => [
  mapping.path,
  shownValue(mapping.value),
  fromOf(mapping),
  shownValue(mapping.present),
  outcomes[mapping.outcome],
];

/** A mapping as a paragraph, for terminals on which a row has no room. */
const paragraph = (mapping: TestedMapping, { style, width }: View): string => {
  const [path = "", value = "", from = "", present = "", outcome = ""] = rowOf(mapping);
  const line = (name: string, text: string) =>
    text === "" ? [] : [`  ${style.dim(name)} ${wrap(printable(text), (width ?? 0) - 11, " ".repeat(11))}`];
  return [
    `${style.bold(wrap(printable(path), width ?? 0, "  "))}  ${toneOf(mapping, style)(outcome)}`.trimEnd(),
    ...line("would be", value),
    ...line("from    ", from),
    ...line("is now  ", present),
  ].join("\n");
};

const mappingsText = (mappings: readonly TestedMapping[], view: View): string => {
  const rows = mappings.map(rowOf);
  if (!fits(columns, rows, view.width)) return mappings.map((mapping) => paragraph(mapping, view)).join("\n");
  const cell = (text: string, row: number, column: number) =>
    column === 4 ? toneOf(mappings[row]!, view.style)(text) : text;
  return table(columns, rows, { width: null, title: view.style.bold, cell });
};

/** What each attribute of one object would get, from where, what it has now, and what would happen. */
export const mappingTestText = (test: MappingTest, app: string, view: View): string => {
  const { style } = view;
  const width = view.width ?? Number.POSITIVE_INFINITY;
  const account =
    test.notAsked ??
    (test.targetId === null ? `${app} has no account for it.` : `Compared with the account ${test.targetId}.`);
  const messages = test.mappings.flatMap(({ path, message, outcome }) => {
    if (message === null) return [];
    const tone = outcome === "failed" ? style.bad : style.warn;
    return [tone(wrap(printable(`${path}: ${message}`), width, "  "))];
  });
  return [
    `${style.bold(wrap(printable(test.displayName), width))}\n${wrap(printable(test.explanation), width)}`,
    style.dim(wrap(printable(account), width)),
    "",
    mappingsText(test.mappings, view),
    ...(messages.length === 0 ? [] : ["", ...messages]),
  ].join("\n");
};
