// A training compiled: `step`, `grads` and `predict` over parameters and optimizer state that live in the program's memory.

import type { Profile, ProfileOptions } from "../backends/profile/profile.ts";
import type { Executable } from "../backends/runtime/executable.ts";
import type { NDArray } from "../backends/runtime/host-array.ts";
import type { RunOptions } from "../backends/runtime/results.ts";
import type { CompiledGraph } from "../compile/compile-graph.ts";
import { reject, type WeftError, weftError } from "../ir/diagnostics/diagnostic.ts";
import { expect, isRecord } from "../ir/diagnostics/expect.ts";
import { invariant } from "../ir/diagnostics/invariant.ts";
import type { EntryPoint } from "../ir/loop/kernel.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { Named, NamedBuffer } from "../ir/types/named.ts";
import type { CheckFeeds, Feeds } from "../ir/types/static/feeds.ts";
import type { CheckIntoGradients, CheckIntoStep, IntoGradients, IntoStep } from "../ir/types/static/into.ts";
import { printType } from "../ir/types/tensor-type.ts";
import type { AnyModel } from "../model/model.ts";
import { flattenSpecs } from "../model/parameter.ts";
import {
  type AnyCall,
  type AnyFeeds,
  type AnyFetches,
  type Call,
  type Compiled,
  type Fetches,
  initialize,
  type ModelOptions,
  type ParameterStore,
  parameterStore,
} from "./compiled-model.ts";
import { firstNotFinite } from "./first-not-finite.ts";
import { lossRun } from "./loss-run.ts";
import type { AnyTraining } from "./training.ts";
import { averagedEntryName, gradientOutput } from "./training-graph.ts";
import { averageParameter, stepParameter } from "./training-state.ts";

/** What a step reports: the loss as a number, and the metrics as arrays. */
export type StepResult<M extends Named = never> = {
  /** The loss before the step. */
  readonly loss: number;
} & Fetches<M>;

/** The loss, and its gradient for each parameter that is trained, by path. */
export interface Gradients<W extends Named = Named> {
  /** The loss. */
  readonly loss: number;
  /** Its gradient by path of the parameter. */
  readonly gradients: Fetches<W>;
}

/**
 * One update of all parameters that are trained, by the inputs of the model and of the loss: to new results, or into given ones, which
 * then are what it gives; that allocates nothing. `D` is the loss's element type.
 */
export interface Step<I extends Named, M extends Named, D extends DType = DType> {
  <Given = Feeds<I>>(feeds: CheckFeeds<"step", I, Given>): StepResult<M>;
  <R = IntoStep<M, D>, Given = Feeds<I>>(
    feeds: CheckFeeds<"step", I, Given>,
    options: { readonly into: CheckIntoStep<M, D, R> },
  ): R;
}

/** Gradients of the loss, by the inputs of the model and of the loss: new ones, or in given arrays, as of a `Step`. */
export interface GradientCall<I extends Named, W extends Named, D extends DType = DType> {
  <Given = Feeds<I>>(feeds: CheckFeeds<"grads", I, Given>): Gradients<W>;
  <R = IntoGradients<W, D>, Given = Feeds<I>>(
    feeds: CheckFeeds<"grads", I, Given>,
    options: { readonly into: CheckIntoGradients<W, D, R> },
  ): R;
}

/** The parameters that have gradients: all but buffers and those that are `Frozen`, by path or by what stands before it. */
export type Trained<W extends Named, Frozen extends string = never> = W extends NamedBuffer
  ? never
  : W["name"] extends Frozen | `${Frozen}.${string}`
    ? never
    : W;

/** The averages of parameters, as a trainer names them. */
type Averaged<W extends Named> = W extends Named<infer Name, infer S, infer D> ? Named<`ema.${Name}`, S, D> : never;

/**
 * A compiled training: by name the inputs of the model, those of the loss, results of the model, metrics, and parameters; the
 * paths that are frozen; and the element type of the loss.
 */
export interface Trainer<
  I extends Named = Named,
  L extends Named = Named,
  O extends Named = Named,
  M extends Named = Named,
  W extends Named = Named,
  Frozen extends string = never,
  D extends DType = DType,
> extends Compiled<W | Named<`${"optimizer" | "random"}.${string}`> | Averaged<Trained<W, Frozen>>> {
  /**
   * One update of all parameters that are trained. Throws W502, and changes none of them, when loss or gradients are not finite. With
   * `into` the results are written into what it names: arrays, of one element for the loss, and then nothing is allocated; or what a step
   * has given before, in which the loss is a number.
   */
  readonly step: Step<I | L, M, D>;
  /** The loss and all gradients; nothing is changed. Takes `into`, as `step` does: `{ gradients: { "hidden.weight": array } }`. */
  readonly grads: GradientCall<I | L, Trained<W, Frozen>, D>;
  /** The model at inference. */
  readonly predict: Call<"predict", I, O, L>;
  /** Where the time of a step, or of gradients or a prediction, goes. Takes no step: it works on copies. See `Profile`. */
  readonly profile: <Entry extends "step" | "grads" | "predict">(
    entry: Entry,
    feeds: Feeds<Entry extends "predict" ? I : I | L>,
    options?: ProfileOptions,
  ) => Profile;
  /** `predict` with the averages in the place of the parameters; W506 where the training keeps none. */
  readonly predictAveraged: Call<"predictAveraged", I, O, L>;
  /** The averages under the names of their parameters, and what is not averaged as it is: what a model restores. */
  readonly averages: () => Fetches<W>;
  /** How many steps have been taken. */
  readonly steps: () => number;
  /** What was compiled, and how: from these, programs that evaluate the model are made. */
  readonly description: AnyTraining;
  /** The options of `compile`. */
  readonly options: ModelOptions;
}

