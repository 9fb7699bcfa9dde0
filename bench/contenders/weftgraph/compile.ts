// Compiling itself: from a description to something that can be called. Weights are no part of it: parameters are there, and zero.
import { type CompiledGraph, compileGraph } from "../../../src/index.ts";
import { runFresh } from "../../fresh/fresh.ts";
import { graphOf } from "../../networks/weftgraph/graph.ts";
import { feedsOf, weightsOf } from "../../networks/weftgraph/model.ts";
import type { Arrays } from "../../workloads/computation.ts";
import type { CompileTask } from "../../workloads/tasks.ts";
import { type Form, floats, type Prepared } from "../contender.ts";

/** Describes, traces, compiles and instantiates. */
export const compileTask = (task: CompileTask): CompiledGraph => compileGraph(graphOf(task));

/** Again and again in one process; what was compiled is run once, to see that it is right. */
const repeated = (task: CompileTask, inputs: Arrays): Prepared => {
  let compiled: CompiledGraph | undefined;
  return {
    run: () => {
      compiled = compileTask(task);
      return {};
    },
    inLayout: () => {
      if (compiled === undefined) throw new Error("nothing is compiled");
      const { executable } = compiled;
      const network = task.network();
      for (const [name, data] of Object.entries(weightsOf(network, inputs))) executable.write(name, data);
      const results = Object.entries(executable.run("predict", feedsOf(network, inputs)));
      return Object.fromEntries(results.map(([name, { data }]) => [name, floats(data)]));
    },
  };
};

/** Once in each process. */
const once = (name: string): Prepared => ({
  run: async () => {
    await runFresh("compile.ts", [name]);
    return {};
  },
  seconds: async () => (await runFresh("compile.ts", [name])).seconds,
});

/** The form that a task is measured in. */
export const compileForm: Form<CompileTask> = {
  prepare: (task, inputs) => (task.fresh === undefined ? repeated(task, inputs) : once(task.fresh)),
};
