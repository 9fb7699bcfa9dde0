// Convolution layers of any number of axes in models whose extents are symbols until they are compiled.
import { expect, test } from "vitest";
import { compileSync, defineModel, mean, relu, spec, training } from "../../src/index.ts";
import {
  averagePool3d,
  conv1d,
  conv3d,
  convTranspose1d,
  convTranspose3d,
  globalAveragePool,
  globalMaxPool,
  maxPool1d,
  maxPool3d,
} from "../../src/nn/index.ts";
import { sgd } from "../../src/optim/index.ts";
import { numbers } from "../support/small-models.ts";

const volumes = defineModel({
  name: "volumes",
  params: {
    down: conv3d(2, 4, 3, { stride: 2, padding: 1, groups: 2 }),
    up: convTranspose3d(4, 3, 4, { stride: 2, padding: 1 }),
  },
  inputs: { x: spec("f32", ["B", 2, "D", "H", 6]) },
  forward: (p, { x }) => {
    const pooled = averagePool3d(maxPool3d(relu(p.down(x)), 2, { stride: 1 }), [2, 1, 1], { ceil: true });
    return { y: p.up(pooled), high: globalMaxPool(pooled) };
  },
});

const sequences = defineModel({
  name: "sequences",
  params: {
    past: conv1d(2, 3, 3, { padding: "causal", dilation: 2 }),
    up: convTranspose1d(3, 2, 3, { stride: 3, outputPadding: 1, groups: 1 }),
  },
  inputs: { x: spec("f32", ["B", 2, "T"]) },
  forward: (p, { x }) => {
    const y = p.up(maxPool1d(relu(p.past(x)), 2, { ceil: true }));
    return { y, level: globalAveragePool(y) };
  },
});

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Array.from(a, (value, at) => Math.abs(value - (b[at] ?? Number.NaN))).reduce((x, y) => Math.max(x, y), 0);
};

test("volumes of symbolic extents are convolved, pooled and convolved back", () => {
  const dims = { B: 2, D: 7, H: 8 };
  const x = numbers(2 * 2 * 7 * 8 * 6);
  const [wasm, reference] = [compileSync(volumes, { dims }), compileSync(volumes, { dims, backend: "reference" })];
  const [found, wanted] = [wasm({ x }), reference({ x })];
  expect(found.y.shape).toEqual([2, 3, 4, 6, 4]);
  expect(found.high.shape).toEqual([2, 4, 1, 1, 1]);
  expect(largestDifference(found.y.data, wanted.y.data)).toBeLessThan(1e-6);
  expect(largestDifference(found.high.data, wanted.high.data)).toBeLessThan(1e-6);
});

test("a step of training is the same on every backend", () => {
  const description = training(sequences, {
    loss: ({ y, level }) => mean(y.mul(y)).add(mean(level)),
    optimizer: sgd({ learningRate: 0.1 }),
  });
  const x = numbers(3 * 2 * 11);
  const losses = (["wasm", "closure"] as const).map((backend) => {
    const trainer = compileSync(description, { dims: { B: 3, T: 11 }, backend });
    return Array.from({ length: 5 }, () => trainer.step({ x }).loss);
  });
  expect(losses[0]).toEqual(losses[1]);
  expect(losses[0]?.at(-1)).toBeLessThan(losses[0]?.[0] ?? 0);
});
