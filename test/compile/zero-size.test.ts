// Extents of zero: a batch of nothing compiles and runs on every backend and in every form, and gives nothing; a mean over
// nothing is NaN, as everywhere, so a training step that would take it is refused and changes nothing.
import { describe, expect, it } from "vitest";
import { compileSync, defineModel, param, spec, sum, training } from "../../src/index.ts";
import { sgd } from "../../src/optim/index.ts";
import { convolutional, perceptron, perceptronTraining } from "../support/small-models.ts";

const dims = { B: 0 };
const none = new Float32Array(0);

describe.each(["wasm", "closure", "reference"] as const)("a batch of nothing on %s", (backend) => {
  it("gives nothing", () => {
    const nothing = { logits: { dtype: "f32", shape: [0, 3], data: none } };
    expect(compileSync(perceptron, { dims, backend })({ features: none })).toEqual(nothing);
    expect(compileSync(convolutional, { dims, backend })({ image: none })).toEqual(nothing);
  });

  it("is fed as nothing, in the right shape", () => {
    const model = compileSync(perceptron, { dims, backend });
    expect(model({ features: { data: none, shape: [0, 6] } }).logits.shape).toEqual([0, 3]);
  });

  it("cannot be averaged: the step is refused", () => {
    const trainer = compileSync(perceptronTraining, { dims, backend });
    const before = trainer.parameters.all();
    expect(() => trainer.step({ features: none, label: new Int32Array(0) })).toThrow("W502: step 1: the loss is NaN");
    expect(trainer.parameters.all()).toEqual(before);
  });

  it("has a sum of zero, and a gradient of zero", () => {
    const model = defineModel({
      name: "sums",
      params: { w: param([2]) },
      inputs: { x: spec("f32", ["B", 2]) },
      forward: ({ w }, { x }) => ({ y: x.mul(w) }),
    });
    const description = training(model, { loss: ({ y }) => sum(y), optimizer: sgd({ learningRate: 1 }) });
    const trainer = compileSync(description, { dims, backend });
    trainer.parameters.set("w", Float32Array.of(1, 2));
    expect(trainer.grads({ x: none })).toEqual({
      loss: 0,
      gradients: { w: { dtype: "f32", shape: [2], data: new Float32Array(2) } },
    });
    expect(trainer.step({ x: none })).toEqual({ loss: 0 });
    expect(trainer.parameters.get("w").data).toEqual(Float32Array.of(1, 2));
  });

  it("holds for parameters too", () => {
    const model = defineModel({
      name: "empty",
      params: { w: param([0, 3]) },
      inputs: { x: spec("f32", ["B", 0]) },
      forward: ({ w }, { x }) => ({ y: x.matmul(w) }),
    });
    const compiled = compileSync(model, { dims: { B: 2 }, backend });
    expect(compiled({ x: none }).y.data).toEqual(new Float32Array(6));
    expect(compiled.parameters.all()).toEqual({ w: { dtype: "f32", shape: [0, 3], data: none } });
  });
});

it("an input that nothing reads is compiled away, and may be fed", () => {
  const model = defineModel({
    name: "one",
    params: {},
    inputs: { x: spec("f32", [2]), z: spec("f32", [3]) },
    forward: (_, { x }) => ({ y: x.add(1) }),
  });
  const feeds = { x: Float32Array.of(1, 2), z: new Float32Array(3) };
  expect([...compileSync(model)(feeds).y.data]).toEqual([2, 3]);
});
