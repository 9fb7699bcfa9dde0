// A model: a name, a tree of parameters, the inputs, and the function from both to named outputs. One description gives
// the graph, the initial values, and the types of what is fed and fetched.

import { goingOn } from "../ir/diagnostics/collecting.ts";
import { locate, reject, WeftError } from "../ir/diagnostics/diagnostic.ts";
import { expect, isRecord } from "../ir/diagnostics/expect.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { captureLocation, type Location } from "../ir/diagnostics/location.ts";
import { isUnknown } from "../ir/diagnostics/unknown.ts";
import { graphBuilder } from "../ir/graph/builder.ts";
import { requireDeclaredSymbols } from "../ir/graph/declared-symbols.ts";
import { callerName, inputNames } from "../ir/graph/entry-inputs.ts";
import type { Entry, Graph, NamedValue } from "../ir/graph/graph.ts";
import { type Trace, withTrace } from "../ir/graph/trace.ts";
import { isTensor, traceOver } from "../ir/graph/traced-tensor.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { Named } from "../ir/types/named.ts";
import type { Dims, Tensor } from "../ir/types/tensor.ts";
import { tensorType } from "../ir/types/tensor-type.ts";
import { checkedDType, checkedShape, requireFunction, requireRecord } from "./declaration.ts";
import { withMode } from "./mode.ts";
import { bindSpecs, flattenSpecs, type Params, type SpecTree } from "./parameter.ts";

/** An input of a model. */
export interface InputSpec<S extends Dims = Dims, D extends DType = DType> {
  /** What kind of description it is. */
  readonly kind: "input";
  /** Literal extents and symbols. */
  readonly shape: S;
  /** The element type. */
  readonly dtype: D;
  /** Where it was written. */
  readonly location?: Location;
}

/**
 * An input: its element type and its shape, of literal extents and symbols. The same symbol is the same extent
 * everywhere.
 *
 * @throws W140 what is no dtype or no shape; W209 an extent that is none.
 * @example
 * spec("i32", ["B", 128]).shape; // ["B", 128]
 */
export const spec = <D extends DType, const S extends Dims>(dtype: D, shape: S): InputSpec<[...S], D> => {
  const location = captureLocation();
  goingOn(() => checkedDType("spec", dtype, location));
  // In canonical form, but of the type that was given.
  const canonical = goingOn(() => [...checkedShape("spec", shape, location)]) as [...S];
  return Object.freeze({ kind: "input", dtype, shape: canonical, location });
};

/** Inputs by name. */
export type InputSpecs = { readonly [name: string]: InputSpec };

/** The inputs as `forward` sees them. */
export type InputTensors<I> = {
  readonly [K in keyof I]: I[K] extends InputSpec<infer S, infer D> ? Tensor<S, D> : never;
};

/** Named results. */
export type Outputs = { readonly [name: string]: Tensor };

/** The inputs of a description by name. */
export type NamedInputs<I> = {
  readonly [K in keyof I & string]: I[K] extends InputSpec<infer S, infer D> ? Named<K, S, D> : never;
} extends infer Inputs
  ? // Through a name of its own, so that editors show what is in it.
    Extract<Inputs[keyof Inputs], Named>
  : never;

/** The results of a description by name. */
export type NamedOutputs<O> = {
  readonly [K in keyof O & string]: O[K] extends Tensor<infer S, infer D> ? Named<K, S, D> : Named<K>;
} extends infer Outputs
  ? Extract<Outputs[keyof Outputs], Named>
  : never;

/** What a user writes down of a network. */
export interface ModelDescription<P extends SpecTree, I extends InputSpecs, O extends Outputs> {
  /** The name, which prints and emitted files have. */
  readonly name: string;
  /** The tree of parameters. */
  readonly params: P;
  /** The inputs by name. */
  readonly inputs: I;
  /** What the network does: parameters and inputs to results by name. */
  readonly forward: (params: Params<P>, inputs: InputTensors<I>) => O;
}

/** A network described. */
export interface Model<P extends SpecTree = SpecTree, I extends InputSpecs = InputSpecs, O extends Outputs = Outputs>
  extends ModelDescription<P, I, O> {
  /** What kind of description it is. */
  readonly kind: "model";
  /** Where it was defined. */
  readonly location?: Location;
}

