// What can be differentiated: one float number, with respect to tensors of floats.
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims, Tensor } from "../tensor.ts";
import type { IsUnknownRank, PrintType, UnknownFrom } from "./check.ts";

type Float = "f32" | "f64";

/** The rule of a loss: it has no axes. */
export type LossShape<S extends Dims, D extends DType> = [Extract<D, Float>] extends [never]
  ? Sentence<"W120", { type: PrintType<S, D> }>
  : IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : S extends readonly []
      ? S
      : Sentence<"W120", { type: PrintType<S, D> }>;

/** The rule of what gradients are asked for: tensors of floats. */
export type FloatTensors<Tensors> = Tensors extends readonly [Tensor<infer S, infer D>, ...infer Others]
  ? [Extract<D, Float>] extends [never]
    ? Sentence<"W121", { type: PrintType<S, D> }>
    : FloatTensors<Others>
  : true;
