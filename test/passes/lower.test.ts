// Lowering: kernels shared between equal groups, parameters updated in place where that is safe and correctly where it is
// not, outputs that are somebody else's memory.
import { describe, expect, test } from "vitest";
import { compileGraph } from "../../src/compile/compile-graph.ts";
import { attention, constant, scan } from "../../src/ir/functions/index.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import type { Trace } from "../../src/ir/graph/trace.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { verifyProgram } from "../../src/ir/loop/verify.ts";
import { dynamicUpdateSlice } from "../../src/ir/ops/dynamic-slicing.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { fuseElementwise } from "../../src/passes/fuse-elementwise.ts";
import { lower } from "../../src/passes/lower.ts";
import { standard } from "../../src/passes/pipelines.ts";
import { graphOf } from "./support.ts";

interface Described {
  readonly outputs?: Readonly<Record<string, Tensor>>;
  readonly updates?: Readonly<Record<string, Tensor>>;
}

const graphWith = (describeEntry: (trace: Trace) => Described): Graph => {
  const trace = traceOver(graphBuilder());
  const { outputs = {}, updates = {} } = describeEntry(trace);
  const named = (tensors: Readonly<Record<string, Tensor>>) =>
    Object.entries(tensors).map(([name, tensor]) => ({ name, value: trace.value(tensor) }));
  return trace.builder.finish("test", [{ name: "main", outputs: named(outputs), updates: named(updates) }]);
};

const vector = { dtype: "f32", shape: [3] } as const;

const run = (
  graph: Graph,
  parameters: Readonly<Record<string, readonly number[]>>,
  feeds: Readonly<Record<string, readonly number[]>> = {},
) => {
  const { executable, program } = compileGraph(graph, { verify: "each" });
  for (const [name, values] of Object.entries(parameters)) executable.write(name, Float32Array.from(values));
  const arrays = Object.fromEntries(Object.entries(feeds).map(([name, values]) => [name, Float32Array.from(values)]));
  const outputs = executable.run("main", arrays);
  return {
    program,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, [...data]])),
    parameters: Object.fromEntries(Object.keys(parameters).map((name) => [name, [...executable.read(name).data]])),
  };
};

describe("updates", () => {
  test("an elementwise update happens in the parameter's own memory", () => {
    const graph = graphWith((trace) => {
      const [p, g] = [trace.parameter("p", vector), trace.input("g", vector)];
      return { updates: { p: p.sub(g.mul(0.5)) } };
    });
    const { program, parameters } = run(graph, { p: [1, 2, 3] }, { g: [2, 4, 6] });
    expect(parameters).toEqual({ p: [0, 0, 0] });
    expect(program.entries[0]?.calls.length).toBe(1);
    expect([...program.buffers.values()].filter(({ role }) => role === "temporary")).toEqual([]);
  });

  test("two parameters exchange their values", () => {
    const graph = graphWith((trace) => {
      const [p, q] = [trace.parameter("p", vector), trace.parameter("q", vector)];
      return { updates: { p: q, q: p } };
    });
    expect(run(graph, { p: [1, 2, 3], q: [4, 5, 6] }).parameters).toEqual({ p: [4, 5, 6], q: [1, 2, 3] });
  });

  test("an update of one parameter still reads the old value of another", () => {
    const graph = graphWith((trace) => {
      const [p, q] = [trace.parameter("p", vector), trace.parameter("q", vector)];
      return { updates: { p: p.add(1), q: q.add(p) } };
    });
    expect(run(graph, { p: [1, 2, 3], q: [10, 10, 10] }).parameters).toEqual({ p: [2, 3, 4], q: [11, 12, 13] });
  });

  test("an update that reads other elements of its parameter does not overwrite them too soon", () => {
    const graph = graphWith((trace) => {
      const p = trace.parameter("p", vector);
      return { updates: { p: p.flip([0]).add(p) } };
    });
    expect(run(graph, { p: [1, 2, 4] }).parameters).toEqual({ p: [5, 4, 5] });
  });

  const temporaries = (program: ReturnType<typeof run>["program"]) =>
    [...program.buffers.values()].filter(({ role }) => role === "temporary");

  test("an update of a slice writes the slice alone, in the parameter's own memory", () => {
    const graph = graphWith((trace) => {
      const [p, g] = [trace.parameter("p", vector), trace.input("g", { dtype: "f32", shape: [1] })];
      const [updated] = trace.emit(dynamicUpdateSlice, [p, g.mul(2), trace.constant(1, "i32")], { axis: 0 });
      return { outputs: { sum: updated.sum() }, updates: { p: updated } };
    });
    const { program, parameters, outputs } = run(graph, { p: [1, 2, 3] }, { g: [5] });
    expect(parameters).toEqual({ p: [1, 10, 3] });
    expect(outputs).toEqual({ sum: [14] });
    expect(program.entries[0]?.calls.map(({ kernel }) => kernel)).toEqual(["dynamicUpdateSlice", "sum"]);
    expect(temporaries(program)).toEqual([]);
    // One element is written, so there is no loop.
    expect(program.kernels.get("dynamicUpdateSlice")?.body.some(({ kind }) => kind === "for")).toBe(false);
  });

  test("an update of a slice that reads its parameter elsewhere does not overwrite it too soon", () => {
    const graph = graphWith((trace) => {
      const p = trace.parameter("p", vector);
      const moved = p.slice([{ start: 0, end: 2, step: 1 }]).mul(10);
      const [updated] = trace.emit(dynamicUpdateSlice, [p, moved, trace.constant(1, "i32")], { axis: 0 });
      return { updates: { p: updated } };
    });
    expect(run(graph, { p: [1, 2, 3] }).parameters).toEqual({ p: [1, 10, 20] });
  });

  test("a slice of a parameter that somebody still reads is updated in a copy", () => {
    const graph = graphWith((trace) => {
      const [p, g] = [trace.parameter("p", vector), trace.input("g", { dtype: "f32", shape: [1] })];
      const [updated] = trace.emit(dynamicUpdateSlice, [p, g, trace.constant(0, "i32")], { axis: 0 });
      return { outputs: { both: updated.flip([0]).add(p), old: p }, updates: { p: updated } };
    });
    const { parameters, outputs } = run(graph, { p: [1, 2, 3] }, { g: [9] });
    expect(parameters).toEqual({ p: [9, 2, 3] });
    expect(outputs).toEqual({ both: [4, 4, 12], old: [1, 2, 3] });
  });

  test("a fetched parameter is its value before the update", () => {
    const graph = graphWith((trace) => {
      const p = trace.parameter("p", vector);
      return { outputs: { before: p, after: p.mul(2) }, updates: { p: p.mul(2) } };
    });
    const { outputs, parameters } = run(graph, { p: [1, 2, 3] });
    expect(outputs).toEqual({ before: [1, 2, 3], after: [2, 4, 6] });
    expect(parameters).toEqual({ p: [2, 4, 6] });
  });

  test("one new value may go to two parameters", () => {
    const graph = graphWith((trace) => {
      const [p, q] = [trace.parameter("p", vector), trace.parameter("q", vector)];
      const sum = p.add(q);
      return { updates: { p: sum, q: sum } };
    });
    expect(run(graph, { p: [1, 2, 3], q: [1, 1, 1] }).parameters).toEqual({ p: [2, 3, 4], q: [2, 3, 4] });
  });
});

