import type { Clock } from "#runtime";
import { columnsOf, type Output } from "../shell.ts";
import {
  type PlainPace,
  type ProgressState,
  paceAfter,
  plainLineDue,
  progressLine,
  progressSentence,
} from "./progress.ts";
import type { Style } from "./style.ts";

const REDRAW_MILLISECONDS = 80;
const START_OF_LINE = "\r\u001b[2K";

/** A progress on its way through an output. */
export interface ProgressView {
  show(state: ProgressState): void;
  /** Writes a line for good; a bar stays below it. */
  say(line: string): void;
  /** Takes the bar away, or writes the last plain line if it is still owed. Nothing may be shown afterwards until `show` is called again. */
  end(): void;
}

/** Redraws one line in place on a terminal; elsewhere writes plain lines, few of them. `silent` shows no progress at all. */
export const openProgress = (output: Output, clock: Clock, style: Style, silent = false): ProgressView => {
  const onTerminal = output.isTTY === true;
  let drawn = false;
  let latest: ProgressState | null = null;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let pace: PlainPace | null = null;
  let owed = false;

  const draw = (state: ProgressState, now: number) => {
    // The last column stays empty: some terminals break the line when it is filled.
    output.write(START_OF_LINE + progressLine(state, Math.max(10, columnsOf(output) - 1), style));
    drawn = true;
    drawnAt = now;
  };
  const clear = () => {
    if (drawn) output.write(START_OF_LINE);
    drawn = false;
  };
  return {
    show: (state) => {
      latest = state;
      if (silent) return;
      const now = clock.now().getTime();
      if (onTerminal) {
        if (now - drawnAt >= REDRAW_MILLISECONDS) draw(state, now);
        return;
      }
      owed = !plainLineDue(pace, state, now);
      if (owed) return;
      pace = paceAfter(state, now);
      output.write(`${progressSentence(state)}\n`);
    },
    say: (line) => {
      clear();
      output.write(`${line}\n`);
      if (onTerminal && latest !== null && !silent) draw(latest, clock.now().getTime());
    },
    end: () => {
      clear();
      if (!onTerminal && owed && latest !== null && !silent) output.write(`${progressSentence(latest)}\n`);
      latest = null;
      owed = false;
      pace = null;
      drawnAt = Number.NEGATIVE_INFINITY;
    },
  };
};
