// Adagrad: steps divided by the root of the sum of all squared gradients so far.
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

/**
 * Adagrad (Duchi, Hazan and Singer 2011) in PyTorch's form:
 * s = s + g^2;  p = p - rate / (1 + learningRateDecay (t - 1)) * g / (sqrt(s) + epsilon).
 */
export const adagrad = ({
  learningRate = 1e-2,
  learningRateDecay = 0,
  initialAccumulator = 0,
  epsilon = 1e-10,
  weightDecay = 0,
}: AdagradOptions = {}): Optimizer => ({
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
});
