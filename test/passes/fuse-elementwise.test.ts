// Fusion: which nodes share a kernel, what must stay apart, and that nothing is computed twice.
import { describe, expect, test } from "vitest";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { functionOf } from "../../src/ir/graph/print-node.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { fuseElementwise } from "../../src/passes/fuse-elementwise.ts";
import { standard } from "../../src/passes/pipelines.ts";
import { graphOf } from "./support.ts";

/** The ops of each kernel of `main`, in order, and how many values it leaves in memory. */
const kernelsOf = (graph: Graph): readonly string[] => {
  const fused = fuseElementwise.run(standard.run(graph));
  const [entry] = fused.entries;
  return (entry?.groups ?? []).map(({ members, outputs }) => {
    const names = [...members].map((id) => {
      const node = fused.graph.nodes.get(id);
      return node === undefined ? "?" : (functionOf(node) ?? node.op);
    });
    return `${names.join(" ")} -> ${outputs.length}`;
  });
};

const matrix = { dtype: "f32", shape: [4, 8] } as const;

describe("what goes together", () => {
  test("a chain of elementwise ops is one kernel", () => {
    const graph = graphOf((trace) => ({ y: trace.input("x", matrix).exp().add(1).tanh() }));
    expect(kernelsOf(graph)).toEqual(["exp add tanh -> 1"]);
  });

  test("a value that is also fetched is a second result of the same kernel", () => {
    const graph = graphOf((trace) => {
      const e = trace.input("x", matrix).exp();
      return { e, y: e.add(1).tanh() };
    });
    expect(kernelsOf(graph)).toEqual(["exp add tanh -> 2"]);
  });

  test("what reads elements elsewhere waits for all of them, wherever else it reads", () => {
    const kept = (of: (e: Tensor) => Tensor): readonly string[] =>
      kernelsOf(
        graphOf((trace) => {
          const e = trace.input("x", { dtype: "f32", shape: [8, 8] }).exp();
          return { e, y: of(e) };
        }),
      );
    expect(kept((e) => e.add(1))).toHaveLength(1);
    expect(kept((e) => e.transpose([1, 0]).add(1))).toHaveLength(2);
    expect(kept((e) => e.add(e.transpose([1, 0])))).toHaveLength(2);
    expect(kept((e) => e.transpose([1, 0]).add(e))).toHaveLength(2);
  });

  test("bias and activation follow a matrix product", () => {
    const graph = graphOf((trace) => {
      const [x, w, b] = [
        trace.input("x", matrix),
        trace.input("w", { dtype: "f32", shape: [8, 3] }),
        trace.input("b", { dtype: "f32", shape: [3] }),
      ];
      return { y: x.matmul(w).add(b).tanh() };
    });
    expect(kernelsOf(graph)).toEqual(["matmul add tanh -> 1"]);
  });

  test("what leads to a reduction is computed in it, and what follows it element by element too", () => {
    const graph = graphOf((trace) => ({
      y: trace
        .input("x", matrix)
        .exp()
        .sum({ axes: [1] })
        .log(),
    }));
    expect(kernelsOf(graph)).toEqual(["exp sum log -> 1"]);
  });

  test("movements are computed where they are read", () => {
    const graph = graphOf((trace) => ({ y: trace.input("x", matrix).exp().transpose([1, 0]).add(1) }));
    expect(kernelsOf(graph)).toEqual(["exp add -> 1"]);
  });

  test("arithmetic on the second operand of a matrix product goes into its packing", () => {
    const graph = graphOf((trace) => {
      const [x, w] = [trace.input("x", matrix), trace.input("w", { dtype: "f32", shape: [8, 3] })];
      return { y: x.matmul(w.exp()) };
    });
    expect(kernelsOf(graph)).toEqual(["exp matmul -> 1"]);
  });
});

describe("what stays apart", () => {
  test("arithmetic is not repeated by a broadcast", () => {
    const graph = graphOf((trace) => {
      const row = trace.input("row", { dtype: "f32", shape: [8] }).exp();
      return { y: trace.input("x", matrix).add(row) };
    });
    expect(kernelsOf(graph)).toEqual(["exp -> 1", "add -> 1"]);
  });

  test("a follower that needs the whole of what it follows waits for it", () => {
    const softmax = (x: Tensor): Tensor => {
      const e = x.exp();
      return e.div(e.sum({ axes: [1], keepDims: true }));
    };
    const graph = graphOf((trace) => ({ y: softmax(trace.input("x", matrix)) }));
    expect(kernelsOf(graph)).toEqual(["exp -> 1", "sum -> 1", "div -> 1"]);
  });

  test("no merge closes a cycle: the result of a product plus a function of its sum", () => {
    const graph = graphOf((trace) => {
      const product = trace.input("x", matrix).matmul(trace.input("w", { dtype: "f32", shape: [8, 8] }));
      return { y: product.add(product.sum().exp()) };
    });
    expect(kernelsOf(graph)).toEqual(["matmul -> 1", "sum exp -> 1", "add -> 1"]);
  });

  test("two readers of one value do not compute it twice", () => {
    const graph = graphOf((trace) => {
      const e = trace.input("x", matrix).exp();
      return { a: e.sum({ axes: [0] }), b: e.sum({ axes: [1] }) };
    });
    expect(kernelsOf(graph)).toEqual(["exp -> 1", "sum -> 1", "sum -> 1"]);
  });

  test("kernels stay small however long the chain", () => {
    const graph = graphOf((trace) => {
      let x = trace.input("x", matrix);
      for (let step = 0; step < 200; step++) x = step % 2 === 0 ? x.exp() : x.tanh();
      return { x };
    });
    const sizes = kernelsOf(graph).map((kernel) => kernel.split(" -> ")[0]?.split(" ").length ?? 0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(200);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(96);
  });
});
