// Ops that cut out and put in positions along one axis at a place that is known only when running: a cache that grows, a table
// of positions read from where a sequence stands. They are each other's derivatives. The start has to leave room for all
// positions; one that callers feed or keep is checked before a run (`operandRange`), and compiled programs move it inside.
import type * as FastCheck from "fast-check";
import { invariant } from "../diagnostics/invariant.ts";
import { add, type BlockBuilder, binary, flatten, i32, load, loadType } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { addDims, type Dim, subtractDims } from "../types/dim.ts";
import { dtypeNames } from "../types/dtype.ts";
import { generate, type KnownType, type NdArray, positionOf, sizeOf } from "../types/ndarray.ts";
import { knownExtent } from "../types/shape.ts";
import { type TensorType, tensorType } from "../types/tensor-type.ts";
import type { FastCheckModule } from "./arbitrary.ts";
import { arbitraryType } from "./instances.ts";
import { loopNest } from "./loop-nest.ts";
import { defineOp, type KernelContext, type OpDefinition } from "./op.ts";
import { requireOperand } from "./operand-types.ts";
import { requireAxis, requireExtents, requireRoom } from "./typing.ts";

/** The axis that is cut, and how many positions are taken. */
export interface DynamicSliceAttrs {
  readonly axis: number;
  readonly length: Dim;
}

/** The axis along which the update is put in. */
export interface DynamicUpdateSliceAttrs {
  readonly axis: number;
}

/** Where to start is one i32. */
const startType: TensorType = tensorType("i32", []);

/** How many starts leave room for `length` of `extent` positions. */
const startsOf = (extent: Dim | undefined, length: Dim | undefined): Dim =>
  addDims(subtractDims(extent ?? 0, length ?? 0), 1);

const checkedStart = (op: string, { data: [start = 0] }: NdArray, extent: number, length: number): number => {
  invariant(start >= 0 && start + length <= extent, `${op}: ${length} from ${start} on are outside 0 to ${extent}`);
  return start;
};

/** The start, moved to where there is room whatever it is. */
const clampedStart = (body: BlockBuilder, start: Expr, extent: number, length: number): Expr =>
  body.name(binary("min", binary("max", start, i32(0)), i32(extent - length)), "start");

/** A tensor, an axis of it, and a number of positions for which there is room. */
const arbitraryCut = (
  fc: FastCheckModule,
): FastCheck.Arbitrary<{ readonly x: KnownType; readonly axis: number; readonly length: number }> =>
  arbitraryType(fc, dtypeNames, { minRank: 1 }).chain((x) =>
    fc.nat(x.shape.length - 1).chain((axis) => fc.nat(x.shape[axis] ?? 0).map((length) => ({ x, axis, length }))),
  );

/** Positions along an axis from a start that is data. */
export const dynamicSlice: OpDefinition<DynamicSliceAttrs, 2> = defineOp({
  kind: "dynamicSlice",
  summary: "`length` positions along an axis, from an i32 start on that is known only when running.",
  formula: "y[a, l, b] = x[a, start + l, b]",
  shapes: "x [A..., N, B...], start [] -> [A..., length, B...]",
  gradient: "dx[a, start + l, b] = c[a, l, b], 0 elsewhere",
  arity: 2,
  resultArity: 1,
  attributes: { axis: "integer", length: "dim" },
  infer: ([x, start], { axis, length }) => {
    requireAxis("dynamicSlice", x.shape, axis);
    requireExtents("dynamicSlice", [length]);
    requireOperand("dynamicSlice", "start", start, startType);
    requireRoom("dynamicSlice", length, axis, x);
    return [tensorType(x.dtype, x.shape.with(axis, length))];
  },
  evaluate: ([x, start], { axis, length }) => {
    const known = knownExtent(length);
    const from = checkedStart("dynamicSlice", start, x.shape[axis] ?? 0, known);
    return [
      generate(
        x.dtype,
        x.shape.with(axis, known),
        (index) => x.data[positionOf(x.shape, index.with(axis, (index[axis] ?? 0) + from))] ?? 0,
      ),
    ];
  },
  vjp: ({ attrs: { axis }, operands: [x, start], cotangents: [ct], emit, constant }) => [
    ...emit(dynamicUpdateSlice, [constant(0, x.dtype, x.shape), ct, start], { axis }),
    null,
  ],
  lower: {
    by: "element",
    work: "index",
    element: ({ attrs: { axis, length }, operands: [read, readStart], operandTypes: [x] }, body, index) => {
      const start = clampedStart(body, readStart(body, []), x.shape[axis] ?? 0, knownExtent(length));
      return read(body, index.with(axis, add(index[axis] ?? i32(0), start)));
    },
  },
  operandRange: (operand, [x], { axis, length }) => (operand === 1 ? startsOf(x.shape[axis], length) : undefined),
  arbitrary: (fc) =>
    arbitraryCut(fc).map(({ x, axis, length }) => ({
      operands: [x, { dtype: "i32", shape: [] }],
      attrs: { axis, length },
    })),
});

