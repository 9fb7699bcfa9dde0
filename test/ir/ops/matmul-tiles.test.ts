// The kernels of matmul on shapes that take each way through them: strips of one, two and four panels, what is left of rows and
// columns, transposed operands, rows that go in parts. Whole numbers give exact results; from poisoned memory all
// backends leave the same bits, with what follows the product computed in its kernel.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import { add, defineModel, matmul, relu, spec } from "../../../src/index.ts";
import { modelGraph } from "../../../src/model/model.ts";
import { randomFrom } from "../../../src/testing/arbitraries/values.ts";
import { firstDifference, runEverywhere } from "../../../src/testing/run-everywhere.ts";

interface Shape {
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  readonly batch?: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** relu(a b + bias). */
const graphOf = ({ rows, depth, columns, batch = 1, transposeA = false, transposeB = false }: Shape) =>
  modelGraph(
    defineModel({
      name: "product",
      params: {},
      inputs: {
        a: spec("f32", [batch, ...(transposeA ? [depth, rows] : [rows, depth])]),
        b: spec("f32", transposeB ? [columns, depth] : [depth, columns]),
        bias: spec("f32", [columns]),
      },
      forward: (_, { a, b, bias }) => ({ y: relu(add(matmul(a, b, { transposeA, transposeB }), bias)) }),
    }),
  );

const agree = async (shape: Shape, element: (random: () => number) => number, isExact: boolean): Promise<void> => {
  const { rows, depth, columns, batch = 1, transposeA = false, transposeB = false } = shape;
  const graph = graphOf(shape);
  const { program } = planGraph(graph, { verify: "each" });
  const random = randomFrom(1);
  const given = (dims: readonly number[]) => ({
    dtype: "f32" as const,
    shape: dims,
    data: Float64Array.from({ length: dims.reduce((size, extent) => size * extent, 1) }, () => element(random)),
  });
  const feeds = {
    a: given([batch, ...(transposeA ? [depth, rows] : [rows, depth])]),
    b: given(transposeB ? [columns, depth] : [depth, columns]),
    bias: given([columns]),
  };
  const arrays = new Map(Object.entries(feeds).map(([name, { data }]) => [name, Float32Array.from(data)]));
  const [closure, javascript, wasm] = await runEverywhere(program, "predict", arrays);
  expect(firstDifference(closure, javascript)).toBeUndefined();
  expect(firstDifference(closure, wasm)).toBeUndefined();
  if (!isExact) return;
  const { outputs } = evaluateEntry(graph, "predict", feeds, {});
  const wanted = Array.from(outputs["y"]?.data ?? [], (value) => value + 0);
  expect(Array.from(wasm.outputs.get("y") ?? [], (value) => value + 0)).toEqual(wanted);
};

/** Whole numbers from -3 to 3: all sums of theirs here are exact. */
const whole = (random: () => number): number => Math.floor(random() * 7) - 3;
const real = (random: () => number): number => Math.fround(random() * 4 - 2);

const cases: readonly (readonly [string, Shape])[] = [
  ["one row, four panels and some", { rows: 1, depth: 9, columns: 75 }],
  ["two rows", { rows: 2, depth: 37, columns: 40 }],
  ["three rows", { rows: 3, depth: 5, columns: 24 }],
  ["pairs of rows, and one", { rows: 7, depth: 66, columns: 48 }],
  ["a panel left", { rows: 9, depth: 19, columns: 56 }],
  ["some columns left", { rows: 6, depth: 20, columns: 45 }],
  ["fewer columns than a panel", { rows: 11, depth: 17, columns: 5 }],
  ["a transposed right operand", { rows: 5, depth: 23, columns: 33, transposeB: true }],
  ["a transposed left operand in blocks of rows", { rows: 21, depth: 18, columns: 72, transposeA: true }],
  ["a transposed left operand of three rows", { rows: 3, depth: 18, columns: 72, transposeA: true }],
  ["a transposed left operand as it lies", { rows: 10, depth: 18, columns: 20, transposeA: true }],
  ["rows in parts", { rows: 96, depth: 2050, columns: 18 }],
  ["rows in parts, transposed", { rows: 96, depth: 2050, columns: 40, transposeA: true }],
  ["many rows that no part divides", { rows: 74, depth: 2050, columns: 8 }],
  ["a batch", { batch: 3, rows: 5, depth: 16, columns: 17, transposeA: true }],
  ["nothing to sum", { rows: 5, depth: 0, columns: 17 }],
];

describe("matmul and what follows it", () => {
  test.each(cases)("%s", async (_, shape) => {
    await agree(shape, whole, true);
    await agree(shape, real, false);
  });

  test("random shapes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          rows: fc.integer({ min: 1, max: 19 }),
          depth: fc.integer({ min: 1, max: 40 }),
          columns: fc.integer({ min: 1, max: 75 }),
          batch: fc.constantFrom(1, 1, 2),
          transposeA: fc.boolean(),
          transposeB: fc.boolean(),
        }),
        (shape) => agree(shape, whole, true),
      ),
      { numRuns: 40 },
    );
  });
});
