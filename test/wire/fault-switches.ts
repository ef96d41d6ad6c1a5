/** Ways in which the test server misbehaves. */
export const faultKinds = [
  "429",
  "500",
  "503",
  "401",
  "403",
  "404",
  "402",
  "405",
  "409",
  "412",
  "413",
  "415",
  "422",
  "428",
  "501",
  "500BeforeCommit",
  "502AfterCommit",
  "dropBeforeCommit",
  "dropAfterCommit",
  "truncate201",
  "noId",
  "noBody",
  "onlyLocation",
  "locationUndefined",
  "idUndefined",
  "204Create",
  "errorIn200",
  "500OnDuplicate",
  "409AsUniqueness400",
  "emptyList",
  "objectList",
  "listForOne",
  "listOfTwo",
  "membersAnyway",
  "upperCase",
  "numbersAsTexts",
  "wrongType",
  "html",
  "wrongJson",
  "malformedJson",
  "truncateJson",
  "redirect",
  "nearMatch",
  "ignoreFilter",
  "repeatPage",
  "skipOne",
  "lowTotal",
  "highTotal",
  "hang",
  "hangAfterCommit",
  "slowBody",
  "tooLarge",
  "plainJson",
  // Success is answered, and nothing (or nothing of `attributes`) is done: the answer shows what is there …
  "ignoresWrite",
  // … or what was asked for.
  "claimsWrite",
  // Shows the object as it was before the last write.
  "staleRead",
  // Whoever is not in a group cannot be taken out of it.
  "noTargetForAbsent",
  // Of bulk requests alone.
  "bulkReversed",
  "bulkMissesOne",
  "bulkSaysTwice",
  "bulkNoStatus",
  "bulkNoNames",
  "bulkNoPlaces",
  "bulkOnePlace",
  "bulkWrongPlaces",
  "bulkNumbers",
  "bulkTakesTwo",
  "bulkStopsAt400",
  "bulkAll429",
  "bulkAll501",
  // No fault at all: SCIM lets a target answer an update with nothing.
  "204",
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** One switch: which requests it meets, and how often. */
export interface Fault {
  readonly kind: FaultKind;
  readonly method?: string;
  /** Beginning of the path below the base with its query, such as `/Users` or `/Users?filter=userName`. */
  readonly path?: string;
  /** How many requests it meets, 1 unless told; null means all. */
  readonly times?: number | null;
  /** For 429 and 503: the header's text; without it there is none. */
  readonly retryAfter?: string;
  /** For `ignoresWrite` and `claimsWrite`: names of the attributes that keep what they had; all of them without. */
  readonly attributes?: readonly string[];
  /** For `redirect`: where to. */
  readonly location?: string;
}

/** Chance of each fault from 0 to 1, drawn for every request (those about the id of what was made for creates only). */
export type FaultMix = Partial<Readonly<Record<FaultKind, number>>>;

export interface FaultSwitches {
  add(fault: Fault): void;
  clear(): void;
  /** Draws faults for writes, and others for reads; none unless told. */
  mix(seed: number, writes: FaultMix, reads?: FaultMix): void;
  /** The fault that a request for this path, with its query, meets, if any; counts it. */
  meet(method: string, path: string): Fault | undefined;
  readonly met: Readonly<Record<string, number>>;
}

/** Evenly spread numbers from 0 up to 1 that depend on the seed alone (mulberry32's mixing steps). */
const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
};

const writes = new Set(["POST", "PUT", "PATCH", "DELETE"]);
const createOnly: ReadonlySet<FaultKind> = new Set([
  "truncate201",
  "noId",
  "noBody",
  "onlyLocation",
  "locationUndefined",
  "idUndefined",
  "204Create",
]);

export const openFaultSwitches = (): FaultSwitches => {
  let open: { readonly fault: Fault; left: number }[] = [];
  type Chances = readonly (readonly [FaultKind, number])[];
  const chancesOf = (mix: FaultMix): Chances =>
    faultKinds.flatMap((kind) => (mix[kind] === undefined ? [] : [[kind, mix[kind]] as const]));
  let chances: { readonly writes: Chances; readonly reads: Chances } = { writes: [], reads: [] };
  let random = seeded(1);
  const met = new Map<string, number>();

  const switched = (method: string, path: string): Fault | undefined => {
    const hit = open.find(
      ({ fault, left }) =>
        left > 0 &&
        (fault.method ?? method) === method &&
        (fault.path === undefined || path.startsWith(fault.path)) &&
        (method === "POST" || !createOnly.has(fault.kind)),
    );
    if (hit !== undefined) hit.left -= 1;
    return hit?.fault;
  };

  const drawn = (method: string): Fault | undefined => {
    const ours = writes.has(method) ? chances.writes : chances.reads;
    if (ours.length === 0) return undefined;
    let draw = random();
    for (const [kind, chance] of ours) {
      if (createOnly.has(kind) && method !== "POST") continue;
      if (draw < chance) return { kind };
      draw -= chance;
    }
    return undefined;
  };

  return {
    add: (fault) =>
      void open.push({ fault, left: fault.times === null ? Number.POSITIVE_INFINITY : (fault.times ?? 1) }),
    clear: () => {
      open = [];
      chances = { writes: [], reads: [] };
    },
    mix: (seed, ofWrites, ofReads = {}) => {
      random = seeded(seed);
      chances = { writes: chancesOf(ofWrites), reads: chancesOf(ofReads) };
    },
    meet: (method, path) => {
      const fault = switched(method, path) ?? drawn(method);
      if (fault !== undefined) met.set(fault.kind, (met.get(fault.kind) ?? 0) + 1);
      return fault;
    },
    get met() {
      return Object.fromEntries(met);
    },
  };
};
