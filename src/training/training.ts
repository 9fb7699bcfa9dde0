// A training description: a model, a loss, an optimizer. What becomes of it is said in training-graph.ts.

import { goingOn } from "../ir/diagnostics/collecting.ts";
import { expect, isRecord } from "../ir/diagnostics/expect.ts";
import { optionNames, requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import { captureLocation, type Location } from "../ir/diagnostics/location.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { Check } from "../ir/types/static/check.ts";
import type { TrainingLoss } from "../ir/types/static/loss.ts";
import type { Dims, Tensor } from "../ir/types/tensor.ts";
import { requireFunction, requireRecord } from "../model/declaration.ts";
import type { AnyModel, InputSpecs, InputTensors, Model, Outputs } from "../model/model.ts";
import type { SpecTree } from "../model/parameter.ts";
import type { Averages } from "../optim/averages.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { checkClip, type GradientClip } from "./gradient-clip.ts";
import { checkGrouping, checkOptimizer, type ParameterGroup, type PathPrefix } from "./parameter-groups.ts";

/** How a model is trained. */
export interface TrainingOptions<
  I extends InputSpecs,
  O extends Outputs,
  L extends InputSpecs,
  M extends Outputs,
  Frozen extends string = string,
  Prefix extends string = string,
  S extends Dims = Dims,
  D extends DType = DType,
> {
  /** Inputs that only the loss reads: labels, targets, weights. */
  readonly inputs?: L;
  /** A float scalar to be made small, from the model's outputs in training mode and all inputs. */
  readonly loss: (outputs: O, inputs: InputTensors<I & L>) => Check<NoInfer<TrainingLoss<S, D>>, Tensor<S, D>>;
  /** The update rule of the parameters. */
  readonly optimizer: Optimizer;
  /**
   * Paths of parameters that stay as they are, or what stands before them: `["embedding", "blocks.0"]`. Nothing is computed for
   * their gradients. Buffers, such as running statistics, are not among them: these follow the data all the same.
   */
  readonly freeze?: readonly Frozen[];
  /** Parameters with learning rates or optimizers of their own. */
  readonly groups?: readonly ParameterGroup<Prefix>[];
  /** A bound on what the optimizer is given of the gradients; `grads` gives them whole. */
  readonly clip?: GradientClip;
  /** Running averages of the parameters, which often predict better than the parameters themselves. */
  readonly averages?: Averages;
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
  Frozen extends string = string,
  D extends DType = DType,
> {
  /** What kind of description it is. */
  readonly kind: "training";
  /** The model that is trained. */
  readonly model: Model<P, I, O>;
  /** How. */
  readonly options: TrainingOptions<I, O, L, M, Frozen, PathPrefix<P>, Dims, D>;
  /** Where it was described. */
  readonly location?: Location;
}

/** A training of which the exact types do not matter. */
export interface AnyTraining {
  /** What kind of description it is. */
  readonly kind: "training";
  /** The model. */
  readonly model: AnyModel;
  /** How it is trained, as `TrainingOptions` says. */
  readonly options: {
    /** Inputs that only the loss reads. */
    readonly inputs?: InputSpecs;
    /** What is made small. */
    readonly loss: (outputs: never, inputs: never) => unknown;
    /** The update rule. */
    readonly optimizer: Optimizer;
    /** The bound on gradients. */
    readonly clip?: GradientClip;
    /** What is not trained. */
    readonly freeze?: readonly string[];
    /** What is trained otherwise. */
    readonly groups?: readonly ParameterGroup[];
    /** The running averages. */
    readonly averages?: Averages;
    /** Further results of a step. */
    readonly metrics?: (outputs: never, inputs: never) => Outputs;
  };
  /** Where it was described. */
  readonly location?: Location;
}

const known = optionNames<AnyTraining["options"]>({
  inputs: true,
  loss: true,
  optimizer: true,
  freeze: true,
  groups: true,
  clip: true,
  averages: true,
  metrics: true,
});

/** Refuses options that lack something or are of another kind: W140, W142, W508, W509. */
const requireOptions = (options: AnyTraining["options"], model: AnyModel, location: Location): void => {
  expect(isRecord(model) && model.kind === "model", "training", "a model", model, "training(model, { ... })");
  requireRecord("training", options, "training(model, { loss, optimizer: sgd({ learningRate: 0.1 }) })", location);
  requireKnownOptions("training", options, known);
  requireFunction(
    "training: loss",
    options.loss,
    "loss: ({ logits }, { label }) => crossEntropy(logits, label)",
    location,
  );
  checkOptimizer("training", options.optimizer, location);
  checkGrouping(options, model.params, location);
  checkClip(options.clip, location);
  if (options.averages !== undefined)
    requireFunction(
      "training: the averages' update",
      options.averages.update,
      "averages: ema({ decay: 0.999 })",
      location,
    );
};

/**
 * Describes the training of a model: `compile` gives a trainer, whose `step` is predicted, differentiated and updated
 * in one program.
 *
 * @throws W140 a part that is missing or of another kind. From `compile`: W501 a loss that is not one float number;
 * W503 a metric under a name that is taken.
 * @example
 * const described = training(classifier, {
 *   inputs: { label: spec("i32", ["B"]) },
 *   loss: ({ logits }, { label }) => crossEntropy(logits, label),
 *   optimizer: sgd({ learningRate: 0.1 }),
 * });
 * const taught = compileSync(described, { dims: { B: 1 } });
 * const feeds = { x: Float32Array.of(1, 2, 3, 4), label: Int32Array.of(2) };
 * taught.step(feeds).loss > taught.step(feeds).loss; // true
 */
export const training = <
  P extends SpecTree,
  I extends InputSpecs,
  O extends Outputs,
  const L extends InputSpecs = Record<never, never>,
  M extends Outputs = Record<never, never>,
  const Frozen extends PathPrefix<P> = never,
  S extends Dims = Dims,
  D extends DType = DType,
>(
  model: Model<P, I, O>,
  options: TrainingOptions<I, O, L, M, Frozen, PathPrefix<P>, S, D>,
): Training<P, I, O, L, M, Frozen, D> => {
  const location = captureLocation();
  goingOn(() => requireOptions({ ...options }, model, location));
  // The shape of the loss has done its work.
  const described = options as unknown as TrainingOptions<I, O, L, M, Frozen, PathPrefix<P>, Dims, D>;
  return Object.freeze({ kind: "training", model, options: described, location });
};
