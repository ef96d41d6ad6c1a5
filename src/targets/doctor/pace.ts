import type { RateSample } from "#http";
import type { Bench } from "./bench.ts";

/** Reads that measure the pace, at most, and for how long (milliseconds) and how many at a time. */
const most = 60;
const longest = 1500;
const atOnce = 4;

/** Reads gently until the target asks for patience, the time is over, or the number is reached. */
export const measurePace = async (bench: Bench): Promise<void> => {
  const began = bench.clock.now().getTime();
  let sent = 0;
  let answered = 0;
  let isRefused = false;
  let sample: RateSample | null = null;
  const read = async (): Promise<void> => {
    while (sent < most && !isRefused && bench.clock.now().getTime() - began < longest) {
      sent += 1;
      const { status, rate, trouble } = await bench.wire.ask({
        purpose: "list",
        method: "GET",
        path: "/Users",
        query: [["count", "1"]],
        patient: false,
      });
      if (rate?.limit !== null && rate !== null) sample = rate;
      if (status === 429) isRefused = true;
      else if (trouble === null) answered += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, read));
  const seconds = ((bench.clock.now().getTime() - began) / 1000).toFixed(1);
  const told = sample as RateSample | null;
  const told429 = told === null ? undefined : "and its answers tell the limit";
  if (isRefused)
    bench.tell("rateReached", { count: answered, value: seconds, ...(told429 === undefined ? {} : { said: told429 }) });
  if (told?.limit !== undefined && told.limit !== null)
    bench.tell("rateTold", {
      count: told.limit,
      ...(told.windowSeconds === null ? {} : { value: String(told.windowSeconds) }),
    });
  else if (!isRefused) bench.tell("rateUntold", { count: answered, value: seconds });
};
