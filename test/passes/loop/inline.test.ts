// Values that are read once: which lose their name, and what a value does not move past.
import { expect, test } from "vitest";
import { add, type BlockBuilder, binary, f32, load, multiply } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import { inline } from "../../../src/passes/loop/inline.ts";
import { bodyText, kernelOf, resultsOf, violationsOf } from "../../support/loop-runs.ts";

/** The text of the kernel with its values inlined. */
const inlined = (fill: (body: BlockBuilder) => void): readonly string[] => {
  const kernel = kernelOf(fill);
  const result = inline.run(kernel);
  expect(violationsOf(result)).toEqual([]);
  expect(resultsOf(result)).toEqual(resultsOf(kernel));
  return bodyText(result).split("\n");
};

const sum = (left: Expr, right: Expr): Expr => binary("add", left, right);

test("a chain of values becomes one expression", () => {
  const text = inlined((body) =>
    body.loop(8, (i, inner) => {
      const x = inner.name(load("f32", "x", i), "x");
      const v = inner.name(sum(x, f32(1)), "v");
      inner.store("y", inner.name(multiply(i, 2), "at"), v);
    }),
  );
  expect(text).toEqual(["for i0 in 0..8 {", "  y[i0 * 2] = x[i0] + 1.0", "}"]);
});

test("what is read twice keeps its name", () => {
  const text = inlined((body) =>
    body.loop(8, (i, inner) => {
      const x = inner.name(load("f32", "x", i), "x");
      inner.store("y", i, sum(x, x));
    }),
  );
  expect(text).toEqual(["for i0 in 0..8 {", "  let x0: f32 = x[i0]", "  y[i0] = x0 + x0", "}"]);
});

test("nothing moves into a loop", () => {
  const text = inlined((body) => {
    const x = body.name(load("f32", "x", 3), "x");
    body.loop(8, (i, inner) => inner.store("y", i, x));
  });
  expect(text).toEqual(["let x0: f32 = x[3]", "for i0 in 0..8 {", "  y[i0] = x0", "}"]);
});

test("a load does not move past a store, nor a value past an assignment to what it is made of", () => {
  const text = inlined((body) => {
    const total = body.mutable(f32(0), "total");
    const y = body.name(load("f32", "y", 1), "y");
    const before = body.name(sum(total, f32(1)), "before");
    body.store("y", 1, f32(2));
    body.assign(total, f32(5));
    body.store("y", 2, y);
    body.store("y", 3, before);
    body.store("y", 4, total);
  });
  expect(text).toEqual([
    "var total0: f32 = 0.0",
    "let y0: f32 = y[1]",
    "let before0: f32 = total0 + 1.0",
    "y[1] = 2.0",
    "total0 = 5.0",
    "y[2] = y0",
    "y[3] = before0",
    "y[4] = total0",
  ]);
});

test("nor past a store to what may be the same memory under another name", () => {
  const kernel = kernelOf(
    (body) =>
      body.loop(8, (i, inner) => {
        const x = inner.name(load("f32", "x", i), "x");
        inner.store("y", i, f32(2));
        inner.store("y", add(i, 8), x);
      }),
    [[0, 1]],
  );
  expect(inline.run(kernel)).toBe(kernel);
});

test("long expressions keep the names of their parts", () => {
  const text = inlined((body) => {
    let value: Expr = load("f32", "x", 0);
    for (let at = 1; at < 20; at++) value = body.name(sum(value, load("f32", "x", at)));
    body.store("y", 0, value);
  });
  expect(text.length).toBeGreaterThan(2);
  expect(Math.max(...text.map((line) => line.length))).toBeLessThan(120);
});
