// Losses of classes with all their options at once, against their formulas written out in plain numbers, and NaN in all losses.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crossEntropy, logSoftmax, meanSquaredError, type Reduction, type Tensor } from "../../src/index.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import {
  binaryCrossEntropyWithLogits,
  crossEntropyWithProbabilities,
  hinge,
  hingeEmbedding,
  huber,
  klDivergence,
  meanAbsoluteError,
  multiMargin,
  negativeLogLikelihood,
  smoothL1,
  squaredHinge,
} from "../../src/nn/index.ts";
import { evaluated } from "../ir/functions/evaluate-call.ts";
import { array, randomArray, randomNumbers } from "../support/op-meaning.ts";

interface Case {
  readonly rows: number;
  readonly classes: number;
  readonly reduction: Reduction;
  readonly smoothing: number;
  readonly margin: number;
  readonly p: 1 | 2;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  rows: fc.integer({ min: 1, max: 5 }),
  classes: fc.integer({ min: 1, max: 5 }),
  reduction: fc.constantFrom("none", "sum", "mean"),
  smoothing: fc.constantFrom(0, 0.1, 0.5),
  margin: fc.constantFrom(0.25, 1, 2),
  p: fc.constantFrom(1, 2),
  seed: fc.integer(),
});

/** Scores, labels of which one may be ignored, weights and wanted probabilities. */
const drawn = ({ rows, classes, seed }: Case) => {
  const random = randomNumbers(seed);
  const scores = randomArray({ dtype: "f64", shape: [rows, classes] }, () => 4 * random());
  const labels = array(
    [rows],
    Array.from({ length: rows }, () => Math.floor(((random() + 1) / 2) * classes)),
    "i32",
  );
  const weights = randomArray({ dtype: "f64", shape: [classes] }, () => random() + 1.5);
  const wanted = randomArray({ dtype: "f64", shape: [rows, classes] }, () => (random() + 1) / 2);
  return { scores, labels, weights, wanted };
};

const rowOf = ({ data, shape: [, width = 1] }: NdArray, row: number): readonly number[] =>
  Array.from(data.subarray(row * width, (row + 1) * width));

const logarithms = (scores: readonly number[]): readonly number[] => {
  const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
  return scores.map((score) => score - total);
};

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const reducedBy = (reduction: Reduction, losses: readonly number[], count: number): readonly number[] =>
  reduction === "none" ? losses : [reduction === "sum" ? total(losses) : total(losses) / count];

const expectEqual = (actual: NdArray, wanted: readonly number[]): void => {
  expect(actual.data.length).toBe(wanted.length);
  for (const [at, value] of wanted.entries()) expect(actual.data[at]).toBeCloseTo(value, 10);
};

