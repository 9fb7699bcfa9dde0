// The product of two square matrices as the compiler makes it from a graph: packing and register tiles.
import { planGraph } from "../src/compile/plan-graph.ts";
import { graphBuilder } from "../src/ir/graph/builder.ts";
import { traceOver } from "../src/ir/graph/traced-tensor.ts";
import { type Workload, workloadOf } from "./program.ts";

/** f32 [size, size] times [size, size]: 2 size^3 operations. */
export const matmul = (size: number): Workload => {
  const trace = traceOver(graphBuilder());
  const type = { dtype: "f32", shape: [size, size] } as const;
  const product = trace.parameter("a", type).matmul(trace.parameter("b", type));
  const outputs = [{ name: "c", value: trace.value(product) }];
  const graph = trace.builder.finish("matmul", [{ name: "main", outputs, updates: [] }]);
  const { program } = planGraph(graph);
  return workloadOf(`matmul ${size} x ${size} x ${size}, f32`, 2 * size ** 3, program, "main");
};
