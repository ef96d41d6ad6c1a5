import { expect, test } from "vitest";
import type { CycleReport } from "./contract.ts";
import type { Handled } from "./handled.ts";
import { noCounts, openTracker } from "./progress.ts";

const begin: CycleReport = {
  id: "cycle",
  jobId: "job",
  kind: "initial",
  state: "running",
  beganAt: "2025-03-01T12:00:00.000Z",
  endedAt: null,
  counts: { ...noCounts, total: 1000 },
  error: null,
};

/** Objects that are not provisioned: the least that counts as done. */
const some = (count: number): readonly Handled[] =>
  Array.from({ length: count }, () => ({
    claimed: null as never,
    name: "",
    hidden: { paths: [], values: [] },
    scoped: null,
    desired: null,
    desiredHash: null,
    match: null,
    decision: null,
    guard: { kind: "run" },
    outcome: null,
    failure: null,
    members: null,
    compared: null,
    membersFailure: null,
    ignored: [],
    unsettled: [],
    remembered: false,
    exchanges: [],
    beganAt: new Date(0),
    endedAt: new Date(0),
  }));

const seen = (tracker: ReturnType<typeof openTracker>, now: number) => {
  const { rate, secondsLeft, waitingUntil } = tracker.progress(now);
  return { rate, secondsLeft, waitingUntil };
};

test("speed falls while nothing finishes, and the time left grows with it", () => {
  const tracker = openTracker(begin, () => undefined);
  tracker.count(some(0), 0);
  tracker.count(some(200), 4_000);
  expect(seen(tracker, 5_000)).toEqual({ rate: 50, secondsLeft: 16, waitingUntil: null });
  expect(seen(tracker, 20_000)).toEqual({ rate: 10, secondsLeft: 80, waitingUntil: null });
  // The next burst does not let it forget the wait.
  tracker.count(some(0), 60_000);
  tracker.count(some(240), 64_000);
  expect(seen(tracker, 64_000)).toEqual({ rate: 6.875, secondsLeft: 82, waitingUntil: null });
});

test("a wait for the rate limit is told, and nothing ends before it", () => {
  let until: Date | null = new Date(50_000);
  const tracker = openTracker(
    begin,
    () => undefined,
    () => until,
  );
  tracker.count(some(0), 0);
  tracker.count(some(990), 4_000);
  expect(seen(tracker, 5_000)).toEqual({ rate: 247.5, secondsLeft: 45, waitingUntil: until.toISOString() });
  // So short a wait is mere pace.
  expect(seen(tracker, 49_000).waitingUntil).toBeNull();
  until = null;
  expect(seen(tracker, 50_000)).toEqual({ rate: 19.8, secondsLeft: 1, waitingUntil: null });
  tracker.move({ state: "succeeded" }, "done");
  expect(seen(tracker, 50_000).secondsLeft).toBe(0);
});

test("no more is done than there was to do, however often the same objects come due again", () => {
  const tracker = openTracker({ ...begin, counts: { ...noCounts, total: 100 } }, () => undefined);
  tracker.count(some(100), 1_000);
  tracker.count(some(60), 2_000);
  expect(tracker.report().counts).toMatchObject({ total: 160, done: 160 });
  expect(tracker.progress(2_000).secondsLeft).toBe(0);
});
