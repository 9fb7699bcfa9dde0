// Ops whose positions are data: gather, its transpose scatterAdd, oneHot and iota. An index has to lie in range; those that
// callers feed are checked where they come in (`operandRange`), and compiled programs clamp, so that no index whatever
// reads or writes memory of another tensor.
import type * as FastCheck from "fast-check";
import { reject } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import { type BlockBuilder, binary, cast, compare, flatten, i32, load, loadType } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import type { Dim } from "../types/dim.ts";
import { type DType, dtypeNames } from "../types/dtype.ts";
import { generate, type KnownType, positionOf, sizeOf } from "../types/ndarray.ts";
import { knownExtent, knownShape } from "../types/shape.ts";
import { printType, type Shape, sameShape, tensorType } from "../types/tensor-type.ts";
import type { FastCheckModule } from "./arbitrary.ts";
import { literalElement, wrapNumber } from "./elements.ts";
import { arbitraryDType, arbitraryExtent, arbitraryShape, arbitraryType } from "./instances.ts";
import { loopNest } from "./loop-nest.ts";
import { defineOp, type KernelContext, type OpDefinition } from "./op.ts";
import { requireAxis, requireDType, requireExtents } from "./typing.ts";

/** The axis of the table that indices choose from. */
export interface GatherAttrs {
  readonly axis: number;
}

/** The axis of the result that is added into, and its extent. */
export interface ScatterAddAttrs {
  readonly axis: number;
  readonly extent: Dim;
}

/** The extent of the new last axis, and the element type of the result. */
export interface OneHotAttrs {
  readonly depth: Dim;
  readonly dtype: DType;
}

/** The axis along which to count. */
export interface IotaAttrs {
  readonly axis: number;
  readonly dtype: DType;
  readonly shape: Shape;
}

const addable: readonly DType[] = ["f32", "f64", "i32", "u8"];
const countable: readonly DType[] = ["f32", "f64", "i32"];

/** A shape with the extent at `axis` replaced by those of the indices. */
const gatheredShape = <D extends Dim>(table: readonly D[], indices: readonly D[], axis: number): readonly D[] =>
  table.toSpliced(axis, 1, ...indices);

/** An index of the table from one of the gathered shape. */
const tableIndex = <I>(index: readonly I[], axis: number, indicesRank: number, row: I): readonly I[] =>
  index.toSpliced(axis, indicesRank, row);

/** An index that lies in range, as the meaning of every op that indexes demands. Where there are no rows no index is read: all give 0. */
export const checkedRow = (op: string, row: number, extent: number): number => {
  const isInRange = Number.isInteger(row) && row >= 0 && row < extent;
  invariant(extent === 0 || isInRange, `${op}: index ${row} is outside 0 to ${extent - 1}`);
  return row;
};

/** The row that an index chooses, brought into range whatever it is. */
export const clampedRow = (body: BlockBuilder, row: Expr, extent: number): Expr =>
  body.name(binary("min", binary("max", row, i32(0)), i32(extent - 1)), "row");

/** Rows of a table along an axis, chosen by indices. */
export const gather: OpDefinition<GatherAttrs, 2> = defineOp({
  kind: "gather",
  summary: "Rows of a table along an axis, chosen by i32 indices, whose shape stands in the place of that axis.",
  formula: "y[a, i, b] = table[a, indices[i], b]",
  shapes: "table [A..., N, B...], indices [I...] -> [A..., I..., B...]",
  gradient: "dtable[a, n, b] = sum of c[a, i, b] over all i with indices[i] = n",
  arity: 2,
  resultArity: 1,
  attributes: { axis: "integer" },
  infer: ([table, indices], { axis }) => {
    requireDType("gather", indices, ["i32"]);
    requireAxis("gather", table.shape, axis);
    return [tensorType(table.dtype, gatheredShape(table.shape, indices.shape, axis))];
  },
  evaluate: ([table, indices], { axis }) => {
    const rank = indices.shape.length;
    const extent = table.shape[axis] ?? 0;
    return [
      generate(table.dtype, gatheredShape(table.shape, indices.shape, axis), (index) => {
        const row = indices.data[positionOf(indices.shape, index.slice(axis, axis + rank))] ?? 0;
        return (
          table.data[positionOf(table.shape, tableIndex(index, axis, rank, checkedRow("gather", row, extent)))] ?? 0
        );
      }),
    ];
  },
  vjp: ({ attrs: { axis }, operands: [table, indices], cotangents: [ct] }) => [
    ct.scatterAdd(indices, table.shape[axis] ?? 0, axis),
    null,
  ],
  lower: {
    by: "element",
    work: "index",
    element: ({ attrs: { axis }, operands: [readTable, readIndices], operandTypes: [table, indices] }, body, index) => {
      const rank = indices.shape.length;
      const extent = table.shape[axis] ?? 0;
      if (extent === 0) return literalElement(table.dtype, 0);
      const row = clampedRow(body, readIndices(body, index.slice(axis, axis + rank)), extent);
      return readTable(body, tableIndex(index, axis, rank, row));
    },
  },
  operandRange: (operand, [table], { axis }) => (operand === 1 ? table.shape[axis] : undefined),
  arbitrary: (fc) =>
    arbitraryIndexing(fc, dtypeNames).map(({ table, indices, axis }) => ({
      operands: [table, indices],
      attrs: { axis },
    })),
});

