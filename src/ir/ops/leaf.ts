// Ops without operands from which every graph grows: what the caller feeds, what persists between runs, and constants.
// All but `constant` are memory rather than computation: whoever runs the graph supplies their elements.
import type * as FastCheck from "fast-check";
import { type DType, dtypeNames } from "../types/dtype.ts";
import { generate } from "../types/ndarray.ts";
import { knownShape } from "../types/shape.ts";
import { type Shape, tensorType } from "../types/tensor-type.ts";
import type { FastCheckModule } from "./arbitrary.ts";
import { literalElement, literalNumber } from "./elements.ts";
import { arbitraryDType, arbitraryShape } from "./instances.ts";
import { defineOp, type OpDefinition, type OpInstance } from "./op.ts";
import { requireExtents, requireNumber } from "./typing.ts";

/** A leaf that has a name for the caller. */
export interface NamedAttrs {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A tensor filled with one number. */
export interface ConstantAttrs {
  readonly value: number;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A dense constant; `id` names its contents in the graph's table of constants. */
export interface DataAttrs {
  readonly id: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

const arbitraryNamed = (fc: FastCheckModule): FastCheck.Arbitrary<OpInstance<NamedAttrs, 0>> =>
  fc
    .record({
      name: fc.stringMatching(/^[a-z]{1,8}$/),
      dtype: arbitraryDType(fc, dtypeNames),
      shape: arbitraryShape(fc),
    })
    .map((attrs) => ({ operands: [], attrs }));

/** A tensor that the caller feeds. */
export const input: OpDefinition<NamedAttrs, 0> = defineOp({
  kind: "input",
  summary: "A tensor that the caller feeds at each run.",
  formula: "y = what the caller feeds under `name`",
  shapes: "-> [shape...]",
  arity: 0,
  resultArity: 1,
  attributes: { name: "text", dtype: "resultDtype", shape: "resultShape" },
  infer: (_, { name, dtype, shape }) => {
    requireExtents(`input ${name}`, shape);
    return [tensorType(dtype, shape)];
  },
  vjp: () => [],
  lower: { by: "memory" },
  arbitrary: arbitraryNamed,
});

/** A tensor that persists between runs. */
export const parameter: OpDefinition<NamedAttrs, 0> = defineOp({
  kind: "parameter",
  summary: "A tensor that persists between runs: a weight, or the state of an optimizer.",
  formula: "y = what is kept under `name`",
  shapes: "-> [shape...]",
  arity: 0,
  resultArity: 1,
  attributes: { name: "text", dtype: "resultDtype", shape: "resultShape" },
  infer: (_, { name, dtype, shape }) => {
    requireExtents(`parameter ${name}`, shape);
    return [tensorType(dtype, shape)];
  },
  vjp: () => [],
  lower: { by: "memory" },
  arbitrary: arbitraryNamed,
});

/** A tensor filled with one number. */
export const constant: OpDefinition<ConstantAttrs, 0> = defineOp({
  kind: "constant",
  summary: "A tensor filled with one number.",
  formula: "y[i] = value",
  shapes: "-> [shape...]",
  arity: 0,
  resultArity: 1,
  attributes: { value: "number", dtype: "resultDtype", shape: "resultShape" },
  infer: (_, { value, dtype, shape }) => {
    requireNumber("constant", value, dtype);
    requireExtents("constant", shape);
    return [tensorType(dtype, shape)];
  },
  evaluate: (_, { value, dtype, shape }) => [generate(dtype, knownShape(shape), () => literalNumber(dtype, value))],
  vjp: () => [],
  lower: { by: "element", work: "index", element: ({ attrs }) => literalElement(attrs.dtype, attrs.value) },
  arbitrary: (fc) =>
    fc
      .record({ dtype: arbitraryDType(fc, dtypeNames), whole: fc.nat(1), real: fc.double(), shape: arbitraryShape(fc) })
      .map(({ dtype, whole, real, shape }) => ({
        operands: [],
        attrs: { value: dtype === "f32" || dtype === "f64" ? real : whole, dtype, shape },
      })),
});

/** A dense constant of the graph. */
export const data: OpDefinition<DataAttrs, 0> = defineOp({
  kind: "data",
  summary: "A dense constant, whose contents the graph keeps outside its nodes.",
  formula: "y = what the graph's table of constants holds under `id`",
  shapes: "-> [shape...]",
  arity: 0,
  resultArity: 1,
  attributes: { id: "text", dtype: "resultDtype", shape: "resultShape" },
  infer: (_, { dtype, shape }) => {
    requireExtents("data", shape);
    return [tensorType(dtype, shape)];
  },
  vjp: () => [],
  lower: { by: "memory" },
  arbitrary: (fc) =>
    fc
      .record({
        id: fc.stringMatching(/^[0-9a-f]{8}$/),
        dtype: arbitraryDType(fc, dtypeNames),
        shape: arbitraryShape(fc),
      })
      .map((attrs) => ({ operands: [], attrs })),
});

/** The leaves of graphs. */
export const leaf: {
  readonly input: typeof input;
  readonly parameter: typeof parameter;
  readonly constant: typeof constant;
  readonly data: typeof data;
} = { input, parameter, constant, data };
