// Ops that cut tensors apart and put them together: slice, pad and (in a file of its own) concat. They are each other's
// derivatives. The lowering of pad reads its operand at a clamped position and chooses afterwards, so that a fused kernel
// has no branches.
import { reject } from "../diagnostics/diagnostic.ts";
import { add, type BlockBuilder, binary, compare, i32, multiply, select, subtract } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { addDims, type Dim, floorDivideDim, isKnown, multiplyDims, signOfDim, subtractDims } from "../types/dim.ts";
import { dtypeNames } from "../types/dtype.ts";
import { generate, positionOf, sizeOf } from "../types/ndarray.ts";
import { knownExtent, knownShape } from "../types/shape.ts";
import type { SliceAxis, Tensor } from "../types/tensor.ts";
import { printShape, type Shape, tensorType } from "../types/tensor-type.ts";
import { concat } from "./concat.ts";
import { literalElement, literalNumber } from "./elements.ts";
import { arbitraryType } from "./instances.ts";
import { defineOp, type Emitter, type OpDefinition } from "./op.ts";
import { requireExtents, requireNumber, requirePerAxis } from "./typing.ts";

/** Per axis the half-open range of positions that is kept, and the step, which is above 0. */
export interface SliceAttrs {
  readonly starts: Shape;
  readonly ends: Shape;
  readonly steps: readonly number[];
}

/** Per axis the number of elements added before, after, and between each two; and what they hold. */
export interface PadAttrs {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior: readonly number[];
  readonly value: number;
}

/** a <= b, as far as that can be said of symbolic dims: false only where it is certainly not so. */
const mayBeAtMost = (a: Dim, b: Dim): boolean => {
  const difference = subtractDims(b, a);
  return !isKnown(difference) || difference >= 0;
};

/** How many positions a range has: ceil((end - start) / step). */
const rangeLength = (start: Dim, end: Dim, step: number): Dim =>
  floorDivideDim(addDims(subtractDims(end, start), step - 1), step);

/** The region of a tensor given by a range per axis. */
export const slice: OpDefinition<SliceAttrs, 1> = defineOp({
  kind: "slice",
  summary: "The elements at a range of positions along each axis, with steps.",
  formula: "y[i] = x[starts + steps i]",
  shapes: "x [S...] -> [R...]; R = ceil((ends - starts) / steps)",
  gradient: "dx[starts + steps i] = c[i], 0 elsewhere",
  arity: 1,
  resultArity: 1,
  attributes: { starts: "dims", ends: "dims", steps: "integers" },
  infer: ([x], { starts, ends, steps }) => {
    for (const [attribute, list] of Object.entries({ starts, ends, steps }))
      requirePerAxis("slice", attribute, list, x.shape);
    requireExtents(
      "slice",
      [...starts, ...ends].filter((bound) => !isKnown(bound)),
    );
    const shape = x.shape.map((extent, axis): Dim => {
      const [start, end, step] = [starts[axis] ?? 0, ends[axis] ?? extent, steps[axis] ?? 1];
      if (!Number.isInteger(step) || step < 1) reject("W217", { step, axis, shape: printShape(x.shape) });
      const whole = [start, end].every((bound) => !isKnown(bound) || Number.isInteger(bound));
      if (!whole || !mayBeAtMost(0, start) || !mayBeAtMost(start, end) || !mayBeAtMost(end, extent))
        reject("W214", { axis, start: `${start}`, end: `${end}`, extent: `${extent}`, shape: printShape(x.shape) });
      return rangeLength(start, end, step);
    });
    return [tensorType(x.dtype, shape)];
  },
  evaluate: ([x], { starts, ends, steps }) => {
    const shape = x.shape.map((_, axis) =>
      knownExtent(rangeLength(starts[axis] ?? 0, ends[axis] ?? 0, steps[axis] ?? 1)),
    );
    const from = knownShape(starts);
    return [
      generate(x.dtype, shape, (index) => {
        const source = index.map((at, axis) => (from[axis] ?? 0) + at * (steps[axis] ?? 1));
        return x.data[positionOf(x.shape, source)] ?? 0;
      }),
    ];
  },
  vjp: (context) => [
    spread(context, context.cotangents[0], context.operands[0].shape, context.attrs.starts, context.attrs.steps),
  ],
  lower: {
    by: "element",
    work: "index",
    element: ({ attrs: { starts, steps }, operands: [read] }, body, index) =>
      read(
        body,
        index.map((at, axis) => add(multiply(at, steps[axis] ?? 1), knownExtent(starts[axis]))),
      ),
  },
  arbitrary: (fc) =>
    arbitraryType(fc, dtypeNames).chain((x) =>
      fc
        .tuple(...x.shape.map((extent) => fc.tuple(fc.nat(extent), fc.nat(extent), fc.integer({ min: 1, max: 3 }))))
        .map((ranges) => ({
          operands: [x] as const,
          attrs: {
            starts: ranges.map(([a, b]) => Math.min(a, b)),
            ends: ranges.map(([a, b]) => Math.max(a, b)),
            steps: ranges.map(([, , step]) => step),
          },
        })),
    ),
});

