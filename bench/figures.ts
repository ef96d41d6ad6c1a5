/** What the engine's process measures. */
export interface EngineFigures {
  readonly initialSeconds: number;
  readonly initialRequests: number;
  readonly unchangedSeconds: number;
  /** Milliseconds from change to target. */
  readonly idle: readonly number[];
  readonly during: readonly number[];
}

/** What the bench says of one database. */
export interface Figures {
  readonly database: "PGlite" | "PostgreSQL";
  readonly users: number;
  readonly requests: number;
  readonly engineUsersPerSecond: number;
  readonly bareUsersPerSecond: number;
  /** Engine to bare loop; 1 would be as fast as the same requests without an engine. */
  readonly ratio: number;
  readonly unchangedPerSecond: number;
  readonly peakMebibytes: number;
  readonly idleMedian: number;
  readonly idleP95: number;
  /** Null where the bulk was over before a change could be measured. */
  readonly bulkMedian: number | null;
  readonly bulkP95: number | null;
}

/** The value below which this share of all lies; null of nothing. */
export const quantile = (values: readonly number[], share: number): number | null => {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
};

const rows: readonly (readonly [label: string, show: (figures: Figures) => string])[] = [
  ["initial cycle, users/s", ({ engineUsersPerSecond }) => engineUsersPerSecond.toFixed(0)],
  ["same requests, bare loop, users/s", ({ bareUsersPerSecond }) => bareUsersPerSecond.toFixed(0)],
  ["ratio engine : bare (aim 0.50 on PostgreSQL)", ({ ratio }) => ratio.toFixed(2)],
  ["requests", ({ requests }) => String(requests)],
  ["unchanged evaluations/s (aim 5000 on PGlite)", ({ unchangedPerSecond }) => unchangedPerSecond.toFixed(0)],
  ["peak memory of the engine, MiB", ({ peakMebibytes }) => peakMebibytes.toFixed(0)],
  ["change to target, idle, median ms", ({ idleMedian }) => idleMedian.toFixed(0)],
  ["change to target, idle, p95 ms (aim 2000)", ({ idleP95 }) => idleP95.toFixed(0)],
  ["change to target, in the bulk, median ms", ({ bulkMedian }) => bulkMedian?.toFixed(0) ?? "-"],
  ["change to target, in the bulk, p95 ms (aim 2000)", ({ bulkP95 }) => bulkP95?.toFixed(0) ?? "-"],
];

export const tableOf = (all: readonly Figures[]): string => {
  const line = (label: string, cells: readonly string[]) =>
    `${label.padEnd(50)}${cells.map((cell) => cell.padStart(12)).join("")}`;
  return [
    line(
      `${all[0]?.users ?? 0} users`,
      all.map(({ database }) => database),
    ),
    ...rows.map(([label, show]) => line(label, all.map(show))),
  ].join("\n");
};
