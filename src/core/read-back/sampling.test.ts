import fc from "fast-check";
import { expect, test } from "vitest";
import { isReadBack, readBackPolicies, type Touched } from "./sampling.ts";

const never = 0.999;
const known: Touched = { writesBefore: 500, wasIgnored: false };

test.each<[what: string, touched: readonly Touched[], asked: boolean, draw: number, read: Record<string, boolean>]>([
  ["the first write", [{ ...known, writesBefore: 0 }], false, never, { off: false, sampled: true, always: true }],
  ["the third write", [{ ...known, writesBefore: 2 }], false, never, { off: false, sampled: true, always: true }],
  ["the fourth write", [{ ...known, writesBefore: 3 }], false, never, { off: false, sampled: false, always: true }],
  ["one of a hundred", [known], false, 0.0099, { off: false, sampled: true, always: true }],
  ["the others", [known], false, 0.01, { off: false, sampled: false, always: true }],
  ["one new attribute among others", [known, { ...known, writesBefore: 1 }], false, never, { sampled: true }],
  ["what was ignored once", [known, { ...known, wasIgnored: true }], false, never, { off: false, sampled: true }],
  ["who is asked for", [known], true, never, { off: false, sampled: true, always: true }],
  ["nothing that could be seen", [], true, 0, { off: false, sampled: false, always: false }],
])("%s", (_what, touched, asked, draw, read) => {
  for (const policy of readBackPolicies)
    if (policy in read) expect([policy, isReadBack(policy, touched, asked, draw)]).toEqual([policy, read[policy]]);
});

test("of many writes the first are read back, and those that the draw hits", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 }), (draws) => {
      const read = draws.filter((draw, at) => isReadBack("sampled", [{ ...known, writesBefore: at }], false, draw));
      const drawn = draws.slice(3).filter((draw) => draw < 0.01);
      expect(read).toHaveLength(Math.min(3, draws.length) + drawn.length);
    }),
  );
});
