// Bounds of attention and of its gradients, through their meaning: products, the body, the softmax of each row, sums of weighed values.
// The softmax has a bound of its own, because what is wrong with all exponentials of a row cancels in their quotient: with scores off
// by at most t_j, a weight is off by a factor between
//
//   e^-t_j / sum over k of p_k e^t_k   and   e^t_j / sum over k of p_k e^-t_k

import { invariant } from "../../ir/diagnostics/invariant.ts";
import {
  type GradientOperands,
  gathered,
  gradientOperands,
  pairwise,
  softmaxRows,
  summedTo,
  weighed,
} from "../../ir/ops/attention-meaning.ts";
import type { AttentionAttrs, AttentionGradientsAttrs } from "../../ir/ops/attention-typing.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import { accuracyOf, type Bounded, exact, gamma, precisionOf, settle } from "./bounded.ts";
import { binaryRule } from "./elementwise-rules.ts";
import { clouded, linearErrors } from "./linear-rules.ts";
import type { BoundRule } from "./rule.ts";

/** Sums over blocks of keys are rescaled when a larger score appears; no kernel takes smaller blocks than this. */
const smallestBlock = 64;

/**
 * The exponential of a weight (`exponentialOfNegative`): as good as this beside an argument that is rounded three times, when the
 * largest score is taken away, by the logarithm of 2, and in its product.
 */
const exponentialUlp = 2;
const argumentRoundings = 3;

/** Weights below the normal numbers may be 0. */
const smallestWeight = (dtype: DType): number => (dtype === "f32" ? 2 ** -126 : 2 ** -1022);

/** A function of two arrays that is linear in each, with its bound. */
const bilinear = (a: Bounded, b: Bounded, apply: (a: NdArray, b: NdArray) => NdArray): Bounded =>
  settle(
    apply(a, b),
    linearErrors({
      factors: [a, b],
      apply: (left, right) => apply({ ...a, data: left ?? a.data }, { ...b, data: right ?? b.data }).data,
    }),
  );

const pairs = (fn: "add" | "sub" | "mul", x: Bounded, y: Bounded): Bounded => {
  const join = {
    add: (a: number, b: number) => a + b,
    sub: (a: number, b: number) => a - b,
    mul: (a: number, b: number) => a * b,
  };
  const result = { ...x, data: x.data.map((value, at) => join[fn](value, y.data[at] ?? 0)) };
  const run = (): readonly Bounded[] => [];
  const [error = new Float64Array(0)] = binaryRule({ operands: [x, y], attrs: { fn }, results: [result], run });
  return settle(result, error);
};

