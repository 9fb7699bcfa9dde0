// What the bench takes networks for: each operation in double precision against the float64 reference of the compiler, on small
// networks of all kinds; and that every row's network can be described at all.
import { describe, expect, test } from "vitest";
import { meaningOfNetwork } from "../../bench/networks/meaning/index.ts";
import { erf } from "../../bench/networks/meaning/scalars.ts";
import type { Network } from "../../bench/networks/network.ts";
import { learningRate } from "../../bench/networks/optimizer.ts";
import { feedsOf, inDoubles, modelOf, weightsOf } from "../../bench/networks/weftgraph/model.ts";
import { operationsOfNetwork } from "../../bench/networks/work.ts";
import {
  charactersLoss,
  lenet,
  lenetLoss,
  perceptron,
  perceptronLoss,
  resnet18,
} from "../../bench/networks/zoo/classifiers.ts";
import {
  chainOfTen,
  convolution,
  elementwise,
  normalizedRows,
  recurrence,
  softmaxRows,
  weightProduct,
} from "../../bench/networks/zoo/layers.ts";
import { decoder, decoderLoss, encoder } from "../../bench/networks/zoo/transformers.ts";
import type { Arrays } from "../../bench/workloads/computation.ts";
import { numbersOfNetwork } from "../../bench/workloads/network.ts";
import { workloads } from "../../bench/workloads/table.ts";
import { trainingComputation } from "../../bench/workloads/training.ts";
import { compileSync, modelGraph } from "../../src/index.ts";
import { typeOf } from "../../src/ir/graph/analysis.ts";

/** What the compiler's reference gives in double precision. */
const referenceOf = (network: Network, inputs: Arrays): Readonly<Record<string, ArrayLike<number>>> => {
  const run = compileSync(modelOf(network, "f64"), { backend: "reference" });
  run.parameters.restore(inDoubles(weightsOf(network, inputs)));
  const results = Object.entries(run(inDoubles(feedsOf(network, inputs))));
  return Object.fromEntries(results.map(([name, { data }]) => [name, data]));
};

const small = { layers: 2, batch: 2, positions: 5, features: 8, heads: 2, hidden: 12 } as const;
const sizes = { steps: 5, batch: 3, features: 4, hidden: 6 } as const;

const networks: Readonly<Record<string, Network>> = {
  "a product by a weight": weightProduct(3, 5, 7),
  "a product by a transposed weight": weightProduct(3, 5, 7, true),
  "a convolution with stride and padding": convolution([2, 3, 9, 7], 4, 3, { stride: 2, padding: 1 }),
  "a convolution in groups": convolution([1, 4, 6, 6], 8, 3, { padding: 1, groups: 2 }),
  "a depthwise convolution": convolution([1, 4, 6, 6], 4, 3, { padding: 1, groups: 4 }),
  softmax: softmaxRows(3, 17),
  layerNorm: normalizedRows(3, 17),
  relu: elementwise("relu", [4, 5]),
  gelu: elementwise("gelu", [4, 5]),
  tanh: elementwise("tanh", [4, 5]),
  sigmoid: elementwise("sigmoid", [4, 5]),
  "ten elementwise": chainOfTen([4, 5]),
  LSTM: recurrence("lstm", sizes),
  GRU: recurrence("gru", sizes),
  RNN: recurrence("rnn", sizes),
  BiLSTM: recurrence("lstm", sizes, true),
  "an encoder": encoder(small),
  "a decoder": decoder(small, 11),
  "a decoder with one table": decoder({ ...small, tied: true }, 11),
  "a decoder's loss": decoderLoss(small, 11),
  "a perceptron": perceptron(3, [6, 5, 4]),
  "a perceptron's loss": perceptronLoss(3, [6, 5, 4]),
  "LeNet-5": lenet(1),
  "LeNet-5's loss": lenetLoss(2),
  "ResNet-18": resnet18(1, 8, 10),
  "the loss of characters": charactersLoss(4, 2, 6, 9),
};

