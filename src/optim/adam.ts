// Adam: steps scaled by running moments of the gradient.
import { expm1, neg } from "../ir/functions/elementwise.ts";
import type { Tensor } from "../ir/types/tensor.ts";
import type { LearningRate, Optimizer } from "./optimizer.ts";

export interface AdamOptions {
  readonly learningRate?: LearningRate;
  /** Decay of the running mean of the gradient and of its square. */
  readonly betas?: readonly [first: number, second: number];
  readonly epsilon?: number;
  /** L2 penalty, added to the gradient. */
  readonly weightDecay?: number;
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1):
 * m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;
 * p = p - rate * (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).
 */
export const adam = ({
  learningRate = 1e-3,
  betas: [beta1, beta2] = [0.9, 0.999],
  epsilon = 1e-8,
  weightDecay = 0,
}: AdamOptions = {}): Optimizer => ({
  name: "adam",
  learningRate,
  state: ["mean", "square"],
  update: ({ parameter, gradient, state, step, learningRate: rate }) => {
    const g = weightDecay === 0 ? gradient : gradient.add(parameter.mul(weightDecay));
    const mean = (state["mean"] ?? g).mul(beta1).add(g.mul(1 - beta1));
    const square = (state["square"] ?? g).mul(beta2).add(g.mul(g).mul(1 - beta2));
    // 1 - b^t without cancellation: -(exp(t log b) - 1).
    const correction = (beta: number): Tensor => neg(expm1(step.mul(Math.log(beta))));
    const scaled = square.div(correction(beta2)).sqrt().add(epsilon);
    return { parameter: parameter.sub(mean.div(correction(beta1)).div(scaled).mul(rate)), state: { mean, square } };
  },
});
