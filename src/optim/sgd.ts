// Stochastic gradient descent with momentum.
import type { LearningRate, Optimizer } from "./optimizer.ts";

export interface SgdOptions {
  readonly learningRate: LearningRate;
  /** How much of the last step's direction is kept; 0 (the default) keeps none. */
  readonly momentum?: number;
  readonly weightDecay?: number;
}

/**
 * Gradient descent with momentum, in PyTorch's form (Sutskever et al. 2013 with the learning rate outside):
 * v = momentum * v + (g + weightDecay * p);  p = p - learningRate * v.
 */
export const sgd = ({ learningRate, momentum = 0, weightDecay = 0 }: SgdOptions): Optimizer => ({
  name: "sgd",
  learningRate,
  state: momentum === 0 ? [] : ["velocity"],
  update: ({ parameter, gradient, state, learningRate: rate }) => {
    const decayed = weightDecay === 0 ? gradient : gradient.add(parameter.mul(weightDecay));
    const { velocity } = state;
    if (velocity === undefined) return { parameter: parameter.sub(decayed.mul(rate)), state: {} };
    const moved = velocity.mul(momentum).add(decayed);
    return { parameter: parameter.sub(moved.mul(rate)), state: { velocity: moved } };
  },
});
