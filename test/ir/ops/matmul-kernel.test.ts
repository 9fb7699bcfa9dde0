// The kernels of matmul on extents at both sides of every edge they have: tiles of rows, panels of columns, strips of panels, blocks
// of rows that are packed together. On whole numbers every sum is exact, so the comparison is of bits; what is read before it
// is written is NaN.
import { describe, expect, test } from "vitest";
import type { Numerics } from "../../../src/ir/loop/kernel.ts";
import { rowBlocks } from "../../../src/ir/ops/register-tile.ts";
import type { DType } from "../../../src/ir/types/dtype.ts";
import { type NdArray, sizeOf } from "../../../src/ir/types/ndarray.ts";
import { runLowered } from "../../support/lower-op.ts";
import { meaning, randomNumbers } from "../../support/op-meaning.ts";

const wholeNumbers = (dtype: DType, shape: readonly number[], random: () => number): NdArray => ({
  dtype,
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, () => Math.floor(random() * 8)),
});

interface Product {
  readonly dtype?: DType;
  readonly numerics?: Numerics;
  readonly batch?: readonly [left: readonly number[], right: readonly number[]];
  readonly extents: readonly [rows: number, depth: number, columns: number];
}

/** Holds a product to its meaning, with neither, either and both operands transposed. */
const expectProduct = ({ dtype = "f32", numerics = "exact", batch = [[], []], extents }: Product): void => {
  const [rows, depth, columns] = extents;
  const random = randomNumbers(rows + 31 * columns);
  for (const transposeA of [false, true])
    for (const transposeB of [false, true]) {
      const attrs = { transposeA, transposeB };
      const operands = [
        wholeNumbers(dtype, [...batch[0], ...(transposeA ? [depth, rows] : [rows, depth])], random),
        wholeNumbers(dtype, [...batch[1], ...(transposeB ? [columns, depth] : [depth, columns])], random),
      ];
      expect({ attrs, given: runLowered("matmul", operands, attrs, numerics) }).toEqual({
        attrs,
        given: [meaning("matmul", operands, attrs)],
      });
    }
};

describe("blocks of rows", () => {
  test.each([3, 4, 6])("are as few as can be, of at most %i rows, and as equal as can be", (most) => {
    for (let rows = 1; rows < 40; rows++) {
      const { height, full, rest } = rowBlocks(rows, most);
      expect(full * height + rest).toBe(rows);
      expect(rest).toBeLessThan(height);
      expect(full + Math.sign(rest)).toBe(Math.ceil(rows / most));
      expect(height).toBe(Math.ceil(rows / Math.ceil(rows / most)));
    }
  });

  test("of nothing are none", () => expect(rowBlocks(0)).toEqual({ height: 1, full: 0, rest: 0 }));

  test("have four rows unless said otherwise", () => expect(rowBlocks(8)).toEqual({ height: 4, full: 2, rest: 0 }));
});

const columnCounts = [1, 3, 4, 5, 7, 8, 9, 12, 16, 17, 31, 32, 33, 40, 64, 69];

describe("products of f32", () => {
  describe.each(["exact", "relaxed"] as const)("with %s numerics", (numerics) => {
    test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 13])("of %i rows", (rows) => {
      for (const columns of columnCounts) expectProduct({ numerics, extents: [rows, 3, columns] });
    });

    // Blocks of four rows, or six, are packed four at a time where the left operand is transposed.
    test.each([15, 16, 17, 20, 23, 24, 25, 32, 33, 36, 48, 50])("of %i rows, which are packed", (rows) =>
      expectProduct({ numerics, extents: [rows, 2, 33] }),
    );
  });

  test.each([0, 1, 2])("over a depth of %i", (depth) => {
    for (const rows of [1, 2, 5]) expectProduct({ extents: [rows, depth, 35] });
  });

  test.each([
    ["no rows", [0, 3, 9]],
    ["no columns", [3, 2, 0]],
    ["nothing", [0, 0, 0]],
  ] as const)("of %s", (_, extents) => expectProduct({ extents }));
});

const batches: readonly (readonly [string, NonNullable<Product["batch"]>])[] = [
  ["two of both", [[2], [2]]],
  ["a right operand shared", [[2, 3], []]],
  ["a left operand shared", [[], [2, 3]]],
  [
    "each shared along an axis of the other",
    [
      [2, 1],
      [1, 3],
    ],
  ],
  ["axes of the left operand only", [[3, 2], [2]]],
  ["axes of the right operand only", [[2], [3, 2]]],
  ["no product", [[0], [0]]],
];

describe("products in batches", () => {
  describe.each(batches)("%s", (_, batch) => {
    test.each(["f32", "f64", "i32"] as const)("of %s", (dtype) => {
      expectProduct({ dtype, batch, extents: [5, 2, 11] });
      expectProduct({ dtype, batch, extents: [1, 3, 37] });
      expectProduct({ dtype, batch, extents: [6, 2, 33] });
    });
  });
});
