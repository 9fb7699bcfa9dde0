// Softmax, standardization and layer normalization, as composites: passes see the mathematics, derivatives are in closed form, and what is
// computed is said in other ops.
import type * as FastCheck from "fast-check";
import { reject } from "../diagnostics/diagnostic.ts";
import type { DType } from "../types/dtype.ts";
import type { Tensor } from "../types/tensor.ts";
import { printShape, printType, type TensorType, tensorType } from "../types/tensor-type.ts";
import type { FastCheckModule } from "./arbitrary.ts";
import { type UnaryAttrs, unary } from "./elementwise.ts";
import { arbitraryType } from "./instances.ts";
import { defineOp, type Emitter, type OpDefinition, type OpInstance } from "./op.ts";
import { requireOperand } from "./operand-types.ts";
import { requireAxes, requireAxis, requireDType } from "./typing.ts";

/** The axis along which a distribution is taken. */
export interface SoftmaxAttrs {
  readonly axis: number;
}

/** What is added to the variance, so that no division is by zero. */
export interface LayerNormAttrs {
  readonly epsilon: number;
}

/** The axes over which mean and variance are taken, and what is added to the variance. */
export interface StandardizeAttrs {
  readonly axes: readonly number[];
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

const meanOver = (tensor: Tensor, axes: readonly number[]): Tensor => tensor.mean({ axes, keepDims: true });

/**
 * A tensor minus its mean over axes, and that mean, which keeps its axes. What the rounded mean leaves is taken away too, so
 * that numbers far from 0 lose nothing but their own rounding (the corrected two-pass algorithm of Chan, Golub and LeVeque
 * 1983, equation 1.7).
 */
export const centeredOver = (
  tensor: Tensor,
  axes: readonly number[],
): { readonly centered: Tensor; readonly mean: Tensor } => {
  const rounded = meanOver(tensor, axes);
  const nearly = tensor.sub(rounded);
  const left = meanOver(nearly, axes);
  return { centered: nearly.sub(left), mean: rounded.add(left) };
};

/** The operand with mean 0 and (biased) variance 1 over the axes, and the factor that made it so. */
const standardized = (
  operand: Tensor,
  { axes, epsilon }: StandardizeAttrs,
): { readonly unit: Tensor; readonly factor: Tensor } => {
  const { centered } = centeredOver(operand, axes);
  const factor = meanOver(centered.mul(centered), axes).add(epsilon).rsqrt();
  return { unit: centered.mul(factor), factor };
};

/** With u = (x - mean) * r and the cotangent f of u: the cotangent of x is r * (f - mean(f) - u * mean(f * u)). */
const standardizeGradient = (
  { unit, factor }: { readonly unit: Tensor; readonly factor: Tensor },
  flow: Tensor,
  axes: readonly number[],
): Tensor => factor.mul(flow.sub(meanOver(flow, axes)).sub(unit.mul(meanOver(flow.mul(unit), axes))));

/** Layer normalization is standardization over the last axis. */
const overLast = (operand: { readonly shape: Tensor["shape"] }, { epsilon }: LayerNormAttrs): StandardizeAttrs => ({
  axes: [operand.shape.length - 1],
  epsilon,
});

const layerNormGradients = (
  operand: Tensor,
  scale: Tensor,
  cotangent: Tensor,
  attrs: LayerNormAttrs,
): readonly [Tensor, Tensor, Tensor] => {
  const over = overLast(operand, attrs);
  const parts = standardized(operand, over);
  return [
    standardizeGradient(parts, cotangent.mul(scale), over.axes),
    cotangent.mul(parts.unit).sumTo(scale.shape),
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

/** The lowest finite number. */
const lowest = { f32: -(2 - 2 ** -23) * 2 ** 127, f64: -Number.MAX_VALUE } as const;

/** The exponential of what is not above 0. */
const decaying: UnaryAttrs = { fn: "decay" };

/** The largest element along an axis, or the lowest number where all are -infinity, and e^(x - largest). */
export const exponentialsAlong = (
  operand: Tensor,
  axis: number,
  { emit }: Emitter,
): { readonly largest: Tensor; readonly exponentials: Tensor } => {
  const bound = lowest[operand.dtype === "f64" ? "f64" : "f32"];
  const largest = operand.max({ axes: [axis], keepDims: true }).maximum(bound);
  const [exponentials] = emit(unary, [operand.sub(largest)], decaying);
  return { largest, exponentials };
};

/** exp(x) over its sum along the axis, 0 where all of it is masked by -infinity; the shape of x. */
export const softmax: OpDefinition<SoftmaxAttrs, 1> = defineOp({
  kind: "softmax",
  summary: "exp(x) divided by its sum along an axis, computed without overflow; 0 where every x is -infinity.",
  formula: "y[i] = e^x[i] / sum over j of e^x[j], along `axis`; 0 where all x are -infinity",
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
    decompose: ([operand], { axis }, emitter) => {
      const { exponentials } = exponentialsAlong(operand, axis, emitter);
      // The largest element adds 1 to the sum. Only where all are -infinity is the sum less, and 0 / 1 is meant.
      return [exponentials.mul(sumAlong(exponentials, axis).maximum(1).reciprocal())];
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
    decompose: ([operand], { axis }, { emit }) => {
      const below = shifted(operand, axis);
      const [exponentials] = emit(unary, [below], decaying);
      return [below.sub(sumAlong(exponentials, axis).log())];
    },
  },
  arbitrary: arbitrarySoftmax,
});

/** (x - mean) / sqrt(variance + epsilon) over any axes; the shape of x. */
export const standardize: OpDefinition<StandardizeAttrs, 1> = defineOp({
  kind: "standardize",
  summary: "(x - mean) / sqrt(variance + epsilon) over axes, with the biased variance.",
  formula: "u = (x - mean(x)) r with r = 1 / sqrt(var(x) + epsilon), over `axes`",
  shapes: "x [S...] -> [S...]",
  gradient: "dx = r (c - mean(c) - u mean(c u))",
  arity: 1,
  resultArity: 1,
  attributes: { axes: "integers", epsilon: "number" },
  infer: ([operand], { axes }) => {
    requireDType("standardize", operand, floats);
    requireAxes("standardize", operand.shape, axes);
    for (const axis of axes) requireElements("standardize", axis, operand);
    return [operand];
  },
  vjp: ({ operands: [operand], cotangents: [cotangent], attrs }) => [
    standardizeGradient(standardized(operand, attrs), cotangent, attrs.axes),
  ],
  lower: { by: "ops", decompose: ([operand], attrs) => [standardized(operand, attrs).unit] },
  arbitrary: (fc) =>
    fc
      .tuple(arbitraryType(fc, floats, { minRank: 1, empty: false }), fc.constantFrom(1e-5, 1e-3))
      .chain(([type, epsilon]) =>
        fc
          .subarray([...type.shape.keys()], { minLength: 1 })
          .map((axes) => ({ operands: [type] as const, attrs: { axes, epsilon } })),
      ),
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
  vjp: ({ operands: [operand, scale], cotangents: [cotangent], attrs }) =>
    layerNormGradients(operand, scale, cotangent, attrs),
  lower: {
    by: "ops",
    decompose: ([operand, scale, shift], attrs) => [
      standardized(operand, overLast(operand, attrs)).unit.mul(scale).add(shift),
    ],
  },
  arbitrary: arbitraryLayerNorm,
});

/** Ops that bring numbers along an axis to a common scale, all said in other ops. */
export const normalization: {
  readonly softmax: typeof softmax;
  readonly logSoftmax: typeof logSoftmax;
  readonly standardize: typeof standardize;
  readonly layerNorm: typeof layerNorm;
} = { softmax, logSoftmax, standardize, layerNorm };
