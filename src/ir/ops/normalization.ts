// Softmax and layer normalization, as composites: passes see the mathematics, derivatives are in closed form, and what is
// computed is said in other ops.
import type * as FastCheck from "fast-check";
import { reject } from "../diagnostics/diagnostic.ts";
import type { DType } from "../types/dtype.ts";
import type { Tensor } from "../types/tensor.ts";
import { printShape, printType, type TensorType, tensorType } from "../types/tensor-type.ts";
import { arbitraryType } from "./instances.ts";
import { defineOp, type FastCheckModule, type OpDefinition, type OpInstance } from "./op.ts";
import { requireOperand } from "./operand-types.ts";
import { requireAxis, requireDType } from "./typing.ts";

/** The axis along which a distribution is taken. */
export interface SoftmaxAttrs {
  readonly axis: number;
}

/** What is added to the variance, so that no division is by zero. */
export interface LayerNormAttrs {
  readonly epsilon: number;
}

const floats: readonly DType[] = ["f32", "f64"];

const requireElements = (op: string, axis: number, type: TensorType): void => {
  if (type.shape[axis] === 0) reject("W212", { op, axes: printShape([axis]), type: printType(type) });
};

const inferSoftmax = (op: string, operand: TensorType, { axis }: SoftmaxAttrs): TensorType => {
  requireDType(op, operand, floats);
  requireAxis(op, operand.shape, axis);
  requireElements(op, axis, operand);
  return operand;
};

const inferLayerNorm = (operand: TensorType, scale: TensorType, shift: TensorType): TensorType => {
  const op = "layerNorm";
  requireDType(op, operand, floats);
  const axis = operand.shape.length - 1;
  requireAxis(op, operand.shape, axis);
  requireElements(op, axis, operand);
  const expected = tensorType(operand.dtype, operand.shape.slice(-1));
  requireOperand(op, "scale", scale, expected);
  requireOperand(op, "shift", shift, expected);
  return operand;
};

const sumAlong = (tensor: Tensor, axis: number): Tensor => tensor.sum({ axes: [axis], keepDims: true });

/** The operand minus its maximum along the axis, so that no exponential overflows. */
const shifted = (operand: Tensor, axis: number): Tensor => operand.sub(operand.max({ axes: [axis], keepDims: true }));

const meanOfLast = (tensor: Tensor): Tensor => tensor.mean({ axes: [-1], keepDims: true });

/** The operand with mean 0 and (biased) variance 1 along the last axis, and the factor that made it so. */
const normalized = (operand: Tensor, epsilon: number): { readonly unit: Tensor; readonly factor: Tensor } => {
  const centered = operand.sub(meanOfLast(operand));
  const factor = meanOfLast(centered.mul(centered)).add(epsilon).rsqrt();
  return { unit: centered.mul(factor), factor };
};

const layerNormGradients = (
  operand: Tensor,
  scale: Tensor,
  cotangent: Tensor,
  epsilon: number,
): readonly [Tensor, Tensor, Tensor] => {
  const { unit, factor } = normalized(operand, epsilon);
  const flow = cotangent.mul(scale);
  const alongUnit = unit.mul(meanOfLast(flow.mul(unit)));
  return [
    factor.mul(flow.sub(meanOfLast(flow)).sub(alongUnit)),
    cotangent.mul(unit).sumTo(scale.shape),
    cotangent.sumTo(scale.shape),
  ];
};

const arbitrarySoftmax = (fc: FastCheckModule): FastCheck.Arbitrary<OpInstance<SoftmaxAttrs, 1>> =>
  fc.tuple(arbitraryType(fc, floats, { minRank: 1, empty: false }), fc.nat({ max: 3 })).map(([type, axis]) => ({
    operands: [type] as const,
    attrs: { axis: axis % type.shape.length },
  }));