describe("losses of classes with all options", () => {
  it("crossEntropy smooths, weighs and ignores", () => {
    fc.assert(
      fc.property(cases, fc.boolean(), (one, isWeighted) => {
        const { scores, labels, weights } = drawn(one);
        // One label more, which counts for nothing.
        const { rows, classes, reduction, smoothing } = one;
        const all = array([rows + 1], [...labels.data, -7], "i32");
        const padded = array([rows + 1, classes], [...scores.data, ...rowOf(scores, 0)]);
        const weight = (label: number): number => (isWeighted ? (weights.data[label] ?? 0) : 1);
        const losses = [...labels.data].map((label, row) => {
          const logs = logarithms(rowOf(scores, row));
          const spread = total(logs.map((log, each) => weight(each) * log)) / classes;
          return -(1 - smoothing) * weight(label) * (logs[label] ?? 0) - smoothing * spread;
        });
        const actual = evaluated([padded, all, weights], (x, t, w) =>
          crossEntropy(x as Tensor<[number, number], "f64">, t as never, {
            reduction,
            labelSmoothing: smoothing,
            ignoreIndex: -7,
            ...(isWeighted ? { weights: w } : {}),
          }),
        );
        const count = total([...labels.data].map(weight));
        expectEqual(actual, reducedBy(reduction, reduction === "none" ? [...losses, 0] : losses, count));
      }),
    );
  });

  it("crossEntropy of places is that of as many rows, with all options", () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 3 }), ({ rows, classes, reduction, smoothing, seed }, places) => {
        const random = randomNumbers(seed);
        const scores = randomArray({ dtype: "f64", shape: [rows, classes, places, 2] }, random);
        const label = (): number => Math.floor(((random() + 1) / 2) * classes);
        const labels = array([rows, places, 2], [-7, ...Array.from({ length: rows * places * 2 - 1 }, label)], "i32");
        const options = { reduction, labelSmoothing: smoothing, ignoreIndex: -7 };
        const byPlace = evaluated([scores, labels], (x, t) =>
          crossEntropy(x as Tensor<[number, number, number, number], "f64">, t as never, options),
        );
        const byRow = evaluated([scores, labels], (x, t) =>
          crossEntropy(
            x.transpose([0, 2, 3, 1]).reshape([-1, classes]) as Tensor<[number, number], "f64">,
            t.reshape([-1]) as never,
            options,
          ),
        );
        expect(byPlace.shape).toEqual(reduction === "none" ? [rows, places, 2] : []);
        expectEqual(byPlace, [...byRow.data]);
      }),
    );
  });

  it("crossEntropyWithProbabilities smooths and weighs, and divides by the rows", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { scores, weights, wanted } = drawn(one);
        const { rows, classes, reduction, smoothing } = one;
        const losses = Array.from({ length: rows }, (_, row) => {
          const logs = logarithms(rowOf(scores, row));
          return -total(
            rowOf(wanted, row).map(
              (target, each) =>
                (weights.data[each] ?? 0) * ((1 - smoothing) * target + smoothing / classes) * (logs[each] ?? 0),
            ),
          );
        });
        const actual = evaluated([scores, wanted, weights], (x, t, w) =>
          crossEntropyWithProbabilities(x, t as never, {
            reduction,
            labelSmoothing: smoothing,
            weights: w,
          }),
        );
        expectEqual(actual, reducedBy(reduction, losses, rows));
      }),
    );
  });

  it("multiMargin has a margin, a power and weights", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { scores, labels, weights } = drawn(one);
        const { rows, classes, reduction, margin, p } = one;
        const losses = [...labels.data].map((label, row) => {
          const given = rowOf(scores, row);
          const missing = given.map((score, each) =>
            each === label ? 0 : Math.max(0, margin - (given[label] ?? 0) + score) ** p,
          );
          return ((weights.data[label] ?? 0) * total(missing)) / classes;
        });
        const actual = evaluated([scores, labels, weights], (x, t, w) =>
          multiMargin(x, t as never, { reduction, margin, p, weights: w }),
        );
        expectEqual(actual, reducedBy(reduction, losses, rows));
      }),
    );
  });

  it("refuse weights of other classes", () => {
    const [scores, labels] = [array([2, 3], new Float64Array(6)), array([2], [0, 1], "i32")];
    const wrong = array([2], [1, 1]);
    const sentence = "the weights must be f64[3], not f64[2]";
    const calls: Readonly<Record<string, (x: Tensor, t: Tensor, w: Tensor) => Tensor>> = {
      crossEntropy: (x, t, weights) => crossEntropy(x as Tensor<[2, 3], "f64">, t as never, { weights }),
      crossEntropyWithProbabilities: (x, _, weights) => crossEntropyWithProbabilities(x, x as never, { weights }),
      multiMargin: (x, t, weights) => multiMargin(x, t as never, { weights }),
      negativeLogLikelihood: (x, t, weights) => negativeLogLikelihood(x, t as never, { weights }),
    };
    for (const [name, call] of Object.entries(calls))
      expect(() => evaluated([scores, labels, wrong], (x, t, w) => call(x, t, w))).toThrow(
        `W248: ${name}: ${sentence}`,
      );
  });
});

describe("NaN", () => {
  const ofScores: Readonly<Record<string, (x: Tensor, t: Tensor) => Tensor>> = {
    crossEntropy: (x, t) => crossEntropy(x as Tensor<[2, 3], "f64">, t as never),
    smoothedCrossEntropy: (x, t) => crossEntropy(x as Tensor<[2, 3], "f64">, t as never, { labelSmoothing: 0.1 }),
    crossEntropyWithProbabilities: (x) => crossEntropyWithProbabilities(x, x.mul(0) as never),
    negativeLogLikelihood: (x, t) => negativeLogLikelihood(logSoftmax(x, 1), t as never),
    multiMargin: (x, t) => multiMargin(x, t as never),
    meanSquaredError: (x) => meanSquaredError(x, 0),
    meanAbsoluteError: (x) => meanAbsoluteError(x, 0),
    huber: (x) => huber(x, 0),
    smoothL1: (x) => smoothL1(x, 0),
    binaryCrossEntropyWithLogits: (x) => binaryCrossEntropyWithLogits(x, 1),
    hinge: (x) => hinge(x, 1),
    squaredHinge: (x) => squaredHinge(x, 1),
    hingeEmbedding: (x) => hingeEmbedding(x, -1),
    klDivergence: (x) => klDivergence(x, x.mul(0).add(1)),
  };

  it.each(Object.entries(ofScores))("among the predictions of %s makes the loss NaN", (_, loss) => {
    const labels = array([2], [0, 1], "i32");
    for (let at = 0; at < 6; at++) {
      const scores = array([2, 3], [1, 2, 3, 1, 2, 3].with(at, Number.NaN));
      expect(evaluated([scores, labels], (x, t) => loss(x, t)).data[0]).toBeNaN();
    }
  });
});
