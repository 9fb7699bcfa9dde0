// Recurrence: a body applied to one element of each sequence after the other, carrying a state along.
//
//   (h[t+1], y[t]) = body(h[t], x[t], captured...)      t = 0 ... T-1, or backwards
//
// The graph holds the body once, whatever T is. (JAX calls this op `scan`, ONNX `Scan`.)
import type * as FastCheck from "fast-check";
import { reject } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Dim } from "../types/dim.ts";
import { type NdArray, sizeOf } from "../types/ndarray.ts";
import { knownExtent, knownType } from "../types/shape.ts";
import type { Tensor } from "../types/tensor.ts";
import { printType, sameType, type TensorType, tensorType } from "../types/tensor-type.ts";
import type { FastCheckModule } from "./arbitrary.ts";
import { type DescribeBody, type RunBody, taking } from "./body.ts";
import { defineOp, type OpDefinition, type OpInstance, type Tuple } from "./op.ts";
import { scanGradients } from "./recurrence-gradients.ts";
import { partsOf, type ScanAttrs } from "./recurrence-parts.ts";
import { requireExtents } from "./typing.ts";

/** The type of a sequence of such elements. */
const sequenceOf = (length: Dim, { dtype, shape }: TensorType): TensorType => tensorType(dtype, [length, ...shape]);

const requireOperand = (what: string, actual: TensorType | undefined, expected: TensorType): void => {
  if (actual === undefined || !sameType(actual, expected))
    reject("W270", {
      what,
      actual: actual === undefined ? "nothing" : printType(actual),
      expected: printType(expected),
    });
};

const inferScan = (operands: readonly TensorType[], attrs: ScanAttrs): readonly TensorType[] => {
  const { carried, sequences, length, body } = attrs;
  const counted = [carried, sequences].every((count) => Number.isInteger(count) && count >= 0);
  const fits = carried + sequences <= body.inputs.length && carried <= body.outputs.length;
  if (operands.length !== body.inputs.length || !counted || !fits)
    reject("W271", { operands: operands.length, inputs: body.inputs.length, carried, outputs: body.outputs.length });
  requireExtents("scan", [length]);
  const given = partsOf(operands, attrs);
  const taken = partsOf(body.inputs, attrs);
  taken.state.forEach((type, at) => {
    requireOperand(`state ${at + 1}`, given.state[at], type);
    requireOperand(`state ${at + 1} after a step`, body.outputs[at], type);
  });
  taken.over.forEach((type, at) => requireOperand(`sequence ${at + 1}`, given.over[at], sequenceOf(length, type)));
  taken.captured.forEach((type, at) => requireOperand(`captured value ${at + 1}`, given.captured[at], type));
  return body.outputs.map((type, at) => (at < carried ? type : sequenceOf(length, type)));
};

/** Element `at` along the first axis. */
const elementAt = (sequence: NdArray, at: number): NdArray => {
  const [, ...shape] = sequence.shape;
  const size = sizeOf(shape);
  return { dtype: sequence.dtype, shape, data: sequence.data.slice(at * size, (at + 1) * size) };
};

const evaluateScan = (operands: readonly NdArray[], attrs: ScanAttrs, run: RunBody): readonly NdArray[] => {
  const { carried, body, reverse } = attrs;
  const length = knownExtent(attrs.length);
  const { state: first, over, captured } = partsOf(operands, attrs);
  const results = inferScan(operands, attrs)
    .slice(carried)
    .map((type): NdArray => {
      const known = knownType(type);
      return { ...known, data: new Float64Array(sizeOf(known.shape)) };
    });
  let state = first;
  for (let step = 0; step < length; step++) {
    const at = reverse ? length - 1 - step : step;
    const given = run(body, [...state, ...over.map((sequence) => elementAt(sequence, at)), ...captured]);
    state = given.slice(0, carried);
    given.slice(carried).forEach(({ data }, position) => results[position]?.data.set(data, at * data.length));
  }
  return [...state, ...results];
};

