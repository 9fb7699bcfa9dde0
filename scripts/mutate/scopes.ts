// Which tests a folder is held against when its sources are mutated: those that are about it, since each mutant runs them again.

import { opScopes } from "./op-scopes.ts";
import type { Scope } from "./scope.ts";

/** The folders and files that are mutated, by name. */
export const scopes: Readonly<Record<string, Scope>> = {
  simplify: {
    files: ["src/passes/simplify/*.ts"],
    tests: ["test/passes/simplify/*.test.ts", "test/passes/meaning.test.ts", "test/files/filetests.test.ts"],
  },
  sharing: {
    files: ["src/passes/{cse,dce,fold-constants}.ts"],
    tests: ["test/passes/{cse,dce,fold-constants,meaning}.test.ts", "test/files/filetests.test.ts"],
  },
  planning: {
    files: ["src/passes/planning/*.ts", "src/passes/plan-buffers.ts"],
    tests: ["test/passes/planning/*.test.ts", "test/passes/plan-buffers.test.ts"],
  },
  rewriting: {
    files: ["src/passes/{rules,rewrite,manager,pass}.ts"],
    tests: ["test/passes/{rules,manager,pass}.test.ts", "test/passes/simplify/*.test.ts"],
  },
  fusion: {
    files: ["src/passes/fusion/*.ts", "src/passes/fuse-elementwise.ts"],
    tests: [
      "test/passes/fusion/*.test.ts",
      "test/passes/fuse-elementwise.test.ts",
      "test/passes/running-order.test.ts",
    ],
  },
  loops: { files: ["src/passes/loop/*.ts"], tests: ["test/passes/loop/*.test.ts"] },
  ...opScopes,
};
