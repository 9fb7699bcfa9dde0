// Ops that run along one axis while all others stay in step: choosing and adding by indices of the tensor's own rank, and
// running sums. Where `gather` takes whole rows, `takeAlongAxis` takes single elements.
import type * as FastCheck from "fast-check";
import { type BlockBuilder, binary, flatten, i32, load, loadType } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import type { Dim } from "../types/dim.ts";
import { type DType, dtypeNames } from "../types/dtype.ts";
import { generate, type KnownType, type NdArray, positionOf, sizeOf } from "../types/ndarray.ts";
import { knownExtent } from "../types/shape.ts";
import { type TensorType, tensorType } from "../types/tensor-type.ts";
import type { FastCheckModule } from "./arbitrary.ts";
import { literalElement, wrapNumber } from "./elements.ts";
import { checkedRow, clampedRow } from "./indexing.ts";
import { arbitraryExtent, arbitraryType } from "./instances.ts";
import { loopNest } from "./loop-nest.ts";
import { defineOp, type KernelContext, type OpDefinition } from "./op.ts";
import { requireOperand } from "./operand-types.ts";
import { requireAxis, requireDType, requireExtents } from "./typing.ts";

/** The axis along which indices choose. */
export interface TakeAlongAxisAttrs {
  readonly axis: number;
}

/** The axis of the result that is added along, and its extent. */
export interface AddAlongAxisAttrs {
  readonly axis: number;
  readonly extent: Dim;
}

/** The axis that is summed along, and whether from its end. */
export interface CumsumAttrs {
  readonly axis: number;
  readonly reverse: boolean;
}

const addable: readonly DType[] = ["f32", "f64", "i32", "u8"];

/** The indices have the extents of the tensor, but for the axis. */
const requireIndices = (op: string, indices: TensorType, like: TensorType, axis: number): void => {
  requireDType(op, indices, ["i32"]);
  requireAxis(op, like.shape, axis);
  const along = indices.shape[axis] ?? 1;
  requireOperand(op, "indices", indices, tensorType("i32", like.shape.with(axis, along)));
};

/** The index of an array that a value of the indices array leads to. */
const chosenIndex = (op: string, indices: NdArray, index: readonly number[], axis: number, extent: number) =>
  index.with(axis, checkedRow(op, indices.data[positionOf(indices.shape, index)] ?? 0, extent));

/** A tensor, an axis of it with elements, and indices into that. */
const arbitraryAlong = (
  fc: FastCheckModule,
  allowed: readonly DType[],
): FastCheck.Arbitrary<{ table: KnownType; indices: KnownType; axis: number }> =>
  fc
    .tuple(arbitraryType(fc, allowed, { minRank: 1, maxRank: 3 }), arbitraryExtent(fc), arbitraryExtent(fc), fc.nat(2))
    .map(([type, rows, count, at]) => {
      const axis = at % type.shape.length;
      const table = { ...type, shape: type.shape.with(axis, rows) };
      return { table, indices: { dtype: "i32", shape: type.shape.with(axis, count) }, axis };
    });

/** result[..., i, ...] = table[..., indices[..., i, ...], ...] along an axis. */
export const takeAlongAxis: OpDefinition<TakeAlongAxisAttrs, 2> = defineOp({
  kind: "takeAlongAxis",
  summary: "Elements along an axis, chosen at each place by i32 indices that have the tensor's other extents.",
  formula: "y[a, i, b] = table[a, indices[a, i, b], b], along `axis`",
  shapes: "table [A..., N, B...], indices [A..., K, B...] -> [A..., K, B...]",
  gradient: "dtable[a, n, b] = sum of c[a, i, b] over all i with indices[a, i, b] = n",
  arity: 2,
  resultArity: 1,
  attributes: { axis: "integer" },
  infer: ([table, indices], { axis }) => {
    requireIndices("takeAlongAxis", indices, table, axis);
    return [tensorType(table.dtype, indices.shape)];
  },
  evaluate: ([table, indices], { axis }) => [
    generate(table.dtype, indices.shape, (index) => {
      const from = chosenIndex("takeAlongAxis", indices, index, axis, table.shape[axis] ?? 0);
      return table.data[positionOf(table.shape, from)] ?? 0;
    }),
  ],
  vjp: ({ attrs: { axis }, operands: [table, indices], cotangents: [ct], emit }) => [
    emit(addAlongAxis, [indices, ct], { axis, extent: table.shape[axis] ?? 1 })[0],
    null,
  ],
  lower: {
    by: "element",
    work: "index",
    element: ({ attrs: { axis }, operands: [readTable, readIndices], operandTypes: [table] }, body, index) => {
      const extent = table.shape[axis] ?? 0;
      if (extent === 0) return literalElement(table.dtype, 0);
      return readTable(body, index.with(axis, clampedRow(body, readIndices(body, index), extent)));
    },
  },
  operandRange: (operand, [table], { axis }) => (operand === 1 ? table.shape[axis] : undefined),
  arbitrary: (fc) =>
    arbitraryAlong(fc, dtypeNames).map(({ table, indices, axis }) => ({ operands: [table, indices], attrs: { axis } })),
});

