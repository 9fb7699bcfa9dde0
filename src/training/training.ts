// A training description: a model, a loss, an optimizer. It becomes one graph with three entry points over shared
// parameters: `predict`, `grads` and `step`. A step whose loss or gradients are not finite changes nothing: every update
// is a choice between the new value and the old, made by one flag inside the graph, so emitted modules do the same.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { captureLocation, type Location } from "../ir/diagnostics/location.ts";
import type { Graph } from "../ir/graph/graph.ts";
import { type Trace, withTrace } from "../ir/graph/trace.ts";
import { isTensor } from "../ir/graph/traced-tensor.ts";
import { isFloat } from "../ir/types/dtype.ts";
import type { Tensor } from "../ir/types/tensor.ts";
import { printType } from "../ir/types/tensor-type.ts";
import { requireFunction, requireRecord } from "../model/declaration.ts";
import {
  type AnyModel,
  declareInputs,
  finishGraph,
  type InputSpecs,
  type InputTensors,
  located,
  type Model,
  namedValues,
  type Outputs,
  requireTensors,
  traceModel,
} from "../model/model.ts";
import type { SpecTree } from "../model/parameter.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { differentiate } from "../passes/differentiate.ts";
import { checkClip, clipGradients, type GradientClip } from "./gradient-clip.ts";

/** How a model is trained. */
export interface TrainingOptions<I extends InputSpecs, O extends Outputs, L extends InputSpecs, M extends Outputs> {
  /** Inputs that only the loss reads: labels, targets, weights. */
  readonly inputs?: L;
  /** A float scalar to be made small, from the model's outputs and all inputs. */
  readonly loss: (outputs: O, inputs: InputTensors<I & L>) => Tensor;
  readonly optimizer: Optimizer;
  /** A bound on what the optimizer is given of the gradients; `grads` gives them whole. */
  readonly clip?: GradientClip;
  /** Further results of a step, such as the number of right answers. */
  readonly metrics?: (outputs: O, inputs: InputTensors<I & L>) => M;
}

/** A model with everything that training it needs. */
export interface Training<
  P extends SpecTree = SpecTree,
  I extends InputSpecs = InputSpecs,
  O extends Outputs = Outputs,
  L extends InputSpecs = InputSpecs,
  M extends Outputs = Outputs,
> {
  readonly kind: "training";
  readonly model: Model<P, I, O>;
  readonly options: TrainingOptions<I, O, L, M>;
  /** Where it was described. */
  readonly location?: Location;
}

/** A training of which the exact types do not matter. */
export interface AnyTraining {
  readonly kind: "training";
  readonly model: AnyModel;
  readonly options: {
    readonly inputs?: InputSpecs;
    readonly loss: (outputs: never, inputs: never) => Tensor;
    readonly optimizer: Optimizer;
    readonly clip?: GradientClip;
    readonly metrics?: (outputs: never, inputs: never) => Outputs;
  };
  readonly location?: Location;
}

/** Describes the training of a model. */
export const training = <
  P extends SpecTree,
  I extends InputSpecs,
  O extends Outputs,
  const L extends InputSpecs = Record<never, never>,
  M extends Outputs = Record<never, never>,
>(
  model: Model<P, I, O>,
  options: TrainingOptions<I, O, L, M>,
): Training<P, I, O, L, M> => {
  const location = captureLocation();
  requireRecord("training", options, "training(model, { loss, optimizer: sgd({ learningRate: 0.1 }) })", location);
  requireFunction(
    "training: loss",
    options.loss,
    "loss: ({ logits }, { label }) => crossEntropy(logits, label)",
    location,
  );
  const { update, learningRate }: Partial<Optimizer> = options.optimizer ?? {};
  requireFunction("training: the optimizer's update", update, "optimizer: sgd({ learningRate: 0.1 })", location);
  if (typeof learningRate !== "function" && !(typeof learningRate === "number" && Number.isFinite(learningRate))) {
    const [expected, write] = ["a finite number or a function of the step", "learningRate: 0.1"];
    reject("W140", { what: "learningRate", expected, given: inWords(learningRate), write }, { location });
  }
  checkClip(options.clip, location);
  return Object.freeze({ kind: "training", model, options, location });
};

/** The parameter that counts steps. */
export const stepParameter = "optimizer.step";

/** The name of an optimizer's state of a parameter. */
export const stateParameter = (state: string, path: string): string => `optimizer.${state}.${path}`;

