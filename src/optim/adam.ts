// Adam: steps scaled by running moments of the gradient.
import { optionNames, requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import { expm1, neg } from "../ir/functions/elementwise.ts";
import type { Tensor } from "../ir/types/tensor.ts";
import type { LearningRate, Optimizer, UpdateContext } from "./optimizer.ts";

/** Options of `adam` and `adamW`. */
export interface AdamOptions {
  /** How far a step goes: a number or a schedule; 1e-3 unless said. */
  readonly learningRate?: LearningRate;
  /** Decay of the running mean of the gradient and of its square; 0.9 and 0.999 unless said. */
  readonly betas?: readonly [first: number, second: number];
  /** Added to the root that divides; 1e-8 unless said. */
  readonly epsilon?: number;
  /**
   * L2 penalty: `adam` adds it to the gradient (0 unless said), `adamW` shrinks the parameter by it (0.01 unless said).
   */
  readonly weightDecay?: number;
  /** Divides by the largest running mean of the square there has been (Reddi et al. 2018), not by the present one. */
  readonly amsgrad?: boolean;
}

const known = optionNames<AdamOptions>({
  learningRate: true,
  betas: true,
  epsilon: true,
  weightDecay: true,
  amsgrad: true,
});

type Moments = Required<Pick<AdamOptions, "betas" | "epsilon">>;

/** The state of Adam, by name. */
const stateNames = (amsgrad: boolean): readonly string[] => ["mean", "square", ...(amsgrad ? ["largestSquare"] : [])];

/** What Adam subtracts from a parameter for a gradient, and its new state. */
const adamStep = (
  { state, step, learningRate }: UpdateContext,
  g: Tensor,
  { betas: [beta1, beta2], epsilon }: Moments,
): { readonly change: Tensor; readonly state: Readonly<Record<string, Tensor>> } => {
  const mean = (state["mean"] ?? g).mul(beta1).add(g.mul(1 - beta1));
  const square = (state["square"] ?? g).mul(beta2).add(g.mul(g).mul(1 - beta2));
  const largestSquare = state["largestSquare"]?.maximum(square);
  // 1 - b^t without cancellation: -(exp(t log b) - 1).
  const correction = (beta: number): Tensor => neg(expm1(step.mul(Math.log(beta))));
  // Divisions by what is one number for all elements are products with its inverse: of slow operations each keeps two.
  const scaled = (largestSquare ?? square).sqrt().mul(correction(beta2).rsqrt()).add(epsilon);
  return {
    change: mean.div(scaled).mul(learningRate.div(correction(beta1))),
    state: { mean, square, ...(largestSquare === undefined ? {} : { largestSquare }) },
  };
};

/**
 * Adam: m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;
 * p = p - rate * (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).
 *
 * @see Kingma and Ba 2015, algorithm 1; `torch.optim.Adam`.
 * @example
 * import { constant } from "weftgraph";
 * const { parameter } = adam({ learningRate: 0.01 }).update({
 *   parameter: constant(1),
 *   gradient: constant(4),
 *   state: { mean: constant(0), square: constant(0) },
 *   step: constant(1),
 *   learningRate: constant(0.01),
 * });
 * parameter; // 0.99
 */
export const adam = (options: AdamOptions = {}): Optimizer => {
  requireKnownOptions("adam", options, known);
  const { learningRate = 1e-3, betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0, amsgrad = false } = options;
  return {
    name: "adam",
    learningRate,
    state: stateNames(amsgrad),
    update: (context) => {
      const { parameter, gradient } = context;
      const g = weightDecay === 0 ? gradient : gradient.add(parameter.mul(weightDecay));
      const { change, state } = adamStep(context, g, { betas, epsilon });
      return { parameter: parameter.sub(change), state };
    },
  };
};

/**
 * Adam with decoupled weight decay: p = p - rate * weightDecay * p, and then a step of Adam, whose moments know nothing
 * of the decay.
 *
 * @see Loshchilov and Hutter 2019, algorithm 2; `torch.optim.AdamW`.
 * @example
 * import { constant } from "weftgraph";
 * const { parameter } = adamW({ weightDecay: 0.1 }).update({
 *   parameter: constant(1),
 *   gradient: constant(4),
 *   state: { mean: constant(0), square: constant(0) },
 *   step: constant(1),
 *   learningRate: constant(0.01),
 * });
 * parameter; // 0.989
 */
export const adamW = (options: AdamOptions = {}): Optimizer => {
  requireKnownOptions("adamW", options, known);
  const { learningRate = 1e-3, betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 1e-2, amsgrad = false } = options;
  return {
    name: "adamW",
    learningRate,
    state: stateNames(amsgrad),
    update: (context) => {
      const { parameter, gradient, learningRate: rate } = context;
      const { change, state } = adamStep(context, gradient, { betas, epsilon });
      return { parameter: parameter.sub(parameter.mul(rate.mul(weightDecay))).sub(change), state };
    },
  };
};
