// Dropout as a layer: off at inference, and in training with another mask at every place and in every step.
import { atCaller, checkedRate, described } from "../ir/functions/argument.ts";
import { dropout as drop } from "../ir/functions/dropout.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { Dims, Tensor } from "../ir/types/tensor.ts";
import { currentMode, nextRandomKey } from "../model/mode.ts";
import { type Layer, layer } from "../model/parameter.ts";

/** What dropout does: the shape stays. */
export interface DropoutFunction {
  <S extends Dims, D extends DType>(x: Tensor<S, D>): Tensor<S, D>;
}

/** Dropout as it stands in a tree: without parameters. */
export type DropoutLayer = Layer<Record<never, never>, DropoutFunction>;

/**
 * In training each element is 0 with probability `rate` and x / (1 - rate) otherwise; at inference it is x. The masks
 * follow from the seed that the training is compiled with, the number of the step, the order in which `forward` calls
 * its dropouts, and the element's position: equal seeds give equal masks, and a training that is resumed goes on with
 * the same ones. Within the step of a recurrence one mask serves all elements of the sequence (Gal and Ghahramani
 * 2016).
 *
 * @throws W140 a rate outside 0 to 1.
 * @see Srivastava et al. 2014, section 10, inverted; `torch.nn.Dropout`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["B", 128]) },
 *   params: { drop: dropout(0.1) },
 *   forward: ({ drop }, { x }) => {
 *     const y = drop(x); // Tensor<["B", 128], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 0
 */
export const dropout = (rate: number): DropoutLayer => {
  const checked = atCaller(() => checkedRate(rate));
  const apply: DropoutFunction = <S extends Dims, D extends DType>(x: Tensor<S, D>) =>
    described<Tensor<S, D>>(() => {
      if (currentMode() === "inference" || checked === 0) return x;
      // The key has two words, which its static type does not say.
      return drop(x, checked, nextRandomKey() as Tensor<[2], "i32">);
    });
  return layer({}, () => apply);
};