/** Whether all given tensors hold finite numbers only: a bool scalar. NaN passes through max, and is not below infinity. */
const allFinite = (tensors: readonly Tensor[]): Tensor | undefined =>
  tensors
    .map((tensor) => tensor.abs().max().less(Number.POSITIVE_INFINITY))
    .reduce<Tensor | undefined>((all, each) => all?.logicalAnd(each) ?? each, undefined);

const learningRateOf = (trace: Trace, { learningRate }: Optimizer, step: Tensor): Tensor =>
  typeof learningRate === "number" ? trace.constant(learningRate, step.dtype) : learningRate(step);

/** The updates of one step, each kept only if the step is finite. */
const updatesOf = (
  trace: Trace,
  optimizer: Optimizer,
  trained: readonly (readonly [path: string, parameter: Tensor, gradient: Tensor])[],
  finite: Tensor,
): Record<string, Tensor> => {
  const count = trace.parameter(stepParameter, { dtype: "i32", shape: [] });
  const step = count.add(1);
  const real = step.cast("f32");
  const learningRate = learningRateOf(trace, optimizer, real);
  const updates = new Map([[stepParameter, finite.select(step, count)]]);
  for (const [path, parameter, gradient] of trained) {
    const state = Object.fromEntries(
      optimizer.state.map((name) => [name, trace.parameter(stateParameter(name, path), parameter.type)]),
    );
    const update = optimizer.update({ parameter, gradient, state, step: real, learningRate });
    updates.set(path, finite.select(update.parameter, parameter));
    for (const [name, old] of Object.entries(state))
      updates.set(stateParameter(name, path), finite.select(update.state[name] ?? old, old));
  }
  return Object.fromEntries(updates);
};

/** The loss and the metrics of a training, checked: W501, W140, W141, W503. */
const judge = (
  { options }: AnyTraining,
  outputs: Outputs,
  inputs: Readonly<Record<string, Tensor>>,
): { readonly loss: Tensor; readonly metrics: Outputs } => {
  // `training` tied loss and metrics to the model's own outputs and inputs.
  const loss: unknown = options.loss(outputs as never, inputs as never);
  if (!isTensor(loss)) return reject("W501", { type: inWords(loss) });
  if (loss.shape.length !== 0 || !isFloat(loss.dtype)) reject("W501", { type: printType(loss.type) });
  const metrics: unknown = options.metrics?.(outputs as never, inputs as never) ?? {};
  requireTensors("metrics", metrics, "return { right }");
  for (const name of ["loss", "finite"]) if (Object.hasOwn(metrics as object, name)) reject("W503", { name });
  return { loss, metrics: metrics as Outputs };
};

/** The graph of a training, with the entry points `predict`, `grads` and `step`. */
export const trainingGraph = (description: AnyTraining): Graph => {
  const { model, options, location } = description;
  const { trace, parameters, inputs, outputs } = traceModel(model);
  const describe = (): Graph => {
    const all = { ...inputs, ...declareInputs(trace, options.inputs ?? {}) };
    const { loss, metrics } = judge(description, outputs, all);
    const paths = [...parameters].filter(([, { dtype }]) => isFloat(dtype));
    const gradients = differentiate(
      loss,
      paths.map(([, parameter]) => parameter),
    );
    const withParameters = (flows: readonly Tensor[]) =>
      paths.flatMap(([path, parameter], position) => {
        const gradient = flows[position];
        return gradient === undefined ? [] : [[path, parameter, gradient] as const];
      });
    const trained = withParameters(gradients);
    const finite = allFinite([loss, ...gradients]) ?? loss.equal(loss);
    const followed = withParameters(clipGradients(gradients, options.clip));
    const updates = updatesOf(trace, options.optimizer, followed, finite);
    const named = Object.fromEntries(trained.map(([path, , gradient]) => [gradientOutput(path), gradient]));
    return finishGraph(trace, model.name, [
      { name: "predict", outputs: namedValues(trace, outputs), updates: [] },
      { name: "grads", outputs: namedValues(trace, { loss, ...named }), updates: [] },
      { name: "step", outputs: namedValues(trace, { loss, finite, ...metrics }), updates: namedValues(trace, updates) },
    ]);
  };
  return located(location, () => withTrace(trace, describe));
};

/** The output of `grads` that holds the gradient of a parameter. */
export const gradientOutput = (path: string): string => `gradient.${path}`;