/** The tensor with other elements at positions along an axis from a start that is data. */
export const dynamicUpdateSlice: OpDefinition<DynamicUpdateSliceAttrs, 3> = defineOp({
  kind: "dynamicUpdateSlice",
  summary:
    "The tensor with the update along an axis, from an i32 start on that is known only when running. Where the result takes the place of the tensor, the update alone is written.",
  formula: "y[a, start + l, b] = update[a, l, b], x elsewhere",
  shapes: "x [A..., N, B...], update [A..., L, B...], start [] -> [A..., N, B...]",
  gradient: "dx = c with 0 at start + l, dupdate[a, l, b] = c[a, start + l, b]",
  arity: 3,
  resultArity: 1,
  attributes: { axis: "integer" },
  infer: ([x, update, start], { axis }) => {
    requireAxis("dynamicUpdateSlice", x.shape, axis);
    const length = update.shape[axis] ?? x.shape[axis] ?? 0;
    requireOperand("dynamicUpdateSlice", "update", update, tensorType(x.dtype, x.shape.with(axis, length)));
    requireRoom("dynamicUpdateSlice", length, axis, x);
    requireOperand("dynamicUpdateSlice", "start", start, startType);
    return [x];
  },
  evaluate: ([x, update, start], { axis }) => {
    const length = update.shape[axis] ?? 0;
    const from = checkedStart("dynamicUpdateSlice", start, x.shape[axis] ?? 0, length);
    return [
      generate(x.dtype, x.shape, (index, position) => {
        const at = (index[axis] ?? 0) - from;
        const isInside = at >= 0 && at < length;
        return (isInside ? update.data[positionOf(update.shape, index.with(axis, at))] : x.data[position]) ?? 0;
      }),
    ];
  },
  vjp: ({ attrs: { axis }, operands: [, update, start], cotangents: [ct], emit, constant }) => [
    ...emit(dynamicUpdateSlice, [ct, constant(0, update.dtype, update.shape), start], { axis }),
    ...emit(dynamicSlice, [ct, start], { axis, length: update.shape[axis] ?? 0 }),
    null,
  ],
  lower: { by: "kernel", buffers: [0], build: (context) => buildUpdate(context) },
  operandRange: (operand, [x, update], { axis }) =>
    operand === 2 ? startsOf(x.shape[axis], update.shape[axis]) : undefined,
  arbitrary: (fc) =>
    arbitraryCut(fc).map(({ x, axis, length }) => ({
      operands: [x, { dtype: x.dtype, shape: x.shape.with(axis, length) }, { dtype: "i32", shape: [] }],
      attrs: { axis },
    })),
});

/** A copy of the tensor, which is no work where it is in its place already, and the update over it. */
const buildUpdate = ({
  attrs: { axis },
  operands: [, readUpdate, readStart],
  operandTypes: [x, update],
  kernel,
  operandBuffer,
  resultBuffer,
  finish,
}: KernelContext<DynamicUpdateSliceAttrs, 3, 1>): void => {
  const [from, to] = [operandBuffer(0), resultBuffer()];
  kernel("copy", (body) =>
    body.loop(sizeOf(x.shape), (at, inner) => inner.store(to, at, load(loadType(x.dtype), from, at)), {
      mode: "vector",
    }),
  );
  kernel("dynamicUpdateSlice", (body) => {
    if (sizeOf(update.shape) > 0) {
      const start = clampedStart(body, readStart(body, []), x.shape[axis] ?? 0, update.shape[axis] ?? 0);
      loopNest(
        body,
        update.shape,
        (block, index) =>
          block.store(
            to,
            flatten(index.with(axis, add(index[axis] ?? i32(0), start)), x.shape),
            readUpdate(block, index),
          ),
        { innermost: "vector" },
      );
    }
    finish(
      body,
      x.shape.map((extent) => ({ from: i32(0), extent })),
    );
  });
};

/** Ops that cut and put together at places that are data. */
export const dynamicSlicing: {
  readonly dynamicSlice: typeof dynamicSlice;
  readonly dynamicUpdateSlice: typeof dynamicUpdateSlice;
} = { dynamicSlice, dynamicUpdateSlice };