/** Adds updates into zeros along an axis: the transpose of takeAlongAxis. */
export const addAlongAxis: OpDefinition<AddAlongAxisAttrs, 2> = defineOp({
  kind: "addAlongAxis",
  summary: "Adds updates into zeros along an axis, at each place where its i32 index says, in row-major order.",
  formula: "y[a, n, b] = sum of updates[a, i, b] over all i with indices[a, i, b] = n, along `axis`",
  shapes: "indices [A..., K, B...], updates [A..., K, B...] -> [A..., extent, B...]",
  gradient: "dupdates[a, i, b] = c[a, indices[a, i, b], b]",
  arity: 2,
  resultArity: 1,
  attributes: { axis: "integer", extent: "dim" },
  infer: ([indices, updates], { axis, extent }) => {
    requireDType("addAlongAxis", updates, addable);
    requireExtents("addAlongAxis", [extent]);
    requireAxis("addAlongAxis", updates.shape, axis);
    requireOperand("addAlongAxis", "indices", indices, tensorType("i32", updates.shape));
    return [tensorType(updates.dtype, updates.shape.with(axis, extent))];
  },
  evaluate: ([indices, updates], { axis, extent }) => {
    const rows = knownExtent(extent);
    const shape = updates.shape.with(axis, rows);
    const sums = new Float64Array(sizeOf(shape));
    generate(updates.dtype, updates.shape, (index, position) => {
      const target = positionOf(shape, chosenIndex("addAlongAxis", indices, index, axis, rows));
      const sum = wrapNumber(updates.dtype, (sums[target] ?? 0) + (updates.data[position] ?? 0));
      sums[target] = sum;
      return sum;
    });
    return [{ dtype: updates.dtype, shape, data: sums }];
  },
  vjp: ({ attrs: { axis }, operands: [indices], cotangents: [ct], emit }) => [
    null,
    emit(takeAlongAxis, [ct, indices], { axis })[0],
  ],
  lower: { by: "kernel", buffers: [], build: (context) => buildAddAlongAxis(context) },
  operandRange: (operand, _, { extent }) => (operand === 0 ? extent : undefined),
  arbitrary: (fc) =>
    arbitraryAlong(fc, addable).map(({ table, indices, axis }) => ({
      operands: [indices, { dtype: table.dtype, shape: indices.shape }],
      attrs: { axis, extent: table.shape[axis] ?? 1 },
    })),
});

const finishWhole = ({ finish, resultTypes: [{ shape }] }: KernelContext<object, 1 | 2, 1>, body: BlockBuilder): void =>
  finish(
    body,
    shape.map((extent) => ({ from: i32(0), extent })),
  );

/** Zeroes the result, then adds element after element: the sum has one order on every backend. */
const buildAddAlongAxis = (context: KernelContext<AddAlongAxisAttrs, 2, 1>): void => {
  const { attrs, operands, operandTypes, resultTypes, kernel, resultBuffer } = context;
  const [[readIndices, readUpdates], [, updates], [result]] = [operands, operandTypes, resultTypes];
  const rows = result.shape[attrs.axis] ?? 0;
  kernel("addAlongAxis", (body) => {
    const buffer = resultBuffer();
    body.loop(sizeOf(result.shape), (at, block) => block.store(buffer, at, literalElement(result.dtype, 0)), {
      mode: "vector",
    });
    if (rows > 0)
      loopNest(body, updates.shape, (block, index) => {
        const row = clampedRow(block, readIndices(block, index), rows);
        const target = block.name(flatten(index.with(attrs.axis, row), result.shape), "at");
        block.store(
          buffer,
          target,
          binary("add", load(loadType(result.dtype), buffer, target), readUpdates(block, index)),
        );
      });
    finishWhole(context, body);
  });
};