/** One row of a softmax: errors of its weights and of the logarithm of its sum. */
const rowErrors = (
  { dtype }: NdArray,
  scores: Float64Array,
  errors: Float64Array,
  weights: Float64Array,
  logSum: number,
): { readonly weights: Float64Array; readonly logSum: number } => {
  const unsettled = (error: number) => ({ weights: weights.map(() => error), logSum: error });
  if (scores.some((score, at) => (Number.isNaN(score) || score === Infinity) && errors[at] === 0)) return unsettled(0);
  if (errors.includes(Infinity)) return unsettled(Infinity);
  const { unit } = precisionOf(dtype);
  const blocks = Math.ceil(scores.length / smallestBlock);
  // One exponential, and for each block one more and a product.
  const exponentials = (blocks + 1) * (accuracyOf(exponentialUlp, dtype, 1) + unit);
  const largestOf = (sign: -1 | 0 | 1): number =>
    scores.reduce((most, score, at) => Math.max(most, score + sign * (errors[at] ?? 0)), Number.NEGATIVE_INFINITY);
  const largest = largestOf(0);
  const largestOff = Math.max(largestOf(1) - largest, largest - largestOf(-1));
  const off = scores.map((score, at) => {
    if (score === Number.NEGATIVE_INFINITY) return 0;
    const own = errors[at] ?? 0;
    return own + exponentials + argumentRoundings * unit * (Math.abs(score - largest) + own + largestOff);
  });
  // p e^t and p e^-t; a score far below the others is off by much, and its weight is nothing all the same.
  const weightOff = (at: number, sign: 1 | -1): number => Math.exp((scores[at] ?? 0) - logSum + sign * (off[at] ?? 0));
  const sumOf = (sign: 1 | -1): number => scores.reduce((sum, _, at) => sum + weightOff(at, sign), 0);
  const [below, above] = [sumOf(-1), sumOf(1)];
  const summing = gamma(scores.length + blocks + 2, unit);
  const weightError = (weight: number, at: number): number => {
    if (scores[at] === Number.NEGATIVE_INFINITY) return 0;
    const [least, most] = [weightOff(at, -1) / above, weightOff(at, 1) / below];
    const error = Math.max(most - weight, weight - least) + summing * most + (blocks + 1) * smallestWeight(dtype);
    return Math.min(error, Math.max(weight, 1 - weight) + summing);
  };
  // The logarithm of a sum of exponentials is off by no more than the scores are.
  const scoresOff = off.reduce((most, each) => Math.max(most, each), 0);
  const logarithm = accuracyOf(1, dtype, Math.log(scores.length + 1)) + unit * (Math.abs(logSum) + 1);
  const isEmpty = scores.every((score) => score === Number.NEGATIVE_INFINITY);
  return {
    weights: weights.map(weightError),
    logSum: isEmpty ? 0 : Math.min(Math.max(Math.log(above), -Math.log(below)), scoresOff) + summing + logarithm,
  };
};

/** The softmax of each row, and the logarithms of the sums. */
const softmaxOf = (scores: Bounded): { readonly weights: Bounded; readonly logSums: Bounded } => {
  const { weights, logSums } = softmaxRows(scores);
  const keys = scores.shape.at(-1) ?? 0;
  const [ofWeights, ofSums] = [new Float64Array(weights.data.length), new Float64Array(logSums.data.length)];
  for (let row = 0; row < ofSums.length; row++) {
    const part = (array: Float64Array): Float64Array => array.subarray(row * keys, (row + 1) * keys);
    const logSum = logSums.data[row] ?? 0;
    const errors = rowErrors(scores, part(scores.data), part(scores.error), part(weights.data), logSum);
    ofWeights.set(errors.weights, row * keys);
    ofSums[row] = errors.logSum;
  }
  return { weights: settle(weights, ofWeights), logSums: settle(logSums, ofSums) };
};

/**
 * Sums over keys, of weights that are divided by their sum only afterwards: up to as many times larger than the result as there are
 * keys, and infinite where that is more than a number holds.
 */
const dividedLater = (result: Bounded, weights: Bounded, apply: (weights: NdArray) => NdArray): Bounded => {
  const keys = weights.shape.at(-1) ?? 1;
  const { largest } = precisionOf(result.dtype);
  const magnitudes = weights.data.map((weight, at) => Math.abs(weight) + (weights.error[at] ?? 0));
  const sums = apply({ ...weights, data: magnitudes }).data;
  return { ...result, error: result.error.map((error, at) => (keys * (sums[at] ?? 0) > largest ? Infinity : error)) };
};

const absolute = (array: NdArray): NdArray => ({ ...array, data: array.data.map(Math.abs) });

/** The rule of `attention`. A kernel need not look at keys of weight 0, so what is infinite there may or may not show. */
export const attentionRule: BoundRule<AttentionAttrs> = ({ operands, attrs: { body }, run }) => {
  const [queries, keys, values, ...captured] = operands;
  invariant(
    queries !== undefined && keys !== undefined && values !== undefined,
    "attention has three operands or more",
  );
  const [scores, factors] = run(body, [bilinear(queries, keys, pairwise), ...captured]);
  invariant(scores !== undefined, "the body gives scores");
  const { weights, logSums } = softmaxOf(scores);
  const used = factors === undefined ? weights : pairs("mul", weights, factors);
  const result = bilinear(used, clouded(values), weighed);
  return [dividedLater(result, used, (each) => weighed(each, absolute(values))).error, logSums.error];
};

