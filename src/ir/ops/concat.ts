// Joining tensors along an axis. The lowering reads every operand at a clamped position and chooses afterwards, so that a
// fused kernel has no branches.
import { reject } from "../diagnostics/diagnostic.ts";
import { binary, compare, i32, select, subtract } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { addDims, type Dim } from "../types/dim.ts";
import { dtypeNames } from "../types/dtype.ts";
import { generate, type NdArray, positionOf } from "../types/ndarray.ts";
import { printType, tensorType } from "../types/tensor-type.ts";
import { literalElement } from "./elements.ts";
import { arbitraryExtent, arbitraryType } from "./instances.ts";
import { defineOp, type OpDefinition } from "./op.ts";
import { requireAxis, requireSameDType } from "./typing.ts";

/** The axis along which operands are joined. */
export interface ConcatAttrs {
  readonly axis: number;
}

/** Joins tensors along an axis. */
export const concat: OpDefinition<ConcatAttrs, "many"> = defineOp({
  kind: "concat",
  summary: "Joins tensors along an axis.",
  formula: "y = x_1, x_2, ... one behind the other along `axis`",
  shapes: "x [A..., N_k, B...], ... -> [A..., N, B...]; N is the sum of all N_k",
  gradient: "dx_k = the part of c where x_k stands",
  arity: "many",
  resultArity: 1,
  attributes: { axis: "integer" },
  infer: (operands, { axis }) => {
    const [first, ...rest] = operands;
    if (first === undefined) return reject("W219", { op: "concat" });
    requireAxis("concat", first.shape, axis);
    let joined = first.shape[axis] ?? 0;
    for (const other of rest) {
      requireSameDType("concat", first, other);
      const agrees =
        other.shape.length === first.shape.length &&
        first.shape.every((extent, at) => at === axis || extent === other.shape[at]);
      if (!agrees) reject("W218", { axis, first: printType(first), other: printType(other) });
      joined = addDims(joined, other.shape[axis] ?? 0);
    }
    return [tensorType(first.dtype, first.shape.with(axis, joined))];
  },
  evaluate: (operands, { axis }) => {
    const [first] = operands;
    if (first === undefined) return reject("W219", { op: "concat" });
    const joined = operands.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
    return [generate(first.dtype, first.shape.with(axis, joined), (index) => joinedElement(operands, axis, index))];
  },
  vjp: ({ attrs: { axis }, operands, cotangents: [ct] }) => {
    let end: Dim = 0;
    return operands.map(({ shape }) => {
      const start = end;
      end = addDims(start, shape[axis] ?? 0);
      return ct.slice(
        ct.shape.map((extent, at) => (at === axis ? { start, end, step: 1 } : { start: 0, end: extent, step: 1 })),
      );
    });
  },
  lower: {
    by: "element",
    work: "index",
    element: ({ attrs: { axis }, operands, operandTypes, resultTypes: [result] }, body, index) => {
      const at = index[axis] ?? i32(0);
      let start = 0;
      let element: Expr | undefined;
      for (const [operand, { shape }] of operandTypes.entries()) {
        const extent = shape[axis] ?? 0;
        const read = operands[operand];
        if (extent === 0 || read === undefined) continue;
        const local = binary("min", binary("max", subtract(at, start), i32(0)), i32(extent - 1));
        const own = read(body, index.with(axis, body.name(local, "at")));
        element = element === undefined ? own : select(compare("lt", at, i32(start)), element, own);
        start += extent;
      }
      return element ?? literalElement(result.dtype, 0);
    },
  },
  arbitrary: (fc) =>
    arbitraryType(fc, dtypeNames, { minRank: 1, maxRank: 3 }).chain((first) =>
      fc
        .tuple(
          fc.nat(first.shape.length - 1),
          fc.array(fc.oneof(arbitraryExtent(fc), fc.constant(0)), { maxLength: 3 }),
        )
        .map(([axis, extents]) => ({
          operands: [
            first,
            ...extents.map((extent) => ({ dtype: first.dtype, shape: first.shape.with(axis, extent) })),
          ],
          attrs: { axis },
        })),
    ),
});

/** The element of joined arrays at an index of the whole. */
const joinedElement = (operands: readonly NdArray[], axis: number, index: readonly number[]): number => {
  let local = index[axis] ?? 0;
  for (const { shape, data } of operands) {
    const extent = shape[axis] ?? 0;
    if (local < extent) return data[positionOf(shape, index.with(axis, local))] ?? 0;
    local -= extent;
  }
  return 0;
};
