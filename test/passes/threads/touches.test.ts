// Whether threads may meet, beside trying all pairs of iterations.
import fc from "fast-check";
import { expect, test } from "vitest";
import { add, type BlockBuilder, f32, i32, lane, load, multiply, splat } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import type { StmtOf } from "../../../src/ir/loop/stmt.ts";
import { iterationsMeet, othersMeet, piecesMeet, viewKernel } from "../../../src/passes/threads/touches.ts";
import { kernelOf } from "../../support/loop-runs.ts";

/** A loop, and by how much an access moves from one value of its index to the next. */
interface Counted {
  readonly from: number;
  readonly trips: number;
  readonly step: number;
}

/** An access to y: where it begins, how it moves with the loop outside, the cut one and one inside, and how many elements it has. */
interface Access {
  readonly start: number;
  readonly strides: readonly [number, number, number];
  readonly writes: boolean;
  readonly wide: boolean;
}

const counted = (fewest: number): fc.Arbitrary<Counted> =>
  fc.record({ from: fc.nat(2), trips: fc.integer({ min: fewest, max: 4 }), step: fc.integer({ min: 1, max: 3 }) });

const stride = fc.constantFrom(0, 1, 2, 3, 4, 5, 8, 12, -1, -4);

const access: fc.Arbitrary<Access> = fc.record({
  start: fc.integer({ min: 40, max: 60 }),
  strides: fc.tuple(stride, stride, stride),
  writes: fc.boolean(),
  wide: fc.boolean(),
});

type Loops = readonly [outer: Counted, middle: Counted, inner: Counted];

const loopsOf: fc.Arbitrary<Loops> = fc.tuple(counted(1), counted(2), counted(1));

/** Fills the innermost of three loops with accesses; what is read goes to another buffer, which nobody asks about. */
const nest = (loops: Loops, accesses: readonly Access[]): Kernel => {
  const kernel = kernelOf((body) => {
    const [outer, middle, inner] = loops;
    const options = ({ from, step }: Counted) => ({ from, step });
    const end = ({ from, trips, step }: Counted): number => from + trips * step;
    const fill = (b: BlockBuilder, indices: readonly Expr[]): void => {
      for (const { start, strides, writes, wide } of accesses) {
        const at = indices.reduce((sum, index, level) => add(sum, multiply(index, strides[level] ?? 0)), i32(start));
        if (writes) b.store("y", at, wide ? splat(f32(1)) : f32(1));
        else b.store("out", 0, wide ? lane(load("f32x4", "y", at), 0) : load("f32", "y", at));
      }
    };
    body.loop(
      end(outer),
      (i, b1) =>
        b1.loop(
          end(middle),
          (j, b2) => b2.loop(end(inner), (k, b3) => fill(b3, [i, j, k]), options(inner)),
          options(middle),
        ),
      options(outer),
    );
  });
  return { ...kernel, parameters: [...kernel.parameters, { name: "out", dtype: "f32", length: 1, access: "write" }] };
};

const valuesOf = ({ from, trips, step }: Counted): readonly number[] =>
  Array.from({ length: trips }, (_, at) => from + at * step);

/** The elements that an access touches while the middle loop stands at j, wherever the others are. */
const elementsAt = (
  [outer, , inner]: Loops,
  { start, strides: [a, b, c], wide }: Access,
  j: number,
): ReadonlySet<number> =>
  new Set(
    valuesOf(outer).flatMap((i) =>
      valuesOf(inner).flatMap((k) =>
        Array.from({ length: wide ? 4 : 1 }, (_, lane) => start + a * i + b * j + c * k + lane),
      ),
    ),
  );

const meetSomewhere = (one: ReadonlySet<number>, other: ReadonlySet<number>): boolean =>
  [...one].some((element) => other.has(element));

/** Whether two accesses meet at different values of the middle index, or at any two. Where they move by different strides, any two count. */
const meet = (loops: Loops, one: Access, other: Access, differ: boolean): boolean => {
  const apart = differ && one.strides[1] === other.strides[1];
  if (!one.writes && !other.writes) return false;
  return valuesOf(loops[1]).some((j) =>
    valuesOf(loops[1]).some(
      (l) => !(apart && j === l) && meetSomewhere(elementsAt(loops, one, j), elementsAt(loops, other, l)),
    ),
  );
};

const forLoop = (body: Kernel["body"]): StmtOf<"for"> => {
  const [loop] = body;
  if (loop?.kind !== "for") throw new Error("a nest is a loop");
  return loop;
};

test("accesses in different iterations meet if and only if some pair does", () => {
  const met = { yes: 0, no: 0 };
  fc.assert(
    fc.property(loopsOf, fc.array(access, { minLength: 1, maxLength: 3 }), (loops, accesses) => {
      const kernel = nest(loops, accesses);
      const view = viewKernel(kernel);
      const middle = forLoop(forLoop(kernel.body).body);
      const touches = view.touchesOf(middle.body).filter(({ memory }) => memory === "y");
      expect(touches).toHaveLength(accesses.length);
      const expected = accesses.some((one, at) => accesses.slice(at).some((other) => meet(loops, one, other, true)));
      expect(iterationsMeet(view, middle, touches)).toBe(expected);
      met[expected ? "yes" : "no"] += 1;
    }),
    { numRuns: 600 },
  );
  expect(Math.min(met.yes, met.no)).toBeGreaterThan(60);
});

test("one access meets another in other iterations, or anywhere, if and only if some pair does", () => {
  fc.assert(
    fc.property(loopsOf, access, access, (loops, one, other) => {
      const kernel = nest(loops, [one, other]);
      const view = viewKernel(kernel);
      const middle = forLoop(forLoop(kernel.body).body);
      const [a, b] = view.touchesOf(middle.body).filter(({ memory }) => memory === "y");
      if (a === undefined || b === undefined) throw new Error("there are two accesses");
      expect(othersMeet(view, middle, [a], [b])).toBe(meet(loops, one, other, true));
      expect(piecesMeet(view, [a], [b])).toBe(meet(loops, one, other, false));
    }),
    { numRuns: 600 },
  );
});
