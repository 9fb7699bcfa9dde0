// Ops that change only where elements stand: reshape, transpose, broadcast and flip. None of them computes; each is a rule
// that says which element of the operand stands at an index of the result.
import { reject } from "../diagnostics/diagnostic.ts";
import { i32, subtract } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { dtypeNames } from "../types/dtype.ts";
import { generate, positionOf } from "../types/ndarray.ts";
import { broadcastsTo, elementCount, knownShape } from "../types/shape.ts";
import { printShape, type Shape, tensorType } from "../types/tensor-type.ts";
import { arbitraryExtent, arbitraryType } from "./instances.ts";
import { defineOp, type OpDefinition } from "./op.ts";
import { requireAxes, requireExtents } from "./typing.ts";

/** The shape of the result, in full. */
export interface ShapeAttrs {
  readonly shape: Shape;
}

/** Entry k names the operand's axis that becomes axis k. */
export interface TransposeAttrs {
  readonly permutation: readonly number[];
}

/** The axes that are reversed, ascending. */
export interface FlipAttrs {
  readonly axes: readonly number[];
}

/** The same elements in the same row-major order under another shape. */
export const reshape: OpDefinition<ShapeAttrs, 1> = defineOp({
  kind: "reshape",
  summary: "The same elements in the same row-major order, under another shape.",
  formula: "y[k] = x[k], k counting elements in row-major order",
  shapes: "x [S...] -> [shape...]",
  gradient: "dx = c in the shape of x",
  arity: 1,
  resultArity: 1,
  attributes: { shape: "resultShape" },
  infer: ([x], { shape }) => {
    requireExtents("reshape", shape);
    const counts = [elementCount(x.shape), elementCount(shape)] as const;
    if (counts[0] !== counts[1])
      reject("W211", { from: printShape(x.shape), to: printShape(shape), counts: [`${counts[0]}`, `${counts[1]}`] });
    return [tensorType(x.dtype, shape)];
  },
  evaluate: ([x], { shape }) => [{ dtype: x.dtype, shape: knownShape(shape), data: x.data }],
  vjp: ({ operands: [x], cotangents: [ct] }) => [ct.reshape(x.shape)],
  lower: { by: "alias" },
  arbitrary: (fc) =>
    fc
      .tuple(arbitraryType(fc, dtypeNames), fc.array(fc.nat(99), { maxLength: 3 }))
      .map(([x, choices]) => ({ operands: [x], attrs: { shape: regroup(x.shape, choices) } })),
});

/** Another shape of as many elements: neighbouring extents multiplied together, extents of 1 put between. */
const regroup = (shape: readonly number[], choices: readonly number[]): readonly number[] => {
  let result = [...shape];
  for (const choice of choices) {
    const at = choice % (result.length + 1);
    const [left, right] = [result[at], result[at + 1]];
    if (choice % 2 === 0 || left === undefined || right === undefined) result = result.toSpliced(at, 0, 1);
    else result = result.toSpliced(at, 2, left * right);
  }
  return result;
};

/** The axes in another order. */
export const transpose: OpDefinition<TransposeAttrs, 1> = defineOp({
  kind: "transpose",
  summary: "The axes in another order.",
  formula: "y[i] = x[j] with j[permutation[k]] = i[k]",
  shapes: "x [S...] -> [P...]; P[k] = S[permutation[k]]",
  gradient: "dx = c under the inverse permutation",
  arity: 1,
  resultArity: 1,
  attributes: { permutation: "integers" },
  infer: ([x], { permutation }) => {
    const sorted = permutation.toSorted((a, b) => a - b);
    if (sorted.length !== x.shape.length || sorted.some((axis, position) => axis !== position))
      reject("W213", { permutation: printShape(permutation), shape: printShape(x.shape) });
    return [
      tensorType(
        x.dtype,
        permutation.map((axis) => x.shape[axis] ?? 1),
      ),
    ];
  },
  evaluate: ([x], { permutation }) => {
    const shape = permutation.map((axis) => x.shape[axis] ?? 1);
    const inverse = invertPermutation(permutation);
    return [
      generate(x.dtype, shape, (index) => {
        const source = inverse.map((position) => index[position] ?? 0);
        return x.data[positionOf(x.shape, source)] ?? 0;
      }),
    ];
  },
  vjp: ({ attrs, cotangents: [ct] }) => [ct.transpose(invertPermutation(attrs.permutation))],
  lower: {
    by: "element",
    work: "index",
    element: ({ attrs: { permutation }, operands: [read] }, body, index) => {
      const source = new Array<Expr>(permutation.length);
      for (const [position, axis] of permutation.entries()) source[axis] = index[position] ?? i32(0);
      return read(body, source);
    },
  },
  arbitrary: (fc) =>
    arbitraryType(fc, dtypeNames).chain((x) =>
      fc
        .shuffledSubarray([...x.shape.keys()], { minLength: x.shape.length })
        .map((permutation) => ({ operands: [x] as const, attrs: { permutation } })),
    ),
});

