// RMSProp: steps divided by the root of the gradient's running mean square.
import { optionNames, requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import type { LearningRate, Optimizer } from "./optimizer.ts";

/** Options of `rmsProp`. */
export interface RmsPropOptions {
  /** How far a step goes: a number or a schedule; 0.01 unless said. */
  readonly learningRate?: LearningRate;
  /** Decay of the running mean of the squared gradient. */
  readonly alpha?: number;
  /** Added to the root that divides; 1e-8 unless said. */
  readonly epsilon?: number;
  /** How much of the last step's direction is kept; 0 (the default) keeps none. */
  readonly momentum?: number;
  /** Whether the running mean of the gradient is taken off, so that it is the variance that scales. */
  readonly centered?: boolean;
  /** L2 penalty, added to the gradient. */
  readonly weightDecay?: number;
}

const known = optionNames<RmsPropOptions>({
  learningRate: true,
  alpha: true,
  epsilon: true,
  momentum: true,
  centered: true,
  weightDecay: true,
});

/**
 * RMSProp in PyTorch's form: s = alpha s + (1 - alpha) g^2;  m = alpha m + (1 - alpha) g if centred, else 0;
 * v = momentum v + g / (sqrt(s - m^2) + epsilon);  p = p - rate * v.
 *
 * @see Tieleman and Hinton 2012; centred: Graves 2013, equations 38 to 45; `torch.optim.RMSprop`.
 * @example
 * import { constant } from "weftgraph";
 * const { parameter } = rmsProp({ alpha: 0.75 }).update({
 *   parameter: constant(1),
 *   gradient: constant(2),
 *   state: { square: constant(0) },
 *   step: constant(1),
 *   learningRate: constant(0.1),
 * });
 * parameter; // 0.8
 */
export const rmsProp = (options: RmsPropOptions = {}): Optimizer => {
  requireKnownOptions("rmsProp", options, known);
  const {
    learningRate = 1e-2,
    alpha = 0.99,
    epsilon = 1e-8,
    momentum = 0,
    centered = false,
    weightDecay = 0,
  } = options;
  return {
    name: "rmsProp",
    learningRate,
    state: ["square", ...(centered ? ["mean"] : []), ...(momentum === 0 ? [] : ["velocity"])],
    update: ({ parameter, gradient, state, learningRate: rate }) => {
      const g = weightDecay === 0 ? gradient : gradient.add(parameter.mul(weightDecay));
      const square = (state["square"] ?? g).mul(alpha).add(g.mul(g).mul(1 - alpha));
      const mean = state["mean"]?.mul(alpha).add(g.mul(1 - alpha));
      // Rounding may take the variance below zero, where it has no root.
      const spread = mean === undefined ? square : square.sub(mean.mul(mean)).maximum(0);
      const direction = g.div(spread.sqrt().add(epsilon));
      const velocity = state["velocity"]?.mul(momentum).add(direction);
      return {
        parameter: parameter.sub((velocity ?? direction).mul(rate)),
        state: { square, ...(mean === undefined ? {} : { mean }), ...(velocity === undefined ? {} : { velocity }) },
      };
    },
  };
};