/** A model of which the exact types do not matter. */
export interface AnyModel {
  /** What kind of description it is. */
  readonly kind: "model";
  /** The name. */
  readonly name: string;
  /** The tree of parameters. */
  readonly params: SpecTree;
  /** The inputs by name. */
  readonly inputs: InputSpecs;
  /** What the network does. */
  readonly forward: (params: never, inputs: never) => Outputs;
  /** Where it was defined. */
  readonly location?: Location;
}

/** Refuses a description that lacks something or has parts of another kind: W140. */
const requireDescription = (
  description: Readonly<Record<"name" | "params" | "inputs" | "forward", unknown>>,
  location: Location,
): void => {
  const what = "defineModel";
  requireRecord(what, description, 'defineModel({ name: "digits", params, inputs, forward })', location);
  const { name, params, inputs, forward } = description;
  if (typeof name !== "string" || name === "") {
    const [given, write] = [inWords(name), 'name: "digits"'];
    reject("W140", { what: `${what}: name`, expected: "a text", given, write }, { location });
  }
  requireRecord(`${what}: inputs`, inputs, 'inputs: { image: spec("f32", ["B", 784]) }', location);
  requireFunction(`${what}: forward`, forward, "forward: (p, { image }) => ({ logits: p.hidden(image) })", location);
  try {
    flattenSpecs(params as SpecTree); // which looks at each part of it
  } catch (error) {
    throw error instanceof WeftError ? locate(error, location) : error;
  }
};

/**
 * Describes a network: a tree of parameters, inputs with shapes, and a function of tensors. `forward` is run on tensors
 * that record what is done to them: once per compilation of a model, and once for each mode when it is trained. It must
 * be a function of its arguments (and of `currentMode()`) alone.
 *
 * @throws W140 a part that is missing or of another kind. What `forward` does wrong shows when the model is compiled.
 * @see `torch.nn.Module`.
 * @example
 * const scaled = defineModel({
 *   name: "scaled",
 *   params: { w: param([3], ones) },
 *   inputs: { x: spec("f32", ["B", 3]) },
 *   forward: ({ w }, { x }) => {
 *     const y = mul(x, w); // Tensor<["B", 3], "f32">
 *     return { y };
 *   },
 * });
 * compileSync(scaled, { dims: { B: 1 } })({ x: Float32Array.of(1, 2, 3) }); // { y: [[1, 2, 3]] }
 */
export const defineModel = <const P extends SpecTree, const I extends InputSpecs, O extends Outputs>(
  description: ModelDescription<P, I, O>,
): Model<P, I, O> => {
  const location = captureLocation();
  goingOn(() => requireDescription(description, location));
  return Object.freeze({ ...description, kind: "model", location });
};

/** A model in the middle of being traced: what training adds its loss to. */
export interface TracedModel {
  readonly trace: Trace;
  /** Parameters by path, in order. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** What `forward` gives at inference. */
  readonly outputs: Outputs;
  /** Runs `forward` again in the same graph: in another mode, or with other tensors as parameters. */
  readonly forward: (parameters: ReadonlyMap<string, Tensor>) => Outputs;
}

const isInput = (value: unknown): value is InputSpec => isRecord(value) && value["kind"] === "input";

/** Declares inputs, in order. */
export const declareInputs = (trace: Trace, inputs: InputSpecs): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, input]: [string, unknown]) => {
      if (!isInput(input)) {
        const write = `${JSON.stringify(name)}: spec("f32", ["B", 784])`;
        return reject("W140", {
          what: `input ${JSON.stringify(name)}`,
          expected: "a spec",
          given: inWords(input),
          write,
        });
      }
      const { dtype, shape, location } = input;
      return [name, trace.tensor(trace.builder.input(name, tensorType(dtype, shape), location))];
    }),
  );

/** Describes, and gives a refusal that has no place the place of the description. */
export const located = <R>(location: Location | undefined, describe: () => R): R => {
  try {
    return describe();
  } catch (error) {
    throw error instanceof WeftError ? locate(error, location) : error;
  }
};

