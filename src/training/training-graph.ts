// The graph of a training: one graph with the entry points `predict`, `grads` and `step` over shared parameters. A step whose
// loss or gradients are not finite changes nothing: every update is a choice between the new value and the old, made by one
// flag inside the graph, so emitted modules do the same.

import { goingOn, requireNothingFound } from "../ir/diagnostics/collecting.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { expect, isRecord } from "../ir/diagnostics/expect.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { type Location, withinLayer } from "../ir/diagnostics/location.ts";
import type { Entry, Graph } from "../ir/graph/graph.ts";
import { originsOfTensors } from "../ir/graph/origins.ts";
import { type Trace, withTrace } from "../ir/graph/trace.ts";
import { isTensor } from "../ir/graph/traced-tensor.ts";
import { isFloat } from "../ir/types/dtype.ts";
import type { Tensor } from "../ir/types/tensor.ts";
import { printType } from "../ir/types/tensor-type.ts";
import { withMode } from "../model/mode.ts";
import {
  declareInputs,
  finishGraph,
  located,
  namedValues,
  type Outputs,
  requireTensors,
  type TracedModel,
  traceModel,
} from "../model/model.ts";
import { flattenSpecs, layerOf } from "../model/parameter.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { differentiate } from "../passes/differentiate.ts";
import { clipGradients } from "./gradient-clip.ts";
import { isFrozen, isTrainable, optimizerOf } from "./parameter-groups.ts";
import type { AnyTraining } from "./training.ts";
import { averageParameter, seedParameter, stateParameter, stepParameter } from "./training-state.ts";

/** Whether all given tensors hold finite numbers only: a bool scalar. 0 times anything else is NaN, which a sum keeps. */
const allFinite = (tensors: readonly Tensor[]): Tensor | undefined =>
  tensors
    .map((tensor) => tensor.mul(0).sum().equal(0))
    .reduce<Tensor | undefined>((all, each) => all?.logicalAnd(each) ?? each, undefined);

const learningRateOf = (trace: Trace, { learningRate }: Optimizer, step: Tensor): Tensor =>
  typeof learningRate === "number" ? trace.constant(learningRate, step.dtype) : learningRate(step);

/** What a parameter of the graph was, and what it is to become. */
interface Update {
  readonly old: Tensor;
  readonly value: Tensor;
  /** The path of the layer that it belongs to; empty for what belongs to none. */
  readonly layer: string;
}

/** One parameter that is trained, and what the optimizer is to follow. */
interface Trained {
  readonly path: string;
  readonly parameter: Tensor;
  readonly gradient: Tensor;
}

/** New values by name, before they are guarded: of the step count, the parameters, their state and their averages. */
const updatesOf = (
  trace: Trace,
  options: AnyTraining["options"],
  trained: readonly Trained[],
  count: Tensor,
): ReadonlyMap<string, Update> => {
  const { averages } = options;
  const next = count.add(1);
  const updates = new Map<string, Update>([[stepParameter, { old: count, value: next, layer: "" }]]);
  const averaged = new Map<string, Update>();
  for (const { path, parameter, gradient } of trained) {
    const optimizer = optimizerOf(options, path);
    // In the parameter's own precision; equal nodes are one node, however often they are described.
    const step = next.cast(parameter.dtype);
    const learningRate = learningRateOf(trace, optimizer, step);
    const state = Object.fromEntries(
      optimizer.state.map((name) => [name, trace.parameter(stateParameter(name, path), parameter.type)]),
    );
    const context = { parameter, gradient, state, step, learningRate };
    const layer = layerOf(path);
    const update = withinLayer(layer, () => optimizer.update(context));
    updates.set(path, { old: parameter, value: update.parameter, layer });
    for (const [name, old] of Object.entries(state))
      updates.set(stateParameter(name, path), { old, value: update.state[name] ?? old, layer });
    if (averages === undefined) continue;
    const average = trace.parameter(averageParameter(path), parameter.type);
    // The average begins where the parameter does, wherever that was set to.
    const old = count.equal(0).select(parameter, average);
    const value = averages.update({ average: old, parameter: update.parameter, step });
    averaged.set(averageParameter(path), { old: average, value, layer });
  }
  return new Map([...updates, ...averaged]);
};

const checkedLoss = (loss: unknown): Tensor => {
  if (!isTensor(loss)) return reject("W501", { type: inWords(loss) });
  const origins = originsOfTensors([loss]).map((note) => ({ ...note, label: "loss" }));
  if (loss.shape.length !== 0 || !isFloat(loss.dtype))
    reject("W501", { type: printType(loss.type) }, { notes: origins });
  return loss;
};

const checkedMetrics = (metrics: unknown, location: Location | undefined): Outputs => {
  requireTensors("metrics", metrics, "return { right }", location);
  for (const name of ["loss", "finite"]) if (Object.hasOwn(metrics as object, name)) reject("W503", { name });
  return metrics as Outputs; // looked at above
};

/** The loss and the metrics of a training, checked: W501, W140, W141, W503. */
export const judge = (
  { options, location }: AnyTraining,
  outputs: Outputs,
  inputs: Readonly<Record<string, Tensor>>,
): { readonly loss: Tensor; readonly metrics: Outputs } => {
  const judged = <R>(describe: () => R): R => goingOn(() => located(location, describe));
  // `training` tied loss and metrics to the model's own outputs and inputs.
  const loss = judged(() => checkedLoss(options.loss(outputs as never, inputs as never)));
  const metrics = judged(() => checkedMetrics(options.metrics?.(outputs as never, inputs as never) ?? {}, location));
  requireNothingFound();
  return { loss, metrics };
};