interface AnyStepResult {
  readonly loss: number;
  readonly [metric: string]: NDArray | number;
}

interface AnyGradients {
  readonly loss: number;
  readonly gradients: AnyFetches;
}

/** A trainer of which the exact types do not matter. */
export interface AnyTrainer extends Compiled {
  readonly step: (feeds: AnyFeeds, options?: RunOptions) => AnyStepResult;
  readonly grads: (feeds: AnyFeeds, options?: RunOptions) => AnyGradients;
  readonly predict: AnyCall;
  readonly predictAveraged: AnyCall;
  readonly profile: Executable["profile"];
  readonly averages: () => AnyFetches;
  /** How many steps have been taken. */
  readonly steps: () => number;
  /** What was compiled. */
  readonly description: AnyTraining;
  /** How it was compiled. */
  readonly options: ModelOptions;
}

/** A trainer as far as it ties data to itself: each `Trainer` is one of its inputs `I`. */
export interface TrainerOf<I extends Named> extends Pick<AnyTrainer, "description" | "options" | "steps"> {
  /** One update of all parameters. */
  readonly step: Step<I, never, never>;
}

/** A trainer whose exact types have done their work; W140 for what is none. */
export const anyTrainer = <I extends Named>(trainer: TrainerOf<I>, what: string): AnyTrainer => {
  const isTrainer = isRecord(trainer) && "step" in trainer && "parameters" in trainer;
  expect(isTrainer, what, "a trainer", trainer, `${what}(await compile(training(model, { ... })), ...)`);
  // Only `compile` makes objects with these members, and they have the others too.
  return trainer as unknown as AnyTrainer;
};

/** The error of a step that was not finite: repeats it slowly to find out where that began. */
const notFinite = ({ graph, executable }: CompiledGraph, feeds: AnyFeeds, step: number, loss: number): WeftError => {
  const { node, value, element } = firstNotFinite(graph, "step", feeds, parameterStore(executable).all());
  return weftError(
    "W502",
    { step, loss, what: node.what, value, element, type: printType(node.type) },
    { location: node.location },
  );
};

/** `step` and `grads`. What they give is a `StepResult` or `Gradients`, or what the caller named, who knows it. */
const lossRuns = (compiled: CompiledGraph, steps: () => number): Pick<AnyTrainer, "step" | "grads"> => {
  const { executable, program } = compiled;
  const entryOf = (name: string): EntryPoint => {
    const entry = program.entries.find((each) => each.name === name);
    invariant(entry !== undefined, `a training has the entry point ${name}`);
    return entry;
  };
  const error = (feeds: AnyFeeds, loss: number): WeftError => notFinite(compiled, feeds, steps() + 1, loss);
  const step = lossRun(executable, entryOf("step"), { flag: { name: "finite", error } });
  const grads = lossRun(executable, entryOf("grads"), { within: { record: "gradients", prefix: gradientOutput("") } });
  return {
    step: (feeds, options) => step(feeds, options) as unknown as AnyStepResult,
    grads: (feeds, options) => grads(feeds, options) as unknown as AnyGradients,
  };
};

/** The parameters of the model, averages in the place of those that are averaged. */
const averagedParameters = (model: AnyModel, { names, get }: ParameterStore): AnyFetches => {
  const kept = new Set(names);
  const paths = flattenSpecs(model.params).map(([path]) => path);
  const held = (path: string): string => (kept.has(averageParameter(path)) ? averageParameter(path) : path);
  return Object.fromEntries(paths.filter((path) => kept.has(path)).map((path) => [path, get(held(path))]));
};

/**
 * A compiled training graph as a trainer: its parameters are initialised, optimizer state starts at zero. `compile` gives
 * the result its exact type.
 */
export const bindTrainer = (description: AnyTraining, compiled: CompiledGraph, options: ModelOptions): AnyTrainer => {
  const { executable, program, trace } = compiled;
  const { model } = description;
  const { averages } = description.options;
  initialize(executable, model, options.seed ?? 0);
  const parameters = parameterStore(executable);
  const steps = (): number => executable.read(stepParameter).data[0] ?? 0;
  return {
    ...lossRuns(compiled, steps),
    predict: (feeds, options) => executable.run("predict", feeds, options),
    profile: executable.profile,
    predictAveraged: (feeds, options) =>
      averages === undefined ? reject("W506", {}) : executable.run(averagedEntryName, feeds, options),
    averages: () => (averages === undefined ? reject("W506", {}) : averagedParameters(model, parameters)),
    steps,
    description,
    options,
    parameters,
    executable,
    program,
    trace,
    compiled,
  };
};
