import type { Output } from "../shell.ts";

/** Puts colour and weight around text, or leaves it as it is. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
}

const same = (text: string): string => text;
const between = (on: number, off: number) => (text: string) =>
  text === "" ? "" : `\u001b[${on}m${text}\u001b[${off}m`;

export const noStyle: Style = { bold: same, dim: same, good: same, bad: same, warn: same };
export const ansiStyle: Style = {
  bold: between(1, 22),
  dim: between(2, 22),
  good: between(32, 39),
  bad: between(31, 39),
  warn: between(33, 39),
};

/** Colour only on a terminal that can show it, and not where NO_COLOR asks for none. */
export const styleFor = (output: Output, env: Readonly<Record<string, string | undefined>>): Style =>
  output.isTTY === true && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb" ? ansiStyle : noStyle;
