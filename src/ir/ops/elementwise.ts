// Ops that pair elements at equal positions: scalar functions by name, comparison, choice, conversion and clamping. What a
// function means, its derivative and its loop program stand in the tables of ir/scalar; here they are applied to tensors.
import { reject } from "../diagnostics/diagnostic.ts";
import { binary as loopBinary, compare as loopCompare, select as loopSelect } from "../loop/build.ts";
import { foldCompare } from "../loop/fold.ts";
import { type BinaryFn, binary as binaryFunctions } from "../scalar/binary.ts";
import { type CompareFn, compares } from "../scalar/compare.ts";
import { type UnaryFn, unary as unaryFunctions } from "../scalar/unary.ts";
import { type DType, dtypeNames, isFloat } from "../types/dtype.ts";
import type { NdArray } from "../types/ndarray.ts";
import type { Tensor } from "../types/tensor.ts";
import { printType, tensorType } from "../types/tensor-type.ts";
import { castElement, castNumber, literalElement, literalNumber, wrapElement, wrapNumber } from "./elements.ts";
import { arbitraryDType, arbitraryShape, arbitraryType } from "./instances.ts";
import { defineOp, type OpDefinition } from "./op.ts";
import { requireDType, requireNumber, requireSameShape, requireSameType } from "./typing.ts";

/** The name of a function of one number. */
export interface UnaryAttrs {
  readonly fn: UnaryFn;
}

/** The name of a function of two numbers. */
export interface BinaryAttrs {
  readonly fn: BinaryFn;
}

/** The name of a comparison. */
export interface CompareAttrs {
  readonly fn: CompareFn;
}

/** The element type that is converted to. */
export interface CastAttrs {
  readonly dtype: DType;
}

/** The bounds that elements are brought between. */
export interface ClampAttrs {
  readonly low: number;
  readonly high: number;
}

/** No attributes. */
export type NoAttrs = Record<never, never>;

const numeric: readonly DType[] = ["f32", "f64", "i32", "u8"];
// The keys of a typed record are its function names, which `Object.keys` cannot say.
const unaryNames = Object.keys(unaryFunctions) as readonly UnaryFn[];
const binaryNames = Object.keys(binaryFunctions) as readonly BinaryFn[];
const compareNames = Object.keys(compares) as readonly CompareFn[];

/** Gradients flow through real numbers only. */
const whereFloat = (operand: Tensor, gradient: () => Tensor): Tensor | null =>
  isFloat(operand.dtype) ? gradient() : null;

const mapped = (x: NdArray, dtype: DType, element: (value: number, position: number) => number): NdArray => ({
  dtype,
  shape: x.shape,
  data: x.data.map(element),
});

/** A function of one number, applied to each element. */
export const unary: OpDefinition<UnaryAttrs, 1> = defineOp({
  kind: "unary",
  summary: "A scalar function of one number, applied to each element.",
  formula: "y = fn(x)",
  shapes: "x [S...] -> [S...]",
  gradient: "dx = c fn'(x)",
  arity: 1,
  resultArity: 1,
  attributes: { fn: { oneOf: unaryNames } },
  infer: ([x], { fn }) => {
    requireDType(fn, x, unaryFunctions[fn].dtypes);
    return [tensorType(x.dtype, x.shape)];
  },
  evaluate: ([x], { fn }) => [mapped(x, x.dtype, (value) => wrapNumber(x.dtype, unaryFunctions[fn].evaluate(value)))],
  vjp: ({ attrs: { fn }, operands: [x], results: [y], cotangents: [ct] }) => {
    const { derivative } = unaryFunctions[fn];
    return [derivative === "zero" ? null : whereFloat(x, () => ct.mul(derivative(x, y)))];
  },
  lower: {
    by: "element",
    work: "scalar",
    element: ({ attrs: { fn }, operands: [read], resultTypes: [result] }, body, index) =>
      wrapElement(result.dtype, unaryFunctions[fn].lower(body, body.name(read(body, index)))),
  },
  arbitrary: (fc) =>
    fc
      .constantFrom(...unaryNames)
      .chain((fn) =>
        arbitraryType(fc, unaryFunctions[fn].dtypes).map((x) => ({ operands: [x] as const, attrs: { fn } })),
      ),
});

