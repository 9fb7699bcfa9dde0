// Loop-invariant code motion: what moves where, and what must stay.
import { describe, expect, test } from "vitest";
import { add, binary, compare, f32, i32, load, multiply, splat, subtract } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { hoist } from "../../../src/passes/loop/hoist.ts";
import { bodyText, kernelOf, resultsOf, violationsOf } from "../../support/loop-runs.ts";

const hoisted = (kernel: Kernel): readonly string[] => {
  const result = hoist.run(kernel);
  expect(violationsOf(result)).toEqual([]);
  expect(resultsOf(result)).toEqual(resultsOf(kernel));
  return bodyText(result).split("\n");
};

const x = (index: Expr): Expr => load("f32", "x", index);

test("each part of an index moves to the loop that changes it", () => {
  const kernel = kernelOf((body) =>
    body.loop(2, (b, b1) =>
      b1.loop(4, (i, b2) =>
        b2.loop(12, (j, b3) => b3.store("y", add(add(multiply(b, 48), multiply(i, 12)), j), f32(1))),
      ),
    ),
  );
  expect(hoisted(kernel)).toEqual([
    "for i0 in 0..2 {",
    "  let h0: i32 = i0 * 48",
    "  for i1 in 0..4 {",
    "    let h1: i32 = h0 + i1 * 12",
    "    for i2 in 0..12 {",
    "      y[h1 + i2] = 1.0",
    "    }",
    "  }",
    "}",
  ]);
});

test("sums are reordered so that what is fixed stands together; a constant below 0 goes with it", () => {
  const kernel = kernelOf((body) =>
    body.loop(4, (i, outer) =>
      outer.loop(
        8,
        (j, inner) => {
          inner.store("y", add(add(multiply(j, 3), multiply(i, 12)), 2), f32(1));
          inner.store("y", subtract(add(multiply(j, 3), multiply(add(i, 1), 12)), 1), f32(2));
        },
        { from: 1 },
      ),
    ),
  );
  expect(hoisted(kernel)).toEqual([
    "for i0 in 0..4 {",
    "  let h0: i32 = i0 * 12",
    "  for i1 in 1..8 {",
    "    let h1: i32 = h0 + i1 * 3",
    "    y[h1 + 2] = 1.0",
    "    y[h1 + 11] = 2.0",
    "  }",
    "}",
  ]);
});

test("a constant below 0 stays where nothing of the sum can move", () => {
  const kernel = kernelOf((body) =>
    body.loop(
      8,
      (i, outer) => outer.loop(4, (j, inner) => inner.store("y", subtract(add(multiply(i, 4), j), 4), f32(1))),
      { from: 1 },
    ),
  );
  expect(hoisted(kernel)).toEqual([
    "for i0 in 1..8 {",
    "  let h0: i32 = i0 * 4 + -4",
    "  for i1 in 0..4 {",
    "    y[h0 + i1] = 1.0",
    "  }",
    "}",
  ]);
  const alone = kernelOf((body) =>
    body.loop(8, (i, b) => b.store("y", subtract(multiply(i, 2), 2), f32(1)), { from: 1 }),
  );
  expect(hoisted(alone)).toEqual(["for i0 in 1..8 {", "  y[i0 * 2 + -2] = 1.0", "}"]);
});

test("splats of constants move to the top, and are made once", () => {
  const kernel = kernelOf((body) =>
    body.loop(2, (i, outer) =>
      outer.loop(
        8,
        (j, inner) => {
          const value = binary("mul", load("f32x4", "x", j), splat(f32(3)));
          inner.store("y", add(multiply(i, 16), j), binary("add", value, splat(f32(3))));
        },
        { step: 4 },
      ),
    ),
  );
  expect(hoisted(kernel)).toEqual([
    "let h1: f32x4 = splat(3.0)",
    "for i0 in 0..2 {",
    "  let h0: i32 = i0 * 16",
    "  for i1 in 0..8 step 4 {",
    "    y[h0 + i1; 4] = x[i1; 4] * h1 + h1",
    "  }",
    "}",
  ]);
});

test("the splat that a vector is shifted by stays in sight", () => {
  const kernel = kernelOf((body) =>
    body.loop(
      8,
      (j, inner) => {
        const bits = binary("shl", load("i32x4", "n", j), splat(i32(3)));
        inner.store("y", j, { kind: "reinterpret", type: "f32x4", operand: bits });
      },
      { step: 4 },
    ),
  );
  expect(hoisted(kernel)).toContain("  y[i0; 4] = bits.f32x4(n[i0; 4] << splat(3))");
});

