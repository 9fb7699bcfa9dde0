// Pooling: the family of maximum and average pooling with their gradients.
import { averagePool2d, averagePool2dGradient } from "./average-pooling.ts";
import { maxPool2d, maxPool2dGradient } from "./max-pooling.ts";

/** Ops that take one number from each window of an image, all said in other ops. */
export const pooling: {
  readonly maxPool2d: typeof maxPool2d;
  readonly maxPool2dGradient: typeof maxPool2dGradient;
  readonly averagePool2d: typeof averagePool2d;
  readonly averagePool2dGradient: typeof averagePool2dGradient;
} = { maxPool2d, maxPool2dGradient, averagePool2d, averagePool2dGradient };
