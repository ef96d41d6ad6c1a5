import { z } from "zod";
import { newId } from "#runtime";
import { type FaultKind, faultKinds, reaches } from "./faults.ts";

const nullable = <Schema extends z.ZodType>(schema: Schema) => schema.nullable().default(null);

/** A fault to switch on, as it is asked for. */
export const faultWish = z
  .strictObject({
    kind: z.enum(faultKinds),
    method: nullable(z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"])).describe("null: any"),
    path: nullable(z.string().min(1).max(200)).describe("what the path must hold, such as /Users; null: any"),
    times: z.int().min(1).max(100_000).nullable().default(1).describe("requests to meet; null: all"),
    retryAfterSeconds: nullable(z.int().min(0).max(86_400)),
    delayMilliseconds: nullable(z.int().min(1).max(60_000)),
  })
  .refine(({ kind, delayMilliseconds }) => (kind === "slow") === (delayMilliseconds !== null), {
    path: ["delayMilliseconds"],
    error: "A slow answer, and no other fault, needs its delay in milliseconds, 60000 at most.",
  })
  .refine(({ kind, retryAfterSeconds }) => retryAfterSeconds === null || kind === "429" || kind === "503", {
    path: ["retryAfterSeconds"],
    error: "Only 429 and 503 carry Retry-After.",
  });

export type FaultWish = z.infer<typeof faultWish>;

/** A fault that is switched on, or was, with what came of it. */
export interface Fault extends FaultWish {
  readonly id: string;
  /** Requests that it has met. */
  readonly met: number;
  /** Requests that it will meet yet; null: all. */
  readonly left: number | null;
}

/** The faults of one service. They live as long as the process. */
export interface Drill {
  /** In the order in which they were switched on; the first that fits a request meets it. */
  list(): readonly Fault[];
  /** Null when there are as many as there may be. */
  add(wish: FaultWish): Fault | null;
  /** The fault as it was; null when there is none with this id. */
  remove(id: string): Fault | null;
  /** How many there were. */
  clear(): number;
  /** The fault that this request meets, counted already; null when it meets none. */
  meet(method: string, path: string): Fault | null;
  /** Requests met since the start, by kind, whether the fault is still there or not. */
  readonly met: Readonly<Partial<Record<FaultKind, number>>>;
}

const most = 50;

export const openDrill = (): Drill => {
  let faults: readonly Fault[] = [];
  const met = new Map<FaultKind, number>();
  return {
    list: () => faults,
    add: (wish) => {
      // Those that have met all that they were to meet make room.
      if (faults.length >= most) faults = faults.filter(({ left }) => left !== 0);
      if (faults.length >= most) return null;
      const fault = { ...wish, id: newId(), met: 0, left: wish.times };
      faults = [...faults, fault];
      return fault;
    },
    remove: (id) => {
      const fault = faults.find((candidate) => candidate.id === id) ?? null;
      faults = faults.filter((candidate) => candidate !== fault);
      return fault;
    },
    clear: () => {
      const { length } = faults;
      faults = [];
      return length;
    },
    meet: (method, path) => {
      const index = faults.findIndex(
        (fault) =>
          fault.left !== 0 &&
          reaches(fault.kind, method) &&
          (fault.method ?? method) === method &&
          (fault.path === null || path.includes(fault.path)),
      );
      const fault = faults[index];
      if (fault === undefined) return null;
      const counted = { ...fault, met: fault.met + 1, left: fault.left === null ? null : fault.left - 1 };
      faults = faults.with(index, counted);
      met.set(fault.kind, (met.get(fault.kind) ?? 0) + 1);
      return counted;
    },
    get met() {
      return Object.fromEntries(met);
    },
  };
};
