// `compile`: the one door from descriptions to things that run.

import { type CompiledGraph, compileGraph, compileGraphAsync } from "../compile/compile-graph.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { expect, isRecord } from "../ir/diagnostics/expect.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import type { Graph } from "../ir/graph/graph.ts";
import { type AnyModel, type Model, modelGraph, type NamedInputs, type NamedOutputs } from "../model/model.ts";
import type { NamedParameters } from "../model/parameter.ts";
import { bindModel, type CompiledModel, type ModelOptions } from "./compiled-model.ts";
import { bindDecoder, type Decoder } from "./decoder.ts";
import type { AnyDecoding, Decoding } from "./decoding.ts";
import { decodingGraph } from "./decoding-graph.ts";
import { bindTrainer, type Trainer } from "./trainer.ts";
import type { AnyTraining, Training } from "./training.ts";
import { trainingGraph } from "./training-graph.ts";

/** What can be compiled. */
export type AnyDescription = AnyModel | AnyTraining | AnyDecoding;

/** A description as its graph, and what is made of the graph once it is compiled. */
interface Job {
  readonly graph: Graph;
  readonly bind: (compiled: CompiledGraph, options: ModelOptions) => unknown;
}

const jobOf = (description: AnyDescription): Job => {
  if (isRecord(description) && description.kind === "model")
    return { graph: modelGraph(description), bind: (compiled, options) => bindModel(description, compiled, options) };
  if (isRecord(description) && description.kind === "training")
    return {
      graph: trainingGraph(description),
      bind: (compiled, options) => bindTrainer(description, compiled, options),
    };
  if (isRecord(description) && description.kind === "decoding")
    return {
      graph: decodingGraph(description),
      bind: (compiled, options) => bindDecoder(description, compiled, options),
    };
  const details = { what: "compile", expected: "a model, a training or a decoding", given: inWords(description) };
  return reject("W140", { ...details, write: "compile(defineModel({ ... }), { dims: { B: 32 } })" });
};

const checkSeed = (options: ModelOptions): void => {
  expect(isRecord(options), "compile", "a record of options", options, "compile(model, { dims: { B: 32 } })");
  const { seed = 0 } = options;
  if (!Number.isSafeInteger(seed))
    reject("W140", { what: "compile: seed", expected: "a whole number", given: inWords(seed), write: "seed: 1" });
};

/** What `compile` makes of a description. */
export type Compilation<T> =
  T extends Model<infer P, infer I, infer O>
    ? CompiledModel<NamedInputs<I>, NamedOutputs<O>, NamedParameters<P>>
    : T extends Training<infer P, infer I, infer O, infer L, infer M, infer Frozen, infer D>
      ? Trainer<NamedInputs<I>, NamedInputs<L>, NamedOutputs<O>, NamedOutputs<M>, NamedParameters<P>, Frozen, D>
      : T extends Decoding<infer P, infer I, infer O, infer E>
        ? Decoder<NamedInputs<I>, NamedOutputs<O>, NamedParameters<P>, keyof E & string>
        : never;

/**
 * Compiles a model to a typed function, a training to a trainer, or a decoding to a decoder.
 *
 * @throws W124 a symbol without a value; W140 and W142 options of another kind; and what the description does wrong.
 * @example
 * const model = compileSync(classifier, { dims: { B: 1 } });
 * model({ x: Float32Array.of(1, 2, 3, 4) }).logits.shape; // [1, 3]
 */
export const compileSync = <T extends AnyDescription>(description: T, options: ModelOptions = {}): Compilation<T> => {
  checkSeed(options);
  const { graph, bind } = jobOf(description);
  // What a description becomes is said by its type.
  return bind(compileGraph(graph, options), options) as Compilation<T>;
};

/**
 * `compileSync` with the WebAssembly compiled in the background: browsers refuse to compile large modules synchronously
 * on the main thread. Refusals of the description come as a rejected promise.
 *
 * @throws what `compileSync` refuses.
 * @example
 * const model = await compile(classifier, { dims: { B: 1 } });
 * model({ x: Float32Array.of(1, 2, 3, 4) }).logits.shape; // [1, 3]
 */
export const compile = async <T extends AnyDescription>(
  description: T,
  options: ModelOptions = {},
): Promise<Compilation<T>> => {
  checkSeed(options);
  const { graph, bind } = jobOf(description);
  // As above.
  return bind(await compileGraphAsync(graph, options), options) as Compilation<T>;
};
