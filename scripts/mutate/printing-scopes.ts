// The scopes of what is written: functions of numbers as loop programs, the text form of graphs both ways, the text of loop programs,
// JavaScript, and WebAssembly with its bytes.
import type { Scope } from "./scope.ts";

/** Scopes by name; all of the folder, with the tests of the folder. */
export const printingScopes: Readonly<Record<string, Scope>> = {
  scalar: {
    files: ["src/ir/scalar/**/*.ts"],
    tests: ["test/ir/scalar/{unary,binary,reducer}.test.ts", "test/ir/ops/lowering.test.ts"],
  },
  text: {
    files: ["src/ir/text/*.ts"],
    tests: [
      "test/ir/text/{print,bodies,equal,round-trip,dot}.test.ts",
      "test/errors/{graph-names,graph-nodes,told-graphs,limits}.test.ts",
      "test/ir/functions/define.test.ts",
      "test/ir/text/fuzz.test.ts",
    ],
  },
  "loop-text": { files: ["src/ir/loop/print.ts"], tests: ["test/ir/loop/print.test.ts"] },
  javascript: {
    files: ["src/backends/javascript/*.ts"],
    tests: ["test/backends/javascript/*.test.ts", "test/errors/javascript.test.ts"],
  },
  "wasm-bytes": {
    files: ["src/backends/wasm/{byte-writer,encode,encode-instruction,opcodes,print-wat,instruction,module}.ts"],
    tests: ["test/backends/wasm/{encode,print-wat,module,names}.test.ts"],
  },
  "wasm-emission": {
    files: [
      "src/backends/wasm/{access,addressing,expressions,memory-access,operators,statements,tidy}.ts",
      "src/backends/wasm/{scalar,vector}-expressions.ts",
      "src/backends/wasm/{unroll-vectors,take-turns,forward-values,share-locals,cheap-extremes,remove-unread}.ts",
    ],
    tests: [
      "test/backends/wasm/{statements,scalar-expressions,vector-expressions,tidy,side-by-side}.test.ts",
      "test/backends/wasm/{print-wat,transpose-moves,outline,random-kernels}.test.ts",
    ],
  },
};
