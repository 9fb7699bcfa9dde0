// Graphs of few ops over square matrices of one type, in which everything fits everything: patterns of three nodes come up in
// some dozens of them. Values are read again and again, and several are results.
import fc from "fast-check";
import { type GraphBuilder, graphBuilder } from "../../../src/ir/graph/builder.ts";
import type { ValueId } from "../../../src/ir/graph/graph.ts";
import type { GraphCase } from "../../../src/testing/arbitraries/graph-case.ts";
import { randomArray } from "../../../src/testing/arbitraries/values.ts";
import { shrinking } from "../../../src/testing/shrinking/shrinking.ts";

interface Growing {
  readonly builder: GraphBuilder;
  readonly size: number;
  readonly left: ValueId;
  readonly right: ValueId;
}

type Step = (growing: Growing) => readonly ValueId[];

const unary =
  (fn: string): Step =>
  ({ builder, left }) =>
    builder.emit("unary", [left], { fn });

const binary =
  (fn: string): Step =>
  ({ builder, left, right }) =>
    builder.emit("binary", [left, right], { fn });

const sumAlong =
  (axis: number): Step =>
  ({ builder, left, size }) =>
    builder.emit("broadcast", builder.emit("reduce", [left], { fn: "sum", axes: [axis], keepDims: true }), {
      shape: [size, size],
    });

const scaled: Step = ({ builder, left, size }) => [
  ...builder.emit("binary", [left, builder.constant(0.5, "f32", [size, size])], { fn: "mul" }),
];

const zeroed: Step = ({ builder, left, size }) => [
  ...builder.emit("binary", [left, builder.constant(0, "f32", [size, size])], { fn: "mul" }),
];

const steps: readonly Step[] = [
  ...["relu", "neg", "tanh", "abs"].map(unary),
  ...["add", "mul", "sub", "max"].map(binary),
  ...[0, 1].map(sumAlong),
  ...[0, 1].map(
    (axis): Step =>
      ({ builder, left }) =>
        builder.emit("softmax", [left], { axis }),
  ),
  ({ builder, left }) => builder.emit("transpose", [left], { permutation: [1, 0] }),
  ({ builder, left, right }) => builder.emit("matmul", [left, right], { transposeA: false, transposeB: false }),
  scaled,
  zeroed,
];

const drawn: fc.Arbitrary<GraphCase> = fc
  .record({
    size: fc.integer({ min: 2, max: 5 }),
    inputs: fc.integer({ min: 1, max: 3 }),
    choices: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 24 }),
    seed: fc.nat(),
    profile: fc.constantFrom("normal" as const, "whole" as const, "special" as const),
  })
  .map(({ size, inputs, choices, seed, profile }): GraphCase => {
    const builder = graphBuilder();
    const type = { dtype: "f32", shape: [size, size] } as const;
    const names = Array.from({ length: inputs }, (_, at) => `x${at}`);
    const values: ValueId[] = names.map((name) => builder.input(name, type));
    const pick = (choice: number): ValueId =>
      values[values.length - 1 - (choice % values.length)] ?? builder.constant(0, "f32", [size, size]);
    for (const [step, left, right] of choices)
      values.push(...(steps[step % steps.length]?.({ builder, size, left: pick(left), right: pick(right) }) ?? []));
    const outputs = values.slice(-2).map((value, at) => ({ name: `y${at}`, value }));
    return {
      graph: builder.finish("close", [{ name: "main", outputs, updates: [] }]),
      feeds: Object.fromEntries(names.map((name, at) => [name, randomArray(type, seed + at, profile)])),
      parameters: {},
    };
  });

/** Graphs whose ops stand close together. */
export const closeGraphs: fc.Arbitrary<GraphCase> = shrinking(drawn);
