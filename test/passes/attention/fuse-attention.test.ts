// Attention as it stands in well-known models: found, with nothing of queries x keys elements left in memory.
import { describe, expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import { einsum, scan, softmax } from "../../../src/ir/functions/index.ts";
import { graphOf as bodyGraph } from "../../../src/ir/graph/body-graph.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import type { Trace } from "../../../src/ir/graph/trace.ts";
import { emitOne } from "../../../src/ir/graph/traced-tensor.ts";
import { printGraph } from "../../../src/ir/text/print.ts";
import type { DType } from "../../../src/ir/types/dtype.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { runPasses } from "../../../src/passes/manager.ts";
import { standard } from "../../../src/passes/pipelines.ts";
import { feedsFor, graphOf, opsOf } from "../support.ts";

const iota = (t: Trace, length: number): Tensor => emitOne(t, "iota", [], { axis: 0, dtype: "i32", shape: [length] });

const input = (t: Trace, name: string, shape: readonly number[], dtype: DType = "f32"): Tensor =>
  t.input(name, { dtype, shape });

/** The graph in core ops; it means what it meant. */
const compiled = (graph: Graph): Graph => {
  const { program } = runPasses(standard, graph, { verify: "each" });
  const feeds = feedsFor(graph, 7, "normal");
  const [before, after] = [graph, program].map((each) => evaluateEntry(each, "main", feeds, {}).outputs["y"]?.data);
  before?.forEach((value, at) => expect(after?.[at]).toBeCloseTo(value, 5));
  return program;
};

const largestBuffer = (graph: Graph): number =>
  Math.max(...[...planGraph(graph).program.buffers.values()].map(({ length }) => length));

const [tokens, width] = [96, 8];

describe("attention as models write it", () => {
  test("GPT-2: a triangle of ones, cut out of a larger one, chooses scores", () => {
    const most = 128;
    const ones = Uint8Array.from({ length: most * most }, (_, at) => (at % most <= Math.floor(at / most) ? 1 : 0));
    const graph = graphOf((t) => {
      const [q, k, v] = ["q", "k", "v"].map((name) => input(t, name, [2, 3, tokens, width])) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      const range = { start: 0, end: tokens, step: 1 };
      const kept = t
        .data("u8", [1, 1, most, most], ones)
        .slice([{ ...range, end: 1 }, { ...range, end: 1 }, range, range]);
      const scores = q.matmul(k.transpose([0, 1, 3, 2])).div(Math.sqrt(width));
      return { y: softmax(kept.equal(0).select(-Infinity, scores)).matmul(v) };
    });
    const program = compiled(graph);
    expect(opsOf(program)).toEqual(["input", "input", "input", "attention"]);
    expect(program.constants.size).toBe(0);
  });

  test("every second row and column of a triangle, or a band cut out off its diagonal, keep what they hold", () => {
    const [most, length] = [16, 6];
    const band = Float32Array.from({ length: most * most }, (_, at) => {
      const distance = (at % most) - Math.floor(at / most);
      return distance <= 1 && distance > -4 ? 0 : -10;
    });
    const masked = (...ranges: readonly { start: number; end: number; step: number }[]): Graph =>
      graphOf((t) => {
        const [q, k, v] = ["q", "k", "v"].map((name) => input(t, name, [length, width])) as [Tensor, Tensor, Tensor];
        const mask = t.data("f32", [most, most], band).slice(ranges);
        return { y: softmax(q.matmul(k, { transposeB: true }).add(mask)).matmul(v) };
      });
    const range = (start: number, step: number) => ({ start, end: start + length * step, step });
    expect(opsOf(compiled(masked(range(0, 2), range(0, 2))))).toContain("attention");
    expect(opsOf(compiled(masked(range(0, 1), range(0, 2))))).toContain("attention");
    expect(compiled(masked(range(5, 1), range(3, 1))).constants.size).toBe(0);
    expect(compiled(masked(range(2, 1), range(4, 1))).constants.size).toBe(0);
  });

  test("a constant of heads and keys is no triangle of queries and keys, and stays", () => {
    const [heads, length] = [3, 6];
    const band = Float32Array.from({ length: heads * length }, (_, at) =>
      at % length <= Math.floor(at / length) ? 0 : -10,
    );
    const graph = graphOf((t) => {
      const [q, k, v] = ["q", "k", "v"].map((name) => input(t, name, [heads, length, width])) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      const mask = t.data("f32", [heads, length], band).reshape([heads, 1, length]);
      return { y: softmax(q.matmul(k, { transposeB: true }).add(mask)).matmul(v) };
    });
    const program = compiled(graph);
    expect(opsOf(program)).toContain("attention");
    expect(program.constants.size).toBe(1);
  });

  test("T5: biases looked up by distance, where the table is all that is in memory", () => {
    const graph = graphOf((t) => {
      const [q, k, v] = ["q", "k", "v"].map((name) => input(t, name, [3, tokens, width])) as [Tensor, Tensor, Tensor];
      const distance = iota(t, tokens).sub(iota(t, tokens).reshape([tokens, 1]));
      const table = input(t, "table", [32, 3]);
      const bucket = emitOne(t, "clamp", [distance.abs()], { low: 0, high: 31 });
      const bias = table.gather(bucket).transpose([2, 0, 1]);
      return { y: softmax(q.matmul(k, { transposeB: true }).add(bias)).matmul(v) };
    });
    expect(opsOf(compiled(graph)).filter((op) => op !== "input")).toEqual(["attention"]);
    expect(largestBuffer(graph)).toBeLessThan(tokens * tokens);
  });

  test("a table that is computed first is computed outside, and looked up inside", () => {
    const graph = graphOf((t) => {
      const [q, k, v] = ["q", "k", "v"].map((name) => input(t, name, [3, tokens, width])) as [Tensor, Tensor, Tensor];
      const bucket = iota(t, tokens).maximum(iota(t, tokens).reshape([tokens, 1]));
      const bias = input(t, "table", [tokens]).tanh().gather(bucket);
      return { y: softmax(q.matmul(k, { transposeB: true }).add(bias)).matmul(v) };
    });
    expect(opsOf(compiled(graph)).filter((op) => op !== "input")).toEqual(["unary tanh", "attention"]);
  });

  test("biases that were turned around in both directions, then transposed, are turned around inside", () => {
    const graph = graphOf((t) => {
      const [q, k, v] = ["q", "k", "v"].map((name) => input(t, name, [6, width])) as [Tensor, Tensor, Tensor];
      const bias = input(t, "bias", [6, 6]).flip([0, 1]).transpose([1, 0]);
      return { y: softmax(q.matmul(k, { transposeB: true }).add(bias)).matmul(v) };
    });
    expect(printGraph(compiled(graph))).toContain("flip %0 {axes = [0, 1]}");
  });

  test("Perceiver: queries that are the same for each of a batch", () => {
    const graph = graphOf((t) => {
      const [k, v] = ["k", "v"].map((name) => input(t, name, [2, tokens, width])) as [Tensor, Tensor];
      const scores = input(t, "q", [5, width]).matmul(k, { transposeB: true });
      return { y: softmax(scores).matmul(v) };
    });
    expect(opsOf(compiled(graph)).filter((op) => op === "attention")).toHaveLength(1);
  });

  test("keys and values repeated along an axis of their own: features, or the keys themselves", () => {
    const all = [2, 6, 4];
    for (const [ofKeys, ofValues] of [
      [[2, 6, 1], all],
      [all, [2, 6, 1]],
      [all, [2, 1, 4]],
      [
        [6, 1],
        [1, 4],
      ],
    ] as const) {
      const graph = graphOf((t) => {
        const [q, k, v] = [input(t, "q", all), input(t, "k", ofKeys), input(t, "v", ofValues)];
        const scores = q.matmul(k.broadcastTo(all), { transposeB: true });
        return { y: softmax(scores).matmul(v.broadcastTo(all)) };
      });
      expect(opsOf(compiled(graph))).toContain("attention");
    }
  });

  test("decoding: one query, and keys so far as lengths say", () => {
    const graph = graphOf((t) => {
      const q = input(t, "q", [2, 3, 1, width]);
      const [k, v] = ["k", "v"].map((name) => input(t, name, [2, 3, tokens, width])) as [Tensor, Tensor];
      const isThere = iota(t, tokens).less(input(t, "lengths", [2, 1, 1, 1], "i32").abs().add(1));
      const scores = einsum("bhqd,bhkd->bhqk", q, k);
      return { y: softmax(isThere.select(scores, -1e9)).matmul(v) };
    });
    expect(opsOf(compiled(graph)).filter((op) => op === "attention")).toHaveLength(1);
  });

  test("pooling by attention: one learned query over merged tokens", () => {
    const graph = graphOf((t) => {
      const x = input(t, "x", [2, 4, 6, width]).reshape([2, 24, width]);
      const scores = einsum("qd,bkd->bqk", input(t, "q", [2, width]), x);
      return { y: einsum("bqk,bkd->bqd", softmax(scores), x) };
    });
    expect(opsOf(compiled(graph)).filter((op) => op === "attention")).toHaveLength(1);
  });

  test("documents: queries see keys of their own, which is compared inside", () => {
    const graph = graphOf((t) => {
      const [q, k, v] = ["q", "k", "v"].map((name) => input(t, name, [2, tokens, width])) as [Tensor, Tensor, Tensor];
      const documents = input(t, "documents", [2, tokens], "i32");
      const same = documents.reshape([2, tokens, 1]).equal(documents.reshape([2, 1, tokens]));
      const scores = q.matmul(k, { transposeB: true });
      return { y: softmax(same.select(scores, -1e9)).matmul(v) };
    });
    expect(opsOf(compiled(graph)).filter((op) => op !== "input" && op !== "reshape")).toEqual(["attention"]);
    expect(largestBuffer(graph)).toBeLessThan(tokens * tokens);
  });

  test("within the step of a recurrence", () => {
    const graph = graphOf((t) => {
      const [k, v] = ["k", "v"].map((name) => input(t, name, [tokens, width])) as [Tensor, Tensor];
      const xs = input(t, "xs", [4, 3, width]);
      const { carry } = scan({
        carry: { state: input(t, "s", [3, width]) },
        over: { x: xs },
        step: ({ state }, { x }) => {
          const weights = softmax(state.add(x).matmul(k, { transposeB: true }));
          return { carry: { state: weights.matmul(v) } };
        },
      });
      return { y: carry.state };
    });
    const inner = [...compiled(graph).nodes.values()].flatMap((node) =>
      node.op === "scan" ? opsOf(bodyGraph(node.attrs.body)) : [],
    );
    expect(inner).toContain("attention");
    expect(inner).not.toContain("unary exp");
  });
});
