// What losses of predictions and targets of one shape have in common: a loss for each pair of elements, then a reduction.
import { requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import { described, operandOf, requireFit, tensorOf } from "../../ir/functions/argument.ts";
import { constant } from "../../ir/functions/creation.ts";
import { type ReducedShape, type Reduction, reduced } from "../../ir/functions/reduced.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { BinaryShape } from "../../ir/types/static/broadcasting.ts";
import type { Check, Resolved } from "../../ir/types/static/check.ts";
import type { Dims, Operand, Tensor } from "../../ir/types/tensor.ts";

/** Options of every loss; the mean unless another reduction is said. */
export interface LossOptions<R extends Reduction> {
  /** What becomes of the single losses; the mean unless said. */
  readonly reduction?: R;
}

/** No options but the reduction. */
export type NoOptions = Readonly<Record<never, never>>;

/** A loss of each pair of elements of predictions and targets, which broadcast by NumPy's rule; the target may be a number. */
export interface PairLoss<Name extends string, Options = NoOptions> {
  <A extends Dims, D extends DType, B extends Operand, const R extends Reduction = "mean">(
    predictions: Tensor<A, D>,
    targets: Check<NoInfer<BinaryShape<Name, A, D, B>>, B>,
    options?: Options & LossOptions<R>,
  ): Tensor<ReducedShape<R, Resolved<BinaryShape<Name, A, D, B>>>, D>;
}

/** Makes a loss function of what it is for each pair of elements. */
export const pairLoss = <Name extends string, Options = NoOptions>(
  name: Name,
  each: (prediction: Tensor, target: Tensor, options: Partial<Options>) => Tensor,
  own?: NoInfer<{ readonly [K in keyof Required<Options>]: true }>,
): PairLoss<Name, Options> => {
  return <A extends Dims, D extends DType, B extends Operand, const R extends Reduction = "mean">(
    predictions: unknown,
    targets: unknown,
    options: Partial<Options & LossOptions<R>> = {},
  ) =>
    described<Tensor<ReducedShape<R, Resolved<BinaryShape<Name, A, D, B>>>, D>>(() => {
      const [left, given] = [tensorOf(name, predictions), operandOf(name, targets)];
      requireFit(name, left, given);
      requireKnownOptions(name, options, ["reduction", ...Object.keys(own ?? {})]);
      const right = typeof given === "number" ? constant(given, left.shape, left.dtype) : given;
      return reduced(each(left, right, options), options.reduction);
    });
};