const invertPermutation = (permutation: readonly number[]): readonly number[] => {
  const inverse = new Array<number>(permutation.length).fill(0);
  for (const [position, axis] of permutation.entries()) inverse[axis] = position;
  return inverse;
};

/** Repeats extents of 1 and adds leading axes, by NumPy's rule. */
export const broadcast: OpDefinition<ShapeAttrs, 1> = defineOp({
  kind: "broadcast",
  summary: "Repeats extents of 1 and adds leading axes, by NumPy's rule.",
  formula: "y[a, i] = x[j] with j = i, or 0 where the extent of x is 1",
  shapes: "x [S...] -> [shape...]",
  gradient: "dx = c summed over all that repeats one element",
  arity: 1,
  resultArity: 1,
  attributes: { shape: "resultShape" },
  infer: ([x], { shape }) => {
    requireExtents("broadcast", shape);
    if (!broadcastsTo(x.shape, shape)) reject("W208", { from: printShape(x.shape), to: printShape(shape) });
    return [tensorType(x.dtype, shape)];
  },
  evaluate: ([x], { shape }) => {
    const added = shape.length - x.shape.length;
    return [
      generate(x.dtype, knownShape(shape), (index) => {
        const source = x.shape.map((extent, axis) => (extent === 1 ? 0 : (index[axis + added] ?? 0)));
        return x.data[positionOf(x.shape, source)] ?? 0;
      }),
    ];
  },
  vjp: ({ operands: [x], cotangents: [ct] }) => [ct.sumTo(x.shape)],
  lower: {
    by: "element",
    work: "index",
    element: ({ operands: [read], operandTypes: [x] }, body, index) => {
      const added = index.length - x.shape.length;
      return read(
        body,
        x.shape.map((extent, axis) => (extent === 1 ? i32(0) : (index[axis + added] ?? i32(0)))),
      );
    },
  },
  arbitrary: (fc) =>
    fc
      .tuple(
        arbitraryType(fc, dtypeNames, { maxRank: 3 }),
        fc.array(arbitraryExtent(fc), { minLength: 3, maxLength: 3 }),
        fc.array(arbitraryExtent(fc), { maxLength: 1 }),
      )
      .map(([x, repeats, added]) => ({
        operands: [x],
        attrs: { shape: [...added, ...x.shape.map((extent, axis) => (extent === 1 ? (repeats[axis] ?? 1) : extent))] },
      })),
});

/** Reverses axes. */
export const flip: OpDefinition<FlipAttrs, 1> = defineOp({
  kind: "flip",
  summary: "Reverses the order of elements along axes.",
  formula: "y[i] = x[N - 1 - i] along `axes`",
  shapes: "x [S...] -> [S...]",
  gradient: "dx = c with the same axes reversed",
  arity: 1,
  resultArity: 1,
  attributes: { axes: "integers" },
  infer: ([x], { axes }) => {
    requireAxes("flip", x.shape, axes);
    return [tensorType(x.dtype, x.shape)];
  },
  evaluate: ([x], { axes }) => [
    generate(x.dtype, x.shape, (index) => {
      const source = index.map((at, axis) => (axes.includes(axis) ? (x.shape[axis] ?? 1) - 1 - at : at));
      return x.data[positionOf(x.shape, source)] ?? 0;
    }),
  ],
  vjp: ({ attrs, cotangents: [ct] }) => [ct.flip(attrs.axes)],
  lower: {
    by: "element",
    work: "index",
    element: ({ attrs: { axes }, operands: [read], operandTypes: [x] }, body, index) =>
      read(
        body,
        index.map((at, axis) => (axes.includes(axis) ? subtract(i32((x.shape[axis] ?? 1) - 1), at) : at)),
      ),
  },
  arbitrary: (fc) =>
    arbitraryType(fc, dtypeNames).chain((x) =>
      fc.subarray([...x.shape.keys()]).map((axes) => ({ operands: [x] as const, attrs: { axes } })),
    ),
});

/** Ops that change only where elements stand. */
export const movement: {
  readonly reshape: typeof reshape;
  readonly transpose: typeof transpose;
  readonly broadcast: typeof broadcast;
  readonly flip: typeof flip;
} = { reshape, transpose, broadcast, flip };
