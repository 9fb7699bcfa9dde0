import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileGraph } from "../../../src/compile/compile-graph.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import { dynamicSlice, dynamicUpdateSlice } from "../../../src/ir/ops/dynamic-slicing.ts";
import { opOf } from "../../../src/ir/ops/index.ts";
import { tensorType } from "../../../src/ir/types/tensor-type.ts";
import { array, expectGradientsMatch, meaning, randomArray, randomNumbers, typeOf } from "../../support/op-meaning.ts";
import { randomOperands } from "../../support/random-operands.ts";

const matrix = array([3, 2], [1, 2, 3, 4, 5, 6]);
const at = (start: number) => array([], [start], "i32");
const i32 = tensorType("i32", []);

describe("dynamicSlice", () => {
  it("takes positions from a start on", () => {
    expect(meaning("dynamicSlice", [matrix, at(1)], { axis: 0, length: 2 })).toEqual(array([2, 2], [3, 4, 5, 6]));
    expect(meaning("dynamicSlice", [matrix, at(1)], { axis: 1, length: 1 })).toEqual(array([3, 1], [2, 4, 6]));
    expect(meaning("dynamicSlice", [matrix, at(3)], { axis: 0, length: 0 })).toEqual(array([0, 2], []));
  });

  it("types symbolic extents", () => {
    const x = tensorType("f32", ["B", "T"]);
    expect(typeOf("dynamicSlice", [x, i32], { axis: 1, length: 2 }).shape).toEqual(["B", 2]);
    expect(typeOf("dynamicSlice", [x, i32], { axis: 1, length: "T-1" }).shape).toEqual(["B", "T-1"]);
    expect(dynamicSlice.operandRange?.(1, [x, i32], { axis: 1, length: "T-1" })).toBe(2);
  });

  it.each([
    [matrix, i32, { axis: 2, length: 1 }, "W205: dynamicSlice: axis 2 is outside a shape of 2 axes"],
    [matrix, i32, { axis: 0, length: 4 }, "W223: dynamicSlice: 4 positions do not fit into axis 0 of extent 3"],
    [matrix, i32, { axis: 0, length: -1 }, "W209: dynamicSlice: -1 is not an extent"],
    [matrix, tensorType("f32", []), { axis: 0, length: 1 }, "W248"],
    [matrix, tensorType("i32", [1]), { axis: 0, length: 1 }, "W248"],
  ])("refuses %#", (x, start, attrs, message) => {
    expect(() => typeOf("dynamicSlice", [x, start], attrs)).toThrow(message);
  });
});

describe("dynamicUpdateSlice", () => {
  it("puts an update in from a start on", () => {
    const update = array([2, 2], [7, 8, 9, 10]);
    expect(meaning("dynamicUpdateSlice", [matrix, update, at(1)], { axis: 0 })).toEqual(
      array([3, 2], [1, 2, 7, 8, 9, 10]),
    );
    expect(meaning("dynamicUpdateSlice", [matrix, array([3, 0], []), at(2)], { axis: 1 })).toEqual(matrix);
  });

  it.each([
    [array([4, 2], new Array(8).fill(0)), "W223: dynamicUpdateSlice: 4 positions do not fit into axis 0 of extent 3"],
    [array([1, 3], [0, 0, 0]), "W248"],
    [array([2], [0, 0]), "W248"],
    [array([1, 2], [0, 0], "f32"), "W248"],
  ])("refuses %#", (update, message) => {
    expect(() => typeOf("dynamicUpdateSlice", [matrix, update, i32], { axis: 0 })).toThrow(message);
  });
});

describe.each(["dynamicSlice", "dynamicUpdateSlice"] as const)("%s", (kind) => {
  it("has the gradient that differences have", () => {
    fc.assert(
      fc.property(opOf(kind).arbitrary(fc), fc.integer(), (instance, seed) => {
        const random = randomNumbers(seed);
        // The start as the op asks for it, and floats that differences can be taken of.
        const operands = randomOperands(kind, instance, random).map((operand) =>
          operand.shape.length > 0 ? randomArray({ dtype: "f64", shape: operand.shape }, random) : operand,
        );
        expectGradientsMatch(kind, operands, instance.attrs, random);
      }),
      { numRuns: 100 },
    );
  });
});

describe("a start without room", () => {
  const trace = traceOver(graphBuilder());
  const x = trace.input("x", { dtype: "f32", shape: [4] });
  // Computed, so that it is not checked where it is fed.
  const start = trace.input("start", { dtype: "i32", shape: [] }).mul(1);
  const update = trace.input("update", { dtype: "f32", shape: [2] });
  const [taken] = trace.emit(dynamicSlice, [x, start], { axis: 0, length: 2 });
  const [put] = trace.emit(dynamicUpdateSlice, [x, update, start.add(0)], { axis: 0 });
  const outputs = Object.entries({ taken, put }).map(([name, tensor]) => ({ name, value: trace.value(tensor) }));
  const graph = trace.builder.finish("test", [{ name: "main", outputs, updates: [] }]);

  it.each([
    [-5, [1, 2], [8, 9, 3, 4]],
    [3, [3, 4], [1, 2, 8, 9]],
    [2147483647, [3, 4], [1, 2, 8, 9]],
  ])("is moved to where there is room: %d", (from, wanted, wantedPut) => {
    for (const backend of ["wasm", "closure"] as const) {
      const { executable } = compileGraph(graph, { backend });
      const feeds = { x: Float32Array.of(1, 2, 3, 4), start: Int32Array.of(from), update: Float32Array.of(8, 9) };
      const results = executable.run("main", feeds);
      expect([...(results["taken"]?.data ?? [])]).toEqual(wanted);
      expect([...(results["put"]?.data ?? [])]).toEqual(wantedPut);
    }
  });
});
