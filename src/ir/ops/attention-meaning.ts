// What attention and its gradients mean, on arrays: a loop over batch and queries, every sum written out, in double precision.
import { invariant } from "../diagnostics/invariant.ts";
import { type NdArray, sizeOf } from "../types/ndarray.ts";
import type { Body, RunBody } from "./body.ts";

/** The extents that attention runs over. */
export interface AttentionExtents {
  /** Batch axes of the queries, heads last. */
  readonly batch: readonly number[];
  readonly queries: number;
  readonly keys: number;
  readonly features: number;
  readonly valueFeatures: number;
}

interface Shaped {
  readonly shape: readonly number[];
}

/** The extents, from the shapes of queries, keys and values. */
export const extentsOf = (queries: Shaped, keys: Shaped, values: Shaped): AttentionExtents => ({
  batch: queries.shape.slice(0, -2),
  queries: queries.shape.at(-2) ?? 0,
  keys: keys.shape.at(-2) ?? 0,
  features: queries.shape.at(-1) ?? 0,
  valueFeatures: values.shape.at(-1) ?? 0,
});

/** The lowest finite numbers: what the largest score of a row is at least, so that rows without any score are 0. */
export const lowestFinite: { readonly f32: number; readonly f64: number } = {
  f32: -(2 - 2 ** -23) * 2 ** 127,
  f64: -Number.MAX_VALUE,
};

/** For each position in the batch of queries, that in the batch of an operand which queries share evenly. */
const sharedBatch = (own: readonly number[], shared: readonly number[]): readonly number[] =>
  own.reduce<readonly number[]>(
    (positions, extent, axis) => {
      const other = shared[axis] ?? 1;
      return positions.flatMap((position) =>
        Array.from({ length: extent }, (_, at) => position * other + Math.floor(at / (extent / other))),
      );
    },
    [0],
  );

const dot = (a: NdArray, aFrom: number, b: NdArray, bFrom: number, length: number): number => {
  let sum = 0;
  for (let at = 0; at < length; at++) sum += (a.data[aFrom + at] ?? 0) * (b.data[bFrom + at] ?? 0);
  return sum;
};

/** Products of every row of one operand with every row of another: [..., Lq, Lk]. */
export const pairwise = (left: NdArray, right: NdArray): NdArray => {
  const batch = left.shape.slice(0, -2);
  const [rows = 0, depth = 0] = left.shape.slice(-2);
  const columns = right.shape.at(-2) ?? 0;
  const shared = sharedBatch(batch, right.shape.slice(0, -2));
  const data = new Float64Array(sizeOf(batch) * rows * columns);
  shared.forEach((other, b) => {
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        data[(b * rows + i) * columns + j] = dot(
          left,
          (b * rows + i) * depth,
          right,
          (other * columns + j) * depth,
          depth,
        );
  });
  return { dtype: left.dtype, shape: [...batch, rows, columns], data };
};

/** `weights` [..., Lq, Lk] times rows of an operand [..., Lk, N]: [..., Lq, N]. */
export const weighed = (weights: NdArray, rows: NdArray): NdArray => {
  const batch = weights.shape.slice(0, -2);
  const [queries = 0, keys = 0] = weights.shape.slice(-2);
  const features = rows.shape.at(-1) ?? 0;
  const shared = sharedBatch(batch, rows.shape.slice(0, -2));
  const data = new Float64Array(sizeOf(batch) * queries * features);
  shared.forEach((other, b) => {
    for (let i = 0; i < queries; i++)
      for (let j = 0; j < keys; j++) {
        const weight = weights.data[(b * queries + i) * keys + j] ?? 0;
        for (let n = 0; n < features; n++)
          data[(b * queries + i) * features + n] =
            (data[(b * queries + i) * features + n] ?? 0) +
            weight * (rows.data[(other * keys + j) * features + n] ?? 0);
      }
  });
  return { dtype: weights.dtype, shape: [...batch, queries, features], data };
};

/** `weights` [..., Lq, Lk] transposed times `rows` [..., Lq, N], summed over what shares one batch of `like` [..., Lk, N]. */
export const gathered = (weights: NdArray, rows: NdArray, like: NdArray): NdArray => {
  const batch = weights.shape.slice(0, -2);
  const [queries = 0, keys = 0] = weights.shape.slice(-2);
  const features = rows.shape.at(-1) ?? 0;
  const data = new Float64Array(like.data.length);
  sharedBatch(batch, like.shape.slice(0, -2)).forEach((other, b) => {
    for (let i = 0; i < queries; i++)
      for (let j = 0; j < keys; j++) {
        const weight = weights.data[(b * queries + i) * keys + j] ?? 0;
        for (let n = 0; n < features; n++)
          data[(other * keys + j) * features + n] =
            (data[(other * keys + j) * features + n] ?? 0) +
            weight * (rows.data[(b * queries + i) * features + n] ?? 0);
      }
  });
  return { ...like, data };
};

const zipped = (a: NdArray, b: NdArray | undefined, join: (x: number, y: number) => number): NdArray => ({
  ...a,
  data: a.data.map((x, at) => join(x, b?.data[at] ?? 1)),
});

const outputsOf = (run: RunBody | undefined, body: Body, inputs: readonly NdArray[]): readonly NdArray[] => {
  invariant(run !== undefined, "a body needs something to run it");
  return run(body, inputs);
};