describe("loads", () => {
  const reading = (buffer: string, extent: Expr | number): Kernel =>
    kernelOf((body) =>
      body.loop(extent, (i, inner) => inner.store("y", add(i, 1), binary("mul", load("f32", buffer, 5), f32(2)))),
    );

  test("move out of loops that surely run, from buffers that nothing writes", () => {
    expect(hoisted(reading("x", 4))).toEqual(["let h0: f32 = x[5] * 2.0", "for i0 in 0..4 {", "  y[i0 + 1] = h0", "}"]);
  });

  test("stay where the buffer is written", () => {
    expect(hoisted(reading("y", 12))).toContain("  y[i0 + 1] = y[5] * 2.0");
  });

  test("stay where the buffer may be one that is written", () => {
    const kernel = { ...reading("x", 12), inPlace: [[0, 1]] as const };
    expect(hoisted(kernel)).toContain("  y[i0 + 1] = x[5] * 2.0");
  });

  test("stay where the loop may not run, or the branch not be taken", () => {
    const outside = add(load("i32", "n", 0), 0);
    const maybe = kernelOf((body) =>
      body.loop(binary("and", outside, i32(7)), (i, inner) => inner.store("y", i, x(i32(5)))),
    );
    expect(hoisted(maybe)).toContain("  y[i0] = x[5]");
    const branch = kernelOf((body) =>
      body.loop(8, (i, inner) => inner.when(compare("lt", i, i32(2)), (then) => then.store("y", i, x(i32(5))))),
    );
    expect(hoisted(branch)).toContain("    y[i0] = x[5]");
  });
});

describe("variables", () => {
  test("count as fixed in loops that do not assign to them", () => {
    const kernel = kernelOf((body) => {
      const sum = body.mutable(f32(0));
      body.loop(8, (i, inner) => inner.assign(sum, binary("add", sum, x(i))));
      body.loop(8, (i, inner) => inner.store("y", i, binary("div", f32(1), sum)));
      body.assign(sum, binary("add", sum, f32(1)));
      body.loop(8, (i, inner) => inner.store("y", add(i, 8), binary("div", f32(1), sum)));
    });
    expect(hoisted(kernel)).toEqual([
      "var acc0: f32 = 0.0",
      "for i0 in 0..8 {",
      "  acc0 = acc0 + x[i0]",
      "}",
      "let h0: f32 = 1.0 / acc0",
      "for i1 in 0..8 {",
      "  y[i1] = h0",
      "}",
      "acc0 = acc0 + 1.0",
      "let h1: f32 = 1.0 / acc0",
      "for i2 in 0..8 {",
      "  y[i2 + 8] = h1",
      "}",
    ]);
  });

  test("stay in the innermost loop that changes them", () => {
    const kernel = kernelOf((body) => {
      const at = body.mutable(i32(0));
      body.loop(3, (i, outer) =>
        outer.loop(4, (j, inner) => {
          inner.store("y", add(multiply(i, 4), j), x(multiply(at, 2)));
          inner.assign(at, add(at, 1));
        }),
      );
    });
    expect(hoisted(kernel)).toContain("    y[h0 + i1] = x[acc0 * 2]");
  });

  test("keep the value of the moment where one is named", () => {
    const kernel = kernelOf((body) => {
      const sum = body.mutable(f32(1));
      body.loop(4, (i, inner) => {
        const before = inner.name(sum);
        inner.assign(sum, binary("mul", sum, f32(2)));
        inner.store("y", i, binary("sub", sum, before));
      });
    });
    expect(hoisted(kernel)).toContain("  y[i0] = acc0 - v0");
  });
});

test("a sum that several indices share is computed once", () => {
  const kernel = kernelOf((body) =>
    body.loop(4, (i, outer) =>
      outer.loop(8, (j, inner) => {
        const at = add(multiply(i, 16), j);
        inner.store("y", add(at, 1), binary("add", x(at), x(add(at, 3))));
      }),
    ),
  );
  expect(hoisted(kernel)).toEqual([
    "for i0 in 0..4 {",
    "  let h0: i32 = i0 * 16",
    "  for i1 in 0..8 {",
    "    let h1: i32 = h0 + i1",
    "    y[h1 + 1] = x[h1] + x[h1 + 3]",
    "  }",
    "}",
  ]);
});
