import fc from "fast-check";
import { expect, test } from "vitest";
import { openClock, openOutput } from "../test-shell.ts";
import { type ProgressState, paceAfter, plainLineDue, progressLine, progressSentence } from "./progress.ts";
import { openProgress } from "./progress-view.ts";
import { ansiStyle, noStyle, styleFor } from "./style.ts";
import { displayWidth } from "./text.ts";

const state = (done: number, total = 300): ProgressState => ({
  label: "Provisioning",
  done,
  total,
  parts: [
    { text: `${done} in step`, tone: "good" },
    { text: "0 failed", tone: "bad" },
  ],
  rate: 12,
  secondsLeft: 14.2,
});

test("the line holds bar, share, counts, parts, rate and time left", () => {
  expect(progressLine(state(120), 100)).toBe(
    "Provisioning [███████████░░░░░░░░░░░░░░░░]  40%  120/300 · 120 in step · 0 failed · 12/s · 15 s left",
  );
});

test("a narrow terminal loses the last parts first, then the bar", () => {
  expect(progressLine(state(120), 60)).toBe("Provisioning [███████░░░░░░░░░░]  40%  120/300 · 120 in step");
  expect(progressLine(state(120), 24)).toBe("Provisioning 40%  120/3…");
});

test("no line is wider than its terminal", () => {
  fc.assert(
    fc.property(fc.nat(400), fc.nat(400), fc.integer({ min: 1, max: 200 }), (done, total, width) => {
      expect(displayWidth(progressLine(state(done, total), width))).toBeLessThanOrEqual(width);
    }),
  );
});

test("without a known total there is neither bar nor share", () => {
  expect(progressLine({ ...state(7, 0), secondsLeft: null }, 80)).toBe("Provisioning 7 · 7 in step · 0 failed · 12/s");
});

test("a plain line says the same without a bar", () => {
  expect(progressSentence(state(120))).toBe("Provisioning: 120/300 (40%), 120 in step, 0 failed, 12/s, 15 s left");
});

test("plain lines are few: a tenth apart and never within three seconds, or after fifteen", () => {
  const last = paceAfter(state(0), 1000);
  expect(plainLineDue(null, state(0), 0)).toBe(true);
  expect(plainLineDue(last, state(200), 3999)).toBe(false);
  expect(plainLineDue(last, state(29), 4000)).toBe(false);
  expect(plainLineDue(last, state(30), 4000)).toBe(true);
  expect(plainLineDue(last, state(1), 16_000)).toBe(true);
  expect(plainLineDue(last, { ...state(0), label: "Done" }, 1001)).toBe(true);
});

test("piped, the last state is written once even if it came too soon", () => {
  const output = openOutput();
  const view = openProgress(output, openClock(), noStyle);
  for (const done of [0, 150, 300]) view.show(state(done));
  view.end();
  view.end();
  expect(output.written).toEqual([`${progressSentence(state(0))}\n`, `${progressSentence(state(300))}\n`]);
});

test("on a terminal the bar is redrawn in place, gives way to sentences, and is gone at the end", () => {
  const output = openOutput({ columns: 60 });
  const clock = openClock();
  const view = openProgress(output, clock, noStyle);
  view.show(state(1));
  view.show(state(2));
  clock.advance(100);
  view.show(state(3));
  view.say("Port 8400 is taken.");
  view.end();
  const line = (done: number) => `\r\u001b[2K${progressLine(state(done), 59)}`;
  expect(output.written).toEqual([line(1), line(3), "\r\u001b[2K", "Port 8400 is taken.\n", line(3), "\r\u001b[2K"]);
});

test("colour needs a terminal and no NO_COLOR", () => {
  const terminal = openOutput({ columns: 80 });
  expect(styleFor(terminal, {})).toBe(ansiStyle);
  expect(styleFor(terminal, { NO_COLOR: "" })).toBe(ansiStyle);
  expect(styleFor(terminal, { NO_COLOR: "1" })).toBe(noStyle);
  expect(styleFor(terminal, { TERM: "dumb" })).toBe(noStyle);
  expect(styleFor(openOutput(), {})).toBe(noStyle);
});