/** h' = tanh(h w + x) and friends: bodies small enough to differentiate numerically, with states, sequences and captures. */
const exampleBodies: readonly {
  readonly carried: number;
  readonly sequences: number;
  readonly captured: number;
  readonly step: (inputs: readonly Tensor[]) => readonly Tensor[];
}[] = [
  {
    carried: 1,
    sequences: 1,
    captured: 0,
    step: taking(([h, x]: Tuple<Tensor, 2>) => [h.mul(0.5).add(x.tanh()), h.mul(x)]),
  },
  {
    carried: 1,
    sequences: 1,
    captured: 1,
    step: taking(([h, x, w]: Tuple<Tensor, 3>) => [h.matmul(w).add(x).tanh()]),
  },
  {
    carried: 2,
    sequences: 1,
    captured: 1,
    step: taking(([h, c, x, w]: Tuple<Tensor, 4>) => {
      const gate = x.matmul(w).add(h).sigmoid();
      const next = c.mul(gate).add(x);
      return [next.tanh(), next, gate.sum({ axes: [0] })];
    }),
  },
  {
    carried: 0,
    sequences: 2,
    captured: 0,
    step: taking(([x, y]: Tuple<Tensor, 2>) => [x.mul(y), x.sub(y).tanh()]),
  },
];

const arbitraryScan = (
  fc: FastCheckModule,
  describe: DescribeBody | undefined,
): FastCheck.Arbitrary<OpInstance<ScanAttrs, "many">> => {
  invariant(describe !== undefined, "random uses of an op with a body need a way to describe one");
  return fc
    .record({
      example: fc.constantFrom(...exampleBodies),
      dtype: fc.constantFrom("f32" as const, "f64" as const),
      length: fc.nat({ max: 4 }),
      rows: fc.integer({ min: 1, max: 3 }),
      features: fc.integer({ min: 1, max: 5 }),
      reverse: fc.boolean(),
    })
    .map(({ example: { carried, sequences, captured, step }, dtype, length, rows, features, reverse }) => {
      const element = { dtype, shape: [rows, features] };
      const weight = { dtype, shape: [features, features] };
      const repeat = <T>(count: number, type: T): readonly T[] => Array.from({ length: count }, () => type);
      const inputs = [...repeat(carried + sequences, element), ...repeat(captured, weight)];
      return {
        operands: [
          ...repeat(carried, element),
          ...repeat(sequences, { dtype, shape: [length, rows, features] }),
          ...repeat(captured, weight),
        ],
        attrs: { carried, sequences, length, reverse, body: describe(inputs, step) },
      };
    });
};

/** First states, sequences [T, ...] and captured values -> last states, result sequences [T, ...]. */
export const scan: OpDefinition<ScanAttrs, "many", "many"> = defineOp({
  kind: "scan",
  summary: "A body applied to the elements of sequences one after the other, carrying states from step to step.",
  formula: "h[t+1], y[t] = body(h[t], x[t], w) for t = 0 ... length-1, or backwards",
  shapes:
    "x [S_k...], ... -> y [R_k...], ...; first states, sequences [length, ...] and captured values, as the body takes them",
  gradient: "dx_k = what a scan the other way gives of dh, the saved states and dy: backpropagation through time",
  arity: "many",
  resultArity: "many",
  attributes: { carried: "integer", sequences: "integer", length: "dim", reverse: "boolean", body: "body" },
  infer: inferScan,
  evaluate: (operands, attrs, run) => {
    invariant(run !== undefined, "a body needs something to run it");
    return evaluateScan(operands, attrs, run);
  },
  // Backpropagation through time; see recurrence-gradients.ts.
  vjp: (context) => scanGradients(scan, context),
  lower: { by: "body" },
  arbitrary: arbitraryScan,
});

/** Ops that repeat a body. */
export const recurrence: { readonly scan: typeof scan } = { scan };
