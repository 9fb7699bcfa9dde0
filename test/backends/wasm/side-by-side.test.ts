// Iterations side by side: whatever the extents, the bits stay those of the loop program, also where loops write over what they
// read; and what it is for is there: several sums, chains that take turns, cheap maxima.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cheapExtremes } from "../../../src/backends/wasm/cheap-extremes.ts";
import { assembleModule } from "../../../src/backends/wasm/instantiate.ts";
import { unrollVectors } from "../../../src/backends/wasm/unroll-vectors.ts";
import { add, type BlockBuilder, binary, f32, load, multiply } from "../../../src/ir/loop/build.ts";
import type { Expr, LaneReducer } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { printKernel } from "../../../src/ir/loop/print.ts";
import { exponential } from "../../../src/ir/scalar/programs/exponential.ts";
import { optimizeKernel } from "../../../src/passes/loop/pipeline.ts";
import { randomArray } from "../../../src/testing/arbitraries/values.ts";
import { interpreted, kernelOver, type Place, place, programOver, room, runKernel } from "./run-kernel.ts";

const numbers = (name: string, length: number, seed: number): Place =>
  place(name, "f32", [...randomArray({ dtype: "f32", shape: [length] }, seed, "special").data]);

const x = (at: Expr): Expr => load("f32", "x", at);

/** What is done with each x[i]: stored in y, or in x itself. */
const elementwise = (length: number, into: "x" | "y", value: (body: BlockBuilder, at: Expr) => Expr): Kernel =>
  optimizeKernel(
    kernelOver([numbers("x", length, 1), room("y", "f32", length)], (body) =>
      body.loop(length, (i, inner) => inner.store(into, i, value(inner, i)), { mode: "vector" }),
    ),
  );

const expectSameBits = (kernel: Kernel, seed: number): void => {
  const places = kernel.parameters.map(({ name, length }) =>
    name === "y" ? room(name, "f32", length) : numbers(name, length, seed),
  );
  expect(runKernel(kernel, places)).toEqual(interpreted(kernel, places));
};

const text = (kernel: Kernel): string => printKernel(unrollVectors(cheapExtremes(kernel)));

describe("elements", () => {
  const exp = (body: BlockBuilder, at: Expr): Expr => exponential(body, x(at));

  test("of any number, into another buffer and into their own", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 150 }), fc.constantFrom("x", "y"), fc.nat(), (length, into, seed) => {
        expectSameBits(elementwise(length, into, exp), seed);
      }),
      { numRuns: 60 },
    );
  });

  test("four vectors at a time, the rest by ones", () => {
    const loops = text(elementwise(150, "y", exp))
      .split("\n")
      .filter((line) => line.includes("for"));
    expect(loops.map((line) => line.trim()).slice(0, 2)).toEqual([
      "for i0 in 0..144 step 16 {",
      "for i1 in 144..148 step 4 {",
    ]);
  });

  test("their chains take turns", () => {
    const kernel = elementwise(64, "y", exp);
    const places = [numbers("x", 64, 1), room("y", "f32", 64)];
    const lines = assembleModule(programOver(kernel, places)).wat().split("\n");
    const loads = lines.flatMap((line, at) => (line.includes("v128.load") ? [at] : []));
    const stores = lines.flatMap((line, at) => (line.includes("v128.store") ? [at] : []));
    expect(loads).toHaveLength(4);
    expect((loads.at(-1) ?? 0) - (loads[0] ?? 0)).toBe(3);
    expect((stores.at(-1) ?? 0) - (stores[0] ?? 0)).toBeLessThan(12);
  });

  test("the chains of a tile take turns, too, though all rows read one bias", () => {
    const places = [numbers("x", 256, 1), numbers("bias", 8, 2), room("y", "f32", 256)];
    const kernel = optimizeKernel(
      kernelOver(places, (body) =>
        body.loop(8, (tile, tiles) =>
          tiles.loop(4, (row, rows) =>
            rows.loop(
              8,
              (column, inner) => {
                const at = add(add(multiply(tile, 32), multiply(row, 8)), column);
                inner.store("y", at, exponential(inner, binary("add", x(at), load("f32", "bias", column))));
              },
              { mode: "vector" },
            ),
          ),
        ),
      ),
    );
    const lines = assembleModule(programOver(kernel, places)).wat().split("\n");
    const stores = lines.flatMap((line, at) => (line.includes("v128.store") ? [at] : []));
    // What is stored is stored last: after the first store nothing is computed any more.
    expect(stores.length).toBeGreaterThan(3);
    expect(lines.slice(stores[0]).join("\n")).not.toContain("f32x4.mul");
    expect(runKernel(kernel, places)).toEqual(interpreted(kernel, places));
  });

  test("what an iteration stores and reads again it reads as it stored it", () => {
    const places = [numbers("x", 64, 1), room("y", "f32", 64)];
    const kernel = kernelOver(places, (body) =>
      body.loop(
        64,
        (i, inner) => {
          inner.store("y", i, binary("mul", load("f32x4", "x", i), load("f32x4", "x", i)));
          inner.store("y", i, binary("add", load("f32x4", "y", i), load("f32x4", "x", i)));
        },
        { step: 4 },
      ),
    );
    expect(text(kernel)).toContain("step 16");
    expect(runKernel(kernel, places)).toEqual(interpreted(kernel, places));
  });

  test("one iteration after the other where one reads what another writes", () => {
    const places = [numbers("x", 80, 1)];
    const kernel = kernelOver(places, (body) =>
      body.loop(
        64,
        (i, inner) => inner.store("x", add(i, 16), binary("mul", load("f32x4", "x", i), load("f32x4", "x", i))),
        { step: 4 },
      ),
    );
    expect(unrollVectors(kernel)).toBe(kernel);
    expect(runKernel(kernel, places)).toEqual(interpreted(kernel, places));
  });
});

