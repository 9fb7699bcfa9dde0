// Unrolling: which loops are written out, and what their indices become.
import { expect, test } from "vitest";
import { add, binary, f32, i32, load, multiply } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { simplifyIndex } from "../../../src/passes/loop/simplify-index.ts";
import { unroll, unrollTiles } from "../../../src/passes/loop/unroll.ts";
import { vectorize } from "../../../src/passes/loop/vectorize.ts";
import { bodyText, kernelOf, resultsOf, violationsOf } from "../../support/loop-runs.ts";

/** The text of the kernel when it is unrolled and its indices are simple. */
const unrolled = (kernel: Kernel): readonly string[] => {
  const result = simplifyIndex.run(unroll.run(kernel));
  expect(violationsOf(result)).toEqual([]);
  expect(resultsOf(result)).toEqual(resultsOf(kernel));
  return bodyText(result).split("\n");
};

const x = (index: Expr): Expr => load("f32", "x", index);
const divide = (left: Expr, right: number): Expr => binary("div", left, i32(right));
const remainder = (left: Expr, right: number): Expr => binary("rem", left, i32(right));

test("taps of a window are added one after the other", () => {
  const kernel = kernelOf((body) =>
    body.loop(24, (i, outer) => {
      const sum = outer.mutable(f32(0), "sum");
      outer.loop(2, (tap, inner) => inner.assign(sum, binary("add", sum, x(add(multiply(i, 2), tap)))));
      outer.store("y", i, sum);
    }),
  );
  expect(unrolled(kernel)).toEqual([
    "for i0 in 0..24 {",
    "  var sum0: f32 = 0.0",
    "  sum0 = sum0 + x[i0 * 2]",
    "  sum0 = sum0 + x[i0 * 2 + 1]",
    "  y[i0] = sum0",
    "}",
  ]);
});

test("an index that is divided goes in blocks, what is left over by itself", () => {
  const kernel = kernelOf((body) =>
    body.loop(11, (i, inner) => inner.store("y", i, x(add(multiply(divide(i, 2), 4), remainder(i, 2)))), {
      mode: "vector",
    }),
  );
  expect(unrolled(kernel)).toEqual([
    "for i1 in 0..5 vector {",
    "  y[i1 * 2] = x[i1 * 4]",
    "  y[i1 * 2 + 1] = x[i1 * 4 + 1]",
    "}",
    "y[10] = x[20]",
  ]);
});

test("a division is found through names and beside multiples of the divisor", () => {
  const kernel = kernelOf((body) =>
    body.loop(4, (row, outer) =>
      outer.loop(20, (i, inner) => {
        const at = inner.name(add(add(multiply(row, 12), i), 1), "at");
        inner.store("y", add(multiply(row, 20), i), x(divide(at, 3)));
      }),
    ),
  );
  expect(unrolled(kernel)).toEqual([
    "for i0 in 0..4 {",
    "  for i2 in 0..6 {",
    "    y[i0 * 20 + i2 * 3] = x[i0 * 4 + i2]",
    "    y[i0 * 20 + i2 * 3 + 1] = x[i0 * 4 + i2]",
    "    y[i0 * 20 + i2 * 3 + 2] = x[i0 * 4 + i2 + 1]",
    "  }",
    "  y[i0 * 20 + 18] = x[i0 * 4 + 6]",
    "  y[i0 * 20 + 19] = x[i0 * 4 + 6]",
    "}",
  ]);
});

test("the vectoriser keeps its loops, and long bodies are not repeated", () => {
  const contiguous = kernelOf((body) => body.loop(8, (i, inner) => inner.store("y", i, x(i)), { mode: "vector" }));
  const long = kernelOf((body) =>
    body.loop(8, (i, inner) => {
      for (let at = 0; at < 7; at++) inner.store("y", add(i, at * 8), x(i));
    }),
  );
  const many = kernelOf((body) => body.loop(10, (i, inner) => inner.store("y", i, x(i))));
  for (const kernel of [contiguous, long, many]) expect(unroll.run(kernel)).toBe(kernel);
});

