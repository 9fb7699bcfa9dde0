// Random arrays for random uses of ops: numbers of every kind that an element type holds, among them the awkward ones, and
// indices that lie in the range that the op asks for.
import { type OpKind, opOf } from "../../src/ir/ops/index.ts";
import type { OpInstance } from "../../src/ir/ops/op.ts";
import type { DType } from "../../src/ir/types/dtype.ts";
import { type KnownType, type NdArray, sizeOf } from "../../src/ir/types/ndarray.ts";
import { knownExtent } from "../../src/ir/types/shape.ts";

const awkward: { readonly [D in DType]: readonly number[] } = {
  f32: [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Math.fround(3e38), 2 ** -149],
  f64: [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 5e-324],
  i32: [0, 2147483647, -2147483648, -1],
  u8: [0, 255],
  bool: [0],
};

/** A random element of a type, given numbers spread over [-1, 1); one in eight is awkward. */
export const randomElement = (dtype: DType, random: () => number): number => {
  const choices = awkward[dtype];
  if (random() < -0.75) return choices[Math.floor(((random() + 1) / 2) * choices.length)] ?? 0;
  switch (dtype) {
    case "f32":
      return Math.fround(random() * 8);
    case "f64":
      return random() * 8;
    case "i32":
      return Math.round(random() * 8) | 0;
    case "u8":
      return Math.floor((random() + 1) * 128);
    case "bool":
      return random() < 0 ? 0 : 1;
  }
};

/** A random whole number from -3 to 3: sums of few such are exact in every type. */
export const randomWhole = (dtype: DType, random: () => number): number => {
  const whole = Math.round(random() * 3) | 0;
  return dtype === "bool" ? Math.abs(whole) % 2 : dtype === "u8" ? whole + 3 : whole;
};

/** Arrays for an instance of an op; operands that index are whole numbers in the range the op states. */
export const randomOperands = (
  kind: OpKind,
  { operands, attrs }: OpInstance<object, "many">,
  random: () => number,
  element: (dtype: DType, random: () => number) => number = randomElement,
): readonly NdArray[] =>
  operands.map((type: KnownType, position): NdArray => {
    const range = opOf(kind).operandRange?.(position, operands, attrs);
    const next = range === undefined ? () => element(type.dtype, random) : () => indexBelow(knownExtent(range), random);
    return { ...type, data: Float64Array.from({ length: sizeOf(type.shape) }, next) };
  });

const indexBelow = (extent: number, random: () => number): number => Math.floor(((random() + 1) / 2) * extent);