/** Folds along the rows or down the columns of x [rows, columns]. */
const folds = (fn: LaneReducer, [rows, columns]: readonly [number, number], along: "rows" | "columns"): Kernel => {
  const [kept, folded] = along === "rows" ? [rows, columns] : [columns, rows];
  return optimizeKernel(
    kernelOver([numbers("x", rows * columns, 1), room("y", "f32", kept)], (body) =>
      body.loop(
        kept,
        (i, outer) => {
          const accumulator = outer.mutable(f32({ add: 0, mul: 1, max: -Infinity, min: Infinity }[fn]));
          outer.loop(
            folded,
            (j, inner) => {
              const at = along === "rows" ? add(multiply(i, columns), j) : add(multiply(j, columns), i);
              inner.assign(accumulator, binary(fn, accumulator, x(at)));
            },
            { mode: "vector" },
          );
          outer.store("y", i, accumulator);
        },
        { mode: along === "columns" ? "vector" : "serial" },
      ),
    ),
  );
};

describe("folds", () => {
  const fn = fc.constantFrom<LaneReducer>("add", "mul", "max", "min");

  test("down any columns", () => {
    fc.assert(
      fc.property(fn, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 150 }), fc.nat(), (of, m, n, seed) => {
        expectSameBits(folds(of, [m, n], "columns"), seed);
      }),
      { numRuns: 60 },
    );
  });

  test("along any rows", () => {
    fc.assert(
      fc.property(fn, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 150 }), fc.nat(), (of, m, n, seed) => {
        expectSameBits(folds(of, [m, n], "rows"), seed);
      }),
      { numRuns: 60 },
    );
  });

  test("eight vectors of columns go down the rows together", () => {
    expect(text(folds("add", [10, 64], "columns"))).toContain("for i0 in 0..64 step 32 {");
  });

  test("a maximum keeps NaN and tells zeros apart", () => {
    const kernel = folds("max", [1, 310], "rows");
    expect(text(kernel)).toContain("nan0");
    for (const [others, one, result] of [
      [-1, Number.NaN, Number.NaN],
      [-0, -0, -0],
      [-0, 0, 0],
      [-Infinity, -Infinity, -Infinity],
      [-3, -2, -2],
    ] as const)
      for (const at of [0, 5, 63, 306, 309]) {
        const data = new Array<number>(310).fill(others).with(at, one);
        const places = [place("x", "f32", data), room("y", "f32", 1)];
        expect(runKernel(kernel, places)["y"]).toEqual([result]);
      }
  });
});
