// Optimizers and clipping where test/golden has no training for it: all the others are stepped by test/golden-suite.
import { describe, expect, it } from "vitest";
import { compileSync, defineModel, meanSquaredError, spec, tanh, training } from "../../src/index.ts";
import { linear } from "../../src/nn/index.ts";
import { adagrad, adam, type Optimizer, sgd } from "../../src/optim/index.ts";
import type { GradientClip } from "../../src/training/gradient-clip.ts";
import { array, expectClose } from "../support/op-meaning.ts";

const network = defineModel({
  name: "network",
  params: { layers: [linear(4, 6), linear(6, 3)] },
  inputs: { x: spec("f32", [8, 4]) },
  forward: ({ layers: [hidden, output] }, { x }) => ({ y: output(tanh(hidden(x))) }),
});

const trainedBy = (optimizer: Optimizer, clip?: GradientClip) =>
  training(network, {
    inputs: { target: spec("f32", [8, 3]) },
    loss: ({ y }, { target }) => meanSquaredError(y, target),
    optimizer,
    ...(clip === undefined ? {} : { clip }),
  });

describe("what the golden trainings do not say", () => {
  const feeds = {
    x: Float32Array.from({ length: 32 }, (_, at) => Math.sin(at + 1)),
    target: Float32Array.from({ length: 24 }, (_, at) => 3 * Math.cos(at + 1)),
  };

  const bias = "layers.1.bias";

  /** A trainer whose last bias is 0, so that what is left of a step is the step. */
  const begin = (optimizer: Optimizer, clip?: GradientClip) => {
    const trainer = compileSync(trainedBy(optimizer, clip));
    trainer.parameters.restore({ [bias]: new Float32Array(3) }, { partial: true });
    const gradients: Readonly<Record<string, { readonly data: ArrayLike<number> }>> = trainer.grads(feeds).gradients;
    return { trainer, gradients, gradient: Array.from(gradients[bias]?.data ?? []) };
  };

  it("clipping by value bounds each element, and leaves what `grads` gives alone", () => {
    const { trainer, gradients, gradient } = begin(sgd({ learningRate: 1 }), { value: 0.015625 });
    expect(gradients).toEqual(begin(sgd({ learningRate: 1 })).gradients);
    expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(0.015625);
    trainer.step(feeds);
    const moved = Array.from(trainer.parameters.get(bias).data);
    expect(moved).toEqual(gradient.map((each) => -Math.max(-0.015625, Math.min(0.015625, each))));
  });

  it("adagrad's sum of squares begins where it is told to", () => {
    const { trainer, gradient } = begin(adagrad({ learningRate: 1, initialAccumulator: 4 }));
    trainer.step(feeds);
    const wanted = gradient.map((each) => -each / Math.sqrt(4 + each * each));
    expectClose(array([3], trainer.parameters.get(bias).data), array([3], wanted), 1, 1e-6);
  });

  it("the first step of adam is the rate, whatever the moments decay by", () => {
    for (const betas of [
      [0.9, 0.999],
      [0.5, 0.75],
    ] as const) {
      const { trainer, gradient } = begin(adam({ learningRate: 0.25, betas, epsilon: 0 }));
      trainer.step(feeds);
      const wanted = gradient.map((each) => -0.25 * Math.sign(each));
      expectClose(array([3], trainer.parameters.get(bias).data), array([3], wanted), 1, 1e-5);
    }
  });

  it("nesterov needs momentum, and a clip one bound above 0", () => {
    expect(() => sgd({ learningRate: 0.1, nesterov: true })).toThrow(
      "W140: sgd: nesterov: momentum above 0 without dampening is expected, got momentum 0 and dampening 0",
    );
    expect(() => trainedBy(sgd({ learningRate: 0.1 }), { norm: -1 })).toThrow(
      "W140: training: clip: a bound above 0, of the norm or of each value is expected, got -1",
    );
  });
});