test("up to nine iterations and 48 statements are written out, by their own steps", () => {
  const steps = kernelOf((body) => body.loop(9, (i, inner) => inner.store("y", i, x(i)), { from: 2, step: 3 }));
  expect(unrolled(steps)).toEqual(["y[2] = x[2]", "y[5] = x[5]", "y[8] = x[8]"]);
  const nine = kernelOf((body) => body.loop(9, (i, inner) => inner.store("y", i, x(i))));
  expect(unrolled(nine)).toHaveLength(9);
  const filling = (statements: number): Kernel =>
    kernelOf((body) =>
      body.loop(8, (i, inner) => {
        for (let at = 0; at < statements; at++) inner.store("y", add(i, at * 8), x(i));
      }),
    );
  expect(unrolled(filling(6))).toHaveLength(48);
  expect(unroll.run(kernelOf((body) => body.loop(0, (i, inner) => inner.store("y", i, x(i))))).body).toEqual([]);
});

test("a loop around another stays, and so does one whose ends are computed", () => {
  const nested = kernelOf((body) =>
    body.loop(2, (i, outer) => outer.loop(16, (j, inner) => inner.store("y", add(multiply(i, 16), j), x(j)))),
  );
  const computed = kernelOf((body) => body.loop(load("i32", "n", 0), (i, inner) => inner.store("y", i, x(i))));
  for (const kernel of [nested, computed]) expect(unroll.run(kernel)).toBe(kernel);
});

test("vectors need four iterations by ones, and a division comes before them", () => {
  const asking = (trips: number, step: number, divisor: number): Kernel =>
    kernelOf((body) =>
      body.loop(trips * step, (i, inner) => inner.store("y", i, x(divisor === 1 ? i : divide(i, divisor))), {
        mode: "vector",
        step,
      }),
    );
  const isLoop = (kernel: Kernel): boolean => unroll.run(kernel) === kernel;
  expect([asking(3, 1, 1), asking(4, 1, 1), asking(4, 2, 1), asking(4, 1, 2)].map(isLoop)).toEqual([
    false,
    true,
    false,
    false,
  ]);
});

test("blocks of a division are for loops from 0 by ones, by numbers up to nine, the largest first", () => {
  const divided = (by: readonly number[], options: Readonly<Record<string, number>> = {}): readonly string[] =>
    unrolled(
      kernelOf((body) =>
        body.loop(
          20,
          (i, inner) =>
            inner.store(
              "y",
              i,
              by.map((each) => x(divide(i, each))).reduce((a, b) => binary("add", a, b)),
            ),
          options,
        ),
      ),
    );
  const blocks = (lines: readonly string[]): string => lines[0] ?? "";
  expect(blocks(divided([2, 3]))).toBe("for i1 in 0..6 {");
  expect(blocks(divided([3, 2]))).toBe("for i1 in 0..6 {");
  expect(blocks(divided([9]))).toBe("for i1 in 0..2 {");
  expect(blocks(divided([10]))).toBe("for i0 in 0..20 {");
  expect(blocks(divided([2], { from: 1 }))).toBe("for i0 in 1..20 {");
  expect(blocks(divided([2], { step: 2 }))).toBe("for i0 in 0..20 step 2 {");
  const byTwos = kernelOf((body) => body.loop(20, (i, inner) => inner.store("y", i, x(divide(multiply(i, 2), 3)))));
  expect(unroll.run(byTwos)).toBe(byTwos);
});

test("a short loop that asks for vectors gets none", () => {
  const kernel = kernelOf((body) => body.loop(3, (i, inner) => inner.store("y", i, x(i)), { mode: "vector" }));
  expect(unrolled(kernel)).toEqual(["y[0] = x[0]", "y[1] = x[1]", "y[2] = x[2]"]);
});

test("what follows a tile is written out row by row, once four columns are one step; what is longer stays a loop", () => {
  const tiles = (rows: number): Kernel =>
    kernelOf((body) =>
      body.loop(3, (tile, around) =>
        around.loop(rows, (row, outer) =>
          outer.loop(
            8,
            (column, inner) => {
              const at = add(multiply(tile, 8), add(multiply(row, 24), column));
              inner.store("y", at, binary("mul", x(at), f32(2)));
            },
            { mode: "vector" },
          ),
        ),
      ),
    );
  const short = simplifyIndex.run(unrollTiles.run(vectorize.run(tiles(2))));
  expect(violationsOf(short)).toEqual([]);
  expect(resultsOf(short)).toEqual(resultsOf(tiles(2)));
  expect(bodyText(short).match(/for .*|y\[.*(?=; 4\] =)/g)).toEqual([
    "for i0 in 0..3 {",
    "y[i0 * 8",
    "y[i0 * 8 + 4",
    "y[i0 * 8 + 24",
    "y[i0 * 8 + 28",
  ]);
  const long = simplifyIndex.run(unrollTiles.run(vectorize.run(tiles(5))));
  expect(bodyText(long).match(/for /g)).toHaveLength(2);
});
