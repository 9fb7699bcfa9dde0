// Recurrent layers as descriptions: dropout between layers, and what does not fit to a sequence.
import { describe, expect, test } from "vitest";
import {
  compileSync,
  constant,
  defineModel,
  mean,
  modelGraph,
  spec,
  square,
  type Tensor,
  training,
} from "../../src/index.ts";
import { gru, lstm, type RecurrentInputs, rnn } from "../../src/nn/index.ts";
import { sgd } from "../../src/optim/index.ts";
import { described } from "../support/described.ts";

const [T, B, inputs, hidden] = [4, 3, 2, 5];
const x = Float32Array.from({ length: T * B * inputs }, (_, at) => Math.sin(at));

/** Trainings are compiled with steps of no length, so that the loss of each tells what its dropout did. */
const compiled = (options: Parameters<typeof lstm>[2], backend: "wasm" | "closure" = "closure") => {
  const model = defineModel({
    name: "stack",
    params: { net: lstm(inputs, hidden, options) },
    inputs: { x: spec("f32", [T, B, inputs]) },
    forward: (p, feeds) => ({ y: p.net(feeds.x).output }),
  });
  const description = training(model, { loss: ({ y }) => mean(square(y)), optimizer: sgd({ learningRate: 0 }) });
  return compileSync(description, { backend, seed: 7 });
};

const losses = (options: Parameters<typeof lstm>[2], backend?: "wasm" | "closure") => {
  const trainer = compiled(options, backend);
  return [1, 2, 3].map(() => trainer.step({ x }).loss);
};

describe("dropout between layers", () => {
  test("drops in training, by other masks in each step, in the same way on each backend", () => {
    const dropped = losses({ layers: 3, dropout: 0.5 });
    expect(new Set(dropped).size).toBe(3);
    expect(losses({ layers: 3, dropout: 0.5 }, "wasm")).toEqual(dropped);
    expect(new Set(losses({ layers: 3 })).size).toBe(1);
  });

  test("leaves prediction, and the outputs of the last layer, as they are", () => {
    const predicted = (dropout: number) => compiled({ layers: 2, dropout }).predict({ x }).y.data;
    expect(predicted(0.5)).toEqual(predicted(0));
    expect(losses({ dropout: 0.9 })).toEqual(losses({}));
  });

  test("of everything leaves the layer above its biases alone", () => {
    const trainer = compiled({ layers: 2, dropout: 1 });
    const { gradients } = trainer.grads({ x });
    expect(new Set(gradients["net.weight_ih_l0"]?.data)).toEqual(new Set([0]));
    expect(new Set(gradients["net.weight_ih_l1"]?.data)).toEqual(new Set([0]));
    expect(new Set(gradients["net.bias_ih_l1"]?.data).size).toBeGreaterThan(1);
  });

  test("is the one mask of each place that the layer below has", () => {
    const both = losses({ layers: 2, bidirectional: true, dropout: 0.3 });
    expect(new Set(both).size).toBe(3);
    expect(losses({ layers: 2, bidirectional: true, dropout: 0.3 })).toEqual(both);
  });
});

const bound = (given: RecurrentInputs, net = lstm(inputs, hidden, { layers: 2 })): unknown =>
  modelGraph(
    defineModel({
      name: "stack",
      params: { net },
      inputs: { x: spec("f32", ["T", "B", inputs]) },
      forward: (p, feeds) => ({ y: p.net(feeds.x, given).output }),
    }),
  );

/** A tensor given within `forward`, where there is a graph. */
const fitting = (name: keyof RecurrentInputs, make: () => Tensor): unknown =>
  bound(Object.defineProperty({}, name, { get: make, enumerable: true }));

describe("what does not fit", () => {
  test.each<readonly [what: string, action: () => unknown, says: string]>([
    [
      "a first state of another number of layers",
      () => fitting("hidden", () => constant(0, [1, "B", hidden])),
      "[W248]: lstm: the hidden must be f32[2, B, 5], not f32[1, B, 5]",
    ],
    [
      "a conveyor belt of another element type",
      () => fitting("cell", () => constant(0, [2, "B", hidden], "f64")),
      "[W248]: lstm: the cell must be f32[2, B, 5], not f64[2, B, 5]",
    ],
    [
      "lengths that are no whole numbers",
      () => fitting("lengths", () => constant(0, ["B"])),
      "[W248]: lstm: the lengths must be i32[B], not f32[B]",
    ],
    [
      "lengths of another batch",
      () => fitting("lengths", () => constant(0, [7], "i32")),
      "[W248]: lstm: the lengths must be i32[B], not i32[7]",
    ],
    ["one length for all", () => fitting("lengths", () => constant(0, [], "i32")), "must be i32[B], not i32[]"],
    [
      "a rate that is none",
      () => gru(inputs, hidden, { dropout: 1.5 }),
      "[W140]: dropout: rate: from 0 to 1 is expected, got 1.5",
    ],
    [
      "a nonlinearity that there is not",
      // What a caller without a type checker can write.
      () => rnn(inputs, hidden, { nonlinearity: "sigmoid" as "tanh" }),
      '[W140]: rnn: nonlinearity: "tanh" or "relu" is expected, got "sigmoid"',
    ],
  ])("%s", (_, action, says) => {
    const text = described(action);
    expect(text).toContain(says);
    expect(text).toContain("test/nn/recurrent.test.ts");
    expect(text).toContain("help: ");
  });
});
