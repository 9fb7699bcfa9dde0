// Ops that fold axes away: reduce by a named function, and argmax. Elements are taken in row-major order, one after the
// other; the innermost loop, over the last folded axes that lie side by side in what is read, may be vectorised, which is
// then part of the program's meaning.
import { reject } from "../diagnostics/diagnostic.ts";
import { type BlockBuilder, binary, cast, compare, i32, select, unflatten } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { type ReduceFn, reducers } from "../scalar/reducer.ts";
import { dtypeNames, isFloat } from "../types/dtype.ts";
import { generate, positionOf, sizeOf } from "../types/ndarray.ts";
import type { Tensor } from "../types/tensor.ts";
import { printShape, printType, type TensorType, tensorType } from "../types/tensor-type.ts";
import { literalElement, wrapElement, wrapNumber } from "./elements.ts";
import { arbitraryType } from "./instances.ts";
import { loopNest } from "./loop-nest.ts";
import { defineOp, type OpDefinition, type VjpContext } from "./op.ts";
import { requireAxes, requireAxis, requireDType } from "./typing.ts";

/** What folds, the axes that are folded (ascending), and whether they stay as extents of 1. */
export interface ReduceAttrs {
  readonly fn: ReduceFn;
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** The axis along which the largest element is looked for. */
export interface ArgmaxAttrs {
  readonly axis: number;
}

// The keys of a typed record are its function names, which `Object.keys` cannot say.
const reduceNames = Object.keys(reducers) as readonly ReduceFn[];

const reducedShape = <D>(shape: readonly D[], { axes, keepDims }: Omit<ReduceAttrs, "fn">, one: D): readonly D[] =>
  keepDims
    ? shape.map((extent, axis) => (axes.includes(axis) ? one : extent))
    : shape.filter((_, axis) => !axes.includes(axis));

/** The index of an operand's element from those along kept axes (in a result's index) and along reduced ones. */
const operandIndex = <I>(
  rank: number,
  { axes, keepDims }: Omit<ReduceAttrs, "fn">,
  kept: readonly I[],
  reduced: readonly I[],
  zero: I,
): readonly I[] => {
  let next = 0;
  return Array.from({ length: rank }, (_, axis) => {
    const position = axes.indexOf(axis);
    if (position >= 0) return reduced[position] ?? zero;
    return kept[keepDims ? axis : next++] ?? zero;
  });
};

/** Reduced axes by the loops that go over them: neighbours that are read alike are one. */
const runsOfAxes = (axes: readonly number[], joints: readonly boolean[]): readonly (readonly number[])[] => {
  const runs: number[][] = [];
  for (const axis of axes) {
    const last = runs.at(-1);
    if (last !== undefined && last.at(-1) === axis - 1 && joints[axis] === true) last.push(axis);
    else runs.push([axis]);
  }
  return runs;
};

const requireElements = (op: string, type: TensorType, axes: readonly number[]): void => {
  if (axes.some((axis) => type.shape[axis] === 0))
    reject("W212", { op, axes: printShape(axes), type: printType(type) });
};

/** Folds axes by sum, product, largest or smallest. */
export const reduce: OpDefinition<ReduceAttrs, 1> = defineOp({
  kind: "reduce",
  summary: "Folds axes by sum, max, min or prod, in row-major order.",
  formula: "y[j] = x[j, 1] fn x[j, 2] fn ... fn x[j, n], the second index running over the folded axes",
  shapes: "x [S...] -> [R...]; R is S without `axes`, or with 1 in their place where `keepDims`",
  gradient:
    "sum: dx = c; max, min: dx = c / m at the m equal extremes, 0 elsewhere; prod: dx[i] = c times the product of all others",
  arity: 1,
  resultArity: 1,
  attributes: { fn: { oneOf: reduceNames }, axes: "integers", keepDims: "boolean" },
  infer: ([x], attrs) => {
    requireDType(attrs.fn, x, reducers[attrs.fn].dtypes);
    requireAxes(attrs.fn, x.shape, attrs.axes);
    if (attrs.fn === "max" || attrs.fn === "min") requireElements(attrs.fn, x, attrs.axes);
    return [tensorType(x.dtype, reducedShape(x.shape, attrs, 1))];
  },
  evaluate: ([x], attrs) => {
    const { identity, evaluate } = reducers[attrs.fn];
    const extents = attrs.axes.map((axis) => x.shape[axis] ?? 1);
    return [
      generate(x.dtype, reducedShape(x.shape, attrs, 1), (kept) => {
        let accumulator = identity(x.dtype);
        generate(x.dtype, extents, (reduced) => {
          const element = x.data[positionOf(x.shape, operandIndex(x.shape.length, attrs, kept, reduced, 0))] ?? 0;
          accumulator = wrapNumber(x.dtype, evaluate(accumulator, element, x.dtype));
          return 0;
        });
        return accumulator;
      }),
    ];
  },
  vjp: (context) => [isFloat(context.operands[0].dtype) ? reduceGradients[context.attrs.fn](context) : null],
  lower: {
    by: "element",
    work: "loop",
    element: ({ attrs, operands: [read], operandTypes: [x], joints }, body, index) => {
      const { identity, fn } = reducers[attrs.fn];
      const accumulator = body.mutable(literalElement(x.dtype, identity(x.dtype)));
      const runs = runsOfAxes(attrs.axes, joints(0)).map((run) => run.map((axis) => x.shape[axis] ?? 1));
      const fold = (inner: BlockBuilder, along: readonly Expr[]): void => {
        const reduced = runs.flatMap((extents, run) => unflatten(along[run] ?? i32(0), extents));
        const element = read(inner, operandIndex(x.shape.length, attrs, index, reduced, i32(0)));
        inner.assign(accumulator, binary(fn, accumulator, element));
      };
      loopNest(body, runs.map(sizeOf), fold, { innermost: "vector", hint: "r" });
      return wrapElement(x.dtype, accumulator);
    },
  },
  arbitrary: (fc) =>
    fc
      .tuple(fc.constantFrom(...reduceNames), fc.boolean())
      .chain(([fn, keepDims]) =>
        arbitraryType(fc, reducers[fn].dtypes, { empty: fn === "sum" || fn === "prod" }).chain((x) =>
          fc.subarray([...x.shape.keys()]).map((axes) => ({ operands: [x] as const, attrs: { fn, axes, keepDims } })),
        ),
      ),
});

/** The gradient that reaches the operand of a reduction, which is of floats. */
const reduceGradients: { readonly [F in ReduceFn]: (context: VjpContext<ReduceAttrs, 1, 1>) => Tensor } = {
  sum: ({ operands: [x], attrs, cotangents: [ct] }) => expand(ct, x, attrs),
  max: (context) => shareAmongEqual(context),
  min: (context) => shareAmongEqual(context),
  prod: (context) => productGradient(context),
};

/** A result of a reduction, repeated along the axes that were folded. */
const expand = (result: Tensor, x: Tensor, { axes }: ReduceAttrs): Tensor =>
  result.reshape(reducedShape(x.shape, { axes, keepDims: true }, 1)).broadcastTo(x.shape);

/** Elements equal to the extreme share its gradient evenly, as in PyTorch's `amax`. */
const shareAmongEqual = ({
  operands: [x],
  results: [y],
  attrs,
  cotangents: [ct],
}: VjpContext<ReduceAttrs, 1, 1>): Tensor => {
  const { axes } = attrs;
  const chosen = x.equal(expand(y, x, attrs));
  const count = chosen.cast(x.dtype).sum({ axes, keepDims: true }).broadcastTo(x.shape);
  return chosen.select(expand(ct, x, attrs).div(count), 0);
};

/**
 * The product of all others, for each element. Of elements that are not zero, p is the product, and zeros stand apart, as products that
 * are 0 and yet move with each of them: the product of two zeros is (s^2 - q) / 2 in their sum s and the sum q of their squares. Without a
 * zero p / x; with one, p at its place and s p / x elsewhere; with two, p times the other one, which is s - x, at theirs, and their
 * product times p / x elsewhere; with three, p times the product of the other two at theirs; 0 with more. So second and third
 * derivatives at exact zeros are those of the product, too; fourth ones are not, where four zeros meet.
 */
const productGradient = ({ operands: [x], attrs, cotangents: [ct] }: VjpContext<ReduceAttrs, 1, 1>): Tensor => {
  const over = { axes: attrs.axes, keepDims: true };
  const isZero = x.equal(0);
  const [nonzero, zero] = [isZero.select(1, x), isZero.select(x, 0)];
  const product = nonzero.prod(over).broadcastTo(x.shape);
  const square = zero.mul(zero);
  const [sum, squares] = [zero.sum(over).broadcastTo(x.shape), square.sum(over).broadcastTo(x.shape)];
  const zeros = isZero.cast(x.dtype).sum(over).broadcastTo(x.shape);
  const pair = (ofOne: Tensor, ofSquares: Tensor): Tensor => ofOne.mul(ofOne).sub(ofSquares).mul(0.5);
  const otherTwo = zeros.equal(3).select(pair(sum.sub(zero), squares.sub(square)), 0);
  const otherZeros = zeros.equal(1).select(1, zeros.equal(2).select(sum.sub(zero), otherTwo));
  const allTwo = zeros.equal(2).select(pair(sum, squares), 0);
  const allZeros = zeros.equal(0).select(1, zeros.equal(1).select(sum, allTwo));
  const others = isZero.select(product.mul(otherZeros), product.div(nonzero).mul(allZeros));
  return others.mul(expand(ct, x, attrs));
};

/** Where along an axis the largest element stands. */
export const argmax: OpDefinition<ArgmaxAttrs, 1> = defineOp({
  kind: "argmax",
  summary: "The position of the first largest element along an axis, as i32; NaN counts as the largest.",
  formula: "y = min {i : x[i] = max x}",
  shapes: "x [A..., N, B...] -> [A..., B...]",
  arity: 1,
  resultArity: 1,
  attributes: { axis: "integer" },
  infer: ([x], { axis }) => {
    requireAxis("argmax", x.shape, axis);
    requireElements("argmax", x, [axis]);
    return [tensorType("i32", x.shape.toSpliced(axis, 1))];
  },
  evaluate: ([x], { axis }) => [
    generate("i32", x.shape.toSpliced(axis, 1), (index) => {
      const along = Array.from(
        { length: x.shape[axis] ?? 0 },
        (_, at) => x.data[positionOf(x.shape, index.toSpliced(axis, 0, at))] ?? 0,
      );
      const firstNaN = along.findIndex(Number.isNaN);
      return firstNaN >= 0 ? firstNaN : along.indexOf(Math.max(...along));
    }),
  ],
  vjp: () => [null],
  lower: {
    by: "element",
    work: "loop",
    element: ({ attrs: { axis }, operands: [read], operandTypes: [x] }, body, index) => {
      const element = (block: BlockBuilder, at: Expr): Expr => {
        const value = read(block, index.toSpliced(axis, 0, at));
        return block.name(x.dtype === "bool" ? cast("i32", value) : value);
      };
      const extent = x.shape[axis] ?? 1;
      return extent < fewestToSearchTwice
        ? positionInPassing(body, extent, element)
        : positionOfLargest(body, extent, element);
    },
  },
  arbitrary: (fc) =>
    arbitraryType(fc, dtypeNames, { minRank: 1, empty: false }).chain((x) =>
      fc.nat(x.shape.length - 1).map((axis) => ({ operands: [x] as const, attrs: { axis } })),
    ),
});

/** An element by its position along the axis. */
type ElementAt = (body: BlockBuilder, at: Expr) => Expr;

/** Axes of this extent are gone over twice, in lanes. */
const fewestToSearchTwice = 8;

/** The first position of the largest, which is carried along with it. */
const positionInPassing = (body: BlockBuilder, extent: number, element: ElementAt): Expr => {
  const largest = body.mutable(element(body, i32(0)), "largest");
  const position = body.mutable(i32(0), "position");
  body.loop(
    extent,
    (at, inner) => {
      const value = element(inner, at);
      const better = inner.name(outranks(value, largest), "better");
      inner.assign(largest, select(better, value, largest));
      inner.assign(position, select(better, at, position));
    },
    { from: 1, hint: "r" },
  );
  return position;
};

/** First the largest, then the least position where it stands; neither fold minds the order. */
const positionOfLargest = (body: BlockBuilder, extent: number, element: ElementAt): Expr => {
  const largest = body.mutable(element(body, i32(0)), "largest");
  body.loop(extent, (at, inner) => inner.assign(largest, binary("max", largest, element(inner, at))), {
    mode: "vector",
    hint: "r",
  });
  const position = body.mutable(i32(extent - 1), "position");
  body.loop(
    extent,
    (at, inner) => {
      const value = element(inner, at);
      const equal = compare("eq", value, largest);
      const isLargest = mayBeNaN(value) ? binary("or", equal, compare("ne", value, value)) : equal;
      inner.assign(position, binary("min", position, select(isLargest, at, i32(extent - 1))));
    },
    { mode: "vector", hint: "r" },
  );
  return position;
};

const mayBeNaN = ({ type }: Expr): boolean => type === "f32" || type === "f64";

/** Whether a later element is the new largest: above it, or the first NaN. */
const outranks = (value: Expr, largest: Expr): Expr => {
  const above = compare("gt", value, largest);
  if (!mayBeNaN(value)) return above;
  const firstNaN = binary("and", compare("ne", value, value), compare("eq", largest, largest));
  return binary("or", above, firstNaN);
};

/** Ops that fold axes away. */
export const reduction: { readonly reduce: typeof reduce; readonly argmax: typeof argmax } = { reduce, argmax };
