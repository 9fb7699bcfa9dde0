// A training description: a model, a loss, an optimizer. What becomes of it is said in training-graph.ts.

import { goingOn } from "../ir/diagnostics/collecting.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { optionNames, requireKnownOptions } from "../ir/diagnostics/known-options.ts";
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
    readonly averages?: Averages;
    readonly metrics?: (outputs: never, inputs: never) => Outputs;
  };
  readonly location?: Location;
}

const known = optionNames<AnyTraining["options"]>({
  inputs: true,
  loss: true,
  optimizer: true,
  clip: true,
  averages: true,
  metrics: true,
});

/** Refuses options that lack something or are of another kind: W140. */
const requireOptions = (options: AnyTraining["options"], location: Location): void => {
  requireRecord("training", options, "training(model, { loss, optimizer: sgd({ learningRate: 0.1 }) })", location);
  requireKnownOptions("training", options, known);
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
};

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
  goingOn(() => requireOptions(options, location));
  return Object.freeze({ kind: "training", model, options, location });
};
