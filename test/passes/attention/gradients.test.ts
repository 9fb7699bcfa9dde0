// Gradients of attention written by hand: taken through the op, in the graph under construction, so that the way there and the
// way back share one op and no scores are left of either; and what they are does not change.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import { softmax } from "../../../src/ir/functions/index.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { type Trace, withTrace } from "../../../src/ir/graph/trace.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import { isFloat } from "../../../src/ir/types/dtype.ts";
import { knownShape } from "../../../src/ir/types/shape.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { differentiate } from "../../../src/passes/differentiate.ts";
import { runPasses } from "../../../src/passes/manager.ts";
import { standard } from "../../../src/passes/pipelines.ts";
import { attentionSpellings } from "../../../src/testing/arbitraries/attention-spellings.ts";
import { feedOf, spellAttention } from "../../../src/testing/arbitraries/spell-attention.ts";
import { opsOf } from "../support.ts";

const numRuns = Math.ceil(Number(process.env["ATTENTION_SPELLINGS"] ?? 150) / 6);

/** The loss, a weighed sum so that no gradient is 0 by symmetry. */
const lossOf = (y: Tensor): Tensor => y.mul(y).mul(0.5).add(y.sin()).sum();

/** A graph that gives y, the loss, and the gradients of all float inputs. */
const trained = (describeIt: (trace: Trace) => Tensor): Graph => {
  const trace = traceOver(graphBuilder());
  return withTrace(trace, () => {
    const y = describeIt(trace);
    const { inputs } = trace.builder.finish("inputs", []);
    const wanted = inputs.map(trace.tensor).filter(({ dtype }) => isFloat(dtype));
    const loss = lossOf(y);
    const gradients = differentiate(loss, wanted);
    const outputs = [y, loss, ...gradients].map((tensor, at) => ({ name: `${at}`, value: trace.value(tensor) }));
    return trace.builder.finish("trained", [{ name: "main", outputs, updates: [] }]);
  });
};

const counts = (graph: Graph) => {
  const ops = opsOf(graph);
  const count = (op: string): number => ops.filter((each) => each === op).length;
  return {
    forward: count("attention"),
    backward: count("attentionGradients"),
    exponentials: count("unary exp") + count("unary decay"),
  };
};

const feedsOf = (graph: Graph, seed: number) =>
  Object.fromEntries(
    [...graph.nodes.values()].flatMap((node) => {
      if (node.op !== "input") return [];
      const { name, dtype, shape } = node.attrs;
      return [[name, feedOf(name, { dtype, shape: knownShape(shape) }, seed + name.length * 7 + name.charCodeAt(0))]];
    }),
  );

/** The loss alone, of the graph as it is described. */
const lossAt = (graph: Graph, feeds: ReturnType<typeof feedsOf>): number =>
  evaluateEntry(graph, "main", feeds, {}).outputs["1"]?.data[0] ?? Number.NaN;

describe("gradients of attention in random spellings", () => {
  test("go through one op each way, and are those of central differences", () => {
    const check = fc.property(attentionSpellings(), fc.nat(), (spelling, seed) => {
      // Scores in double precision, for differences need it.
      const graph = trained((trace) => spellAttention({ ...spelling, dtype: "f64", wider: false }, trace));
      const { program } = runPasses(standard, graph, { verify: "each" });
      expect(counts(program)).toEqual({ forward: 1, backward: 1, exponentials: 0 });
      const feeds = feedsOf(graph, seed);
      const { outputs } = evaluateEntry(program, "main", feeds, {});
      const floats = Object.entries(feeds).filter(([, { dtype }]) => isFloat(dtype));
      floats.forEach(([name, array], at) => {
        const gradient = outputs[`${at + 2}`]?.data ?? [];
        const direction = array.data.map((_, index) => Math.cos(index * 7 + at));
        const step = 1e-5;
        const moved = (by: number) => ({
          ...feeds,
          [name]: { ...array, data: array.data.map((value, index) => value + by * (direction[index] ?? 0)) },
        });
        // Masks of numbers are numbers, but what they choose is no function of them.
        if (name.startsWith("mask")) return;
        const slope = (lossAt(graph, moved(step)) - lossAt(graph, moved(-step))) / (2 * step);
        const found = direction.reduce((sum, each, index) => sum + each * (gradient[index] ?? 0), 0);
        expect(Math.abs(found - slope), `${name}: ${found} is ${slope}`).toBeLessThan(
          1e-5 * Math.max(1, Math.abs(slope)),
        );
      });
    });
    fc.assert(check, { numRuns });
  }, 1_800_000);
});

describe("a training step with attention written by hand", () => {
  const [tokens, width] = [512, 16];
  const step = trained((trace) => {
    const type = { dtype: "f32", shape: [tokens, width] } as const;
    const [x, query, key, value] = [
      trace.input("x", type),
      ...["query", "key", "value"].map((name) => trace.input(name, { dtype: "f32", shape: [width, width] })),
    ];
    if (x === undefined || query === undefined || key === undefined || value === undefined) throw new Error("inputs");
    const scores = x.matmul(query).matmul(x.matmul(key), { transposeB: true }).div(4);
    return softmax(scores).matmul(x.matmul(value));
  });

  test("holds no buffer of queries x keys", () => {
    const { program } = planGraph(step);
    const largest = Math.max(...[...program.buffers.values()].map(({ length }) => length));
    expect(largest).toBeLessThan(tokens * tokens);
    expect(program.memory.arenaBytes).toBeLessThan(4 * tokens * tokens);
  });

  test("whose weights somebody else reads is differentiated node by node", () => {
    const graph = trained((trace) => {
      const type = { dtype: "f64", shape: [3, 2] } as const;
      const [q, k, v] = [trace.input("q", type), trace.input("k", type), trace.input("v", type)];
      const weights = softmax(q.matmul(k, { transposeB: true }));
      return weights.matmul(v).sum().add(weights.mul(weights).sum());
    });
    expect(counts(runPasses(standard, graph).program)).toEqual({ forward: 0, backward: 0, exponentials: 1 });
  });

  test("gives gradients of values on the way, where these are asked for", () => {
    const trace = traceOver(graphBuilder());
    const graph = withTrace(trace, () => {
      const type = { dtype: "f64", shape: [3, 2] } as const;
      const [q, k, v] = [trace.input("q", type), trace.input("k", type), trace.input("v", type)];
      const scores = q.matmul(k, { transposeB: true });
      const [gradient, own] = differentiate(softmax(scores).matmul(v).sum(), [scores, q]);
      // dq = ds k
      const outputs = [own, gradient.matmul(k)].map((tensor, at) => ({ name: `${at}`, value: trace.value(tensor) }));
      return trace.builder.finish("saliency", [{ name: "main", outputs, updates: [] }]);
    });
    const { outputs } = evaluateEntry(graph, "main", feedsOf(graph, 3), {});
    expect([...(outputs["0"]?.data ?? [])].some((value) => Math.abs(value) > 1e-3)).toBe(true);
    outputs["0"]?.data.forEach((value, at) => expect(outputs["1"]?.data[at]).toBeCloseTo(value, 12));
  });
});
