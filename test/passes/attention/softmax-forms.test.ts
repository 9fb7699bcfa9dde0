import { describe, expect, test } from "vitest";
import { logSoftmax, logSumExp, softmax } from "../../../src/ir/functions/index.ts";
import { emitOne } from "../../../src/ir/graph/traced-tensor.ts";
import { lowestFinite } from "../../../src/ir/ops/attention-meaning.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { softmaxForms } from "../../../src/passes/attention/softmax-forms.ts";
import { rewrite } from "../../../src/passes/rewrite.ts";
import { type Instance, testRules, testStillness } from "../simplify/soundness.ts";
import { graphOf, opsOf } from "../support.ts";

const floats = ["f32", "f64"] as const;
const of = (...builds: readonly ((x: Tensor, y: Tensor) => Tensor)[]): readonly Instance[] =>
  builds.map((build) => ({ dtypes: floats, shape: [2, 3, 4], build: (_, { x, y }) => build(x, y) }));

const kept = { axes: [-1], keepDims: true } as const;
const shifted = (x: Tensor): Tensor => x.sub(x.max(kept)).exp();
/** Sums that dropped their axis, put back. */
const back = (x: Tensor): Tensor => x.reshape([...x.shape, 1]);
const weigh = (weights: Tensor, y: Tensor): Tensor => weights.matmul(y, { transposeB: true });

testRules(softmaxForms, {
  dividedBySum: of(
    (x) => x.exp().div(x.exp().sum(kept)),
    (x) => x.exp().div(x.exp().sum({ axes: [1], keepDims: true })),
    (x) => shifted(x).div(back(shifted(x).sum({ axes: [-1] }))),
    (x) => shifted(x).div(shifted(x).sum(kept).maximum(1)),
    (x) => {
      const weights = x.sub(x.max(kept).maximum(lowestFinite[x.dtype === "f64" ? "f64" : "f32"])).exp();
      return weights.div(weights.sum(kept).maximum(1));
    },
    (x) =>
      x.exp().div(
        x
          .exp()
          .transpose([2, 0, 1])
          .sum({ axes: [0] })
          .reshape([2, 3, 1])
          .broadcastTo([2, 3, 4]),
      ),
  ),
  timesReciprocal: of(
    (x) => x.exp().mul(x.exp().sum(kept).reciprocal()),
    (x) => x.exp().sum(kept).pow(-1).mul(x.exp()),
  ).concat({
    dtypes: floats,
    shape: [2, 3],
    build: (trace, { x }, dtype) => x.exp().mul(trace.constant(1, dtype, [2, 1]).div(x.exp().sum(kept))),
  }),
  lessLogarithmOfSum: of(
    (x) => x.sub(x.exp().sum(kept).log()).exp(),
    (x) => x.sub(logSumExp(x, { axes: [-1], keepDims: true })).exp(),
    (x) => x.sub(back(logSumExp(x, { axes: [-1] }))).exp(),
  ),
  ofLogarithm: of(
    (x) => logSoftmax(x).exp(),
    (x) => logSoftmax(x.transpose([0, 2, 1])).exp(),
  ),
  shifted: of(
    (x) => softmax(x.sub(x.max(kept))),
    (x) => softmax(x.add(x.mul(2).sum(kept))),
    (x) => softmax(x.sub(3)),
  ),
  shiftedWhereAllowed: [
    {
      dtypes: floats,
      shape: [2, 3],
      build: (trace, { x, y }, dtype) => {
        const lowest = trace.constant(-Infinity, dtype, x.shape);
        return softmax(y.less(1).select(x.sub(x.max(kept)), lowest));
      },
    },
  ],
  maskedByProduct: of(
    (x, y) => x.exp().mul(y.greater(0).cast(x.dtype)),
    (x, y) => y.greater(0).cast(x.dtype).mul(x.exp()),
    (x, y) => x.exp().mul(y.max(kept).greater(0).cast(x.dtype)),
  ),
  maskedByChoice: [true, false].map((first) => ({
    dtypes: floats,
    shape: [2, 3],
    build: (trace, { x, y }, dtype) => {
      const zero = trace.constant(0, dtype, x.shape);
      return first ? y.less(1).select(x.exp(), zero) : y.less(1).select(zero, x.exp());
    },
  })),
  dividedAfterProduct: of(
    (x, y) => weigh(x.exp(), y).div(x.exp().sum(kept)),
    (x, y) => weigh(shifted(x), y).mul(shifted(x).sum(kept).reciprocal()),
    (x, y) =>
      shifted(x)
        .sum(kept)
        .pow(-1)
        .mul(weigh(shifted(x), y)),
    (x, y) =>
      y.matmul(x.exp(), { transposeB: true }).div(
        x
          .exp()
          .sum({ axes: [2] })
          .reshape([2, 1, 3]),
      ),
    (x, y) => weigh(x.exp().mul(y), y).div(x.exp().sum(kept)),
    (x, y) => weigh(x.exp().div(y.exp()), y).div(x.exp().sum(kept)),
    (x, y) =>
      weigh(x.exp(), y)
        .transpose([1, 0, 2])
        .div(x.exp().sum(kept).transpose([1, 0, 2])),
  ).concat({
    dtypes: floats,
    shape: [2, 3, 4],
    build: (trace, { x, y }, dtype) => {
      const lowest = trace.constant(-Infinity, dtype, x.shape);
      return weigh(y.less(1).select(x, lowest).exp(), y).div(x.exp().sum(kept));
    },
  }),
});