/** A function of two numbers, applied to each pair of elements. */
export const binary: OpDefinition<BinaryAttrs, 2> = defineOp({
  kind: "binary",
  summary: "A scalar function of two numbers, applied to each pair of elements at one position.",
  formula: "z = fn(x, y)",
  shapes: "x [S...], y [S...] -> [S...]",
  gradient: "dx = c dfn/dx(x, y), dy = c dfn/dy(x, y)",
  arity: 2,
  resultArity: 1,
  attributes: { fn: { oneOf: binaryNames } },
  infer: ([x, y], { fn }) => {
    requireSameType(fn, x, y);
    requireDType(fn, x, binaryFunctions[fn].dtypes);
    return [tensorType(x.dtype, x.shape)];
  },
  evaluate: ([x, y], { fn }) => {
    const { dtype } = x;
    const { evaluate } = binaryFunctions[fn];
    return [mapped(x, dtype, (value, position) => wrapNumber(dtype, evaluate(value, y.data[position] ?? 0, dtype)))];
  },
  vjp: ({ attrs: { fn }, operands: [x, y], results: [z], cotangents: [ct] }) => {
    const { derivative } = binaryFunctions[fn];
    if (derivative === "zero") return [null, null];
    const [byLeft, byRight] = derivative;
    return [whereFloat(x, () => ct.mul(byLeft(x, y, z))), whereFloat(y, () => ct.mul(byRight(x, y, z)))];
  },
  lower: {
    by: "element",
    work: "scalar",
    element: ({ attrs: { fn }, operands: [left, right], resultTypes: [result] }, body, index) => {
      const [x, y] = [body.name(left(body, index)), body.name(right(body, index))];
      return wrapElement(result.dtype, binaryFunctions[fn].lower(body, x, y));
    },
  },
  arbitrary: (fc) =>
    fc
      .constantFrom(...binaryNames)
      .chain((fn) =>
        arbitraryType(fc, binaryFunctions[fn].dtypes).map((x) => ({ operands: [x, x] as const, attrs: { fn } })),
      ),
});

/** A comparison of each pair of elements. */
export const compare: OpDefinition<CompareAttrs, 2> = defineOp({
  kind: "compare",
  summary: "Compares each pair of elements at one position; gives bool. Whatever is compared with NaN is only unequal.",
  formula: "z = 1 where x fn y, 0 elsewhere",
  shapes: "x [S...], y [S...] -> [S...]",
  arity: 2,
  resultArity: 1,
  attributes: { fn: { oneOf: compareNames } },
  infer: ([x, y], { fn }) => {
    requireSameType(fn, x, y);
    return [tensorType("bool", x.shape)];
  },
  evaluate: ([x, y], { fn }) => [
    mapped(x, "bool", (value, position) => (foldCompare(fn, value, y.data[position] ?? 0) ? 1 : 0)),
  ],
  vjp: () => [null, null],
  lower: {
    by: "element",
    work: "scalar",
    element: ({ attrs: { fn }, operands: [left, right] }, body, index) =>
      loopCompare(fn, left(body, index), right(body, index)),
  },
  arbitrary: (fc) =>
    fc
      .tuple(fc.constantFrom(...compareNames), arbitraryType(fc, dtypeNames))
      .map(([fn, x]) => ({ operands: [x, x], attrs: { fn } })),
});

/** An elementwise choice between two tensors. */
export const select: OpDefinition<NoAttrs, 3> = defineOp({
  kind: "select",
  summary: "Where the first operand is true the element of the second, elsewhere that of the third.",
  formula: "z = x where condition, y elsewhere",
  shapes: "condition [S...], x [S...], y [S...] -> [S...]",
  gradient: "dx = c where condition, 0 elsewhere; dy = 0 where condition, c elsewhere",
  arity: 3,
  resultArity: 1,
  attributes: {},
  infer: ([condition, whenTrue, whenFalse]) => {
    requireDType("select", condition, ["bool"]);
    requireSameType("select", whenTrue, whenFalse);
    requireSameShape("select", condition, whenTrue);
    return [tensorType(whenTrue.dtype, whenTrue.shape)];
  },
  evaluate: ([condition, whenTrue, whenFalse]) => [
    mapped(whenTrue, whenTrue.dtype, (value, position) =>
      condition.data[position] === 0 ? (whenFalse.data[position] ?? 0) : value,
    ),
  ],
  vjp: ({ operands: [condition, whenTrue, whenFalse], cotangents: [ct] }) => [
    null,
    whereFloat(whenTrue, () => condition.select(ct, 0)),
    whereFloat(whenFalse, () => condition.select(0, ct)),
  ],
  lower: {
    by: "element",
    work: "scalar",
    element: ({ operands: [condition, whenTrue, whenFalse] }, body, index) =>
      loopSelect(condition(body, index), whenTrue(body, index), whenFalse(body, index)),
  },
  arbitrary: (fc) =>
    arbitraryType(fc, dtypeNames).map((x) => ({ operands: [{ dtype: "bool", shape: x.shape }, x, x], attrs: {} })),
});

