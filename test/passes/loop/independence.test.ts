// Whether iterations may run side by side, beside trying all pairs of them.
import fc from "fast-check";
import { expect, test } from "vitest";
import { add, f32, load, multiply } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { boundsOfNames } from "../../../src/ir/loop/relations.ts";
import { iterationsAreIndependent } from "../../../src/passes/loop/independence.ts";
import { kernelOf } from "../../support/loop-runs.ts";

/** An access to y at start + i * ofLoop + k * ofInner, where k is the index of a loop within. */
interface Access {
  readonly start: number;
  readonly ofLoop: number;
  readonly ofInner: number;
  readonly writes: boolean;
}

interface Case {
  readonly trips: number;
  readonly inner: number;
  readonly accesses: readonly Access[];
}

const accessOf = (ofInner: fc.Arbitrary<number>): fc.Arbitrary<Access> =>
  fc.record({
    start: fc.integer({ min: 20, max: 32 }),
    ofLoop: fc.constantFrom(1, 1, 2, 2, 3, 4, 0, -1),
    ofInner,
    writes: fc.boolean(),
  });

const caseOf = (ofInner: fc.Arbitrary<number>): fc.Arbitrary<Case> =>
  fc.record({
    trips: fc.integer({ min: 2, max: 7 }),
    inner: fc.integer({ min: 1, max: 3 }),
    accesses: fc.array(accessOf(ofInner), { minLength: 1, maxLength: 3 }),
  });

const kernelFor = ({ trips, inner, accesses }: Case): Kernel =>
  kernelOf((body) =>
    body.loop(trips, (i, outer) =>
      outer.loop(inner, (k, block) => {
        for (const { start, ofLoop, ofInner, writes } of accesses) {
          const at: Expr = add(add(multiply(i, ofLoop), multiply(k, ofInner)), start);
          if (writes) block.store("y", at, f32(1));
          else block.name(load("f32", "y", at));
        }
      }),
    ),
  );

const claimed = (drawn: Case): boolean => {
  const kernel = kernelFor(drawn);
  const [loop] = kernel.body;
  if (loop?.kind !== "for") throw new Error("a kernel is a loop");
  const bounds = boundsOfNames(kernel.body);
  return iterationsAreIndependent(kernel, { loop, trips: drawn.trips, definitions: () => undefined, bounds });
};

const elementsIn = ({ inner }: Case, { start, ofLoop, ofInner }: Access, i: number): readonly number[] =>
  Array.from({ length: inner }, (_, k) => start + ofLoop * i + ofInner * k);

/** Whether two iterations meet in an element that one of them writes. */
const meet = (drawn: Case): boolean =>
  drawn.accesses.some((one) =>
    drawn.accesses.some((other) => {
      if (!one.writes) return false;
      for (let i = 0; i < drawn.trips; i++)
        for (let j = 0; j < drawn.trips; j++)
          if (i !== j && elementsIn(drawn, one, i).some((at) => elementsIn(drawn, other, j).includes(at))) return true;
      return false;
    }),
  );

test("iterations that are said to be independent never meet", () => {
  let independent = 0;
  fc.assert(
    fc.property(caseOf(fc.constantFrom(0, 1, 2, 4, 8, 12, 16, -8)), (drawn) => {
      if (!claimed(drawn)) return;
      independent += drawn.accesses.some(({ writes }) => writes) ? 1 : 0;
      expect(meet(drawn)).toBe(false);
    }),
    { numRuns: 2000 },
  );
  expect(independent).toBeGreaterThan(100);
});

test("where all accesses go by one stride, independent is what does not meet", () => {
  const evenly = fc
    .tuple(caseOf(fc.constant(0)), fc.constantFrom(1, 2, 3, 4))
    .map(([drawn, ofLoop]): Case => ({ ...drawn, accesses: drawn.accesses.map((each) => ({ ...each, ofLoop })) }));
  fc.assert(
    fc.property(evenly, (drawn) => {
      expect(claimed(drawn)).toBe(!meet(drawn));
    }),
    { numRuns: 1000 },
  );
});
