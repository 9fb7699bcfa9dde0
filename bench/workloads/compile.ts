// Compiling a network. What is compiled is run once and compared, where that is done in the measured process.
import { graphOf } from "../networks/weftgraph/graph.ts";
import type { Computation } from "./computation.ts";
import { networkComputation } from "./network.ts";
import type { CompileTask } from "./tasks.ts";

export const compileComputation: Computation<CompileTask> = {
  inputs: ({ network, fresh }) => (fresh === undefined ? networkComputation.inputs(network()) : {}),
  operations: () => 0,
  // Those of the graph as it is described: inputs, parameters and operations, before any pass. Who is compiled in a fresh process is
  // no point of a curve.
  nodes: (task) => (task.fresh === undefined ? graphOf(task).nodes.size : undefined),
  meaning: ({ network, fresh }, inputs) => (fresh === undefined ? networkComputation.meaning(network(), inputs) : {}),
  tolerance: 1e-4,
};