/** The model run in training mode, and what its layers announced: new values of buffers, by path. W505 for other tensors. */
const runForTraining = (
  { model }: AnyTraining,
  { trace, parameters, forward }: TracedModel,
  step: Tensor,
): { readonly outputs: Outputs; readonly buffers: ReadonlyMap<string, Update> } => {
  let declared: Tensor | undefined;
  const seed = (): Tensor => (declared ??= trace.parameter(seedParameter, { dtype: "i32", shape: [] }));
  const { result, updates } = withMode("training", () => forward(parameters), { seed, step: () => step });
  const specs = new Map(flattenSpecs(model.params));
  const paths = new Map([...parameters].map(([path, tensor]) => [tensor, path]));
  const buffers = [...updates].map(([old, value]): readonly [string, Update] => {
    const path = paths.get(old) ?? "";
    if (specs.get(path)?.trainable !== false) return reject("W505", { type: printType(old.type) });
    return [path, { old, value, layer: layerOf(path) }];
  });
  return { outputs: result, buffers: new Map(buffers) };
};

/** The entry point that predicts with averaged parameters, where there are averages. */
const averagedEntry = ({ trace, parameters, forward }: TracedModel, updates: ReadonlyMap<string, Update>): Entry => {
  const averages = [...parameters].map(([path, tensor]): readonly [string, Tensor] => [
    path,
    updates.get(averageParameter(path))?.old ?? tensor,
  ]);
  const { result } = withMode("inference", () => forward(new Map(averages)));
  return { name: averagedEntryName, outputs: namedValues(trace, result), updates: [] };
};

/** The new values of a step, each kept only if the step is finite. */
const guarded = (updates: ReadonlyMap<string, Update>, finite: Tensor): Record<string, Tensor> =>
  Object.fromEntries(
    [...updates].map(([name, { old, value, layer }]) => [name, withinLayer(layer, () => finite.select(value, old))]),
  );

const describeTraining = (description: AnyTraining, traced: TracedModel): Graph => {
  const { model, options } = description;
  const { trace, parameters, inputs, outputs } = traced;
  const all = { ...inputs, ...declareInputs(trace, options.inputs ?? {}) };
  const count = trace.parameter(stepParameter, { dtype: "i32", shape: [] });
  const { outputs: trainingOutputs, buffers } = runForTraining(description, traced, count);
  const { loss, metrics } = judge(description, trainingOutputs, all);
  const trainable = flattenSpecs(model.params).flatMap(([path, spec]) => {
    const parameter = parameters.get(path);
    return isTrainable(spec) && !isFrozen(options, path) && parameter !== undefined ? [{ path, parameter }] : [];
  });
  const gradients = differentiate(
    loss,
    trainable.map(({ parameter }) => parameter),
  );
  const named = Object.fromEntries(
    gradients.map((gradient, position) => [gradientOutput(trainable[position]?.path ?? ""), gradient]),
  );
  const statistics = [...buffers.values()].map(({ value }) => value).filter(({ dtype }) => isFloat(dtype));
  const finite = allFinite([loss, ...gradients, ...statistics]) ?? loss.equal(loss);
  const clipped = clipGradients(gradients, options.clip);
  const trained = trainable.flatMap((each, position): readonly Trained[] => {
    const gradient = clipped[position];
    // An update then begins where the flag is known, and the new state of an optimizer need not wait for it in memory.
    return gradient === undefined ? [] : [{ ...each, gradient: finite.select(gradient, 0) }];
  });
  const updates = updatesOf(trace, options, trained, count);
  return finishGraph(trace, model.name, [
    { name: "predict", outputs: namedValues(trace, outputs), updates: [] },
    ...(options.averages === undefined ? [] : [averagedEntry(traced, updates)]),
    { name: "grads", outputs: namedValues(trace, { loss, ...named }), updates: [] },
    {
      name: "step",
      outputs: namedValues(trace, { loss, finite, ...metrics }),
      updates: namedValues(trace, guarded(new Map([...updates, ...buffers]), finite)),
    },
  ]);
};

/**
 * The graph of a training, with the entry points `predict`, `grads` and `step`, and `predictAveraged` where there are
 * averages. The model is traced twice: for inference, which `predict` gives, and for training, which the loss sees.
 *
 * @throws W131, W140, W141 what the model or the loss does wrong; W501 a loss that is not one float number; W503 a
 * metric under a name that is taken; W505 an update of what is no buffer.
 * @example
 * trainingGraph(learning).entries.map(({ name }) => name); // ["predict", "grads", "step"]
 */
export const trainingGraph = (description: AnyTraining): Graph => {
  const isTraining = isRecord(description) && description["kind"] === "training";
  expect(isTraining, "trainingGraph", "a training", description, "trainingGraph(training(model, { ... }))");
  const traced = traceModel(description.model);
  return located(description.location, () => withTrace(traced.trace, () => describeTraining(description, traced)));
};

/** The entry point that predicts with averaged parameters. */
export const averagedEntryName = "predictAveraged";

/** The output of `grads` that holds the gradient of a parameter. */
export const gradientOutput = (path: string): string => `gradient.${path}`;
