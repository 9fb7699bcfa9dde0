// What attention's inner loops need of the vectoriser: ends known only when they run, masks from memory or from a comparison
// of positions, and folds of what is stored in the same loop.
import { expect, test } from "vitest";
import {
  add,
  type BlockBuilder,
  binary,
  buildBody,
  cast,
  compare,
  f32,
  i32,
  load,
  multiply,
  select,
} from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import type { DType } from "../../../src/ir/types/dtype.ts";
import { vectorize } from "../../../src/passes/loop/vectorize.ts";
import { bodyText, violationsOf } from "../../support/loop-runs.ts";

const kernelOf = (dtype: DType, fill: (body: BlockBuilder) => void): Kernel => ({
  name: "k",
  parameters: [
    { name: "y", dtype: "f32", length: 64, access: "write" },
    { name: "x", dtype: "f32", length: 64, access: "read" },
    { name: "n", dtype, length: 64, access: "update" },
  ],
  inPlace: [],
  body: buildBody(fill),
});

const vectorized = (kernel: Kernel): string => {
  const result = vectorize.run(kernel);
  expect(violationsOf(result)).toEqual([]);
  return bodyText(result);
};

const x = (index: Expr): Expr => load("f32", "x", index);
const vector = { mode: "vector" } as const;

test("bytes and bools are vectors of whole numbers and masks", () => {
  const bytes = kernelOf("u8", (body) => body.loop(8, (i, b) => b.store("n", i, cast("i32", x(i))), vector));
  expect(vectorized(bytes)).toContain("n[i0; 4] = i32x4(x[i0; 4])");
  const masked = kernelOf("bool", (body) =>
    body.loop(8, (i, b) => b.store("y", i, select(load("bool", "n", i), x(i), f32(-1))), vector),
  );
  expect(vectorized(masked)).toContain("y[i0; 4] = select(n[i0; 4], x[i0; 4], splat(-1.0))");
});

test("a comparison of the index with a number of the loop around is a mask", () => {
  const kernel = kernelOf("i32", (body) =>
    body.loop(8, (r, outer) => {
      const width = outer.name(binary("min", i32(8), add(r, 2)));
      const fill = (j: Expr, inner: BlockBuilder): void =>
        inner.store("y", add(multiply(r, 8), j), select(compare("le", add(j, 3), r), x(j), f32(-Infinity)));
      outer.loop(width, fill, vector);
    }),
  );
  expect(vectorized(kernel)).toContain("select(ramp(i1 + 3) <= splat(i0), x[i1; 4], splat(-infinity))");
});

test("a fold may store what it folds, up to an end known when it runs", () => {
  const kernel = kernelOf("i32", (body) => {
    const width = body.name(binary("min", i32(64), load("i32", "n", 0)), "width");
    const sum = body.mutable(f32(0), "sum");
    const fill = (j: Expr, inner: BlockBuilder): void => {
      const p = inner.name(binary("mul", x(j), f32(2)), "p");
      inner.store("y", j, p);
      inner.assign(sum, binary("add", sum, p));
    };
    body.loop(width, fill, vector);
    body.store("y", 0, sum);
  });
  expect(vectorized(kernel)).toContain(
    [
      "for i0 in 0..to0 & -4 step 4 {",
      "  let p0: f32x4 = x[i0; 4] * splat(2.0)",
      "  y[i0; 4] = p0",
      "  lanes0 = lanes0 + p0",
      "}",
    ].join("\n"),
  );
});