describe("kernels and buffers", () => {
  test("equal layers share one kernel", () => {
    const graph = graphWith((trace) => {
      const weights = ["a", "b", "c"].map((name) => trace.parameter(name, { dtype: "f32", shape: [4, 4] }));
      const x = trace.input("x", { dtype: "f32", shape: [2, 4] });
      return { outputs: { y: weights.reduce((h, w) => h.matmul(w).tanh(), x) } };
    });
    const { program } = compileGraph(graph);
    expect([...program.kernels.keys()]).toEqual(["pack", "matmul_tanh"]);
    expect(program.entries[0]?.calls.length).toBe(3);
    expect(program.prepare.length).toBe(3);
  });

  test("an input, and a reshape of it, can be outputs", () => {
    const graph = graphWith((trace) => {
      const x = trace.input("x", vector);
      return { outputs: { same: x, column: x.reshape([3, 1]) } };
    });
    expect(run(graph, {}, { x: [1, 2, 3] }).outputs).toEqual({ same: [1, 2, 3], column: [1, 2, 3] });
  });

  test("names of users are in the ports alone", () => {
    const hostile = 'a"; drop()`${x}__proto__';
    const graph = graphWith((trace) => ({ outputs: { [hostile]: trace.input(hostile, vector).exp() } }));
    const { program } = compileGraph(graph);
    expect([...program.buffers.keys()]).toEqual(["x0", "y0"]);
    expect([...program.kernels.keys()]).toEqual(["exp"]);
  });
});

test("a step of a recurrence has constants of its own", () => {
  const graph = graphOf((trace) => {
    const { carry } = scan({
      carry: { state: trace.input("s", vector) },
      over: { x: trace.input("x", { dtype: "f32", shape: [2, 3] }) },
      step: ({ state }, { x }) => ({ carry: { state: state.add(x.mul(constant(Float32Array.of(1, 2, 3), [3]))) } }),
    });
    return { y: carry.state };
  });
  const { outputs } = run(graph, {}, { s: [10, 20, 30], x: [1, 1, 1, 2, 2, 2] });
  expect(outputs).toEqual({ y: [13, 26, 39] });
});

test("kernels over nothing are well formed as they are lowered, before any pass removes them", () => {
  const empty = [
    [2, 0, 3],
    [0, 4, 3],
    [2, 4, 0],
  ] as const;
  for (const [batch, keys, features] of empty) {
    const graph = graphOf((trace) => {
      const given = (name: string, length: number): Tensor =>
        trace.input(name, { dtype: "f32", shape: [batch, length, features] });
      return { y: attention(given("q", 5), given("k", keys), given("v", keys)) };
    });
    expect(verifyProgram(lower.run(fuseElementwise.run(standard.run(graph)))).violations).toEqual([]);
  }
});
