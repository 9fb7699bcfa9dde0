// How a small change of operands shows in results, op by op: the other direction of differentiation, and written without a look
// at the rules of the backward one, so that a mistake there is not made twice. Most ops are linear in what varies, and a
// linear op changes as the op itself says, applied to the changes; what is not linear has a formula here.
import { evaluateNode } from "../../backends/reference/interpreter.ts";
import type { Node } from "../../ir/graph/graph.ts";
import type { Attributes } from "../../ir/ops/attributes.ts";
import type { Attrs, CompositeOp, CoreOp, OpKind } from "../../ir/ops/index.ts";
import type { ReduceAttrs } from "../../ir/ops/reduction.ts";
import { isFloat } from "../../ir/types/dtype.ts";
import { generate, type NdArray, positionOf, sizeOf } from "../../ir/types/ndarray.ts";
import { binarySlopes, unarySlopes } from "./scalar-slopes.ts";

/** How an array changes; absent where it does not. */
export type Tangent = NdArray | undefined;

/** One node of whatever op, with its values and the changes of its operands. */
export interface Point {
  readonly op: OpKind;
  readonly attrs: Attributes;
  readonly operands: readonly NdArray[];
  readonly tangents: readonly Tangent[];
  readonly results: readonly NdArray[];
}

/** The same of one op. */
export interface PointOf<K extends OpKind> extends Point {
  readonly attrs: Attrs<K> & Attributes;
}

/** The changes of the results. */
export type DualRule<K extends OpKind> = (point: PointOf<K>) => readonly Tangent[];

export const zerosLike = ({ dtype, shape }: NdArray): NdArray => ({
  dtype,
  shape,
  data: new Float64Array(sizeOf(shape)),
});

/** The sum of changes. */
export const addTangents = (left: Tangent, right: Tangent): Tangent => {
  if (left === undefined || right === undefined) return left ?? right;
  return { ...left, data: left.data.map((element, at) => element + (right.data[at] ?? 0)) };
};

const again = ({ op, attrs }: Pick<Point, "op" | "attrs">, operands: readonly NdArray[]): readonly NdArray[] =>
  // The op of the node itself, on operands of the same types.
  evaluateNode({ op, attrs } as Pick<Node, "op" | "attrs">, operands);

const isStill = ({ tangents }: Point, positions: readonly number[]): boolean =>
  positions.every((at) => tangents[at] === undefined);

/** Linear in the operands at these positions together: the op itself, on their changes. */
const linearIn =
  (positions: readonly number[]) =>
  (point: Point): readonly Tangent[] => {
    if (isStill(point, positions)) return point.results.map(() => undefined);
    const operands = point.operands.map((operand, at) =>
      positions.includes(at) ? (point.tangents[at] ?? zerosLike(operand)) : operand,
    );
    return again(point, operands);
  };

/** Linear in each operand by itself: the product rule. */
const multilinear = (point: Point): readonly Tangent[] =>
  point.operands
    .map((_, at) =>
      linearIn([at])({ ...point, tangents: point.tangents.map((each, of) => (of === at ? each : undefined)) }),
    )
    .reduce((sum, part) => sum.map((tangent, at) => addTangents(tangent, part[at])));

/** Linear in all operands together. */
const linear = (point: Point): readonly Tangent[] => linearIn([...point.operands.keys()])(point);

/** Each element of the one result from the elements at the same place. */
const elementwise = (point: Point, change: (at: number) => number): readonly Tangent[] => {
  const [result] = point.results;
  if (result === undefined || point.tangents.every((tangent) => tangent === undefined)) return [undefined];
  return [{ ...result, data: Float64Array.from(result.data, (_, at) => change(at)) }];
};

/** A slope times a change; where nothing changes, nothing shows, however steep it is. */
const times = (slope: number, change: number): number => (change === 0 ? 0 : slope * change);

const elementOf = (array: Tangent, at: number): number => array?.data[at] ?? 0;

/** The elements of an operand that a result of a reduction is made of, and their changes. */
const groupsOf = (
  { operands: [x], tangents: [tangent] }: Point,
  { axes, keepDims }: Omit<ReduceAttrs, "fn">,
  result: NdArray,
  fold: (values: readonly number[], changes: readonly number[]) => number,
): Tangent => {
  if (x === undefined || tangent === undefined) return undefined;
  const values: number[][] = Array.from(result.data, () => []);
  const changes: number[][] = Array.from(result.data, () => []);
  generate(x.dtype, x.shape, (index, position) => {
    const kept = index.flatMap((at, axis) => (axes.includes(axis) ? (keepDims ? [0] : []) : [at]));
    const place = positionOf(result.shape, kept);
    values[place]?.push(x.data[position] ?? 0);
    changes[place]?.push(tangent.data[position] ?? 0);
    return 0;
  });
  return { ...result, data: Float64Array.from(result.data, (_, at) => fold(values[at] ?? [], changes[at] ?? [])) };
};

/** The sum over all places of the change there times the product of all other values. */
const changeOfProduct = (values: readonly number[], changes: readonly number[]): number =>
  changes.reduce(
    (sum, change, at) =>
      sum +
      times(
        values.reduce((product, value, of) => (of === at ? product : product * value), 1),
        change,
      ),
    0,
  );

/** Equal extremes share. */
const changeOfExtreme = (extreme: number, values: readonly number[], changes: readonly number[]): number => {
  const chosen = changes.filter((_, at) => values[at] === extreme);
  return chosen.reduce((sum, change) => sum + change, 0) / chosen.length;
};

