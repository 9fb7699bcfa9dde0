// Pooling: the family of maximum and average pooling with their gradients.
import { averagePool2d, averagePool2dGradient } from "./average-pooling.ts";
import { maxPool2d, maxPool2dGradient } from "./max-pooling.ts";

/** The largest element of each window of an image, and its gradient. */
export const maxPooling: {
  readonly maxPool2d: typeof maxPool2d;
  readonly maxPool2dGradient: typeof maxPool2dGradient;
} = { maxPool2d, maxPool2dGradient };

/** The mean of each window of an image, and its gradient, said in other ops. */
export const averagePooling: {
  readonly averagePool2d: typeof averagePool2d;
  readonly averagePool2dGradient: typeof averagePool2dGradient;
} = { averagePool2d, averagePool2dGradient };
