// Recurrences through the passes: what each pass keeps, what they make of the networks they are for, and that nothing of it
// depends on how many steps there are.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateEntry } from "../../src/backends/reference/interpreter.ts";
import { compileGraph } from "../../src/compile/compile-graph.ts";
import { planGraph } from "../../src/compile/plan-graph.ts";
import { describeBody } from "../../src/ir/graph/body.ts";
import { bodiesIn } from "../../src/ir/graph/body-graph.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { emitMany } from "../../src/ir/graph/traced-tensor.ts";
import { assertValid } from "../../src/ir/graph/verify.ts";
import { printProgram } from "../../src/ir/loop/print.ts";
import { scan as scanOp } from "../../src/ir/ops/recurrence.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { bindSpecs, type Params } from "../../src/model/parameter.ts";
import { lstm } from "../../src/nn/index.ts";
import { differentiate } from "../../src/passes/differentiate.ts";
import type { Pass } from "../../src/passes/pass.ts";
import { refineRecurrences, standard } from "../../src/passes/pipelines.ts";
import { absorbMovement } from "../../src/passes/recurrence/absorb-movement.ts";
import { hoistFromScans } from "../../src/passes/recurrence/hoist-from-scans.ts";
import { mergeScans } from "../../src/passes/recurrence/merge-scans.ts";
import { sinkFromScans } from "../../src/passes/recurrence/sink-from-scans.ts";
import { trimScans } from "../../src/passes/recurrence/trim-scans.ts";
import { firstDifference, runEverywhere } from "../../src/testing/run-everywhere.ts";
import { feedsFor, graphOf, opsOf } from "./support.ts";

/** A random scan, the sum of the squares of its results, and the gradients of that for all operands. */
const withGradients: fc.Arbitrary<Graph> = scanOp.arbitrary(fc, describeBody).map(({ operands, attrs }) =>
  graphOf((trace) => {
    const inputs = operands.map((type, at) => trace.input(`x${at}`, type));
    const results = emitMany(trace, "scan", inputs, { ...attrs });
    const loss = results.map((result) => result.mul(result).sum()).reduce((total, each) => total.add(each));
    const gradients = differentiate(loss, inputs);
    return { loss, ...Object.fromEntries(gradients.map((gradient, at) => [`gradient.x${at}`, gradient])) };
  }),
);

type Arrays = Readonly<Record<string, NdArray>>;

const outputsOf = (graph: Graph, feeds: Arrays): Arrays => evaluateEntry(graph, "main", feeds).outputs;

/** In double precision the order of a sum shows in the last digits only. */
const expectSame = (graph: Graph, changed: Graph, seed: number): void => {
  assertValid(changed);
  const feeds = feedsFor(graph, seed, "normal");
  const after = outputsOf(changed, feeds);
  for (const [name, { data }] of Object.entries(outputsOf(graph, feeds)))
    for (const [at, value] of data.entries())
      expect(Math.abs((after[name]?.data[at] ?? Number.NaN) - value)).toBeLessThanOrEqual(
        1e-10 * Math.max(1, Math.abs(value)),
      );
};

const passes: readonly Pass<Graph, Graph>[] = [
  mergeScans,
  trimScans,
  absorbMovement,
  hoistFromScans,
  sinkFromScans,
  refineRecurrences,
];

describe.each(passes.map((pass) => [pass.name, pass] as const))("%s", (_, pass) => {
  test("keeps the meaning of a recurrence and of its gradients", () => {
    fc.assert(
      fc.property(withGradients, fc.nat(), (graph, seed) => expectSame(graph, pass.run(graph), seed)),
      { numRuns: 60 },
    );
  });
});

test("what they make together they give back as it is", () => {
  fc.assert(
    fc.property(withGradients, (graph) => {
      const changed = refineRecurrences.run(graph);
      expect(refineRecurrences.run(changed)).toBe(changed);
    }),
    { numRuns: 60 },
  );
});

test("gradients through time are those of differences", () => {
  fc.assert(
    fc.property(withGradients, fc.nat(), (graph, seed) => {
      const feeds = feedsFor(graph, seed, "normal");
      const { loss, ...gradients } = outputsOf(graph, feeds);
      for (const [name, gradient] of Object.entries(gradients)) {
        const input = name.replace("gradient.", "");
        const array = feeds[input];
        if (array === undefined || array.data.length === 0) continue;
        const at = seed % array.data.length;
        const moved = (by: number): number => {
          const data = array.data.map((element, position) => (position === at ? element + by : element));
          return outputsOf(graph, { ...feeds, [input]: { ...array, data } })["loss"]?.data[0] ?? Number.NaN;
        };
        const step = 1e-4;
        const slope = (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step);
        const scale = 1 + Math.abs(slope) + Math.abs(loss?.data[0] ?? 0);
        expect(Math.abs((gradient.data[at] ?? Number.NaN) - slope)).toBeLessThanOrEqual(1e-7 * scale);
      }
    }),
    { numRuns: 80 },
  );
});

