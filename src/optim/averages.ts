// Running averages of parameters over the steps of a training. Like an update rule they are written on tensors and become
// part of the step: the averages are state beside the parameters, saved and emitted with them.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { optionNames, requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import type { Tensor } from "../ir/types/tensor.ts";

/** What a rule of averaging sees of one parameter. */
export interface AverageContext {
  /** The average so far; before the first step it is the parameter. */
  readonly average: Tensor;
  /** The parameter after this step. */
  readonly parameter: Tensor;
  /** Number of this step, from 1: an f32 scalar. */
  readonly step: Tensor;
}

/** How parameters are averaged over the steps. */
export interface Averages {
  /** What the averages are called. */
  readonly name: string;
  /** The average after this step. */
  readonly update: (context: AverageContext) => Tensor;
}

/** Options of `ema`. */
export interface EmaOptions {
  /** How much of the average is kept in each step; 0.999 unless said. */
  readonly decay?: number;
  /** Whether early steps count for more: keeps min(decay, (1 + step) / (10 + step)), as TensorFlow does. */
  readonly warmup?: boolean;
}

const known = optionNames<EmaOptions>({ decay: true, warmup: true });

/**
 * The exponential moving average, a = decay * a + (1 - decay) * p after each step. It begins as the parameter does.
 *
 * @throws W140 a decay outside [0, 1).
 * @see Polyak and Juditsky 1992 in the form of Tarvainen and Valpola 2017, equation 1;
 * `torch.optim.swa_utils.AveragedModel`.
 * @example
 * import { constant } from "weftgraph";
 * const { update } = ema({ decay: 0.75 });
 * update({ average: constant(1), parameter: constant(5), step: constant(1) }); // 2
 */
export const ema = (options: EmaOptions = {}): Averages => {
  requireKnownOptions("ema", options, known);
  const { decay = 0.999, warmup = false } = options;
  if (!(decay >= 0 && decay < 1))
    reject("W140", { what: "ema: decay", expected: "from 0 to below 1", given: inWords(decay), write: "decay: 0.999" });
  return {
    name: "ema",
    update: ({ average, parameter, step }) => {
      if (!warmup) return average.mul(decay).add(parameter.mul(1 - decay));
      const kept = step.add(1).div(step.add(10)).minimum(decay).cast(parameter.dtype);
      return average.mul(kept).add(parameter.mul(kept.neg().add(1)));
    },
  };
};