/** Conversion to another element type. */
export const cast: OpDefinition<CastAttrs, 1> = defineOp({
  kind: "cast",
  summary: "Converts each number to another element type: integers truncate and saturate, NaN gives 0, bool is not 0.",
  formula: "y = x as a number of `dtype`",
  shapes: "x [S...] -> [S...]",
  gradient: "dx = c, converted back",
  arity: 1,
  resultArity: 1,
  attributes: { dtype: "resultDtype" },
  infer: ([x], { dtype }) => [tensorType(dtype, x.shape)],
  evaluate: ([x], { dtype }) => [mapped(x, dtype, (value) => castNumber(dtype, value))],
  vjp: ({ operands: [x], cotangents: [ct] }) => [isFloat(ct.dtype) ? whereFloat(x, () => ct.cast(x.dtype)) : null],
  lower: {
    by: "element",
    work: "scalar",
    element: ({ attrs: { dtype }, operands: [read] }, body, index) => castElement(dtype, read(body, index)),
  },
  arbitrary: (fc) =>
    fc
      .tuple(arbitraryType(fc, dtypeNames), arbitraryDType(fc, dtypeNames))
      .map(([x, dtype]) => ({ operands: [x], attrs: { dtype } })),
});

/** Elements brought between two bounds. */
export const clamp: OpDefinition<ClampAttrs, 1> = defineOp({
  kind: "clamp",
  summary: "min(max(x, low), high) of each element; NaN stays NaN.",
  formula: "y = min(max(x, low), high)",
  shapes: "x [S...] -> [S...]",
  gradient: "dx = c where low <= x <= high, 0 elsewhere",
  arity: 1,
  resultArity: 1,
  attributes: { low: "number", high: "number" },
  infer: ([x], { low, high }) => {
    requireDType("clamp", x, numeric);
    requireNumber("clamp", low, x.dtype);
    requireNumber("clamp", high, x.dtype);
    if (!(low <= high)) reject("W220", { low, high, type: printType(x) });
    return [tensorType(x.dtype, x.shape)];
  },
  evaluate: ([x], { low, high }) => [
    mapped(x, x.dtype, (value) => Math.min(Math.max(value, literalNumber(x.dtype, low)), literalNumber(x.dtype, high))),
  ],
  /** The bounds themselves are inside, as in PyTorch. */
  vjp: ({ attrs: { low, high }, operands: [x], cotangents: [ct] }) => [
    whereFloat(x, () => x.greaterEqual(low).logicalAnd(x.lessEqual(high)).select(ct, 0)),
  ],
  lower: {
    by: "element",
    work: "scalar",
    element: ({ attrs: { low, high }, operands: [read], resultTypes: [{ dtype }] }, body, index) =>
      loopBinary("min", loopBinary("max", read(body, index), literalElement(dtype, low)), literalElement(dtype, high)),
  },
  arbitrary: (fc) =>
    fc.tuple(arbitraryDType(fc, numeric), arbitraryShape(fc), fc.nat(4), fc.nat(4)).map(([dtype, shape, a, b]) => ({
      operands: [{ dtype, shape }],
      attrs: { low: Math.min(a, b), high: Math.max(a, b) },
    })),
});

/** Ops that pair elements at equal positions. */
export const elementwise: {
  readonly unary: typeof unary;
  readonly binary: typeof binary;
  readonly compare: typeof compare;
  readonly select: typeof select;
  readonly cast: typeof cast;
  readonly clamp: typeof clamp;
} = { unary, binary, compare, select, cast, clamp };