/** An LSTM layer over a sequence, with the gradients of all its parameters where they are asked for. */
const lstmGraph = (steps: number, train: boolean): Graph =>
  graphOf((trace) => {
    const spec = lstm(6, 8);
    const parameters = new Map<string, Tensor>();
    const layer = bindSpecs(spec, (path, { shape }) => {
      const tensor = trace.input(path, { dtype: "f32", shape });
      parameters.set(path, tensor);
      return tensor;
    }) as Params<typeof spec>;
    const x: Tensor = trace.input("x", { dtype: "f32", shape: [steps, 4, 6] });
    const { output } = layer(x);
    if (!train) return { output };
    const loss = output.mul(output).sum();
    const all = [x, ...parameters.values()];
    const gradients = differentiate(loss, all);
    return { loss, ...Object.fromEntries(gradients.map((gradient, at) => [`g${at}`, gradient])) };
  });

const bodiesOf = (graph: Graph): readonly Graph[] =>
  [...graph.nodes.values()].flatMap((node) => bodiesIn(node).map(([, body]) => body));

const count = (graph: Graph, op: string): number => opsOf(graph).filter((each) => each === op).length;

describe("an LSTM", () => {
  test("projects its inputs in one product before the loop, and keeps one product in it", () => {
    const graph = standard.run(lstmGraph(12, false));
    expect([count(graph, "matmul"), count(graph, "scan")]).toEqual([1, 1]);
    expect(bodiesOf(graph).map((body) => count(body, "matmul"))).toEqual([1]);
  });

  test("is trained with one loop there and one back, each with one product", () => {
    const graph = standard.run(lstmGraph(12, true));
    // The projection; and behind the way back the gradients of x, W_ih and W_hh.
    expect([count(graph, "matmul"), count(graph, "scan")]).toEqual([4, 2]);
    expect(bodiesOf(graph).map((body) => count(body, "matmul"))).toEqual([1, 1]);
  });

  test("saves what its gates say, so that the way back needs neither them again nor the products they are made of", () => {
    const [forward, backward] = bodiesOf(standard.run(lstmGraph(12, true)));
    const saved = (forward?.entries[0]?.outputs ?? []).slice(2).map(({ value }) => value);
    const nodes = [...(forward?.nodes.values() ?? [])].filter(({ results }) =>
      results.some(({ id }) => saved.includes(id)),
    );
    expect(nodes.map(({ op }) => op).filter((op) => op !== "input" && op !== "binary")).toEqual(Array(5).fill("unary"));
    expect(backward && count(backward, "unary")).toBe(0);
  });

  test("is the same graph and the same code for 10 steps and for 1000, but for constants", () => {
    const [short, long] = [10, 1000].map((steps) => {
      const graph = lstmGraph(steps, true);
      const { program } = compileGraph(graph, { backend: "wasm" });
      return { nodes: standard.run(graph).nodes.size, bodies: bodiesOf(graph), text: printProgram(program) };
    });
    expect(long?.nodes).toBe(short?.nodes);
    expect(long?.bodies.map(({ nodes }) => nodes.size)).toEqual(short?.bodies.map(({ nodes }) => nodes.size));
    const withoutNumbers = (text = ""): string => text.replace(/\d+/g, "0");
    expect(withoutNumbers(long?.text)).toBe(withoutNumbers(short?.text));
  });
});

test("a body may give one value several times, and what it was given", async () => {
  const graph = graphOf((trace) => {
    const [x, h, w] = ["x", "h", "w"].map((name) =>
      trace.input(name, { dtype: "f32", shape: name === "x" ? [3, 2, 5] : [2, 5] }),
    );
    if (x === undefined || h === undefined || w === undefined) throw new Error("three inputs");
    const element = { dtype: "f32", shape: [2, 5] } as const;
    const body = describeBody([element, element, element], ([state, each, captured], { constant }) => {
      if (!state || !each || !captured) return [];
      const next = state.mul(captured).add(each).tanh();
      const sums = next.sum({ axes: [1] });
      return [next, next, next, sums, sums, each, each, state, captured, constant(2, element)];
    });
    const attrs = { carried: 1, sequences: 1, length: 3, reverse: true, body };
    const results = emitMany(trace, "scan", [h, x, w], attrs);
    return Object.fromEntries(results.map((result, at) => [`y${at}`, result]));
  });
  const feeds = feedsFor(graph, 5, "normal");
  const meaning = evaluateEntry(graph, "main", feeds, {}, { round: "f32" }).outputs;
  const { program } = planGraph(graph, { verify: "each" });
  const arrays = new Map(Object.entries(feeds).map(([name, { data }]) => [name, Float32Array.from(data)]));
  const [closure, javascript, wasm] = await runEverywhere(program, "main", arrays);
  expect(firstDifference(closure, javascript)).toBeUndefined();
  expect(firstDifference(closure, wasm)).toBeUndefined();
  for (const [name, { data }] of Object.entries(meaning))
    for (const [at, value] of data.entries()) expect(closure.outputs.get(name)?.[at]).toBeCloseTo(value, 5);
});

test("a step whose values are read twice, forty times over, is looked through once", () => {
  const element = { dtype: "f32", shape: [2] } as const;
  const graph = graphOf((trace) => {
    const body = describeBody([element, element], ([state, each]) => {
      if (!state || !each) return [];
      const doubled = Array.from({ length: 40 }).reduce<Tensor>((value) => value.add(value.tanh()), each);
      return [state.add(doubled)];
    });
    const operands = [trace.input("h", element), trace.input("x", { dtype: "f32", shape: [3, 2] })];
    const attrs = { carried: 1, sequences: 1, length: 3, reverse: false, body };
    return Object.fromEntries(emitMany(trace, "scan", operands, attrs).map((result) => ["y", result]));
  });
  expect(hoistFromScans.run(graph)).toBe(graph);
});
