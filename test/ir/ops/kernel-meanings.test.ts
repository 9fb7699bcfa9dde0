// Kernels compute what their op means, in each of the ways in which they can be built. On whole numbers every sum is exact, so the
// comparison is of bits, whatever the order; what is read before it is written is NaN. Attention, which rounds, has tests of its own.
import { expect, test } from "vitest";
import { type KnownType, type NdArray, sizeOf } from "../../../src/ir/types/ndarray.ts";
import { kernelCases } from "../../support/kernel-cases.ts";
import { runLowered } from "../../support/lower-op.ts";
import { meaning, randomNumbers } from "../../support/op-meaning.ts";

/** Whole numbers from -12 to 12, multiples of 4, which the transforms of relaxed convolutions keep whole; indices are small. */
const wholeNumbers = ({ dtype, shape }: KnownType, random: () => number): NdArray => ({
  dtype,
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, () =>
    dtype === "i32" ? Math.floor((random() + 1) * 2) : Math.round(random() * 3) * 4 + 0,
  ),
});

const isExact = (kind: string): boolean => !kind.startsWith("attention");

/** Small enough for the interpreter, and with a row for every index. */
const exact = kernelCases.filter(
  ([title, { kind, operands }]) =>
    isExact(kind) && operands.every(({ shape }) => sizeOf(shape) < 20_000) && !title.endsWith("to nothing"),
);

test.each(exact)("%s", (title, { kind, operands, attrs, numerics }) => {
  const random = randomNumbers(title.length);
  const arrays = operands.map((type) => wholeNumbers(type, random));
  const zeros = (results: readonly NdArray[]) =>
    results.map((result) => ({ ...result, data: result.data.map((element) => element + 0) }));
  expect(zeros(runLowered(kind, arrays, attrs, numerics))).toEqual(zeros([meaning(kind, arrays, attrs)]));
});