const reduce: DualRule<"reduce"> = (point) => {
  const { attrs, results } = point;
  const [result] = results;
  if (result === undefined || attrs.fn === "sum") return linear(point);
  if (attrs.fn === "prod") return [groupsOf(point, attrs, result, changeOfProduct)];
  const largest = attrs.fn === "max" ? Math.max : Math.min;
  return [groupsOf(point, attrs, result, (values, changes) => changeOfExtreme(largest(...values), values, changes))];
};

/** The change at the place where the largest element of each window stands: found by pooling ranks, the first of equals highest. */
const maxPool2d: DualRule<"maxPool2d"> = (point) => {
  const {
    operands: [images],
    tangents: [tangent],
  } = point;
  if (images === undefined || tangent === undefined) return [undefined];
  const order = [...images.data.keys()].sort((a, b) => (images.data[a] ?? 0) - (images.data[b] ?? 0) || b - a);
  const ranks = new Float64Array(order.length);
  order.forEach((position, rank) => {
    ranks[position] = rank;
  });
  const [pooled] = again(point, [{ ...images, data: ranks }]);
  return [pooled && { ...pooled, data: pooled.data.map((rank) => tangent.data[order[rank] ?? -1] ?? 0) }];
};

const nothing = ({ results }: Point): readonly Tangent[] => results.map(() => undefined);

/** y (dx - sum(y dx)) along an axis, from the values y of a softmax. */
const softmaxChange = (y: NdArray, tangent: NdArray, axis: number): NdArray => {
  const extent = y.shape[axis] ?? 1;
  const inner = sizeOf(y.shape.slice(axis + 1));
  const data = new Float64Array(y.data.length);
  for (let row = 0; row < data.length / Math.max(extent, 1); row++) {
    const start = Math.floor(row / inner) * inner * extent + (row % inner);
    const places = Array.from({ length: extent }, (_, at) => start + at * inner);
    const mean = places.reduce((sum, at) => sum + (y.data[at] ?? 0) * (tangent.data[at] ?? 0), 0);
    for (const at of places) data[at] = (y.data[at] ?? 0) * ((tangent.data[at] ?? 0) - mean);
  }
  return { ...tangent, data };
};

/** The change of the logarithm is the change of the softmax over the softmax itself: dx - sum(y dx). */
const logSoftmaxChange = (logarithms: NdArray, tangent: NdArray, axis: number): NdArray => {
  const ones = { ...logarithms, data: logarithms.data.map(Math.exp) };
  const change = softmaxChange(ones, tangent, axis);
  return { ...change, data: change.data.map((each, at) => (each === 0 ? 0 : each / (ones.data[at] ?? 1))) };
};

/** The change of each core op; for the others see `structural-duals.ts`. */
export const dualRules: { readonly [K in Exclude<CoreOp, "scan" | "attention" | "attentionGradients">]: DualRule<K> } =
  {
    input: nothing,
    parameter: nothing,
    constant: nothing,
    data: nothing,
    iota: nothing,
    randomBits: nothing,
    compare: nothing,
    argmax: nothing,
    oneHot: nothing,
    unary: (point) => {
      const slope = unarySlopes[point.attrs.fn];
      const {
        operands: [x],
        tangents: [dx],
      } = point;
      return elementwise(point, (at) => times(slope(elementOf(x, at)), elementOf(dx, at)));
    },
    binary: (point) => {
      const slopes = binarySlopes[point.attrs.fn];
      const {
        operands: [x, y],
        tangents: [dx, dy],
      } = point;
      return elementwise(point, (at) => {
        const [byX, byY] = slopes(elementOf(x, at), elementOf(y, at));
        return times(byX, elementOf(dx, at)) + times(byY, elementOf(dy, at));
      });
    },
    clamp: (point) => {
      const { low, high } = point.attrs;
      const {
        operands: [x],
        tangents: [dx],
      } = point;
      const isWithin = (value: number): boolean => value >= low && value <= high;
      return elementwise(point, (at) => (isWithin(elementOf(x, at)) ? elementOf(dx, at) : 0));
    },
    select: linearIn([1, 2]),
    cast: linear,
    reduce,
    maxPool2d,
    maxPool2dGradient: linearIn([1]),
    reshape: linear,
    transpose: linear,
    broadcast: linear,
    flip: linear,
    slice: linear,
    pad: (point) => linear({ ...point, attrs: { ...point.attrs, value: 0 } }),
    concat: linear,
    cumsum: linear,
    windows: (point) => linear({ ...point, attrs: { ...point.attrs, value: 0 } }),
    foldWindows: linear,
    dynamicSlice: linearIn([0]),
    dynamicUpdateSlice: linearIn([0, 1]),
    gather: linearIn([0]),
    takeAlongAxis: linearIn([0]),
    scatterAdd: linearIn([1]),
    addAlongAxis: linearIn([1]),
    matmul: multilinear,
    conv2d: multilinear,
    conv2dWeightGradient: multilinear,
  };

/** Composites whose decomposition has kinks where they themselves have none, or that mean something else for gradients. */
export const compositeRules: { readonly [K in CompositeOp]?: DualRule<K> } = {
  stopGradient: nothing,
  softmax: ({ attrs, results: [y], tangents: [dx] }) => [y && dx && softmaxChange(y, dx, attrs.axis)],
  logSoftmax: ({ attrs, results: [y], tangents: [dx] }) => [y && dx && logSoftmaxChange(y, dx, attrs.axis)],
};

/** Whether a change of an array can be told at all. */
export const varies = ({ dtype }: NdArray): boolean => isFloat(dtype);
