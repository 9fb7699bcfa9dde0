// Kernels compute what their op means, in each of the ways in which they can be built. On whole numbers every sum is exact, so the
// comparison is of bits, whatever the order; what is read before it is written is NaN. Attention
// rounds, and must come within a few of its roundings.
import { expect, test } from "vitest";
import { generate, type KnownType, type NdArray, positionOf, sizeOf } from "../../../src/ir/types/ndarray.ts";
import { kernelCases } from "../../support/kernel-cases.ts";
import { runLowered } from "../../support/lower-op.ts";
import { meaning, meanings, randomNumbers } from "../../support/op-meaning.ts";

/** Whole numbers from -12 to 12, multiples of 4, which the transforms of relaxed convolutions keep whole; indices are small. */
const wholeNumbers = ({ dtype, shape }: KnownType, random: () => number): NdArray => ({
  dtype,
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, () =>
    dtype === "i32" ? Math.floor((random() + 1) * 2) : Math.round(random() * 3) * 4 + 0,
  ),
});

const realNumbers = ({ dtype, shape }: KnownType, random: () => number): NdArray => ({
  dtype,
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(random())),
});

const isExact = (kind: string): boolean => !kind.startsWith("attention");

/** Small enough for the interpreter, and with a row for every index. */
const exact = kernelCases.filter(
  ([title, { kind, operands }]) =>
    isExact(kind) && operands.every(({ shape }) => sizeOf(shape) < 20_000) && !title.endsWith("to nothing"),
);

/** Results in which -0 is 0. */
const zeros = (results: readonly NdArray[]): readonly NdArray[] =>
  results.map((result) => ({ ...result, data: result.data.map((element) => element + 0) }));

test.each(exact)("%s", (title, { kind, operands, attrs, numerics }) => {
  const random = randomNumbers(title.length);
  const arrays = operands.map((type) => wholeNumbers(type, random));
  expect(zeros(runLowered(kind, arrays, attrs, numerics))).toEqual(zeros([meaning(kind, arrays, attrs)]));
});

// Transforms of pixels, which relaxed convolutions make, spread an infinity over their tile; an infinite weight meets the zeros of padding.
const untransformed = exact.filter(([, { kind, numerics }]) => numerics !== "relaxed" && kind !== "cumsum");

test.each(untransformed)(
  "%s shows infinities where they count, and nowhere else",
  (title, { kind, operands, attrs }) => {
    const random = randomNumbers(title.length + 1);
    const [first, ...rest] = operands.map((type) => wholeNumbers(type, random));
    if (first === undefined || first.dtype === "i32" || first.data.length === 0) return;
    const at = Math.floor(((random() + 1) / 2) * first.data.length);
    const arrays = [{ ...first, data: first.data.with(at, Infinity) }, ...rest];
    expect(zeros(runLowered(kind, arrays, attrs))).toEqual(zeros([meaning(kind, arrays, attrs)]));
  },
);

const attentions = kernelCases.filter(
  ([, { kind, operands }]) => kind.startsWith("attention") && operands.every(({ shape }) => sizeOf(shape) < 5000),
);

test.each(attentions)("%s", (title, { kind, operands, attrs }) => {
  const random = randomNumbers(title.length);
  const arrays = operands.map((type) => realNumbers(type, random));
  const wanted = meanings(kind, arrays, attrs);
  const given = runLowered(kind, arrays, attrs);
  for (const [at, { data, shape }] of wanted.entries()) {
    expect(given[at]?.shape).toEqual(shape);
    const errors = data.map(
      (element, position) =>
        Math.abs(element - (given[at]?.data[position] ?? Number.NaN)) / Math.max(1, Math.abs(element)),
    );
    expect(Math.max(0, ...errors)).toBeLessThan(1e-5);
  }
});

/** a[i] b[j] summed over pairs of positions one after the other, each step rounded as f32 does. */
const summedInOrder = (a: NdArray, b: NdArray, pairs: Iterable<readonly [i: number, j: number]>): number => {
  let sum = 0;
  for (const [i, j] of pairs) sum = Math.fround(sum + Math.fround((a.data[i] ?? 0) * (b.data[j] ?? 0)));
  return sum;
};

interface Convolved {
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
  readonly groups: number;
}

/** Where the pixels and weights of one result of a convolution are, in the order (channel, row tap, column tap). */
function* tapsOf(
  { stride, dilation, padding, groups }: Convolved,
  images: NdArray,
  weights: NdArray,
  [image = 0, output = 0, y = 0, x = 0]: readonly number[],
): Generator<readonly [pixel: number, weight: number]> {
  const [, channels = 1, height = 1, width = 1] = images.shape;
  const [outputs = 1, own = 1, tall = 1, wide = 1] = weights.shape;
  const first = Math.floor(output / (outputs / groups)) * own;
  for (let c = 0; c < own; c++)
    for (let ky = 0; ky < tall; ky++)
      for (let kx = 0; kx < wide; kx++) {
        const row = y * stride[0] + ky * dilation[0] - padding[0];
        const column = x * stride[1] + kx * dilation[1] - padding[2];
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        yield [
          positionOf([1, channels, height, width], [0, first + c, row, column]) + image * channels * height * width,
          positionOf(weights.shape, [output, c, ky, kx]),
        ];
      }
}

const convolutions = exact.filter(([, { kind, numerics }]) => kind === "conv2d" && numerics !== "relaxed");

test.each(convolutions)("%s sums in the order (channel, row tap, column tap), whichever way is taken", (title, use) => {
  const random = randomNumbers(title.length);
  const [images, weights] = use.operands.map((type) => realNumbers(type, random));
  if (images === undefined || weights === undefined) throw new Error("a convolution has two operands");
  const [result] = runLowered("conv2d", [images, weights], use.attrs);
  if (result === undefined) throw new Error("a convolution has a result");
  // The attributes of a convolution, as its case has them.
  const attrs = use.attrs as Convolved;
  const wanted = generate("f32", result.shape, (index) =>
    summedInOrder(images, weights, tapsOf(attrs, images, weights, index)),
  );
  expect(result).toEqual(wanted);
});

const products = exact.filter(([title, { kind }]) => kind === "matmul" && title.includes(" x "));

test.each(products)("%s sums in the order of the shared axis, whatever the tile", (title, use) => {
  const random = randomNumbers(title.length);
  const [a, b] = use.operands.map((type) => realNumbers(type, random));
  if (a === undefined || b === undefined) throw new Error("a product has two operands");
  const [depth = 0, columns = 0] = b.shape;
  const turned = a.shape[0] === depth && title.includes("transposed");
  const [result] = runLowered("matmul", [a, b], use.attrs, use.numerics);
  const wanted = generate("f32", result?.shape ?? [], ([i = 0, j = 0]) =>
    summedInOrder(
      a,
      b,
      Array.from(
        { length: depth },
        (_, k) => [positionOf(a.shape, turned ? [k, i] : [i, k]), k * columns + j] as const,
      ),
    ),
  );
  expect(result).toEqual(wanted);
});
