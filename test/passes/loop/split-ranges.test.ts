// Splitting of loops: where choices by position change, and which loops are left alone.
import { expect, test } from "vitest";
import { add, binary, compare, f32, i32, load, select, subtract } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { simplifyIndex } from "../../../src/passes/loop/simplify-index.ts";
import { splitRanges } from "../../../src/passes/loop/split-ranges.ts";
import { vectorize } from "../../../src/passes/loop/vectorize.ts";
import { bodyText, kernelOf, resultsOf, violationsOf } from "../../support/loop-runs.ts";

const split = (kernel: Kernel): readonly string[] => {
  const result = simplifyIndex.run(splitRanges.run(kernel));
  expect(violationsOf(result)).toEqual([]);
  expect(resultsOf(result)).toEqual(resultsOf(kernel));
  return bodyText(result).split("\n");
};

const x = (index: Expr): Expr => load("f32", "x", index);
const within = (i: Expr, low: number, high: number): Expr =>
  binary("and", compare("ge", i, i32(low)), compare("lt", i, i32(high)));
const clamped = (i: Expr, low: number, high: number): Expr => binary("min", binary("max", i, i32(low)), i32(high));

test("two tensors side by side become two loops without a choice", () => {
  const kernel = kernelOf((body) =>
    body.loop(
      16,
      (i, inner) => {
        const left = x(clamped(i, 0, 5));
        const right = x(add(clamped(subtract(i, 6), 0, 9), 40));
        inner.store("y", i, select(compare("lt", i, i32(6)), left, right));
      },
      { mode: "vector" },
    ),
  );
  const lines = split(kernel);
  expect(lines.filter((line) => line.startsWith("for"))).toEqual([
    "for i1 in 0..6 vector {",
    "for i2 in 6..16 vector {",
  ]);
  expect(lines.join("\n")).not.toMatch(/select|min|max/);
  const wide = vectorize.run(simplifyIndex.run(splitRanges.run(kernel)));
  expect(bodyText(wide)).toContain("; 4]");
  expect(resultsOf(wide)).toEqual(resultsOf(kernel));
});

test("padding on both sides becomes a copy between two stretches of one number", () => {
  const kernel = kernelOf((body) =>
    body.loop(
      20,
      (i, inner) => {
        const at = subtract(i, 3);
        inner.store("y", i, select(within(at, 0, 12), x(clamped(at, 0, 11)), f32(7)));
      },
      { mode: "vector" },
    ),
  );
  expect(split(kernel)).toEqual([
    "for i1 in 0..3 vector {",
    "  y[i1] = 7.0",
    "}",
    "for i2 in 3..15 vector {",
    "  y[i2] = x[i2 + -3]",
    "}",
    "for i3 in 15..20 vector {",
    "  y[i3] = 7.0",
    "}",
  ]);
});

test("an index that counts down is split where it gets there", () => {
  const kernel = kernelOf((body) =>
    body.loop(12, (i, inner) => inner.store("y", i, select(compare("gt", subtract(i32(8), i), i32(0)), x(i), f32(0))), {
      mode: "vector",
    }),
  );
  expect(split(kernel).filter((line) => line.startsWith("for"))).toEqual([
    "for i1 in 0..8 vector {",
    "for i2 in 8..12 vector {",
  ]);
});

test("a piece must be as long as a vector, and all pieces together not too many statements", () => {
  const choosing = (extent: number, at: number, statements = 1): Kernel =>
    kernelOf((body) =>
      body.loop(
        extent,
        (i, inner) => {
          for (let count = 0; count < statements; count++)
            inner.store("y", add(i, count * 8), select(compare("lt", i, i32(at)), x(i), f32(count)));
        },
        { mode: "vector" },
      ),
    );
  const isSplit = (kernel: Kernel): boolean => splitRanges.run(kernel) !== kernel;
  expect(isSplit(choosing(7, 3))).toBe(true);
  expect(isSplit(choosing(7, 4))).toBe(true);
  expect(isSplit(choosing(6, 3))).toBe(false);
  expect(isSplit(choosing(8, 0))).toBe(false);
  expect(isSplit(choosing(8, 8))).toBe(false);
  expect(isSplit(choosing(8, 4, 8))).toBe(true);
  expect(splitRanges.run({ ...choosing(8, 4), body: [] }).body).toEqual([]);
});

test("sums, serial loops, and loops that would be split into many pieces stay", () => {
  const sum = kernelOf((body) => {
    const total = body.mutable(f32(0), "total");
    body.loop(
      16,
      (i, inner) => inner.assign(total, binary("add", total, select(compare("lt", i, i32(6)), x(i), f32(0)))),
      { mode: "vector" },
    );
    body.store("y", i32(0), total);
  });
  const serial = kernelOf((body) =>
    body.loop(16, (i, inner) => inner.store("y", i, select(compare("lt", i, i32(6)), x(i), f32(0)))),
  );
  const many = kernelOf((body) =>
    body.loop(
      32,
      (i, inner) => {
        const steps = [3, 6, 9, 12, 15, 18, 21].map((at) => select(compare("lt", i, i32(at)), x(i), f32(at)));
        inner.store(
          "y",
          i,
          steps.reduce((total, each) => binary("add", total, each)),
        );
      },
      { mode: "vector" },
    ),
  );
  for (const kernel of [sum, serial, many]) expect(splitRanges.run(kernel)).toBe(kernel);
});
