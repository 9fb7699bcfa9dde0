// What looks like attention and is none, or whose scores something else needs: the pass gives back the very graph.
import { describe, expect, test } from "vitest";
import { logSumExp, relu, softmax } from "../../../src/ir/functions/index.ts";
import type { Trace } from "../../../src/ir/graph/trace.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { fuseAttention } from "../../../src/passes/attention/fuse-attention.ts";
import { optimize } from "../../../src/passes/pipelines.ts";
import { graphOf, opsOf } from "../support.ts";

interface Inputs {
  readonly trace: Trace;
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
  readonly mask: Tensor;
}

const length = 4;
const described = (describeIt: (inputs: Inputs) => Readonly<Record<string, Tensor>>) =>
  graphOf((trace) => {
    const type = { dtype: "f32", shape: [2, length, length] } as const;
    const [q, k, v] = [trace.input("q", type), trace.input("k", type), trace.input("v", type)];
    return describeIt({ trace, q, k, v, mask: trace.input("mask", { dtype: "bool", shape: [length, length] }) });
  });

const scoresOf = ({ q, k }: Inputs): Tensor => q.matmul(k, { transposeB: true }).div(2);

const cases: Readonly<Record<string, (inputs: Inputs) => Readonly<Record<string, Tensor>>>> = {
  "weights that are a result": (inputs) => {
    const weights = softmax(scoresOf(inputs));
    return { y: weights.matmul(inputs.v), weights };
  },
  "scores that are a result": (inputs) => {
    const scores = scoresOf(inputs);
    return { y: softmax(scores).matmul(inputs.v), scores };
  },
  "weights that two products read": (inputs) => {
    const weights = softmax(scoresOf(inputs));
    return { y: weights.matmul(inputs.v), z: weights.matmul(inputs.k) };
  },
  "scores whose largest is a result": (inputs) => {
    const scores = scoresOf(inputs);
    return { y: softmax(scores).matmul(inputs.v), largest: scores.max({ axes: [-1] }) };
  },
  "scores whose logarithm of sums is a result": (inputs) => {
    const scores = scoresOf(inputs);
    return { y: softmax(scores).matmul(inputs.v), sums: logSumExp(scores, { axes: [-1] }) };
  },
  "products that are a result": (inputs) => {
    const products = inputs.q.matmul(inputs.k, { transposeB: true });
    return { y: softmax(products.div(2)).matmul(inputs.v), products };
  },
  "weights that are summed besides": (inputs) => {
    const weights = softmax(scoresOf(inputs));
    return { y: weights.matmul(inputs.v).add(weights.sum({ axes: [0, 1] }).reshape([length])) };
  },
  "softmax over the queries": (inputs) => ({ y: softmax(scoresOf(inputs), -2).matmul(inputs.v) }),
  "softmax over the batch": (inputs) => ({ y: softmax(scoresOf(inputs), 0).matmul(inputs.v) }),
  "softmax over queries and keys at once": (inputs) => {
    const scores = scoresOf(inputs);
    const flat = softmax(scores.reshape([2, length * length])).reshape([2, length, length]);
    return { y: flat.matmul(inputs.v) };
  },
  "weights read transposed": (inputs) => ({ y: softmax(scoresOf(inputs)).matmul(inputs.v, { transposeA: true }) }),
  "weights read transposed by hand": (inputs) => ({
    y: softmax(scoresOf(inputs)).transpose([0, 2, 1]).matmul(inputs.v),
  }),
  "scores moved along the keys": (inputs) => {
    const scores = scoresOf(inputs);
    return { y: softmax(scores.flip([2])).matmul(inputs.v) };
  },
  "scores cut and joined": (inputs) => {
    const scores = scoresOf(inputs);
    const half = (start: number) =>
      scores.slice(
        [0, 0, start].map((from, axis) => ({
          start: from,
          end: axis === 2 ? from + 2 : (scores.shape[axis] ?? 0),
          step: 1,
        })),
      );
    return { y: softmax(half(2).concat([half(0)], 2)).matmul(inputs.v) };
  },
  "scores less their own transpose": (inputs) => {
    const scores = scoresOf(inputs);
    return { y: softmax(scores.sub(scores.transpose([0, 2, 1]))).matmul(inputs.v) };
  },
  "scores summed up along the keys before": (inputs) => {
    const scores = scoresOf(inputs);
    return { y: softmax(scores.sub(scores.mean({ axes: [1], keepDims: true }))).matmul(inputs.v) };
  },
  "scores between which a mean over queries stands": (inputs) => {
    const scores = scoresOf(inputs);
    return { y: softmax(scores.mul(scores.sum({ axes: [-1], keepDims: true }))).matmul(inputs.v) };
  },
  "a product of three matrices": (inputs) => {
    const scores = scoresOf(inputs).matmul(inputs.q);
    return { y: softmax(scores.matmul(inputs.k).max({ axes: [0], keepDims: true })).matmul(inputs.v) };
  },
  "scores that are the sum of two products": (inputs) => {
    const { q, k, v } = inputs;
    return { y: softmax(scoresOf(inputs).add(v.matmul(q, { transposeB: true }))).matmul(k) };
  },
  "no softmax": (inputs) => ({ y: relu(scoresOf(inputs)).matmul(inputs.v) }),
  "exponentials that are not divided": (inputs) => ({ y: scoresOf(inputs).exp().matmul(inputs.v) }),
  "exponentials over another sum": (inputs) => {
    const scores = scoresOf(inputs);
    const sums = scores
      .mul(2)
      .exp()
      .sum({ axes: [-1], keepDims: true });
    return { y: scores.exp().div(sums).matmul(inputs.v) };
  },
  "exponentials over a sum over the queries": (inputs) => {
    const e = scoresOf(inputs).exp();
    return { y: e.div(e.sum({ axes: [1], keepDims: true })).matmul(inputs.v) };
  },
  "exponentials over their largest": (inputs) => {
    const e = scoresOf(inputs).exp();
    return { y: e.div(e.max({ axes: [-1], keepDims: true })).matmul(inputs.v) };
  },
  "another function over its sum": (inputs) => {
    const e = scoresOf(inputs).tanh();
    return { y: e.div(e.sum({ axes: [-1], keepDims: true })).matmul(inputs.v) };
  },
  "exponentials of what is shifted by a number of each key": (inputs) => {
    const scores = scoresOf(inputs);
    const e = scores.sub(scores.max({ axes: [1], keepDims: true })).exp();
    return {
      y: scores
        .exp()
        .div(e.sum({ axes: [-1], keepDims: true }))
        .matmul(inputs.v),
    };
  },
  "a sum over their exponentials": (inputs) => {
    const e = scoresOf(inputs).exp();
    return {
      y: e
        .sum({ axes: [-1], keepDims: true })
        .div(e)
        .matmul(inputs.v),
    };
  },
  "exponentials over the sum of others": (inputs) => {
    const { q, k, v } = inputs;
    const others = k.matmul(q, { transposeB: true }).exp();
    return {
      y: scoresOf(inputs)
        .exp()
        .div(others.sum({ axes: [-1], keepDims: true }))
        .matmul(v),
    };
  },
  "a product of exponentials over their largest": (inputs) => {
    const e = scoresOf(inputs).exp();
    return { y: e.matmul(inputs.v).div(e.max({ axes: [-1], keepDims: true })) };
  },
  "a product of exponentials over a sum over the queries": (inputs) => {
    const e = scoresOf(inputs).exp();
    return { y: e.matmul(inputs.v).div(e.sum({ axes: [1], keepDims: true })) };
  },
  "a product of exponentials over the sum of others": (inputs) => {
    const { q, k, v } = inputs;
    const others = k.matmul(q, { transposeB: true }).exp();
    return {
      y: scoresOf(inputs)
        .exp()
        .matmul(v)
        .div(others.sum({ axes: [-1], keepDims: true })),
    };
  },
  "a product of exponentials over the sum of another function": (inputs) => {
    const scores = scoresOf(inputs);
    const sums = scores.tanh().sum({ axes: [-1], keepDims: true });
    return { y: scores.exp().matmul(inputs.v).div(sums) };
  },
  "exponentials less the logarithm of the sum of another function": (inputs) => {
    const scores = scoresOf(inputs);
    const largest = scores.max({ axes: [-1], keepDims: true });
    const sums = scores
      .sub(largest)
      .tanh()
      .sum({ axes: [-1], keepDims: true });
    return { y: scores.sub(largest.add(sums.log())).exp().matmul(inputs.v) };
  },
  "exponentials times their sum squared": (inputs) => {
    const e = scoresOf(inputs).exp();
    return { y: e.mul(e.sum({ axes: [-1], keepDims: true }).pow(2)).matmul(inputs.v) };
  },
  "exponentials times what is no inverse of their sum": (inputs) => {
    const e = scoresOf(inputs).exp();
    return { y: e.mul(e.sum({ axes: [-1], keepDims: true }).mul(-1)).matmul(inputs.v) };
  },
  "exponentials less the logarithm of another sum": (inputs) => {
    const scores = scoresOf(inputs);
    const largest = scores.max({ axes: [-1], keepDims: true });
    const sums = scores
      .mul(largest)
      .exp()
      .sum({ axes: [-1], keepDims: true });
    return { y: scores.sub(largest.add(sums.log())).exp().matmul(inputs.v) };
  },
  "exponentials over the sum of masked ones": (inputs) => {
    const e = scoresOf(inputs).exp();
    const kept = e.mul(inputs.mask.cast("f32"));
    return { y: e.div(kept.sum({ axes: [-1], keepDims: true })).matmul(inputs.v) };
  },
  "weights squared": (inputs) => {
    const weights = softmax(scoresOf(inputs));
    return { y: weights.mul(weights).matmul(inputs.v) };
  },
  "a number over weights": (inputs) => {
    const weights = softmax(scoresOf(inputs));
    return { y: inputs.mask.cast("f32").div(weights).matmul(inputs.v) };
  },
  "weights that became whole numbers": (inputs) => ({
    y: softmax(scoresOf(inputs)).cast("i32").cast("f32").matmul(inputs.v),
  }),
  "weights, or one where there are none": (inputs) => ({
    y: inputs.mask.select(softmax(scoresOf(inputs)), 1).matmul(inputs.v),
  }),
  "one, or weights where there are some": (inputs) => ({
    y: inputs.mask.select(1, softmax(scoresOf(inputs))).matmul(inputs.v),
  }),
  "weights less something": (inputs) => ({
    y: softmax(scoresOf(inputs)).sub(inputs.mask.cast("f32")).matmul(inputs.v),
  }),
  "the largest of weights and something": (inputs) => ({
    y: softmax(scoresOf(inputs)).maximum(inputs.mask.cast("f32")).matmul(inputs.v),
  }),
  "weights of which one is another's power": (inputs) => {
    const weights = softmax(scoresOf(inputs));
    return { y: weights.pow(2).matmul(inputs.v) };
  },
  "weights to which something is added": (inputs) => ({
    y: softmax(scoresOf(inputs)).add(inputs.mask.cast("f32")).matmul(inputs.v),
  }),
  "exponentials less the logarithm of a sum from which each key took off a number of its own": (inputs) => {
    const [scores, taken] = [scoresOf(inputs), inputs.v.transpose([0, 2, 1])];
    const sums = scores
      .sub(taken)
      .exp()
      .sum({ axes: [2], keepDims: true });
    return { y: scores.sub(sums.log().add(taken)).exp().matmul(inputs.v) };
  },
  "softmax of no product": ({ q, v }) => ({ y: softmax(q).matmul(v) }),
  "a product that knows no keys": (inputs) => {
    const { q, k, v } = inputs;
    return {
      y: softmax(
        q
          .matmul(k)
          .sum({ axes: [2], keepDims: true })
          .broadcastTo([2, length, length])
          .mul(v),
      ).matmul(v),
    };
  },
  "values that are made of the weights": (inputs) => {
    const weights = softmax(scoresOf(inputs));
    return { y: weights.matmul(inputs.v.mul(weights.sum({ axes: [1] }).reshape([2, length, 1]))) };
  },
};

describe("what is no attention", () => {
  test("differs from what is", () => {
    const graph = described((inputs) => ({ y: softmax(scoresOf(inputs)).matmul(inputs.v) }));
    expect(opsOf(fuseAttention.run(graph))).toContain("attention");
  });

  test.each(Object.entries(cases))("%s", (_, describeIt) => {
    const graph = described(describeIt);
    expect(fuseAttention.run(graph)).toBe(graph);
    const optimized = optimize.run(graph);
    expect(fuseAttention.run(optimized)).toBe(optimized);
  });
});