testStillness([softmaxForms], {
  "an exponential over the sum of another": { dtypes: floats, build: (_, { x, y }) => x.exp().div(y.exp().sum(kept)) },
  "a sum over two axes": { dtypes: floats, build: (_, { x }) => x.exp().div(x.exp().sum()) },
  "a number over its sum": { dtypes: floats, build: (_, { x }) => x.div(x.sum(kept)) },
  "a sum that is no less than 2": {
    dtypes: floats,
    build: (_, { x }) => shifted(x).div(shifted(x).sum(kept).maximum(2)),
  },
  "a bounded sum of what is not shifted": {
    dtypes: floats,
    build: (_, { x }) => x.exp().div(x.exp().sum(kept).maximum(1)),
  },
  "a sum that is no less than 1, of what is less than e^0 all along a row": {
    dtypes: floats,
    build: (_, { x }) => {
      const weights = x.sub(x.max(kept).maximum(0)).exp();
      return weights.div(weights.sum(kept).maximum(1));
    },
  },
  "a shift that differs along the axis": { dtypes: floats, build: (_, { x, y }) => softmax(x.sub(y)) },
  "the logarithm of another sum": {
    dtypes: floats,
    build: (_, { x, y }) => x.sub(y.exp().sum(kept).log()).exp(),
  },
  "the logarithm of a sum less one number, with another added again": {
    dtypes: floats,
    build: (_, { x, y }) => x.sub(shifted(x).sum(kept).log().add(y.max(kept))).exp(),
  },
  "the logarithm of a sum less numbers of the rows, with those of the columns added again": {
    dtypes: floats,
    shape: [3, 3],
    build: (_, { x, y }) =>
      x
        .sub(
          x
            .sub(y)
            .exp()
            .sum(kept)
            .log()
            .add(y.transpose([1, 0])),
        )
        .exp(),
  },
  "the logarithm of a sum less numbers that differ along the axis": {
    dtypes: floats,
    build: (_, { x, y }) => x.sub(x.sub(y).exp().sum(kept).log().add(y)).exp(),
  },
  "a product over the sum along its rows": {
    dtypes: floats,
    shape: [2, 3, 3],
    build: (_, { x, y }) =>
      x
        .exp()
        .matmul(y)
        .div(
          x
            .exp()
            .sum({ axes: [1] })
            .reshape([2, 3, 1]),
        ),
  },
});

describe("softmax forms", () => {
  test("become the composite with nothing left of them", () => {
    const graph = graphOf((t) => {
      const x = t.input("x", { dtype: "f32", shape: [2, 3] });
      return { y: shifted(x).div(shifted(x).sum(kept)) };
    });
    expect(opsOf(rewrite(graph, [softmaxForms]).graph)).toEqual(["input", "softmax"]);
  });

  test("of another width, between conversions", () => {
    const graph = graphOf((t) => {
      const x = t.input("x", { dtype: "f32", shape: [2, 3] });
      const wide = shifted(x.cast("f64"));
      const v = t.input("v", { dtype: "f32", shape: [3, 2] });
      const sums = emitOne(t, "cast", [wide.sum(kept)], { dtype: "f32" });
      return { y: wide.cast("f32").matmul(v).div(sums) };
    });
    expect(opsOf(rewrite(graph, [softmaxForms]).graph)).toEqual([
      "input",
      "cast",
      "input",
      "softmax",
      "cast",
      "matmul",
    ]);
  });
});
