// Vectorisation of elements that lie apart, and of what is left behind the last whole vector.
import { describe, expect, test } from "vitest";
import { add, type BlockBuilder, binary, buildBody, load, multiply } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel, KernelParameter } from "../../../src/ir/loop/kernel.ts";
import { vectorize } from "../../../src/passes/loop/vectorize.ts";
import { bodyText, violationsOf } from "../../support/loop-runs.ts";

const vector = { mode: "vector" } as const;

const x = (index: Expr): Expr => load("f32", "x", index);

const kernelOf = (
  fill: (body: BlockBuilder) => void,
  changes: Readonly<Record<string, Partial<KernelParameter>>> = {},
  inPlace: Kernel["inPlace"] = [],
): Kernel => {
  const parameters: readonly KernelParameter[] = [
    { name: "y", dtype: "f32", length: 64, access: "write" },
    { name: "x", dtype: "f32", length: 64, access: "read" },
    { name: "n", dtype: "i32", length: 64, access: "read" },
  ];
  return {
    name: "k",
    parameters: parameters.map((parameter) => ({ ...parameter, ...changes[parameter.name] })),
    inPlace,
    body: buildBody(fill),
  };
};

const vectorized = (kernel: Kernel): string => {
  const result = vectorize.run(kernel);
  expect(violationsOf(result)).toEqual([]);
  return bodyText(result);
};

/** y[i] = value(i) for i below the extent. */
const mapping = (extent: number, value: (i: Expr, body: BlockBuilder) => Expr, at = (i: Expr): Expr => i): Kernel =>
  kernelOf((body) => body.loop(extent, (i, inner) => inner.store("y", at(i), value(i, inner)), vector));

describe("elements that lie apart", () => {
  test("are loaded with their stride", () => {
    expect(vectorized(mapping(8, (i) => x(multiply(i, 3))))).toBe(
      "for i0 in 0..8 step 4 {\n  y[i0; 4] = x[i0 * 3; 4 by 3]\n}",
    );
  });

  test("are stored one by one", () => {
    expect(
      vectorized(
        mapping(
          8,
          (i) => binary("mul", x(i), x(i)),
          (i) => add(multiply(i, 2), 1),
        ),
      ),
    ).toBe(
      [
        "for i0 in 0..8 step 4 {",
        "  let lanes0: f32x4 = x[i0; 4] * x[i0; 4]",
        "  y[i0 * 2 + 1] = lanes0.lane0",
        "  y[i0 * 2 + 1 + 2] = lanes0.lane1",
        "  y[i0 * 2 + 1 + 4] = lanes0.lane2",
        "  y[i0 * 2 + 1 + 6] = lanes0.lane3",
        "}",
      ].join("\n"),
    );
  });

  test("may be written beside those of other iterations, and read where they were", () => {
    const kernel = kernelOf(
      (body) =>
        body.loop(
          8,
          (i, b) => {
            const even = b.name(load("f32", "y", multiply(i, 2)));
            b.store("y", multiply(i, 2), load("f32", "y", add(multiply(i, 2), 1)));
            b.store("y", add(multiply(i, 2), 1), even);
          },
          vector,
        ),
      { y: { access: "update" } },
    );
    expect(vectorized(kernel)).toContain("y[i0 * 2; 4 by 2]");
  });
});

describe("what is left behind the last whole vector", () => {
  test("is done with the elements before it where that changes nothing", () => {
    const kernel = mapping(10, (i) => binary("mul", x(i), x(i)));
    expect(vectorized(kernel)).toBe(
      [
        "for i0 in 0..8 step 4 {",
        "  y[i0; 4] = x[i0; 4] * x[i0; 4]",
        "}",
        "for i1 in 6..10 step 4 {",
        "  y[i1; 4] = x[i1; 4] * x[i1; 4]",
        "}",
      ].join("\n"),
    );
  });

  test("is done by itself where an element would change twice", () => {
    const twice = (inPlace: Kernel["inPlace"], from: string): Kernel =>
      kernelOf(
        (body) => body.loop(10, (i, b) => b.store("y", i, binary("add", load("f32", from, i), x(i))), vector),
        { y: { access: "update" } },
        inPlace,
      );
    for (const kernel of [twice([], "y"), twice([[0, 1]], "x")])
      expect(vectorized(kernel)).toMatch(/for i1 in 8\.\.10 \{\n {2}y\[i1\] = /);
  });
});