/** Declares the parameters of a model, in order. */
export const declareParameters = (trace: Trace, { params }: AnyModel): ReadonlyMap<string, Tensor> =>
  new Map(
    flattenSpecs(params).map(([path, { dtype, shape, location }]) => [
      path,
      trace.tensor(trace.builder.parameter(path, tensorType(dtype, shape), location)),
    ]),
  );

/** Runs `forward` in a graph, on parameters by path and on inputs. */
export const runForward = (
  trace: Trace,
  model: AnyModel,
  parameters: ReadonlyMap<string, Tensor>,
  inputs: Readonly<Record<string, Tensor>>,
): Outputs =>
  withTrace(trace, () => {
    const params = bindSpecs(
      model.params,
      (path) => parameters.get(path) ?? reject("W307", { name: path, known: [...parameters.keys()] }),
    );
    // The caller's own types tied forward to params and inputs when the model was defined.
    const outputs = model.forward(params as never, inputs as never);
    requireTensors("forward", outputs, "return { logits }", model.location);
    if (Object.keys(outputs).length === 0 && !isUnknown(outputs))
      reject("W140", { what: "forward", expected: "a record of tensors", given: "{}", write: "return { logits }" });
    return outputs;
  });

/** Runs `forward` on tracing tensors. */
export const traceModel = (model: AnyModel): TracedModel =>
  located(model.location, () => {
    const trace = traceOver(graphBuilder());
    const inputs = declareInputs(trace, model.inputs);
    const parameters = declareParameters(trace, model);
    const forward = (given: ReadonlyMap<string, Tensor>): Outputs => runForward(trace, model, given, inputs);
    const { result: outputs } = withMode("inference", () => forward(parameters));
    return { trace, parameters, inputs, outputs, forward };
  });

/** Refuses results of `forward` or `metrics` that are not a record of tensors (W140, W141). */
export const requireTensors = (of: string, results: unknown, write: string, location?: Location): void => {
  if (isUnknown(results)) return;
  const given = isTensor(results) ? "one tensor" : inWords(results);
  if (!isRecord(results) || isTensor(results) || results instanceof Promise)
    return reject("W140", { what: of, expected: "a record of tensors", given, write });
  for (const [name, value] of Object.entries(results))
    if (!isTensor(value) && !isUnknown(value))
      goingOn(() => located(location, () => reject("W141", { of, name, given: inWords(value) })));
};

/** The values of named tensors. */
export const namedValues = (trace: Trace, tensors: Readonly<Record<string, Tensor>>): readonly NamedValue[] =>
  Object.entries(tensors).map(([name, tensor]) => ({ name, value: trace.value(tensor, name) }));

/** Closes the graph of a description: every symbol must be one that an input or a parameter has (W131). */
export const closeGraph = ({ builder }: Trace, name: string, entries: readonly Entry[]): Graph => {
  const graph = builder.finish(name, entries);
  requireDeclaredSymbols(graph);
  return graph;
};

/** The same where all entry points may take every input, so that none is called as if it belonged to one (W140). */
export const finishGraph = (trace: Trace, name: string, entries: readonly Entry[]): Graph => {
  const graph = closeGraph(trace, name, entries);
  for (const input of inputNames(graph)) {
    const short = callerName(graph, input);
    if (short === input) continue;
    const expected = "a name that does not begin with that of an entry point and a slash";
    reject("W140", { what: "inputs", expected, given: JSON.stringify(input), write: JSON.stringify(short) });
  }
  return graph;
};

/**
 * The graph of a model, with one entry point, `predict`.
 *
 * @throws W131 a parameter with a symbol that no input has; W141 a result that is no tensor; and what `forward` does
 * wrong.
 * @example
 * modelGraph(classifier).entries.map(({ name }) => name); // ["predict"]
 */
export const modelGraph = (model: AnyModel): Graph => {
  expect(isRecord(model) && model.kind === "model", "modelGraph", "a model", model, "modelGraph(defineModel({ ... }))");
  const { trace, outputs } = traceModel(model);
  return located(model.location, () =>
    finishGraph(trace, model.name, [{ name: "predict", outputs: namedValues(trace, outputs), updates: [] }]),
  );
};