/** A table, an axis of it that has rows, and indices into that. */
const arbitraryIndexing = (
  fc: FastCheckModule,
  allowed: readonly DType[],
): FastCheck.Arbitrary<{ table: KnownType; indices: KnownType; axis: number }> =>
  fc
    .tuple(
      arbitraryType(fc, allowed, { minRank: 1, maxRank: 3 }),
      arbitraryExtent(fc),
      fc.nat(2),
      arbitraryShape(fc, { maxRank: 2 }),
    )
    .map(([table, rows, at, shape]) => {
      const axis = at % table.shape.length;
      return { table: { ...table, shape: table.shape.with(axis, rows) }, indices: { dtype: "i32", shape }, axis };
    });

/** Adds updates into rows of zeros: the transpose of gather. */
export const scatterAdd: OpDefinition<ScatterAddAttrs, 2> = defineOp({
  kind: "scatterAdd",
  summary: "Adds updates into rows of zeros, chosen by i32 indices, one after the other in the order of the indices.",
  formula: "y[a, n, b] = sum of updates[a, i, b] over all i with indices[i] = n",
  shapes: "indices [I...], updates [A..., I..., B...] -> [A..., extent, B...]",
  gradient: "dupdates[a, i, b] = c[a, indices[i], b]",
  arity: 2,
  resultArity: 1,
  attributes: { axis: "integer", extent: "dim" },
  infer: ([indices, updates], { axis, extent }) => {
    requireDType("scatterAdd", indices, ["i32"]);
    requireDType("scatterAdd", updates, addable);
    requireExtents("scatterAdd", [extent]);
    const rank = indices.shape.length;
    if (
      !Number.isInteger(axis) ||
      axis < 0 ||
      !sameShape(updates.shape.slice(axis, axis + rank), indices.shape) ||
      axis + rank > updates.shape.length
    )
      reject("W221", { axis, updates: printType(updates), indices: printType(indices) });
    return [tensorType(updates.dtype, tableIndex(updates.shape, axis, rank, extent))];
  },
  evaluate: ([indices, updates], { axis, extent }) => {
    const rank = indices.shape.length;
    const rows = knownExtent(extent);
    const shape = tableIndex(updates.shape, axis, rank, rows);
    const sums = new Float64Array(sizeOf(shape));
    generate(updates.dtype, updates.shape, (index, position) => {
      const row = indices.data[positionOf(indices.shape, index.slice(axis, axis + rank))] ?? 0;
      const target = positionOf(shape, tableIndex(index, axis, rank, checkedRow("scatterAdd", row, rows)));
      const sum = wrapNumber(updates.dtype, (sums[target] ?? 0) + (updates.data[position] ?? 0));
      sums[target] = sum;
      return sum;
    });
    return [{ dtype: updates.dtype, shape, data: sums }];
  },
  vjp: ({ attrs: { axis }, operands: [indices], cotangents: [ct] }) => [null, ct.gather(indices, axis)],
  lower: { by: "kernel", buffers: [], build: (context) => buildScatterAdd(context) },
  operandRange: (operand, _, { extent }) => (operand === 0 ? extent : undefined),
  arbitrary: (fc) =>
    arbitraryIndexing(fc, addable).map(({ table, indices, axis }) => ({
      operands: [indices, { dtype: table.dtype, shape: gatheredShape(table.shape, indices.shape, axis) }],
      attrs: { axis, extent: table.shape[axis] ?? 1 },
    })),
});

