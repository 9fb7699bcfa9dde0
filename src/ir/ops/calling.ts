// Functions by name as ops: what they compute is a body. `apply` has the derivative of what stands in its body; `call` has
// one of its own, which the user gives instead of leaving it to the rules of the ops there.
//
//   (y...) = body(x...)      (dx_k for k in wanted) = gradient(x..., y..., c...)
//
// They are gone before any pass looks for patterns: the pass `inline-calls` puts the body in their place. (PyTorch calls a
// function with a derivative of its own `autograd.Function`, JAX `custom_vjp`.)
import type * as FastCheck from "fast-check";
import { reject } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Tensor } from "../types/tensor.ts";
import { printType, sameType, type TensorType } from "../types/tensor-type.ts";
import type { FastCheckModule } from "./arbitrary.ts";
import { type Body, type DescribeBody, taking } from "./body.ts";
import { arbitraryShape } from "./instances.ts";
import { defineOp, type OpDefinition, type OpInstance, type Tuple } from "./op.ts";

/** A function. */
export interface ApplyAttrs {
  /** What its author calls it. */
  readonly name: string;
  /** Operands -> results. */
  readonly body: Body;
}

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
  op: string,
  name: string,
  what: string,
  actual: readonly TensorType[],
  wanted: readonly TensorType[],
): void => {
  const fits = actual.length === wanted.length && actual.every((type, at) => wanted[at] && sameType(type, wanted[at]));
  if (!fits) reject("W290", { op, name, what, actual: printTypes(actual), expected: printTypes(wanted) });
};

const inferCall = (
  operands: readonly TensorType[],
  { name, body, wanted, gradient }: CallAttrs,
): readonly TensorType[] => {
  requireTypes("call", name, "the operands", operands, body.inputs);
  requireTypes("call", name, "the inputs of the gradient", gradient.inputs, [
    ...operands,
    ...body.outputs,
    ...body.outputs,
  ]);
  const expected = wanted.flatMap((at) => operands[at] ?? []);
  requireTypes("call", name, "the gradients", gradient.outputs, expected);
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
    forward: taking(([x]: Tuple<Tensor, 1>) => [x.mul(x.sigmoid())]),
    gradient: taking(([x, y, c]: Tuple<Tensor, 3>) => [c.mul(y.add(x.sigmoid().mul(y.neg().add(1))))]),
  },
  {
    operands: 2,
    results: 2,
    forward: taking(([x, y]: Tuple<Tensor, 2>) => [x.mul(y), x.sub(y).tanh()]),
    gradient: taking(([x, y, , z, c, d]: readonly [...Tuple<Tensor, 4>, ...Tuple<Tensor, 2>]) => {
      const slope = d.mul(z.mul(z).neg().add(1));
      return [c.mul(y).add(slope), c.mul(x).sub(slope)];
    }),
  },
];

const describing = (describe: DescribeBody | undefined): DescribeBody => {
  invariant(describe !== undefined, "random uses of an op with a body need a way to describe one");
  return describe;
};

/** An example, and the operands that it is used on. */
const arbitraryExample = (fc: FastCheckModule) =>
  fc
    .record({
      example: fc.constantFrom(...examples),
      dtype: fc.constantFrom("f32" as const, "f64" as const),
      shape: arbitraryShape(fc, { maxRank: 3 }),
    })
    .map(({ example, dtype, shape }) => {
      const repeat = (count: number) => Array.from({ length: count }, () => ({ dtype, shape }));
      return { example, repeat, operands: repeat(example.operands) };
    });

const arbitraryCall = (
  fc: FastCheckModule,
  describe: DescribeBody | undefined,
): FastCheck.Arbitrary<OpInstance<CallAttrs, "many">> =>
  arbitraryExample(fc).map(({ example, repeat, operands }) => ({
    operands,
    attrs: {
      name: "example",
      body: describing(describe)(operands, example.forward),
      wanted: [...operands.keys()],
      gradient: describing(describe)(repeat(example.operands + 2 * example.results), example.gradient),
    },
  }));

const arbitraryApply = (
  fc: FastCheckModule,
  describe: DescribeBody | undefined,
): FastCheck.Arbitrary<OpInstance<ApplyAttrs, "many">> =>
  arbitraryExample(fc).map(({ example, operands }) => ({
    operands,
    attrs: { name: "example", body: describing(describe)(operands, example.forward) },
  }));

/** Operands -> results, as the body says. */
export const apply: OpDefinition<ApplyAttrs, "many", "many"> = defineOp({
  kind: "apply",
  summary: "A function by name; replaced by its body before patterns are looked for.",
  formula: "y = body(x)",
  shapes: "x [S_k...], ... -> y [R_k...], ...; as the body takes and gives them",
  gradient: "dx_k = what the ops of the body give",
  arity: "many",
  resultArity: "many",
  attributes: { name: "text", body: "function" },
  infer: (operands, { name, body }) => {
    requireTypes("apply", name, "the operands", operands, body.inputs);
    return body.outputs;
  },
  // `differentiate` writes functions out before it goes back, which comes to the same where an operand is used once.
  vjp: ({ attrs: { body }, operands, cotangents, flows, bodies }) => {
    const results = bodies.inline(body, operands).outputs;
    const given = results.flatMap((result, at): readonly (readonly [Tensor, Tensor])[] => {
      const cotangent = cotangents[at];
      return cotangent === undefined || flows[at] !== true ? [] : [[result, cotangent]];
    });
    return bodies.pullBack(given, operands);
  },
  lower: { by: "ops", decompose: (operands, { body }, { inline }) => inline(body, operands) },
  arbitrary: arbitraryApply,
});

/** Operands -> results, as the body says, and their gradients as `gradient` says. */
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
export const calling: { readonly apply: typeof apply; readonly call: typeof call } = { apply, call };
