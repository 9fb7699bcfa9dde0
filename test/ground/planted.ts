// The files that floors.test.ts lays out: each violation sits alone in a file, beside a lawful file per folder.

/** A violation, and what the linter must say about it. */
export interface Planted {
  readonly what: string;
  readonly file: string;
  readonly source: string;
  readonly rule: string;
  /** A part of the message: it must state the rule that was broken. */
  readonly says: string;
}

const imports = "eslint(no-restricted-imports)";
const lines = (count: number, line: string): string => Array.from({ length: count }, () => line).join("\n");

/** One violation of each kind. */
export const planted: readonly Planted[] = [
  {
    what: "ir importing a pass",
    file: "src/ir/ops/up.ts",
    source: `import "../../passes/fine.ts";`,
    rule: imports,
    says: "src/ir is the ground floor: it imports nothing above it",
  },
  {
    what: "a type from above",
    file: "src/ir/types/up-type.ts",
    source: `import type { Expr } from "../loop/fine.ts";\nexport type Up = Expr;`,
    rule: imports,
    says: "src/ir is the ground floor",
  },
  {
    what: "loop importing scalar",
    file: "src/ir/loop/up.ts",
    source: `export * from "../scalar/fine.ts";`,
    rule: imports,
    says: "loop < scalar",
  },
  {
    what: "a late upward import",
    file: "src/ir/graph/late.ts",
    source: `export const late = (): Promise<unknown> => import("../../nn/fine.ts");`,
    rule: imports,
    says: "src/ir is the ground floor",
  },
  {
    what: "a backend importing a pass",
    file: "src/backends/wasm/up.ts",
    source: `import "../../passes/fine.ts";`,
    rule: imports,
    says: "never graphs or passes",
  },
  {
    what: "a backend importing the graph",
    file: "src/backends/wasm/graph.ts",
    source: `import "../../ir/graph/fine.ts";`,
    rule: imports,
    says: "never graphs or passes",
  },
  {
    what: "the reference importing a pass",
    file: "src/backends/reference/up.ts",
    source: `import "../../passes/fine.ts";`,
    rule: imports,
    says: "never passes",
  },
  {
    what: "passes importing a backend",
    file: "src/passes/up.ts",
    source: `import "../backends/fine.ts";`,
    rule: imports,
    says: "passes rewrite programs",
  },
  {
    what: "compile importing layers",
    file: "src/compile.ts",
    source: `import "./nn/fine.ts";`,
    rule: imports,
    says: "nothing above them",
  },
  {
    what: "layers reaching into the graph",
    file: "src/nn/deep.ts",
    source: `import "../ir/graph/fine.ts";`,
    rule: imports,
    says: "as a user would write them",
  },
  {
    what: "the library importing the command line",
    file: "src/training/up.ts",
    source: `import "../cli/fine.ts";`,
    rule: imports,
    says: "not testing or the command line",
  },
  {
    what: "a foreign package",
    file: "src/passes/foreign.ts",
    source: `import "zod";`,
    rule: imports,
    says: "no package but ts-pattern, immer",
  },
  {
    what: "a command-line package elsewhere",
    file: "src/compile-colour.ts",
    source: `import "picocolors";`,
    rule: imports,
    says: "no package but immer",
  },
  {
    what: "immer where it hurts",
    file: "src/ir/loop/foreign.ts",
    source: `import "immer";`,
    rule: imports,
    says: "no package but ts-pattern",
  },
  {
    what: "fast-check as a value in ops",
    file: "src/ir/ops/foreign.ts",
    source: `import * as fc from "fast-check";\nexport const all = fc.boolean();`,
    rule: imports,
    says: "the types of fast-check",
  },
  {
    what: "a module of Node's",
    file: "src/codegen/disk.ts",
    source: `import "node:fs";`,
    rule: imports,
    says: "also runs in browsers",
  },
  {
    what: "a global of Node's",
    file: "src/codegen/environment.ts",
    source: `export const cwd = (): string => process.cwd();`,
    rule: "eslint(no-restricted-globals)",
    says: "also runs in browsers",
  },
  {
    what: "an example reaching inside",
    file: "examples/deep.ts",
    source: `import "../src/passes/fine.ts";`,
    rule: imports,
    says: "public entries",
  },
  {
    what: "a cycle",
    file: "src/nn/ring-a.ts",
    source: `import { b } from "./ring-b.ts";\nexport const a = (): number => b();`,
    rule: "import(no-cycle)",
    says: "cycle",
  },
  {
    what: "a cycle of types",
    file: "src/optim/ring-a.ts",
    source: `import type { B } from "./ring-b.ts";\nexport type A = B | null;`,
    rule: "import(no-cycle)",
    says: "cycle",
  },
  {
    what: "any",
    file: "src/nn/untyped.ts",
    source: `export const f = (x: any): unknown => x;`,
    rule: "typescript(no-explicit-any)",
    says: "any",
  },
  {
    what: "an inferred any",
    file: "src/nn/inferred.ts",
    source: `export const f = (x: string): number => JSON.parse(x);`,
    rule: "typescript(no-unsafe-return)",
    says: "any",
  },
  {
    what: "a non-null assertion",
    file: "src/nn/bang.ts",
    source: `export const f = (x: string | null): string => x!;`,
    rule: "typescript(no-non-null-assertion)",
    says: "non-null",
  },
  {
    what: "a floating promise",
    file: "src/nn/float.ts",
    source: `export const f = (go: () => Promise<void>): void => {\n  go();\n};`,
    rule: "typescript(no-floating-promises)",
    says: "romise",
  },
  {
    what: "a case left out",
    file: "src/nn/case.ts",
    source: `export const f = (x: "a" | "b"): void => {\n  switch (x) {\n    case "a":\n  }\n};`,
    rule: "typescript(switch-exhaustiveness-check)",
    says: "exhaustive",
  },
  {
    what: "a default export",
    file: "src/nn/default.ts",
    source: `export default 1;`,
    rule: "import(no-default-export)",
    says: "default",
  },
  {
    what: "eval",
    file: "src/nn/evil.ts",
    source: `export const f = (x: string): unknown => eval(x);`,
    rule: "eslint(no-eval)",
    says: "eval",
  },
  {
    what: "new Function",
    file: "src/nn/maker.ts",
    source: `export const f = (x: string): unknown => new Function(x);`,
    rule: "eslint(no-new-func)",
    says: "Function",
  },
  {
    what: "a file name in camel case",
    file: "src/nn/camelCase.ts",
    source: `export const a = 1;`,
    rule: "unicorn(filename-case)",
    says: "kebab",
  },
  {
    what: "a long file",
    file: "src/nn/long.ts",
    source: lines(401, "export {};"),
    rule: "eslint(max-lines)",
    says: "400",
  },
  {
    what: "a long function",
    file: "src/nn/tall.ts",
    source: `export const f = (x: number): void => {\n${lines(61, "  x.toFixed();")}\n};`,
    rule: "eslint(max-lines-per-function)",
    says: "60",
  },
];

