// The two segment trees of the planner, beside lists that are gone through.
import fc from "fast-check";
import { expect, test } from "vitest";
import { heightProfile } from "../../../src/passes/planning/height-profile.ts";
import { overlapIndex } from "../../../src/passes/planning/overlap-index.ts";

/** Stretches of time within a length, each with a number of its own. */
const stretches = fc.integer({ min: 1, max: 40 }).chain((length) =>
  fc.tuple(
    fc.constant(length),
    fc.array(
      fc
        .tuple(fc.nat(length - 1), fc.nat(length - 1), fc.nat(50))
        .map(([a, b, height]) => ({ first: Math.min(a, b), last: Math.max(a, b), height })),
      { maxLength: 30 },
    ),
  ),
);

test("the height over a stretch is the greatest that any part of it was raised to", () => {
  fc.assert(
    fc.property(stretches, ([length, raises]) => {
      const profile = heightProfile(length);
      const heights = new Float64Array(length);
      for (const { first, last, height } of raises) {
        expect(profile.over(first, last)).toBe(Math.max(...heights.subarray(first, last + 1)));
        profile.raise(first, last, height);
        for (let at = first; at <= last; at++) heights[at] = Math.max(heights[at] ?? 0, height);
      }
      for (let at = 0; at < length; at++) expect(profile.over(at, at)).toBe(heights[at]);
    }),
  );
});

test("what meets a stretch is visited once, in steps for what is there and for the time between", () => {
  fc.assert(
    fc.property(stretches, ([length, added]) => {
      const index = overlapIndex(length);
      for (const [number, { first, last }] of added.entries()) {
        const met: number[] = [];
        const steps = index.visit(first, last, (stretch) => met.push(stretch));
        const meeting = added
          .slice(0, number)
          .flatMap((each, at) => (each.first <= last && first <= each.last ? [at] : []));
        expect(met.sort((a, b) => a - b)).toEqual(meeting);
        expect(steps).toBe(meeting.length + last - first);
        index.add(number, first, last);
      }
    }),
  );
});
