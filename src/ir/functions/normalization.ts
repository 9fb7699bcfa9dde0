// Softmax and normalization.
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import type { Tensor } from "../types/tensor.ts";

const axisOf = (x: Tensor, axis: number): number => (axis < 0 ? axis + x.shape.length : axis);

/** exp(x) / sum(exp(x)) along an axis, the last unless given; computed from x - max(x). */
export const softmax = (x: Tensor, axis = -1): Tensor =>
  emitOne(traceOf(x, "softmax"), "softmax", [x], { axis: axisOf(x, axis) });

/** log(softmax(x)) along an axis, without taking the log of a small number. */
export const logSoftmax = (x: Tensor, axis = -1): Tensor =>
  emitOne(traceOf(x, "logSoftmax"), "logSoftmax", [x], { axis: axisOf(x, axis) });

/** (x - mean) / sqrt(variance + epsilon) * scale + shift over the last axis (Ba et al. 2016, equation 4). */
export const layerNorm = (x: Tensor, scale: Tensor, shift: Tensor, epsilon = 1e-5): Tensor =>
  emitOne(traceOf(x, "layerNorm"), "layerNorm", [x, scale, shift], { epsilon });
