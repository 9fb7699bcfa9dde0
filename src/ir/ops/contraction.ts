// The matrix product, batched by NumPy's rule: the op that nearly all arithmetic of a network ends in. Its kernel is built
// in matmul-kernel.ts; everything else that is known about it stands here.
import type * as FastCheck from "fast-check";
import { reject } from "../diagnostics/diagnostic.ts";
import { type Dim, multiplyDims } from "../types/dim.ts";
import { type DType, isFloat } from "../types/dtype.ts";
import { generate, type KnownType, type NdArray, positionOf } from "../types/ndarray.ts";
import { broadcastShapes, knownShape } from "../types/shape.ts";
import type { Tensor } from "../types/tensor.ts";
import { printType, type Shape, type TensorType, tensorType } from "../types/tensor-type.ts";
import type { FastCheckModule } from "./arbitrary.ts";
import type { MatmulAttrs } from "./matmul-attributes.ts";
import { buildMatmul } from "./matmul-kernel.ts";
import { defineOp, type OpDefinition, type OpInstance } from "./op.ts";
import { requireSameDType } from "./operand-types.ts";
import { requireDType } from "./typing.ts";

const matmulDtypes: readonly DType[] = ["f32", "f64", "i32"];

/** The last two extents, as the product sees them. */
const matrixOf = (shape: Shape, transposed: boolean): readonly [Dim, Dim] => {
  const [rows = 1, columns = 1] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
};

const inferMatmul = (a: TensorType, b: TensorType, { transposeA, transposeB }: MatmulAttrs): TensorType => {
  const [leftType, rightType] = [printType(a), printType(b)];
  if (a.shape.length < 2) reject("W240", { operand: "left", type: leftType });
  requireDType("matmul", a, matmulDtypes);
  if (b.shape.length < 2) reject("W240", { operand: "right", type: rightType });
  requireSameDType("matmul", a, b);
  const [rows, left] = matrixOf(a.shape, transposeA);
  const [right, columns] = matrixOf(b.shape, transposeB);
  if (left !== right) reject("W203", { left: leftType, right: rightType, inner: [`${left}`, `${right}`] });
  const batch = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  return tensorType(a.dtype, [...batch, rows, columns]);
};

const evaluateMatmul = (a: NdArray, b: NdArray, { transposeA, transposeB }: MatmulAttrs): NdArray => {
  const shape = knownShape(inferMatmul(a, b, { transposeA, transposeB }).shape);
  const inner = Number(matrixOf(a.shape, transposeA)[1]);
  /** Where the matrix of a batch begins; a matrix that is repeated along an axis of the batch is the same all along. */
  const start = (array: NdArray, batch: readonly number[]): number => {
    const own = batch
      .slice(batch.length - array.shape.length + 2)
      .map((at, axis) => (array.shape[axis] === 1 ? 0 : at));
    return positionOf(array.shape, [...own, 0, 0]);
  };
  const [widthA, widthB] = [a.shape.at(-1) ?? 1, b.shape.at(-1) ?? 1];
  return generate(a.dtype, shape, (index) => {
    const batch = index.slice(0, -2);
    const [row = 0, column = 0] = index.slice(-2);
    const [startA, startB] = [start(a, batch), start(b, batch)];
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      const x = a.data[startA + (transposeA ? k * widthA + row : row * widthA + k)] ?? 0;
      const y = b.data[startB + (transposeB ? column * widthB + k : k * widthB + column)] ?? 0;
      sum = a.dtype === "i32" ? (sum + Math.imul(x, y)) | 0 : sum + x * y;
    }
    return sum;
  });
};

/** All axes but the last merged into one. */
const asRows = (tensor: Tensor): Tensor => {
  const columns = tensor.shape.at(-1) ?? 1;
  return tensor.reshape([tensor.shape.slice(0, -1).reduce(multiplyDims, 1), columns]);
};

/** The gradient of the right operand. A matrix shared by a whole batch gets it from one product, not one per batch. */
const rightGradient = (a: Tensor, b: Tensor, cotangent: Tensor, { transposeA, transposeB }: MatmulAttrs): Tensor => {
  const shared = b.shape.length === 2 && a.shape.length > 2 && !transposeA;
  const [left, flow] = shared ? [asRows(a), asRows(cotangent)] : [a, cotangent];
  return transposeB
    ? flow.matmul(left, { transposeA: true, transposeB: transposeA })
    : left.matmul(flow, { transposeA: !transposeA });
};

const leftGradient = (b: Tensor, cotangent: Tensor, { transposeA, transposeB }: MatmulAttrs): Tensor =>
  transposeA
    ? b.matmul(cotangent, { transposeA: transposeB, transposeB: true })
    : cotangent.matmul(b, { transposeB: !transposeB });

const arbitraryMatmul = (fc: FastCheckModule): FastCheck.Arbitrary<OpInstance<MatmulAttrs, 2>> => {
  const extent = fc.nat({ max: 5 });
  const batch = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom("both", "left", "right")), {
    maxLength: 2,
  });
  return fc
    .record({
      sizes: fc.tuple(extent, extent, extent),
      batch,
      // How many batch axes each side leaves out: missing axes broadcast like extents of 1.
      missing: fc.tuple(fc.nat({ max: 1 }), fc.nat({ max: 1 })),
      transposeA: fc.boolean(),
      transposeB: fc.boolean(),
      dtype: fc.constantFrom(...matmulDtypes),
    })
    .map(({ sizes: [m, k, n], batch, missing, transposeA, transposeB, dtype }) => {
      const operand = (side: "left" | "right", without: number, matrix: readonly number[]): KnownType => ({
        dtype,
        shape: [...batch.map(([extent, on]) => (on === "both" || on === side ? extent : 1)).slice(without), ...matrix],
      });
      return {
        operands: [
          operand("left", missing[0], transposeA ? [k, m] : [m, k]),
          operand("right", missing[1], transposeB ? [n, k] : [k, n]),
        ],
        attrs: { transposeA, transposeB },
      };
    });
};

/** [..., M, K] x [..., K, N] -> [..., M, N]; either operand may hold its last two axes swapped. */
export const matmul: OpDefinition<MatmulAttrs, 2> = defineOp({
  kind: "matmul",
  summary: "Matrix product over the last two axes; axes before them broadcast.",
  formula: "y[m, n] = sum over k of a[m, k] b[k, n]",
  shapes: "a [..., M, K], b [..., K, N] -> [..., M, N]; transposeA: a [..., K, M]; transposeB: b [..., N, K]",
  gradient: "da = c b^T, db = a^T c, summed over the axes that broadcast",
  arity: 2,
  resultArity: 1,
  attributes: { transposeA: "boolean", transposeB: "boolean" },
  infer: ([a, b], attrs) => [inferMatmul(a, b, attrs)],
  evaluate: ([a, b], attrs) => [evaluateMatmul(a, b, attrs)],
  vjp: ({ operands: [a, b], cotangents: [cotangent], attrs }) =>
    isFloat(a.dtype)
      ? [leftGradient(b, cotangent, attrs).sumTo(a.shape), rightGradient(a, b, cotangent, attrs).sumTo(b.shape)]
      : [null, null],
  lower: { by: "kernel", buffers: [0], build: buildMatmul },
  arbitrary: arbitraryMatmul,
});

/** Ops that sum products over shared axes. */
export const contraction: { readonly matmul: typeof matmul } = { matmul };