/** The sum of all elements up to each one along an axis; the shape of x. */
export const cumsum: OpDefinition<CumsumAttrs, 1> = defineOp({
  kind: "cumsum",
  summary: "The sum of the elements up to each one along an axis, or from each one on, added one after the other.",
  formula: "y[i] = sum of x[j] over all j <= i, along `axis`; over all j >= i where `reverse`",
  shapes: "x [S...] -> [S...]",
  gradient: "dx = the cumulative sum of c from the other end",
  arity: 1,
  resultArity: 1,
  attributes: { axis: "integer", reverse: "boolean" },
  infer: ([x], { axis }) => {
    requireDType("cumsum", x, addable);
    requireAxis("cumsum", x.shape, axis);
    return [x];
  },
  evaluate: ([x], { axis, reverse }) => {
    const sums = new Float64Array(x.data);
    const before = reverse ? 1 : -1;
    const add = (index: readonly number[], position: number): number => {
      const neighbour = (index[axis] ?? 0) + before;
      const isFirst = neighbour < 0 || neighbour >= (x.shape[axis] ?? 0);
      const own = x.data[position] ?? 0;
      // The first sum is the first element, so that -0 stays.
      const sum = isFirst ? own : (sums[positionOf(x.shape, index.with(axis, neighbour))] ?? 0) + own;
      return (sums[position] = wrapNumber(x.dtype, sum));
    };
    const indices: (readonly number[])[] = [];
    generate(x.dtype, x.shape, (index) => indices.push([...index]));
    for (const index of reverse ? indices.toReversed() : indices) add(index, positionOf(x.shape, index));
    return [{ ...x, data: sums }];
  },
  vjp: ({ attrs: { axis, reverse }, cotangents: [ct], emit }) => [emit(cumsum, [ct], { axis, reverse: !reverse })[0]],
  lower: { by: "kernel", buffers: [], build: (context) => buildCumsum(context) },
  arbitrary: (fc) =>
    fc
      .tuple(arbitraryType(fc, addable, { minRank: 1 }), fc.nat(3), fc.boolean())
      .map(([type, at, reverse]) => ({ operands: [type], attrs: { axis: at % type.shape.length, reverse } })),
});

/**
 * A row, then each further row as the sum of the one before and its own; rows that are long enough run in lanes, and where a
 * row is one element, the sum so far need not be read back.
 */
const buildCumsum = (context: KernelContext<CumsumAttrs, 1, 1>): void => {
  const { attrs, operands, resultTypes, kernel, resultBuffer } = context;
  const [[read], [{ dtype, shape }], { axis, reverse }] = [operands, resultTypes, attrs];
  const rows = shape[axis] ?? 0;
  const [outer, inner] = [shape.slice(0, axis), shape.slice(axis + 1)];
  kernel("cumsum", (body) => {
    const buffer = resultBuffer();
    /** Stores one row, given what is added to its elements. */
    const storeRow = (block: BlockBuilder, start: readonly Expr[], row: Expr, before?: Expr): void =>
      loopNest(
        block,
        inner,
        (each, rest) => {
          const element = read(each, [...start, row, ...rest]);
          const sum =
            before === undefined
              ? element
              : binary("add", load(loadType(dtype), buffer, flatten([...start, before, ...rest], shape)), element);
          each.store(buffer, flatten([...start, row, ...rest], shape), sum);
        },
        { innermost: "vector" },
      );
    const rowAt = (at: Expr): Expr => (reverse ? binary("sub", i32(rows - 1), at) : at);
    const addSingles = (block: BlockBuilder, start: readonly Expr[]): void => {
      const indexOf = (at: Expr): readonly Expr[] => [...start, rowAt(at), ...inner.map(() => i32(0))];
      const sum = block.mutable(read(block, indexOf(i32(0))), "sum");
      const store = (each: BlockBuilder, at: Expr): void => each.store(buffer, flatten(indexOf(at), shape), sum);
      store(block, i32(0));
      const addNext = (at: Expr, each: BlockBuilder): void => {
        each.assign(sum, binary("add", sum, read(each, indexOf(at))));
        store(each, at);
      };
      block.loop(rows, addNext, { from: 1, hint: "row" });
    };
    if (rows > 0)
      loopNest(body, outer, (block, start) => {
        if (sizeOf(inner) === 1) return addSingles(block, start);
        storeRow(block, start, rowAt(i32(0)));
        block.loop(rows, (at, each) => storeRow(each, start, rowAt(at), rowAt(binary("sub", at, i32(1)))), {
          from: 1,
          hint: "row",
        });
      });
    finishWhole(context, body);
  });
};

/** Ops along one axis. */
export const alongAxis: {
  readonly takeAlongAxis: typeof takeAlongAxis;
  readonly addAlongAxis: typeof addAlongAxis;
  readonly cumsum: typeof cumsum;
} = { takeAlongAxis, addAlongAxis, cumsum };
