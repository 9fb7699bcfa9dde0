// Which loops over vectors are printed as loops over numbers, and which must not be.
import { describe, expect, test } from "vitest";
import {
  add,
  type BlockBuilder,
  binary,
  compare,
  i32,
  lane,
  literal,
  load,
  multiply,
  ramp,
  splat,
  subtract,
} from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { kernelOf } from "../../support/kernel-program.ts";
import { printedLines } from "../../support/printed-kernel.ts";

/** The lines of the kernel that goes over sixteen elements, four at a time. */
const linesOf = (fill: (i: Expr, body: BlockBuilder) => void): readonly string[] =>
  printedLines(
    kernelOf(
      [
        ["x", "f32", 64, "read"],
        ["y", "f32", 64, "update"],
        ["z", "i32", 64, "write"],
        ["w", "f32", 64, "write"],
      ],
      (body) => body.loop(16, fill, { step: 4 }),
    ),
  );

const overNumbers = "  for (let i0 = 0; i0 < 16; i0++) {";
const overVectors = "  for (let i0 = 0; i0 < 16; i0 += 4) {";

describe("a loop over vectors is one over numbers", () => {
  test("where the lanes of one go to places that are evenly apart", () => {
    const lines = linesOf((i, body) => {
      const value = load("f32x4", "x", i);
      for (const at of [0, 1, 2, 3] as const) body.store("y", add(multiply(i, 2), at * 2), lane(value, at));
    });
    expect(lines).toEqual([overNumbers, "    inout0[i0 * 2] = in0[i0];", "  }"]);
  });

  test("where a variable of its own is assigned to", () => {
    const lines = linesOf((i, body) => {
      const sum = body.mutable(load("f32x4", "x", i), "sum");
      body.assign(sum, binary("add", sum, literal("f32x4", 1)));
      body.store("y", i, sum);
    });
    expect(lines).toEqual([
      overNumbers,
      "    let sum0 = in0[i0];",
      "    sum0 = fround(sum0 + 1);",
      "    inout0[i0] = sum0;",
      "  }",
    ]);
  });

  test("where it reads what is written four elements on, by the next four lanes", () => {
    const lines = linesOf((i, body) => body.store("y", i, load("f32x4", "y", add(i, 4))));
    expect(lines).toEqual([overNumbers, "    inout0[i0] = inout0[i0 + 4];", "  }"]);
  });

  test("where it changes elements in their places", () => {
    const lines = linesOf((i, body) => body.store("y", i, binary("add", load("f32x4", "y", i), literal("f32x4", 1))));
    expect(lines).toEqual([overNumbers, "    inout0[i0] = fround(inout0[i0] + 1);", "  }"]);
  });

  test("where it reads next to what it writes, in another buffer", () => {
    const lines = linesOf((i, body) => body.store("y", i, load("f32x4", "x", add(i, 1))));
    expect(lines).toEqual([overNumbers, "    inout0[i0] = in0[i0 + 1];", "  }"]);
  });

  test("where it counts as fast as it goes, and not where it counts faster", () => {
    expect(linesOf((i, body) => body.store("z", i, ramp(add(i, 7))))).toEqual([
      overNumbers,
      "    out0[i0] = i0 + 7;",
      "  }",
    ]);
    expect(linesOf((i, body) => body.store("z", i, ramp(multiply(i, 2))))[0]).toBe(overVectors);
  });
});

describe("stores of four lanes stay as they are", () => {
  /** Stores of lanes to places that are evenly apart: where each goes, and which lane of what it is. */
  const storing = (stores: readonly (readonly [buffer: string, at: 0 | 1 | 2 | 3, read: string])[]) =>
    linesOf((i, body) => {
      for (const [place, [buffer, at, read]] of stores.entries())
        body.store(buffer, add(multiply(i, 2), place * 2), lane(load("f32x4", read, i), at));
    });

  test.each<[string, Parameters<typeof storing>[0]]>([
    [
      "one of them goes to another buffer",
      [
        ["y", 0, "x"],
        ["y", 1, "x"],
        ["w", 2, "x"],
        ["y", 3, "x"],
      ],
    ],
    [
      "they are in another order",
      [
        ["y", 0, "x"],
        ["y", 2, "x"],
        ["y", 1, "x"],
        ["y", 3, "x"],
      ],
    ],
    [
      "one of them is of another vector",
      [
        ["y", 0, "x"],
        ["y", 1, "x"],
        ["y", 2, "y"],
        ["y", 3, "x"],
      ],
    ],
  ])("where %s", (_, stores) => {
    expect(storing(stores)[0]).toBe(overVectors);
  });
});

test("a loop over vectors with a condition in it stays one", () => {
  const lines = linesOf((i, body) =>
    body.when(compare("lt", i, i32(8)), (then) => then.store("y", i, load("f32x4", "x", i))),
  );
  expect(lines[0]).toBe(overVectors);
});

test("a loop over vectors stays one where a place is read from memory", () => {
  const lines = linesOf((i, body) => {
    const place = body.name(add(load("i32", "z", 0), i), "place");
    body.store("y", place, load("f32x4", "x", i));
  });
  expect(lines[0]).toBe(overVectors);
});

test("a loop over vectors stays one where it goes through a buffer at two paces", () => {
  const lines = linesOf((i, body) => {
    const value = load("f32x4", "y", i);
    for (const at of [0, 1, 2, 3] as const) body.store("y", add(multiply(i, 2), at * 2), lane(value, at));
  });
  expect(lines[0]).toBe(overVectors);
});

test("a loop over vectors stays one where it leaves out elements", () => {
  const lines = linesOf((_, body) =>
    body.loop(16, (j, inner) => inner.store("y", j, load("f32x4", "x", j)), { step: 8 }),
  );
  expect(lines).toContain("    for (let i1 = 0; i1 < 16; i1 += 8) {");
});

test("a loop over vectors stays one where its lanes go backwards", () => {
  // Element by element, the second store of an iteration would be undone by the first store of the next.
  const backwards = (body: BlockBuilder, last: Expr, value: Expr): void => {
    for (const at of [0, 1, 2, 3] as const) body.store("y", subtract(last, at), lane(value, at));
  };
  const lines = linesOf((i, body) => {
    backwards(body, subtract(i32(20), i), load("f32x4", "x", i));
    backwards(body, subtract(i32(19), i), load("f32x4", "w", i));
  });
  expect(lines[0]).toBe(overVectors);
});

test("a loop over vectors stays one where it reads next to what it writes in place, under another name", () => {
  const kernel = kernelOf(
    [
      ["x", "f32", 20, "read"],
      ["y", "f32", 20, "write"],
      ["z", "f32", 20, "write"],
      ["w", "f32", 20, "read"],
    ],
    (body) => body.loop(16, (i, inner) => inner.store("y", add(i, 1), load("f32x4", "x", i)), { step: 4 }),
  );
  const headOf = (inPlace: Kernel["inPlace"]): string | undefined => printedLines({ ...kernel, inPlace })[0];
  expect(headOf([])).toBe(overNumbers);
  expect(
    headOf([
      [0, 2],
      [3, 2],
    ]),
  ).toBe(overNumbers);
  expect(headOf([[0, 1]])).toBe(overVectors);
});

test("a loop over vectors stays one where one of its statements reads a single element of what it writes", () => {
  const lines = linesOf((i, body) => {
    body.store("y", i, binary("add", load("f32x4", "x", i), splat(load("f32", "y", 3))));
    body.store("w", i, load("f32x4", "x", i));
  });
  expect(lines[0]).toBe(overVectors);
});
