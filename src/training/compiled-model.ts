// A model compiled: a typed function from feeds to results, with its parameters by path.

import type { Executable } from "../backends/runtime/executable.ts";
import type { NDArray } from "../backends/runtime/host-array.ts";
import { type CompiledGraph, type CompileOptions, compileGraph } from "../compile/compile-graph.ts";
import type { PlannedProgram } from "../ir/loop/kernel.ts";
import { dtypes } from "../ir/types/dtype.ts";
import { knownShape } from "../ir/types/shape.ts";
import type { Tensor } from "../ir/types/tensor.ts";
import { randomStream } from "../model/initializer.ts";
import { type AnyModel, type Feeds, type InputSpecs, modelGraph, type Outputs } from "../model/model.ts";
import { flattenSpecs, type Path, type SpecTree } from "../model/parameter.ts";
import type { PassTrace } from "../passes/trace.ts";

/** Results by name: arrays of the shapes and dtypes that `forward` gave. */
export type Fetches<O> = { readonly [K in keyof O]: O[K] extends Tensor<infer S, infer D> ? NDArray<S, D> : NDArray };

/** Parameters by path, living in the program's memory. */
export interface ParameterStore<Name extends string = string> {
  readonly names: readonly Name[];
  /** A copy of the present value. */
  readonly get: (name: Name) => NDArray;
  /** Sets a value; a typed array of the parameter's dtype, or that with its shape. */
  readonly set: (name: Name, value: unknown) => void;
  /** Copies of all values, by name: what is saved. */
  readonly all: () => Readonly<Record<string, NDArray>>;
  /** Sets all given values, or none: every name and shape is checked first. */
  readonly restore: (values: Readonly<Record<string, NDArray>>) => void;
}

/** Options of `compile`. */
export interface ModelOptions extends CompileOptions {
  /** From which parameters are initialised; 0 unless said otherwise. */
  readonly seed?: number;
}

/** What every compiled description has. */
export interface Compiled<Name extends string = string> {
  readonly parameters: ParameterStore<Name>;
  readonly executable: Executable;
  readonly program: PlannedProgram;
  readonly trace: PassTrace;
  readonly compiled: CompiledGraph;
}

/** A compiled model: call it with feeds. */
export interface CompiledModel<P extends SpecTree, I extends InputSpecs, O extends Outputs> extends Compiled<Path<P>> {
  (feeds: Feeds<I>): Fetches<O>;
}

/** Feeds and results where the description's exact types do not matter. */
export type AnyFeeds = Readonly<Record<string, unknown>>;
export type AnyFetches = Readonly<Record<string, NDArray>>;

/** The parameters of an executable as a store. */
export const parameterStore = (executable: Executable): ParameterStore => {
  const names = executable.parameters.map(({ name }) => name);
  return {
    names,
    get: executable.read,
    set: executable.write,
    all: () => Object.fromEntries(names.map((name) => [name, executable.read(name)])),
    restore: (values) => {
      const before = new Map(Object.keys(values).map((name) => [name, executable.read(name)]));
      try {
        for (const [name, value] of Object.entries(values)) executable.write(name, value);
      } catch (error) {
        for (const [name, value] of before) executable.write(name, value);
        throw error;
      }
    },
  };
};

/** Fills a model's parameters as its specifications say. */
export const initialize = (executable: Executable, model: AnyModel, seed: number): void => {
  const ports = new Map(executable.parameters.map((port) => [port.name, port]));
  for (const [path, { initializer, dtype }] of flattenSpecs(model.params)) {
    const port = ports.get(path);
    if (port === undefined) continue;
    const values = initializer.fill(knownShape(port.type.shape), randomStream(seed, path));
    const data = dtypes[dtype].allocate(values.length);
    data.set(values);
    executable.write(path, data);
  }
};

/** Compiles a model and initialises its parameters. `compile` gives the result its exact type. */
export const compileModel = (
  model: AnyModel,
  options: ModelOptions = {},
): Compiled & ((feeds: AnyFeeds) => AnyFetches) => {
  const compiled = compileGraph(modelGraph(model), options);
  const { executable, program, trace } = compiled;
  initialize(executable, model, options.seed ?? 0);
  const call = (feeds: AnyFeeds): AnyFetches => executable.run("predict", feeds);
  return Object.assign(call, { parameters: parameterStore(executable), executable, program, trace, compiled });
};
