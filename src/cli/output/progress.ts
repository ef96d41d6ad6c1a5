import { amount, duration, pace } from "./amounts.ts";
import { noStyle, type Style } from "./style.ts";
import { displayWidth, shorten } from "./text.ts";

/** What any progress shows, whatever it counts. */
export interface ProgressState {
  /** What is going on, in a word or two. */
  readonly label: string;
  readonly done: number;
  /** 0 while nobody can tell. */
  readonly total: number;
  /** What stands behind the counts, most important first; left out from the end when the line gets too long. */
  readonly parts: readonly { readonly text: string; readonly tone?: "good" | "bad" }[];
  /** Units a second; null while unknown. */
  readonly rate: number | null;
  readonly secondsLeft: number | null;
  /** How done and total are written: plain amounts unless told. */
  readonly unit?: (value: number) => string;
}

const LONGEST_BAR = 32;
const SHORTEST_BAR = 8;

const shareOf = ({ done, total }: ProgressState): number => (total <= 0 ? 0 : Math.min(1, Math.max(0, done / total)));

const percentOf = (state: ProgressState): string => `${Math.floor(shareOf(state) * 100)}%`;

const countsOf = ({ done, total, unit = amount }: ProgressState): string =>
  total > 0 ? `${unit(done)}/${unit(total)}` : unit(done);

const partsOf = (state: ProgressState, style: Style): readonly { readonly plain: string; readonly shown: string }[] => {
  const parts = state.parts.map(({ text, tone }) => ({
    plain: text,
    shown: tone === undefined ? text : style[tone](text),
  }));
  if (state.rate !== null && state.rate > 0) parts.push({ plain: pace(state.rate), shown: pace(state.rate) });
  if (state.secondsLeft !== null) {
    const left = `${duration(Math.ceil(state.secondsLeft))} left`;
    parts.push({ plain: left, shown: left });
  }
  return parts;
};

/** The line of a terminal, at most `width` columns wide: label, bar, counts, and as many parts as have room. */
export const progressLine = (state: ProgressState, width: number, style: Style = noStyle): string => {
  const counts = state.total > 0 ? `${percentOf(state).padStart(4)}  ${countsOf(state)}` : countsOf(state);
  const head = `${state.label} `;
  const shown: string[] = [];
  const fixed = displayWidth(head) + (state.total > 0 ? SHORTEST_BAR + 3 : 0) + displayWidth(counts);
  if (fixed > width) return shorten(`${head}${counts.trim()}`, width);
  let used = fixed;
  for (const part of partsOf(state, style)) {
    if (used + 3 + displayWidth(part.plain) > width) break;
    used += 3 + displayWidth(part.plain);
    shown.push(` · ${part.shown}`);
  }
  if (state.total <= 0) return `${head}${counts}${shown.join("")}`;
  const length = Math.min(LONGEST_BAR, SHORTEST_BAR + (width - used));
  const filled = Math.round(shareOf(state) * length);
  const bar = `[${style.good("█".repeat(filled))}${style.dim("░".repeat(length - filled))}]`;
  return `${head}${bar} ${counts}${shown.join("")}`;
};

/** The line of a log: the same facts without a bar. */
export const progressSentence = (state: ProgressState): string => {
  const counts = state.total > 0 ? `${countsOf(state)} (${percentOf(state)})` : countsOf(state);
  return [`${state.label}: ${counts}`, ...partsOf(state, noStyle).map((part) => part.plain)].join(", ");
};

/** When a plain line was last written, and at what share. */
export interface PlainPace {
  readonly at: number;
  readonly share: number;
  readonly label: string;
}

const FEWEST_MILLISECONDS = 3_000;
const MOST_MILLISECONDS = 15_000;
const STEP = 0.1;

/**
 * Whether a plain line is due: at first, when the label changes, and from then on no sooner than three seconds after the last one, when another
 * tenth is done or fifteen seconds have passed. @param now milliseconds
 */
export const plainLineDue = (last: PlainPace | null, state: ProgressState, now: number): boolean => {
  if (last === null || last.label !== state.label) return true;
  const waited = now - last.at;
  if (waited < FEWEST_MILLISECONDS) return false;
  return waited >= MOST_MILLISECONDS || shareOf(state) - last.share >= STEP;
};

export const paceAfter = (state: ProgressState, now: number): PlainPace => ({
  at: now,
  share: shareOf(state),
  label: state.label,
});
