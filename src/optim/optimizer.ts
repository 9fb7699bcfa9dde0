// What an optimizer is: state per parameter, and one update rule written on tensors. The rule becomes part of the training
// graph, so it is differentiated never, fused and planned like everything else, and emitted with the model.
import type { Tensor } from "../ir/types/tensor.ts";

/**
 * The learning rate: a number, or a function of the number of the step, which counts from 1 (a scalar of the
 * parameter's dtype). PyTorch's `torch.optim.lr_scheduler` counts from 0.
 */
export type LearningRate = number | ((step: Tensor) => Tensor);

/** What an update rule sees of one parameter. */
export interface UpdateContext {
  /** The parameter before this step. */
  readonly parameter: Tensor;
  /** The derivative of the loss, of the parameter's shape. */
  readonly gradient: Tensor;
  /** State tensors of the parameter's shape, by the names the optimizer declared. */
  readonly state: Readonly<Record<string, Tensor>>;
  /** Number of this step, from 1: a scalar of the parameter's dtype. */
  readonly step: Tensor;
  /** The learning rate of this step: a scalar of the parameter's dtype. */
  readonly learningRate: Tensor;
}

/** The new value of a parameter, and of its state. */
export interface Update {
  /** The parameter after this step. */
  readonly parameter: Tensor;
  /** The state after this step, by the names the optimizer declared. */
  readonly state: Readonly<Record<string, Tensor>>;
}

/** A method of gradient descent. */
export interface Optimizer {
  /** What the optimizer is called in prints. */
  readonly name: string;
  /** A number or a schedule, which gives `update` the rate of a step. */
  readonly learningRate: LearningRate;
  /** Names of the state tensors each parameter has; they start at zero. */
  readonly state: readonly string[];
  /** The step of one parameter, written on tensors: it becomes part of the training's graph. */
  readonly update: (context: UpdateContext) => Update;
}
