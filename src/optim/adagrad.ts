// Adagrad: steps divided by the root of the sum of all squared gradients so far.
import { optionNames, requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import type { LearningRate, Optimizer } from "./optimizer.ts";

/** Options of `adagrad`. */
export interface AdagradOptions {
  /** How far a step goes: a number or a schedule; 0.01 unless said. */
  readonly learningRate?: LearningRate;
  /** How fast the learning rate falls: it is divided by 1 + learningRateDecay * (step - 1). */
  readonly learningRateDecay?: number;
  /** What the sum of squares begins with. */
  readonly initialAccumulator?: number;
  /** Added to the root that divides; 1e-10 unless said. */
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
 * Adagrad in PyTorch's form: s = s + g^2;  p = p - rate / (1 + learningRateDecay (t - 1)) * g / (sqrt(s) + epsilon).
 *
 * @see Duchi, Hazan and Singer 2011; `torch.optim.Adagrad`.
 * @example
 * import { constant } from "weftgraph";
 * const { parameter } = adagrad().update({
 *   parameter: constant(1),
 *   gradient: constant(4),
 *   state: { squares: constant(9) },
 *   step: constant(2),
 *   learningRate: constant(0.1),
 * });
 * parameter; // 0.92
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