/** Sums of each row of a product, repeated along it. */
const rowSums = (left: NdArray, right: NdArray): NdArray => {
  const count = left.shape.at(-1) ?? 1;
  const products = left.data.map((value, at) => value * (right.data[at] ?? 0));
  const sums = new Float64Array(count === 0 ? 0 : products.length / count);
  products.forEach((product, at) => {
    const row = Math.floor(at / count);
    sums[row] = (sums[row] ?? 0) + product;
  });
  return { ...left, data: products.map((_, at) => sums[Math.floor(at / count)] ?? 0) };
};

const meansOf = (weights: Bounded, values: Bounded): Bounded =>
  dividedLater(bilinear(weights, values, rowSums), weights, (each) => rowSums(each, absolute(values)));

/** One number of each row, repeated along it. */
const alongRows = (rows: Bounded, like: Bounded): Bounded => {
  const count = like.shape.at(-1) ?? 1;
  const repeat = (array: Float64Array): Float64Array => like.data.map((_, at) => array[Math.floor(at / count)] ?? 0);
  return { ...like, data: repeat(rows.data), error: repeat(rows.error) };
};

/** What the body of the gradients gives, and what it is given: cotangents of scores P (f g - sum(P f g) + e), of factors P g. */
const throughBody = (
  { queries, keys, values, flow, sums, reads }: GradientOperands<Bounded>,
  { body, factors }: AttentionGradientsAttrs,
  run: Parameters<BoundRule<AttentionGradientsAttrs>>[0]["run"],
): { readonly given: readonly Bounded[]; readonly used: Bounded } => {
  const products = bilinear(queries, keys, pairwise);
  const zeros = exact({ ...products, data: new Float64Array(products.data.length) });
  const cotangents = (ofScores: Bounded, ofFactors: Bounded): readonly Bounded[] =>
    factors ? [ofScores, ofFactors] : [ofScores];
  const [scores, ...others] = run(body, [products, ...cotangents(zeros, zeros), ...reads]);
  invariant(scores !== undefined, "the body gives scores");
  const factor = factors ? others[0] : undefined;
  const { weights } = softmaxOf(scores);
  const toWeights = bilinear(flow, values, pairwise);
  const factored = factor === undefined ? toWeights : pairs("mul", toWeights, factor);
  const centred = pairs("add", pairs("sub", factored, meansOf(weights, factored)), alongRows(sums, factored));
  const flows = cotangents(pairs("mul", weights, centred), pairs("mul", weights, toWeights));
  const given = run(body, [products, ...flows, ...reads]);
  return {
    given: given.slice(factors ? 2 : 1),
    used: factor === undefined ? weights : pairs("mul", weights, factor),
  };
};

/** The rule of `attentionGradients`. */
export const attentionGradientsRule: BoundRule<AttentionGradientsAttrs> = ({ operands, attrs, run }) => {
  const parts = gradientOperands(operands.map(clouded));
  const { queries, keys, values, flow, reads } = parts;
  const { given, used } = throughBody(parts, attrs, run);
  const [toProducts, ...toReads] = given;
  invariant(toProducts !== undefined, "the body gives the cotangent of the products");
  return [
    bilinear(toProducts, keys, weighed).error,
    bilinear(toProducts, queries, (a, b) => gathered(a, b, keys)).error,
    bilinear(used, flow, (a, b) => gathered(a, b, values)).error,
    ...attrs.wanted.flatMap((read, at) => {
      const [gradient, like] = [toReads[at], reads[read]];
      if (gradient === undefined || like === undefined) return [];
      const apply = (data = gradient.data): Float64Array => summedTo({ ...gradient, data }, like).data;
      return [linearErrors({ factors: [gradient], apply })];
    }),
  ];
};
