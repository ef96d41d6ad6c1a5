import type { FunctionAnswer } from "#api/contract";
import type { Style } from "./style.ts";
import { facts } from "./table.ts";
import { pad, printable, wrap } from "./text.ts";

interface View {
  readonly style: Style;
  readonly width: number | null;
}

type Example = FunctionAnswer["help"]["examples"][number];

/** Backticks mark code on the documentation's pages; a terminal shows it as it is. */
const plain = (text: string): string => text.replaceAll("`", "");

const wideOf = ({ width }: View): number => Math.min(width ?? 100, 100);

/** Each family with its functions and what they do. */
export const functionListText = (functions: readonly FunctionAnswer[], view: View): string => {
  const texts = [...Map.groupBy(functions, ({ family }) => family)].map(([family, members]) => {
    const longest = Math.max(...members.map(({ name }) => name.length));
    const indent = " ".repeat(longest + 4);
    const lines = members.map(
      ({ name, help }) => `  ${pad(name, longest)}  ${wrap(plain(help.summary), wideOf(view) - longest - 4, indent)}`,
    );
    return `${view.style.bold(family)}\n${lines.join("\n")}`;
  });
  return `${texts.join("\n\n")}\n\nMore about one: npx lockstep expression functions NAME`;
};

const givesOf = ({ gives }: Example): string => {
  if ("error" in gives) return `error: ${plain(gives.error)}`;
  if ("ignored" in gives) return "nothing flows";
  if ("matches" in gives) return `such as /${gives.matches}/`;
  const value = JSON.stringify(gives.value);
  return gives.log === undefined ? value : `${value}, in logs ${JSON.stringify(gives.log)}`;
};

const givenOf = ({ attributes, now, taken }: Example): string =>
  [
    ...Object.entries(attributes ?? {}).map(([name, value]) => `[${name}] ${JSON.stringify(value)}`),
    ...(now === undefined ? [] : [`now ${now}`]),
    ...(taken === undefined ? [] : [`taken ${JSON.stringify(taken)}`]),
  ].join(", ");

/** Neighbours with the same expression are one example with several inputs. */
const exampleLines = (examples: readonly Example[], view: View): readonly string[] => {
  const width = wideOf(view);
  return examples.flatMap((example, index) => {
    const isSame = index > 0 && examples[index - 1]?.expression === example.expression;
    const given = givenOf(example);
    const note = example.note === undefined ? "" : `  (${plain(example.note)})`;
    return [
      ...(isSame ? [] : [`  ${wrap(printable(example.expression), width - 2, "    ")}`]),
      ...(given === "" ? [] : [`    ${view.style.dim(wrap(printable(given), width - 4, "      "))}`]),
      `    → ${wrap(printable(`${givesOf(example)}${note}`), width - 6, "      ")}`,
    ];
  });
};

/** Everything about one function. */
export const functionText = ({ signature, parameters, help }: FunctionAnswer, view: View): string => {
  const { style } = view;
  const width = wideOf(view);
  const rows = parameters.map(({ name, takes, required, purpose }): [string, string] => [
    name,
    `${plain(purpose)} (${takes}${required ? "" : ", optional"})`,
  ]);
  const longest = Math.max(0, ...rows.map(([name]) => name.length));
  const indent = " ".repeat(longest + 4);
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", style.bold(title), ...lines];
  return [
    style.bold(wrap(`${signature} → ${help.result}`, width, "  ")),
    wrap(plain(help.summary), width),
    ...section(
      "Parameters",
      rows.length === 0
        ? []
        : [
            facts(
              rows.map(([name, text]) => [name, wrap(text, width - indent.length, indent)]),
              "  ",
            ),
          ],
    ),
    ...section("Null and empty", [`  ${wrap(plain(help.nulls), width - 2, "  ")}`]),
    ...section(
      "Good to know",
      (help.notes ?? []).map((note) => `  - ${wrap(plain(note), width - 4, "    ")}`),
    ),
    ...section("Examples", exampleLines(help.examples, view)),
    ...(help.seeAlso.length === 0 ? [] : ["", wrap(`See also ${help.seeAlso.join(", ")}.`, width)]),
  ].join("\n");
};
