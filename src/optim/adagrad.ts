// Adagrad: steps divided by the root of the sum of all squared gradients so far.
import { optionNames, requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import type { LearningRate, Optimizer } from "./optimizer.ts";

export interface AdagradOptions {
  readonly learningRate?: LearningRate;
  /** How fast the learning rate falls: it is divided by 1 + learningRateDecay * (step - 1). */
  readonly learningRateDecay?: number;
  /** What the sum of squares begins with. */
  readonly initialAccumulator?: number;
  readonly epsilon?: number;
  /** L2 penalty, added to the gradient. */
  readonly weightDecay?: number;
}

const known = optionNames<AdagradOptions>({
  learningRate: true,
  learningRateDecay: true,
  initialAccumulator: true,
  epsilon: true,
  weightDecay: true,
});

/**
 * Adagrad (Duchi, Hazan and Singer 2011) in PyTorch's form:
 * s = s + g^2;  p = p - rate / (1 + learningRateDecay (t - 1)) * g / (sqrt(s) + epsilon).
 */
export const adagrad = (options: AdagradOptions = {}): Optimizer => {
  requireKnownOptions("adagrad", options, known);
  const {
    learningRate = 1e-2,
    learningRateDecay = 0,
    initialAccumulator = 0,
    epsilon = 1e-10,
    weightDecay = 0,
  } = options;
  return {
    name: "adagrad",
    learningRate,
    state: ["squares"],
    update: ({ parameter, gradient, state, step, learningRate: rate }) => {
      const g = weightDecay === 0 ? gradient : gradient.add(parameter.mul(weightDecay));
      const squares = (state["squares"] ?? g).add(g.mul(g));
      // State begins at zero, so what the sum begins with is added where it is read.
      const all = initialAccumulator === 0 ? squares : squares.add(initialAccumulator);
      const decayed = learningRateDecay === 0 ? rate : rate.div(step.sub(1).mul(learningRateDecay).add(1));
      return { parameter: parameter.sub(g.div(all.sqrt().add(epsilon)).mul(decayed)), state: { squares } };
    },
  };
};
