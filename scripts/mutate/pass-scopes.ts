// Passes over graphs and loop programs.
import type { Scope } from "./scope.ts";

/** Few random graphs, for what only shows in whole programs. */
const randomGraphs = "scripts/mutate/random-graphs.test.ts";

export const passScopes: Readonly<Record<string, Scope>> = {
  simplify: {
    files: ["src/passes/simplify/*.ts"],
    tests: ["test/passes/simplify/*.test.ts", "test/files/filetests.test.ts"],
  },
  sharing: {
    files: ["src/passes/{cse,dce,fold-constants}.ts"],
    tests: ["test/passes/{cse,dce,fold-constants}.test.ts", "test/files/filetests.test.ts"],
  },
  planning: {
    files: ["src/passes/planning/*.ts", "src/passes/plan-buffers.ts"],
    tests: [
      "test/passes/planning/{segment-trees,ways-to-place,lives}.test.ts",
      "test/passes/plan-buffers.test.ts",
      // Of place-blocks.test.ts, placing a hundred thousand takes too long.
      "test/passes/planning/liveness-bound.test.ts",
    ],
  },
  rewriting: {
    files: ["src/passes/{rules,rewrite,manager,pass,everywhere,trace,pipelines}.ts"],
    tests: ["test/passes/{rules,manager,pass,pipelines,everywhere}.test.ts", "test/passes/simplify/*.test.ts"],
  },
  fusion: {
    files: ["src/passes/fusion/*.ts", "src/passes/{fuse-elementwise,fused-graph}.ts"],
    tests: [
      "test/passes/fuse-elementwise.test.ts",
      "test/passes/fusion/groups.test.ts",
      "test/passes/running-order.test.ts",
      "test/passes/fusion/guarantees.test.ts",
      // What is fused within the step of a recurrence.
      "test/passes/lowering/recurrences.test.ts",
    ],
  },
  lowering: {
    files: ["src/passes/lowering/*.ts", "src/passes/lower.ts"],
    tests: ["test/passes/lower.test.ts", "test/passes/lowering/*.test.ts", randomGraphs],
  },
  loops: {
    files: ["src/passes/loop/*.ts"],
    tests: ["test/passes/loop/!(preservation).test.ts", "test/passes/loop/preservation.test.ts"],
  },
  threads: {
    files: ["src/passes/threads/*.ts"],
    tests: [
      "test/passes/threads/{estimate,pieces,touches,share-program}.test.ts",
      "test/passes/threads/share-kernel.test.ts",
    ],
  },
  rows: {
    files: ["src/passes/join-rows/*.ts", "src/passes/join-rows.ts"],
    // The random graphs of join-rows.test.ts take too long.
    tests: ["test/passes/join-rows/*.test.ts"],
  },
  attention: {
    files: ["src/passes/attention/*.ts"],
    tests: [
      "test/passes/attention/{axes,triangles,not-attention,mask-rules,softmax-forms,softmax-beside,fuse-attention}.test.ts",
      "test/files/filetests.test.ts",
      "test/passes/attention-plan.test.ts",
      "test/passes/attention/{spellings,gradients,fused-gradients}.test.ts",
    ],
  },
  recurrence: {
    files: ["src/passes/recurrence/*.ts"],
    tests: ["test/passes/recurrence/*.test.ts", "test/passes/recurrence.test.ts"],
  },
  differentiation: { files: ["src/passes/differentiate.ts"], tests: ["test/passes/differentiate.test.ts"] },
  preparing: {
    files: ["src/passes/{decompose,nest-concats,prepare,specialize}.ts"],
    tests: [
      "test/passes/{prepared-calls,nest-concats,specialize}.test.ts",
      "test/files/filetests.test.ts",
      "test/passes/{decompose,prepare}.test.ts",
    ],
  },
};