/** softmax of each row, and ln of the sum of its exponentials; 0 where every score is -infinity. */
export const softmaxRows = (scores: NdArray): { readonly weights: NdArray; readonly logSums: NdArray } => {
  const keys = scores.shape.at(-1) ?? 0;
  const lowest = lowestFinite[scores.dtype === "f64" ? "f64" : "f32"];
  const weights = new Float64Array(scores.data.length);
  const logSums = new Float64Array(sizeOf(scores.shape.slice(0, -1)));
  for (let row = 0; row < logSums.length; row++) {
    const own = scores.data.subarray(row * keys, (row + 1) * keys);
    const largest = own.reduce((most, score) => Math.max(most, score), lowest);
    const exponentials = own.map((score) => Math.exp(score - largest));
    const sum = exponentials.reduce((total, each) => total + each, 0);
    const least = Number.isNaN(sum) ? sum : Math.max(sum, 1);
    weights.set(
      exponentials.map((each) => each / least),
      row * keys,
    );
    logSums[row] = largest + Math.log(least);
  }
  return {
    weights: { ...scores, data: weights },
    logSums: { dtype: scores.dtype, shape: scores.shape.slice(0, -1), data: logSums },
  };
};

/** The meaning of `attention`. */
export const evaluateAttention = (
  [queries, keys, values, ...captured]: readonly NdArray[],
  body: Body,
  run: RunBody | undefined,
): readonly NdArray[] => {
  invariant(
    queries !== undefined && keys !== undefined && values !== undefined,
    "attention has three operands or more",
  );
  const [scores, factors] = outputsOf(run, body, [pairwise(queries, keys), ...captured]);
  invariant(scores !== undefined, "the body gives scores");
  const { weights, logSums } = softmaxRows(scores);
  return [
    weighed(
      zipped(weights, factors, (p, f) => p * f),
      values,
    ),
    logSums,
  ];
};

/** The operands of `attentionGradients`, by name: `flow` is the cotangent of the result, `sums` that of the logarithms. */
export interface GradientOperands<T> {
  readonly queries: T;
  readonly keys: T;
  readonly values: T;
  readonly flow: T;
  readonly sums: T;
  readonly reads: readonly T[];
}

/** How many operands of `attentionGradients` come before what its body reads. */
export const operandsBeforeReads = 5;

/** Takes the operands of `attentionGradients` apart; the typing rule has counted them. */
export const gradientOperands = <T>(operands: readonly T[]): GradientOperands<T> => {
  const [queries, keys, values, flow, sums, ...reads] = operands;
  invariant(queries !== undefined && keys !== undefined && values !== undefined, "there are queries, keys and values");
  invariant(flow !== undefined && sums !== undefined, "there are two cotangents");
  return { queries, keys, values, flow, sums, reads };
};

/** Sums an array over the axes along which a shape repeats to it. */
export const summedTo = (array: NdArray, like: NdArray): NdArray => {
  const data = new Float64Array(like.data.length);
  const lead = array.shape.length - like.shape.length;
  array.data.forEach((value, position) => {
    let [rest, target, stride] = [position, 0, 1];
    for (let axis = array.shape.length - 1; axis >= lead; axis--) {
      const extent = array.shape[axis] ?? 1;
      const own = like.shape[axis - lead] ?? 1;
      if (own !== 1) target += (rest % extent) * stride;
      stride *= own;
      rest = Math.floor(rest / extent);
    }
    data[target] = (data[target] ?? 0) + value;
  });
  return { ...like, data };
};

/** The meaning of `attentionGradients`: with P = softmax(s) and g = flow v^T, dS = P (f g - sum(P f g) + sums) and dF = P g. */
export const evaluateGradients = (
  operands: readonly NdArray[],
  { body, factors, wanted }: { readonly body: Body; readonly factors: boolean; readonly wanted: readonly number[] },
  run: RunBody | undefined,
): readonly NdArray[] => {
  const { queries, keys, values, flow, sums, reads } = gradientOperands(operands);
  const products = pairwise(queries, keys);
  const count = products.shape.at(-1) ?? 1;
  const zeros = { ...products, data: new Float64Array(products.data.length) };
  const cotangents = (scores: NdArray, factorFlow: NdArray): readonly NdArray[] =>
    factors ? [scores, factorFlow] : [scores];
  const [scores, ...others] = outputsOf(run, body, [products, ...cotangents(zeros, zeros), ...reads]);
  invariant(scores !== undefined, "the body gives scores");
  const factor = factors ? others[0] : undefined;
  const { weights } = softmaxRows(scores);
  const toWeights = pairwise(flow, values);
  const factored = zipped(toWeights, factor, (g, f) => g * f);
  const means = sums.data.map((_, row) => dot(weights, row * count, factored, row * count, count));
  const centred = factored.data.map((g, at) => {
    const row = Math.floor(at / count);
    return g - (means[row] ?? 0) + (sums.data[row] ?? 0);
  });
  const scoreFlow = zipped(weights, { ...scores, data: centred }, (p, g) => p * g);
  const factorFlow = zipped(weights, toWeights, (p, g) => p * g);
  const given = outputsOf(run, body, [products, ...cotangents(scoreFlow, factorFlow), ...reads]);
  const [toProducts, ...toReads] = given.slice(factors ? 2 : 1);
  invariant(toProducts !== undefined, "the body gives the cotangent of the products");
  return [
    weighed(toProducts, keys),
    gathered(toProducts, queries, keys),
    gathered(
      zipped(weights, factor, (p, f) => p * f),
      flow,
      values,
    ),
    ...wanted.flatMap((read, at) => {
      const [gradient, like] = [toReads[at], reads[read]];
      return gradient === undefined || like === undefined ? [] : [summedTo(gradient, like)];
    }),
  ];
};
