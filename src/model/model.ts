// A model: a name, a tree of parameters, the inputs, and the function from both to named outputs. One description gives
// the graph, the initial values, and the types of what is fed and fetched.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { graphBuilder } from "../ir/graph/builder.ts";
import type { Graph, NamedValue } from "../ir/graph/graph.ts";
import { type Trace, traceOver, withTrace } from "../ir/graph/traced-tensor.ts";
import type { ArrayOf, DType } from "../ir/types/dtype.ts";
import type { Dims, Tensor } from "../ir/types/tensor.ts";
import { tensorType } from "../ir/types/tensor-type.ts";
import { bindSpecs, flattenSpecs, type Params, type SpecTree } from "./parameter.ts";

/** An input of a model. */
export interface InputSpec<S extends Dims = Dims, D extends DType = DType> {
  readonly kind: "input";
  readonly shape: S;
  readonly dtype: D;
}

/** An input: `spec("f32", ["B", 784])`. */
export const spec = <D extends DType, const S extends Dims>(dtype: D, shape: S): InputSpec<[...S], D> =>
  Object.freeze({ kind: "input", dtype, shape: [...shape] as [...S] });

export type InputSpecs = { readonly [name: string]: InputSpec };

/** The inputs as `forward` sees them. */
export type InputTensors<I> = {
  readonly [K in keyof I]: I[K] extends InputSpec<infer S, infer D> ? Tensor<S, D> : never;
};

/** Named results. */
export type Outputs = { readonly [name: string]: Tensor };

/** What is fed for the inputs: the typed array of the dtype, or that with its shape. */
export type Feeds<I> = {
  readonly [K in keyof I]: I[K] extends InputSpec<Dims, infer D>
    ? ArrayOf[D] | { readonly data: ArrayOf[D]; readonly shape?: readonly number[] }
    : never;
};

/** What a user writes down of a network. */
export interface ModelDescription<P extends SpecTree, I extends InputSpecs, O extends Outputs> {
  readonly name: string;
  readonly params: P;
  readonly inputs: I;
  readonly forward: (params: Params<P>, inputs: InputTensors<I>) => O;
}

/** A network described. */
export interface Model<P extends SpecTree = SpecTree, I extends InputSpecs = InputSpecs, O extends Outputs = Outputs>
  extends ModelDescription<P, I, O> {
  readonly kind: "model";
}

/** A model of which the exact types do not matter. */
export interface AnyModel {
  readonly kind: "model";
  readonly name: string;
  readonly params: SpecTree;
  readonly inputs: InputSpecs;
  readonly forward: (params: never, inputs: never) => Outputs;
}

/**
 * Describes a network. `forward` is run once per compilation, on tensors that record what is done to them; it must be a
 * function of its arguments alone.
 */
export const defineModel = <const P extends SpecTree, const I extends InputSpecs, O extends Outputs>(
  description: ModelDescription<P, I, O>,
): Model<P, I, O> => Object.freeze({ ...description, kind: "model" });

/** A model in the middle of being traced: what training adds its loss to. */
export interface TracedModel {
  readonly trace: Trace;
  /** Parameters by path, in order. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: Outputs;
}

/** Declares inputs, in order. */
export const declareInputs = (trace: Trace, inputs: InputSpecs): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, shape }]) => [name, trace.input(name, tensorType(dtype, shape))]),
  );

/** Runs `forward` on tracing tensors. */
export const traceModel = (model: AnyModel): TracedModel => {
  const trace = traceOver(graphBuilder());
  const inputs = declareInputs(trace, model.inputs);
  const parameters = new Map<string, Tensor>();
  for (const [path, { dtype, shape }] of flattenSpecs(model.params))
    parameters.set(path, trace.parameter(path, tensorType(dtype, shape)));
  const outputs = withTrace(trace, () => {
    const params = bindSpecs(
      model.params,
      (path) => parameters.get(path) ?? reject("W307", { name: path, known: [...parameters.keys()] }),
    );
    // The caller's own types tied forward to params and inputs when the model was defined.
    return model.forward(params as never, inputs as never);
  });
  return { trace, parameters, inputs, outputs };
};

/** The values of named tensors. */
export const namedValues = (trace: Trace, tensors: Readonly<Record<string, Tensor>>): readonly NamedValue[] =>
  Object.entries(tensors).map(([name, tensor]) => ({ name, value: trace.value(tensor, name) }));

/** The graph of a model, with one entry point, `predict`. */
export const modelGraph = (model: AnyModel): Graph => {
  const { trace, outputs } = traceModel(model);
  return trace.builder.finish(model.name, [{ name: "predict", outputs: namedValues(trace, outputs), updates: [] }]);
};
