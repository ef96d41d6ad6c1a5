import type { Lane } from "../target.ts";

/** The lanes, most urgent first. */
const lanes: readonly Lane[] = ["onDemand", "removal", "change", "bulk"];

/** Lanes for which budgets keep room. */
export const isFirstLane = (lane: Lane): boolean => lane === "onDemand" || lane === "removal";

/** Those who wait, by lane, first come first served within a lane. */
export interface LaneQueue<Waiter> {
  push(lane: Lane, waiter: Waiter): void;
  /** The most urgent waiter. */
  first(): { readonly lane: Lane; readonly waiter: Waiter } | undefined;
  remove(lane: Lane, waiter: Waiter): void;
}

export const openLaneQueue = <Waiter>(): LaneQueue<Waiter> => {
  // A Set keeps the order of arrival and lets anybody leave at once.
  const waiting = new Map<Lane, Set<Waiter>>(lanes.map((lane) => [lane, new Set<Waiter>()]));
  return {
    push: (lane, waiter) => void waiting.get(lane)?.add(waiter),
    first: () => {
      for (const lane of lanes) {
        for (const waiter of waiting.get(lane) ?? []) return { lane, waiter };
      }
      return undefined;
    },
    remove: (lane, waiter) => void waiting.get(lane)?.delete(waiter),
  };
};
