// Properties in tests: that they hold of random graphs, and that what is broken on purpose is caught.
import fc from "fast-check";
import type { GraphCase } from "../../../src/testing/arbitraries/graph.ts";
import type { GraphProperty, Violation } from "../../../src/testing/property.ts";
import { forAll } from "../../../src/testing/report/for-all.ts";

/** Expects no violation in so many cases. */
export const expectHolds = (property: GraphProperty, cases: fc.Arbitrary<GraphCase>, runs: number): Promise<void> =>
  forAll(cases, property, { runs });

/** Expects a violation among so many cases, and gives the first; the seed is fixed, so that "caught" is caught always. */
export const expectCaught = async (
  { name, check }: GraphProperty,
  cases: fc.Arbitrary<GraphCase>,
  within: number,
): Promise<Violation> => {
  const few = 20;
  for (let tried = 0; tried < within; tried += few)
    for (const drawn of fc.sample(cases, { numRuns: few, seed: 11 + tried })) {
      const violation = await check(drawn);
      if (violation !== undefined) return violation;
    }
  throw new Error(`${name} finds nothing wrong in ${within} graphs`);
};