describe("the meaning of networks is what the compiler's reference says", () => {
  test.each(Object.entries(networks))("%s", (_, network) => {
    const inputs = numbersOfNetwork(network);
    const wanted = referenceOf(network, inputs);
    const meaning = meaningOfNetwork(network, inputs);
    expect(Object.keys(meaning)).toEqual(Object.keys(wanted));
    for (const [name, values] of Object.entries(meaning)) {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest).toBeGreaterThan(0);
      expect(values.length).toBe(wanted[name]?.length);
      for (const [at, value] of values.entries())
        expect(value / largest).toBeCloseTo((wanted[name]?.[at] ?? 0) / largest, 10);
    }
  });
});

test("the error function, where its series ends and its tail begins", () => {
  // Abramowitz and Stegun, table 7.1, and OEIS A060196 for the tail.
  for (const [x, value] of [
    [0, 0],
    [0.5, 0.5204998778],
    [1, 0.8427007929],
    [2, 0.995322265],
    [3.5, 0.999999256901628],
  ] as const)
    for (const sign of [1, -1]) expect(erf(sign * x)).toBeCloseTo(sign * value, 9);
  expect(erf(3 - 1e-12)).toBeCloseTo(erf(3), 11);
});

test("operations are those of products alone", () => {
  expect(operationsOfNetwork(weightProduct(3, 5, 7))).toBe(2 * 3 * 5 * 7);
  expect(operationsOfNetwork(softmaxRows(3, 17))).toBe(0);
  expect(operationsOfNetwork(convolution([2, 4, 6, 6], 8, 3, { padding: 1, groups: 2 }))).toBe(2 * 2 * 8 * 36 * 2 * 9);
  expect(operationsOfNetwork(recurrence("gru", sizes))).toBe(2 * 5 * 3 * 18 * (4 + 6));
  // Four projections, two layers of the perceptron, and two products of each pair of positions.
  const layer = 2 * 10 * 8 * (4 * 8 + 2 * 12) + 2 * 2 * 2 * 25 * 8;
  expect(operationsOfNetwork(encoder(small))).toBe(2 * layer);
});

describe("each row of the table", () => {
  const rows = workloads.flatMap((row) => (row.kind === "network" ? [[row.name, row.task] as const] : []));
  test.each(rows)("%s", (_, task) => {
    // The shapes that the bench writes down are those that the compiler derives.
    const graph = modelGraph(modelOf(task));
    expect(graph.entries[0]?.outputs.map(({ value }) => typeOf(graph, value).shape)).toEqual(
      task.outputs.map(({ shape }) => shape),
    );
  });
});

describe("the meaning of a training step is down the slope of the loss", () => {
  const losses: Readonly<Record<string, Network>> = {
    "a perceptron": perceptronLoss(3, [6, 5, 4]),
    "LeNet-5": lenetLoss(1),
    characters: charactersLoss(4, 2, 6, 9),
    "a decoder": decoderLoss(small, 11),
  };
  const loss = (network: Network, inputs: Arrays): number => {
    const [value] = Object.values(meaningOfNetwork(network, inputs));
    return value?.[0] ?? Number.NaN;
  };

  test.each(Object.entries(losses))("%s", (_, network) => {
    const inputs = numbersOfNetwork(network);
    const { loss: [first = Number.NaN] = [], ...stepped } = trainingComputation.meaning(
      { network, optimizer: "sgd" },
      inputs,
    );
    expect(first).toBeCloseTo(loss(network, inputs), 10);
    const names = network.leaves.filter(({ role }) => role === "weight").map(({ value: { name } }) => name);
    expect(Object.keys(stepped)).toEqual(names);
    for (const [name, weights] of Object.entries(stepped)) {
      const given = inputs[name] ?? new Float32Array();
      const at = given.length >> 1;
      const [below, above] = [given.slice(), given.slice()];
      below[at] = (given[at] ?? 0) - 2 ** -10;
      above[at] = (given[at] ?? 0) + 2 ** -10;
      const rise = loss(network, { ...inputs, [name]: above }) - loss(network, { ...inputs, [name]: below });
      const slope = rise / ((above[at] ?? 0) - (below[at] ?? 0));
      expect(((given[at] ?? 0) - (weights[at] ?? 0)) / learningRate).toBeCloseTo(slope, 4);
    }
  });
});