const arbitraryLayerNorm = (fc: FastCheckModule): FastCheck.Arbitrary<OpInstance<LayerNormAttrs, 3>> =>
  fc
    .tuple(arbitraryType(fc, floats, { minRank: 1, empty: false }), fc.constantFrom(1e-5, 1e-3))
    .map(([type, epsilon]) => {
      const last = { dtype: type.dtype, shape: type.shape.slice(-1) };
      return { operands: [type, last, last] as const, attrs: { epsilon } };
    });

/** exp(x) over its sum along the axis; the shape of x. */
export const softmax: OpDefinition<SoftmaxAttrs, 1> = defineOp({
  kind: "softmax",
  summary: "exp(x) divided by its sum along an axis, computed without overflow.",
  formula: "y[i] = e^x[i] / sum over j of e^x[j], along `axis`",
  shapes: "x [S...] -> [S...]",
  gradient: "dx = y (c - sum(c y))",
  arity: 1,
  resultArity: 1,
  attributes: { axis: "integer" },
  infer: ([operand], attrs) => [inferSoftmax("softmax", operand, attrs)],
  vjp: ({ results: [y], cotangents: [cotangent], attrs: { axis } }) => [
    y.mul(cotangent.sub(sumAlong(cotangent.mul(y), axis))),
  ],
  lower: {
    by: "ops",
    decompose: ([operand], { axis }) => {
      const exponentials = shifted(operand, axis).exp();
      return [exponentials.div(sumAlong(exponentials, axis))];
    },
  },
  arbitrary: arbitrarySoftmax,
});

/** log(softmax(x)) along the axis; the shape of x. */
export const logSoftmax: OpDefinition<SoftmaxAttrs, 1> = defineOp({
  kind: "logSoftmax",
  summary: "The logarithm of softmax along an axis, computed without overflow or cancellation.",
  formula: "y[i] = x[i] - ln(sum over j of e^x[j]), along `axis`",
  shapes: "x [S...] -> [S...]",
  gradient: "dx = c - e^y sum(c)",
  arity: 1,
  resultArity: 1,
  attributes: { axis: "integer" },
  infer: ([operand], attrs) => [inferSoftmax("logSoftmax", operand, attrs)],
  vjp: ({ results: [y], cotangents: [cotangent], attrs: { axis } }) => [
    cotangent.sub(y.exp().mul(sumAlong(cotangent, axis))),
  ],
  lower: {
    by: "ops",
    decompose: ([operand], { axis }) => {
      const below = shifted(operand, axis);
      return [below.sub(sumAlong(below.exp(), axis).log())];
    },
  },
  arbitrary: arbitrarySoftmax,
});

/** x [..., N], scale [N], shift [N] -> [..., N]. */
export const layerNorm: OpDefinition<LayerNormAttrs, 3> = defineOp({
  kind: "layerNorm",
  summary: "(x - mean) / sqrt(variance + epsilon) * scale + shift over the last axis, with the biased variance.",
  formula: "y = u scale + shift with u = (x - mean(x)) r, r = 1 / sqrt(var(x) + epsilon)",
  shapes: "x [..., N], scale [N], shift [N] -> [..., N]",
  gradient: "dx = r (f - mean(f) - u mean(f u)) with f = c scale; dscale = sum(c u), dshift = sum(c)",
  arity: 3,
  resultArity: 1,
  attributes: { epsilon: "number" },
  infer: ([operand, scale, shift]) => [inferLayerNorm(operand, scale, shift)],
  vjp: ({ operands: [operand, scale], cotangents: [cotangent], attrs: { epsilon } }) =>
    layerNormGradients(operand, scale, cotangent, epsilon),
  lower: {
    by: "ops",
    decompose: ([operand, scale, shift], { epsilon }) => [normalized(operand, epsilon).unit.mul(scale).add(shift)],
  },
  arbitrary: arbitraryLayerNorm,
});

/** Ops that bring numbers along an axis to a common scale, all said in other ops. */
export const normalization: {
  readonly softmax: typeof softmax;
  readonly logSoftmax: typeof logSoftmax;
  readonly layerNorm: typeof layerNorm;
} = { softmax, logSoftmax, layerNorm };