/** Puts elements back where a slice took them from, with zeros elsewhere: the transpose of slicing. */
const spread = (emitter: Emitter, x: Tensor, shape: Shape, starts: Shape, steps: readonly number[]): Tensor => {
  const after = shape.map((extent, axis): Dim => {
    const count = x.shape[axis] ?? 0;
    const end = addDims(starts[axis] ?? 0, dilatedExtent(count, (steps[axis] ?? 1) - 1));
    return subtractDims(extent, end);
  });
  const numbers = (dims: Shape) => dims.map((dim) => (isKnown(dim) ? dim : 0));
  const paddings = shape.map((_, axis) => ({
    low: numbers(starts)[axis] ?? 0,
    high: numbers(after)[axis] ?? 0,
    interior: (steps[axis] ?? 1) - 1,
  }));
  let result = x.pad(paddings);
  // Padding is by numbers; zeros whose extent is an expression are joined on.
  for (const axis of shape.keys()) {
    const zeros = (extent: Dim | undefined): Tensor[] =>
      extent === undefined || isKnown(extent) ? [] : [emitter.constant(0, x.dtype, result.shape.with(axis, extent))];
    const [first, ...rest] = [...zeros(starts[axis]), result, ...zeros(after[axis])];
    if (first !== undefined && rest.length > 0) result = first.concat(rest, axis);
  }
  return result;
};

/** The extent with `interior` elements put between each two: there is one space less than there are elements, and none where there are none. */
const dilatedExtent = (extent: Dim, interior: number): Dim =>
  interior === 0 ? extent : addDims(extent, multiplyDims(subtractDims(extent, signOfDim(extent)), interior));

