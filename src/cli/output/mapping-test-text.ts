import type { MappingTest, TestedMapping } from "#api/contract";
import type { Style } from "./style.ts";
import { table } from "./table.ts";
import { printable, wrap } from "./text.ts";

interface View {
  readonly style: Style;
  readonly width: number | null;
}

/** A value as JSON writes it; nothing for null. */
export const shownValue = (value: unknown): string =>
  value === null || value === undefined ? "" : JSON.stringify(value);

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

/** What each attribute of one object would get, from where, what it has now, and what would happen. */
export const mappingTestText = (test: MappingTest, app: string, view: View): string => {
  const { style } = view;
  const width = view.width ?? Number.POSITIVE_INFINITY;
  const columns = [
    { title: "ATTRIBUTE", shrinkTo: 12 },
    { title: "WOULD BE", shrinkTo: 10 },
    { title: "FROM", shrinkTo: 10 },
    { title: "IS NOW", shrinkTo: 10 },
    { title: "" },
  ];
  const rows = test.mappings.map((mapping) => [
    mapping.path,
    shownValue(mapping.value),
    fromOf(mapping),
    shownValue(mapping.present),
    outcomes[mapping.outcome],
  ]);
  const cell = (text: string, row: number, column: number) =>
    column === 4 ? toneOf(test.mappings[row]!, style)(text) : text;
  const account =
    test.notAsked ??
    (test.targetId === null ? `${app} has no account for it.` : `Compared with the account ${test.targetId}.`);
  const messages = test.mappings.flatMap(({ path, message, outcome }) => {
    if (message === null) return [];
    const tone = outcome === "failed" ? style.bad : style.warn;
    return [tone(wrap(printable(`${path}: ${message}`), width - 2, "  "))];
  });
  return [
    `${style.bold(printable(test.displayName))}  ${wrap(printable(test.explanation), width, "  ")}`,
    style.dim(wrap(printable(account), width)),
    "",
    table(columns, rows, { width: view.width, title: style.bold, cell }),
    ...(messages.length === 0 ? [] : ["", ...messages]),
  ].join("\n");
};
