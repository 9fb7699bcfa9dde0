// Vectorisation of elements that lie apart, and of what is left behind the last whole vector.
import { describe, expect, test } from "vitest";
import { add, binary, load, multiply } from "../../../src/ir/loop/build.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { kernelOf, mapping, vector, vectorized, x } from "./vectorizing.ts";

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

  test("are stored at any distance", () => {
    const text = vectorized(mapping(8, x, (i) => multiply(i, 5)));
    expect(text.split("\n").slice(1, -1)).toEqual([
      "  let lanes0: f32x4 = x[i0; 4]",
      "  y[i0 * 5] = lanes0.lane0",
      "  y[i0 * 5 + 5] = lanes0.lane1",
      "  y[i0 * 5 + 10] = lanes0.lane2",
      "  y[i0 * 5 + 15] = lanes0.lane3",
    ]);
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
