import { describe, expect, test } from "vitest";
import { evaluateEntry, evaluateGraph } from "../../../src/backends/reference/interpreter.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { emitOne, traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import type { NdArray } from "../../../src/ir/types/ndarray.ts";

const vector = (...elements: readonly number[]): NdArray => ({
  dtype: "f32",
  shape: [elements.length],
  data: Float64Array.from(elements),
});

/** y = (x + w) / 3; the step sets w to w * 2. */
const example = () => {
  const trace = traceOver(graphBuilder());
  const x = trace.input("x", { dtype: "f32", shape: [2] });
  const w = trace.parameter("w", { dtype: "f32", shape: [2] });
  const y = x.add(w).div(3);
  return trace.builder.finish("example", [
    { name: "main", outputs: [{ name: "y", value: trace.value(y) }], updates: [] },
    { name: "step", outputs: [], updates: [{ name: "w", value: trace.value(w.mul(2)) }] },
  ]);
};

describe("entries", () => {
  test("give their outputs", () => {
    const { y } = evaluateGraph(example(), "main", { x: vector(1, 2) }, { w: vector(10, 20) });
    expect(y).toEqual({ dtype: "f32", shape: [2], data: Float64Array.of(11 / 3, 22 / 3) });
  });

  test("give new values of parameters, and ask only for what they need", () => {
    const { outputs, updates } = evaluateEntry(example(), "step", {}, { w: vector(10, 20) });
    expect(outputs).toEqual({});
    expect(updates["w"]?.data).toEqual(Float64Array.of(20, 40));
  });

  test("have names", () => {
    expect(() => evaluateGraph(example(), "predict", {})).toThrow('graph example has an entry "predict"');
  });
});

describe("feeding", () => {
  test("a missing array is named", () => {
    expect(() => evaluateGraph(example(), "main", {}, { w: vector(1, 2) })).toThrow('input "x" is given');
  });

  test("an array of another type is named with both types", () => {
    expect(() => evaluateGraph(example(), "main", { x: vector(1, 2, 3) }, { w: vector(1, 2) })).toThrow(
      'input "x" is f32[2], not f32[3]',
    );
  });

  test("names of the prototype are no arrays", () => {
    const trace = traceOver(graphBuilder());
    const x = trace.input("toString", { dtype: "f32", shape: [] });
    const graph = trace.builder.finish("g", [
      { name: "main", outputs: [{ name: "y", value: trace.value(x) }], updates: [] },
    ]);
    expect(() => evaluateGraph(graph, "main", {})).toThrow('input "toString" is given');
  });
});

describe("precision", () => {
  test("f32 keeps double precision unless asked to round after each node", () => {
    const feeds = { x: vector(0.1, 1) };
    const parameters = { w: vector(0.2, 1e-9) };
    const f = Math.fround;
    expect(evaluateGraph(example(), "main", feeds, parameters)["y"]?.data[0]).toBe((0.1 + 0.2) / 3);
    const rounded = evaluateGraph(example(), "main", feeds, parameters, { round: "f32" })["y"]?.data;
    expect(rounded).toEqual(Float64Array.of(f(f(f(0.1) + f(0.2)) / 3), f(1 / 3)));
  });
});

describe("observation", () => {
  test("sees every node that is needed, composites as one", () => {
    const trace = traceOver(graphBuilder());
    const x = trace.input("x", { dtype: "f32", shape: [2] });
    x.exp();
    const y = emitOne(trace, "softmax", [x.neg()], { axis: 0 });
    const graph = trace.builder.finish("g", [
      { name: "main", outputs: [{ name: "y", value: trace.value(y) }], updates: [] },
    ]);
    const seen: string[] = [];
    evaluateGraph(graph, "main", { x: vector(1, 2) }, {}, { observe: ({ op }) => void seen.push(op) });
    expect(seen).toEqual(["input", "unary", "softmax"]);
  });

  test("dense constants come from the graph", () => {
    const trace = traceOver(graphBuilder());
    const table = trace.data("i32", [3], Int32Array.of(4, -5, 6));
    const graph = trace.builder.finish("g", [
      { name: "main", outputs: [{ name: "y", value: trace.value(table) }], updates: [] },
    ]);
    expect(evaluateGraph(graph, "main", {})["y"]).toEqual({
      dtype: "i32",
      shape: [3],
      data: Float64Array.of(4, -5, 6),
    });
  });
});
