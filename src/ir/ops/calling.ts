// A function by name as one op: what it computes is a body, and so is its derivative, which the user gives instead of leaving
// it to the rules of the ops in the body.
//
//   (y...) = body(x...)      (dx_k for k in wanted) = gradient(x..., y..., c...)
//
// It is gone before any pass looks for patterns: the pass `inline-calls` puts the body in its place. (PyTorch calls such a
// function `autograd.Function`, JAX `custom_vjp`.)
import type * as FastCheck from "fast-check";
import { reject } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Tensor } from "../types/tensor.ts";
import { printType, sameType, type TensorType } from "../types/tensor-type.ts";
import type { Body, DescribeBody } from "./body.ts";
import { arbitraryShape } from "./instances.ts";
import { defineOp, type FastCheckModule, type OpDefinition, type OpInstance } from "./op.ts";

/** A function and its derivative. */
export interface CallAttrs {
  /** What its author calls it. */
  readonly name: string;
  /** Operands -> results. */
  readonly body: Body;
  /** The operands that get a gradient, by position. */
  readonly wanted: readonly number[];
  /** Operands, results, cotangents of the results -> gradients of the wanted operands. */
  readonly gradient: Body;
}

const printTypes = (types: readonly TensorType[]): string => types.map(printType).join(", ") || "nothing";

const requireTypes = (
  name: string,
  what: string,
  actual: readonly TensorType[],
  wanted: readonly TensorType[],
): void => {
  const fits = actual.length === wanted.length && actual.every((type, at) => wanted[at] && sameType(type, wanted[at]));
  if (!fits) reject("W290", { name, what, actual: printTypes(actual), expected: printTypes(wanted) });
};

const inferCall = (
  operands: readonly TensorType[],
  { name, body, wanted, gradient }: CallAttrs,
): readonly TensorType[] => {
  requireTypes(name, "the operands", operands, body.inputs);
  requireTypes(name, "the inputs of the gradient", gradient.inputs, [...operands, ...body.outputs, ...body.outputs]);
  const expected = wanted.flatMap((at) => operands[at] ?? []);
  requireTypes(name, "the gradients", gradient.outputs, expected);
  if (expected.length < wanted.length) reject("W291", { name, wanted, operands: operands.length });
  return body.outputs;
};

/** A function small enough to differentiate by hand. */
interface Example {
  readonly operands: number;
  readonly results: number;
  readonly forward: (operands: readonly Tensor[]) => readonly Tensor[];
  /** The gradient of each operand, from operands, results and cotangents in one list. */
  readonly gradient: (given: readonly Tensor[]) => readonly Tensor[];
}

const examples: readonly Example[] = [
  {
    operands: 1,
    results: 1,
    forward: ([x]) => (x ? [x.mul(x.sigmoid())] : []),
    gradient: ([x, y, c]) => (x && y && c ? [c.mul(y.add(x.sigmoid().mul(y.neg().add(1))))] : []),
  },
  {
    operands: 2,
    results: 2,
    forward: ([x, y]) => (x && y ? [x.mul(y), x.sub(y).tanh()] : []),
    gradient: ([x, y, , z, c, d]) => {
      if (!x || !y || !z || !c || !d) return [];
      const slope = d.mul(z.mul(z).neg().add(1));
      return [c.mul(y).add(slope), c.mul(x).sub(slope)];
    },
  },
];

const arbitraryCall = (
  fc: FastCheckModule,
  describe: DescribeBody | undefined,
): FastCheck.Arbitrary<OpInstance<CallAttrs, "many">> => {
  invariant(describe !== undefined, "random uses of an op with a body need a way to describe one");
  return fc
    .record({
      example: fc.constantFrom(...examples),
      dtype: fc.constantFrom("f32" as const, "f64" as const),
      shape: arbitraryShape(fc, { maxRank: 3 }),
    })
    .map(({ example, dtype, shape }) => {
      const repeat = (count: number) => Array.from({ length: count }, () => ({ dtype, shape }));
      const operands = repeat(example.operands);
      return {
        operands,
        attrs: {
          name: "example",
          body: describe(operands, example.forward),
          wanted: [...operands.keys()],
          gradient: describe(repeat(example.operands + 2 * example.results), example.gradient),
        },
      };
    });
};

/** Operands -> results, as the body says. */
export const call: OpDefinition<CallAttrs, "many", "many"> = defineOp({
  kind: "call",
  summary: "A function by name, with a derivative of its own; replaced by its body before patterns are looked for.",
  formula: "y = body(x)",
  shapes: "x [S_k...], ... -> y [R_k...], ...; as the body takes and gives them",
  gradient: "dx_k = what the body `gradient` gives of x, y and c",
  arity: "many",
  resultArity: "many",
  attributes: { name: "text", body: "body", wanted: "integers", gradient: "body" },
  infer: inferCall,
  vjp: ({ attrs: { gradient, wanted }, operands, results, cotangents, bodies }) => {
    const made = wanted.length === 0 ? [] : bodies.inline(gradient, [...operands, ...results, ...cotangents]).outputs;
    return operands.map((_, at) => made[wanted.indexOf(at)] ?? null);
  },
  lower: { by: "ops", decompose: (operands, { body }, { inline }) => inline(body, operands) },
  arbitrary: arbitraryCall,
});

/** Ops that are functions by name. */
export const calling: { readonly call: typeof call } = { call };