/** Files that keep to the rules, by path; the violations import them. */
export const lawful: Readonly<Record<string, string>> = {
  "src/ir/types/fine.ts": `export * from "../diagnostics/fine.ts";`,
  "src/ir/diagnostics/fine.ts": `export const fine = 1;`,
  "src/ir/loop/fine.ts": `import { match } from "ts-pattern";\nexport type Expr = number;\nexport const f = match;`,
  "src/ir/scalar/fine.ts": `export type { Expr } from "../loop/fine.ts";`,
  "src/ir/ops/fine.ts": `import type * as FastCheck from "fast-check";\nexport type { Expr } from "../scalar/fine.ts";\nexport type Check = typeof FastCheck;`,
  "src/ir/graph/fine.ts": `import { produce } from "immer";\nexport type { Expr } from "../ops/fine.ts";\nexport const f = produce;`,
  "src/ir/functions/fine.ts": `export type { Expr } from "../graph/fine.ts";`,
  "src/ir/text/loop.ts": `export const fine = 1;`,
  "src/ir/text/fine.ts": `export * from "./loop.ts";`,
  "src/passes/fine.ts": `export type { Expr } from "../ir/graph/fine.ts";`,
  "src/passes/loop/fine.ts": `export type { Expr } from "../../ir/loop/fine.ts";`,
  "src/backends/fine.ts": `export type { Expr } from "../ir/scalar/fine.ts";`,
  "src/backends/reference/fine.ts": `export type { Expr } from "../../ir/graph/fine.ts";\nexport type { Expr as Other } from "../fine.ts";`,
  "src/model/fine.ts": `export type { Expr } from "../ir/functions/fine.ts";`,
  "src/compile-options.ts": `export type { Expr } from "./passes/fine.ts";\nexport type { Expr as Other } from "./backends/reference/fine.ts";`,
  "src/codegen/write-files.ts": `import { readFile } from "node:fs/promises";\nexport const read = readFile;\nexport const here = (): string => process.cwd();`,
  "src/nn/fine.ts": `export type { Expr } from "../ir/functions/fine.ts";\nexport type { Expr as Other } from "../model/fine.ts";`,
  "src/formats/onnx/model-file.ts": `import { readFile } from "node:fs/promises";\nexport const read = readFile;`,
  "src/testing/fine.ts": `import { boolean } from "fast-check";\nexport const f = boolean;`,
  "src/index.ts": `export type { Expr } from "./nn/fine.ts";`,
  "src/cli/fine.ts": `import { defineCommand } from "citty";\nexport type { Expr } from "../index.ts";\nexport const f = defineCommand;\nconsole.log(process.argv);`,
  "src/nn/ring-b.ts": `import { a } from "./ring-a.ts";\nexport const b = (): number => a();`,
  "src/optim/ring-b.ts": `import type { A } from "./ring-a.ts";\nexport type B = A | undefined;`,
  "examples/fine.ts": `export type { Expr } from "../src/index.ts";`,
};
/** The lawful halves of the planted cycles: the linter may blame either half. */
export const inRings: readonly string[] = ["src/nn/ring-b.ts", "src/optim/ring-b.ts"];
