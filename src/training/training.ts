// A training description: a model, a loss, an optimizer. What becomes of it is said in training-graph.ts.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { captureLocation, type Location } from "../ir/diagnostics/location.ts";
import type { Tensor } from "../ir/types/tensor.ts";
import { requireFunction, requireRecord } from "../model/declaration.ts";
import type { AnyModel, InputSpecs, InputTensors, Model, Outputs } from "../model/model.ts";
import type { SpecTree } from "../model/parameter.ts";
import type { Averages } from "../optim/averages.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { checkClip, type GradientClip } from "./gradient-clip.ts";

/** How a model is trained. */
export interface TrainingOptions<I extends InputSpecs, O extends Outputs, L extends InputSpecs, M extends Outputs> {
  /** Inputs that only the loss reads: labels, targets, weights. */
  readonly inputs?: L;
  /** A float scalar to be made small, from the model's outputs in training mode and all inputs. */
  readonly loss: (outputs: O, inputs: InputTensors<I & L>) => Tensor;
  /** The update rule of the parameters. */
  readonly optimizer: Optimizer;
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
> {
  /** What kind of description it is. */
  readonly kind: "training";
  /** The model that is trained. */
  readonly model: Model<P, I, O>;
  /** How. */
  readonly options: TrainingOptions<I, O, L, M>;
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
    readonly loss: (outputs: never, inputs: never) => Tensor;
    /** The update rule. */
    readonly optimizer: Optimizer;
    /** The bound on gradients. */
    readonly clip?: GradientClip;
    /** The running averages. */
    readonly averages?: Averages;
    /** Further results of a step. */
    readonly metrics?: (outputs: never, inputs: never) => Outputs;
  };
  /** Where it was described. */
  readonly location?: Location;
}

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
  if (options.averages !== undefined)
    requireFunction(
      "training: the averages' update",
      options.averages.update,
      "averages: ema({ decay: 0.999 })",
      location,
    );
  return Object.freeze({ kind: "training", model, options, location });
};