/** Zeroes the result, then adds row after row in the order of the indices: the sum of a row has one order on every backend. */
const buildScatterAdd = ({
  attrs: { axis },
  operands: [readIndices, readUpdates],
  operandTypes: [indices, updates],
  resultTypes: [result],
  kernel,
  resultBuffer,
  finish,
}: KernelContext<ScatterAddAttrs, 2, 1>): void => {
  const rank = indices.shape.length;
  const rows = result.shape[axis] ?? 0;
  const [outer, inner] = [updates.shape.slice(0, axis), updates.shape.slice(axis + rank)];
  kernel("scatterAdd", (body) => {
    const buffer = resultBuffer();
    body.loop(sizeOf(result.shape), (at, block) => block.store(buffer, at, literalElement(result.dtype, 0)), {
      mode: "vector",
    });
    if (rows > 0)
      loopNest(body, [...outer, ...indices.shape], (rowBody, index) => {
        const [outerIndex, rowIndex] = [index.slice(0, axis), index.slice(axis)];
        const row = clampedRow(rowBody, readIndices(rowBody, rowIndex), rows);
        const addInto = (block: BlockBuilder, innerIndex: readonly Expr[]): void => {
          const target = block.name(flatten([...outerIndex, row, ...innerIndex], result.shape), "at");
          const update = readUpdates(block, [...index, ...innerIndex]);
          block.store(buffer, target, binary("add", load(loadType(result.dtype), buffer, target), update));
        };
        loopNest(rowBody, inner, addInto, { innermost: "vector" });
      });
    finish(
      body,
      result.shape.map((extent) => ({ from: i32(0), extent })),
    );
  });
};

/** A new last axis with 1 at the index and 0 elsewhere. */
export const oneHot: OpDefinition<OneHotAttrs, 1> = defineOp({
  kind: "oneHot",
  summary: "A new last axis with 1 at the i32 index and 0 elsewhere.",
  formula: "y[i, k] = 1 where indices[i] = k, 0 elsewhere",
  shapes: "indices [I...] -> [I..., depth]",
  arity: 1,
  resultArity: 1,
  attributes: { depth: "dim", dtype: "resultDtype" },
  infer: ([indices], { depth, dtype }) => {
    requireDType("oneHot", indices, ["i32"]);
    requireExtents("oneHot", [depth]);
    return [tensorType(dtype, [...indices.shape, depth])];
  },
  evaluate: ([indices], { depth, dtype }) => {
    const extent = knownExtent(depth);
    for (const index of indices.data) checkedRow("oneHot", index, extent);
    return [
      generate(dtype, [...indices.shape, extent], (index) => {
        const at = positionOf(indices.shape, index.slice(0, -1));
        return indices.data[at] === index.at(-1) ? 1 : 0;
      }),
    ];
  },
  vjp: () => [null],
  lower: {
    by: "element",
    work: "index",
    element: ({ attrs: { dtype }, operands: [read] }, body, index) =>
      cast(loadType(dtype), compare("eq", read(body, index.slice(0, -1)), index.at(-1) ?? i32(0))),
  },
  operandRange: (_, __, { depth }) => depth,
  arbitrary: (fc) =>
    fc
      .record({
        shape: arbitraryShape(fc, { maxRank: 3 }),
        depth: arbitraryExtent(fc),
        dtype: arbitraryDType(fc, dtypeNames),
      })
      .map(({ shape, depth, dtype }) => ({ operands: [{ dtype: "i32", shape }], attrs: { depth, dtype } })),
});

/** 0, 1, 2, ... along an axis. */
export const iota: OpDefinition<IotaAttrs, 0> = defineOp({
  kind: "iota",
  summary: "0, 1, 2, ... along an axis.",
  formula: "y[i] = i along `axis`",
  shapes: "-> [shape...]",
  arity: 0,
  resultArity: 1,
  attributes: { axis: "integer", dtype: "resultDtype", shape: "resultShape" },
  infer: (_, { axis, dtype, shape }) => {
    const type = tensorType(dtype, shape);
    requireDType("iota", type, countable);
    requireExtents("iota", shape);
    requireAxis("iota", shape, axis);
    return [type];
  },
  evaluate: (_, { axis, dtype, shape }) => [generate(dtype, knownShape(shape), (index) => index[axis] ?? 0)],
  vjp: () => [],
  lower: {
    by: "element",
    work: "index",
    element: ({ attrs: { axis, dtype } }, _, index) => cast(loadType(dtype), index[axis] ?? i32(0)),
  },
  arbitrary: (fc) =>
    fc
      .record({ shape: arbitraryShape(fc, { minRank: 1 }), at: fc.nat(3), dtype: arbitraryDType(fc, countable) })
      .map(({ shape, at, dtype }) => ({ operands: [], attrs: { axis: at % shape.length, dtype, shape } })),
});

/** Ops whose positions are data. */
export const indexing: {
  readonly gather: typeof gather;
  readonly scatterAdd: typeof scatterAdd;
  readonly oneHot: typeof oneHot;
  readonly iota: typeof iota;
} = { gather, scatterAdd, oneHot, iota };