/** Adds elements of one value around and between those of the tensor. */
export const pad: OpDefinition<PadAttrs, 1> = defineOp({
  kind: "pad",
  summary: "Adds elements of one value before, after and between those of the tensor.",
  formula: "y[low + (interior + 1) i] = x[i], `value` elsewhere",
  shapes: "x [S...] -> [R...]; R = low + S + interior (S - 1) + high",
  gradient: "dx[i] = c[low + (interior + 1) i]",
  arity: 1,
  resultArity: 1,
  attributes: { low: "integers", high: "integers", interior: "integers", value: "number" },
  infer: ([x], { low: lows, high: highs, interior: interiors, value }) => {
    for (const [attribute, list] of Object.entries({ low: lows, high: highs, interior: interiors }))
      requirePerAxis("pad", attribute, list, x.shape);
    requireNumber("pad", value, x.dtype);
    const shape = x.shape.map((extent, axis): Dim => {
      const [low, high, interior] = [lows[axis] ?? 0, highs[axis] ?? 0, interiors[axis] ?? 0];
      if (![low, high, interior].every((count) => Number.isInteger(count) && count >= 0))
        reject("W216", { low, high, interior, axis, shape: printShape(x.shape) });
      return addDims(dilatedExtent(extent, interior), low + high);
    });
    return [tensorType(x.dtype, shape)];
  },
  evaluate: ([x], { low, high, interior, value }) => {
    const shape = x.shape.map((extent, axis) => {
      const dilated = knownExtent(dilatedExtent(extent, interior[axis] ?? 0));
      return (low[axis] ?? 0) + dilated + (high[axis] ?? 0);
    });
    const padded = new Float64Array(sizeOf(shape)).fill(literalNumber(x.dtype, value));
    generate(x.dtype, x.shape, (index, position) => {
      const target = index.map((at, axis) => (low[axis] ?? 0) + at * ((interior[axis] ?? 0) + 1));
      const element = x.data[position] ?? 0;
      padded[positionOf(shape, target)] = element;
      return element;
    });
    return [{ dtype: x.dtype, shape, data: padded }];
  },
  vjp: ({ attrs: { low, interior }, operands: [x], cotangents: [ct] }) => {
    const ranges = x.shape.map((extent, axis): SliceAxis => {
      const start = low[axis] ?? 0;
      const between = interior[axis] ?? 0;
      return { start, end: addDims(dilatedExtent(extent, between), start), step: between + 1 };
    });
    return [ct.slice(ranges)];
  },
  lower: {
    by: "element",
    work: "index",
    element: ({ attrs, operands: [read], operandTypes: [x] }, body, index) => {
      const outside = literalElement(x.dtype, attrs.value);
      if (sizeOf(x.shape) === 0) return outside;
      const axes = index.map((at, axis) => unpadded(body, at, attrs, axis, x.shape[axis] ?? 1));
      const element = read(
        body,
        axes.map(({ source }) => source),
      );
      const conditions = axes.flatMap(({ inside }) => inside);
      const [first, ...rest] = conditions;
      if (first === undefined) return element;
      return select(
        rest.reduce((both, condition) => binary("and", both, condition), first),
        element,
        outside,
      );
    },
  },
  arbitrary: (fc) =>
    arbitraryType(fc, dtypeNames, { maxRank: 3 }).chain((x) => {
      const perAxis = (max: number) => fc.array(fc.nat(max), { minLength: x.shape.length, maxLength: x.shape.length });
      return fc
        .record({ low: perAxis(3), high: perAxis(3), interior: perAxis(2), value: fc.nat(1) })
        .map((attrs) => ({ operands: [x] as const, attrs }));
    }),
});

/** Where along one axis the element of the operand stands, clamped into it, and the conditions under which it does. */
const unpadded = (
  body: BlockBuilder,
  at: Expr,
  { low, high, interior }: PadAttrs,
  axis: number,
  extent: number,
): { readonly source: Expr; readonly inside: readonly Expr[] } => {
  const [before, after, stride] = [low[axis] ?? 0, high[axis] ?? 0, (interior[axis] ?? 0) + 1];
  const inside: Expr[] = [];
  let source = before === 0 ? at : body.name(subtract(at, before), "at");
  if (before > 0) inside.push(compare("ge", source, i32(0)));
  if (stride > 1) {
    inside.push(compare("eq", binary("rem", source, i32(stride)), i32(0)));
    source = body.name(binary("div", source, i32(stride)), "at");
  }
  if (after > 0) inside.push(compare("lt", source, i32(extent)));
  if (before > 0) source = body.name(binary("max", source, i32(0)), "at");
  if (after > 0) source = body.name(binary("min", source, i32(extent - 1)), "at");
  return { source, inside };
};

/** Ops that cut tensors apart and put them together. */
export const slicing: { readonly slice: typeof slice; readonly pad: typeof pad; readonly concat: typeof concat } = {
  slice,
  pad,
  concat,
};
