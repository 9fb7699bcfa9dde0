// Stochastic gradient descent with momentum.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { optionNames, requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import type { Tensor } from "../ir/types/tensor.ts";
import type { LearningRate, Optimizer } from "./optimizer.ts";

/** Options of `sgd`. */
export interface SgdOptions {
  /** How far a step goes: a number or a schedule. */
  readonly learningRate: LearningRate;
  /** How much of the last step's direction is kept; 0 (the default) keeps none. */
  readonly momentum?: number;
  /** How much of the gradient is left out of the velocity after the first step. */
  readonly dampening?: number;
  /** Whether the gradient is followed from where the velocity leads to (Nesterov's momentum). */
  readonly nesterov?: boolean;
  /** L2 penalty, added to the gradient; 0 unless said. */
  readonly weightDecay?: number;
}

const known = optionNames<SgdOptions>({
  learningRate: true,
  momentum: true,
  dampening: true,
  nesterov: true,
  weightDecay: true,
});

const requireMomentum = (momentum: number, dampening: number): void => {
  if (momentum > 0 && dampening === 0) return;
  reject("W140", {
    what: "sgd: nesterov",
    expected: "momentum above 0 without dampening",
    given: `momentum ${momentum} and dampening ${dampening}`,
    write: "sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })",
  });
};

/** The part of the gradient that enters the velocity: all of it in the first step, where there is no velocity yet. */
const dampened = (gradient: Tensor, dampening: number, step: Tensor): Tensor => {
  if (dampening === 0) return gradient;
  const whole = step.mul(0).add(1);
  return gradient.mul(
    step
      .lessEqual(1)
      .select(whole, 1 - dampening)
      .cast(gradient.dtype),
  );
};

/**
 * Gradient descent with momentum, in PyTorch's form: v = momentum * v + (1 - dampening) * (g + weightDecay * p);  p = p
 * - learningRate * v. With Nesterov's momentum the parameter follows g + weightDecay * p + momentum * v. The first step
 * is not dampened.
 *
 * @throws W140 Nesterov's momentum without momentum, or with dampening.
 * @see Sutskever et al. 2013 with the learning rate outside; `torch.optim.SGD`.
 * @example
 * import { constant } from "weftgraph";
 * const { parameter } = sgd({ learningRate: 0.1, momentum: 0.9 }).update({
 *   parameter: constant(1),
 *   gradient: constant(2),
 *   state: { velocity: constant(5) },
 *   step: constant(2),
 *   learningRate: constant(0.1),
 * });
 * parameter; // 0.35
 */
export const sgd = (options: SgdOptions): Optimizer => {
  requireKnownOptions("sgd", options, known);
  const { learningRate, momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = options;
  if (nesterov) requireMomentum(momentum, dampening);
  return {
    name: "sgd",
    learningRate,
    state: momentum === 0 ? [] : ["velocity"],
    update: ({ parameter, gradient, state, step, learningRate: rate }) => {
      const decayed = weightDecay === 0 ? gradient : gradient.add(parameter.mul(weightDecay));
      const { velocity } = state;
      if (velocity === undefined) return { parameter: parameter.sub(decayed.mul(rate)), state: {} };
      const moved = velocity.mul(momentum).add(dampened(decayed, dampening, step));
      const direction = nesterov ? decayed.add(moved.mul(momentum)) : moved;
      return { parameter: parameter.sub(direction.mul(rate)), state: { velocity: moved } };
    },
  };
};
