// What takes functions of a user's, without shapes in their types: models, training, layers, recurrences and derivatives. They are the
// functions of the main entry; each cast holds because what such a function is given at run time are tensors, whatever their shapes.
import { customGradient as shapedGradient } from "../ir/functions/custom-gradient.ts";
import { type Signature, define as shapedDefine } from "../ir/functions/define.ts";
import { scan as shapedScan } from "../ir/functions/recurrence.ts";
import type { Tensor as ShapedTensor } from "../ir/types/tensor.ts";
import * as mode from "../model/mode.ts";
import {
  type InputSpec,
  type InputSpecs,
  type Model,
  type Outputs,
  defineModel as shapedModel,
} from "../model/model.ts";
import { type Layer, type Params, type SpecTree, layer as shapedLayer } from "../model/parameter.ts";
import { training as shapedTraining, type Training, type TrainingOptions } from "../training/training.ts";
import type { Loose, Tensor } from "./loose.ts";

/** Tensors by name. */
export interface Tensors {
  readonly [name: string]: Tensor;
}

/** A tensor for each name of a record. */
export type TensorOfEach<T> = { readonly [K in keyof T]: Tensor };

/** Inputs of which only the names are known. */
export type LooseInputs<I> = { readonly [K in keyof I]: InputSpec };

/** Outputs of which only the names are known. */
export type LooseOutputs<O> = { readonly [K in keyof O]: ShapedTensor };

/** `defineModel` of the main entry; parameters keep their names. */
export const defineModel = shapedModel as unknown as <
  const P extends SpecTree,
  const I extends InputSpecs,
  O extends Tensors,
>(description: {
  readonly name: string;
  readonly params: P;
  readonly inputs: I;
  readonly forward: (params: Loose<Params<P>>, inputs: TensorOfEach<I>) => O;
}) => Model<P, LooseInputs<I>, LooseOutputs<O>>;

/** `layer` of the main entry. */
export const layer = shapedLayer as unknown as <const P extends SpecTree, F extends (...operands: never) => unknown>(
  params: P,
  bind: (params: Loose<Params<P>>) => F,
) => Layer<P, F>;

/** How a model is trained: `TrainingOptions` of the main entry. */
export interface LooseTrainingOptions<
  I extends InputSpecs,
  O extends Outputs,
  L extends InputSpecs,
  M extends Tensors,
  Frozen extends string = string,
> extends Omit<TrainingOptions<InputSpecs, Outputs, InputSpecs, Outputs, Frozen>, "inputs" | "loss" | "metrics"> {
  readonly inputs?: L;
  readonly loss: (outputs: TensorOfEach<O>, inputs: TensorOfEach<I & L>) => Tensor;
  readonly metrics?: (outputs: TensorOfEach<O>, inputs: TensorOfEach<I & L>) => M;
}

/** `training` of the main entry. */
export const training = shapedTraining as unknown as <
  P extends SpecTree,
  I extends InputSpecs,
  O extends Outputs,
  const L extends InputSpecs = Record<never, never>,
  M extends Tensors = Record<never, never>,
  const Frozen extends string = never,
>(
  model: Model<P, I, O>,
  options: LooseTrainingOptions<I, O, L, M, Frozen>,
) => Training<P, I, O, LooseInputs<L>, LooseOutputs<M>, Frozen>;

/** `define` of the main entry; what the signature says is checked where the function is called, at run time. */
export const define = shapedDefine as unknown as <
  const S extends Signature,
  Result extends Tensor | readonly Tensor[] | Tensors,
>(
  name: string,
  signature: S,
  body: (given: TensorOfEach<S>) => Result,
) => (given: TensorOfEach<S>) => Result;

/** `scan` of the main entry. */
export const scan = shapedScan as unknown as <
  C extends Tensors,
  X extends Tensors,
  Y extends Tensors = Record<never, never>,
>(description: {
  readonly carry: C;
  readonly over: X;
  readonly reverse?: boolean;
  readonly step: (
    carry: TensorOfEach<C>,
    elements: TensorOfEach<X>,
  ) => { readonly carry: TensorOfEach<C>; readonly output?: Y };
}) => { readonly carry: TensorOfEach<C>; readonly outputs: TensorOfEach<Y> };

/** `customGradient` of the main entry; what `forward` gives as a list, the context has as lists. */
export const customGradient = shapedGradient as unknown as <
  Operands extends readonly Tensor[],
  Result extends Tensor | readonly Tensor[],
>(definition: {
  readonly name: string;
  readonly forward: (...operands: Operands) => Result;
  readonly gradient: (context: {
    readonly operands: Operands;
    readonly results: Result extends readonly Tensor[] ? Result : readonly [Tensor];
    readonly cotangents: Result extends readonly Tensor[] ? Result : readonly [Tensor];
  }) => { readonly [K in keyof Operands]: Tensor | null };
}) => (...operands: Operands) => Result;

/** `updateBuffer` of the main entry. */
export const updateBuffer = mode.updateBuffer as unknown as Loose<typeof mode.updateBuffer>;

/** `latestOf` of the main entry. */
export const latestOf = mode.latestOf as unknown as Loose<typeof mode.latestOf>;

/** `nextRandomKey` of the main entry. */
export const nextRandomKey = mode.nextRandomKey as unknown as Loose<typeof mode.nextRandomKey>;
