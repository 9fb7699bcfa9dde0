// The floors of the compiler as data: for every folder of src, the folders below it that it may see and the packages it
// may name. oxlint.config.ts turns this table into import rules, so that the architecture and the lint cannot drift
// apart. A folder missing here may import nothing and be imported by nobody: test/ground/floors.test.ts insists on a row.

/** One folder of src (or a file and its siblings: `compile` is src/compile.ts, src/compile-*.ts and src/compile/). */
export interface Floor {
  readonly folder: string;
  /** The folders it may import besides itself; a folder stands for everything inside it. */
  readonly sees: readonly string[];
  /** The npm packages whose values it may import. */
  readonly packages: readonly string[];
  /** The npm packages it may name in types only. */
  readonly typesOf: readonly string[];
  /** Globs of the files that may import Node's own modules; every other file also loads in a browser. */
  readonly onNode: readonly string[];
  /** The rule in words: shown when it is broken. */
  readonly says: string;
}

const groundFloor = ["ir/types", "ir/diagnostics"] as const;
const scalars = [...groundFloor, "ir/loop", "ir/scalar"] as const;
const ir = [...scalars, "ir/ops", "ir/graph", "ir/text", "ir/functions"] as const;
const compiler = [...ir, "formats", "passes", "backends", "model", "compile", "codegen"] as const;
const library = [...compiler, "nn", "optim"] as const;
const surface = [...library, "training", "testing"] as const;

const belowInIr =
  "src/ir is the ground floor: it imports nothing above it, and inside it types, diagnostics < loop < scalar < ops < graph < text < functions";

const plain = { packages: [], typesOf: [], onNode: [] } as const;

/** Every floor, the lowest first. */
export const floors: readonly Floor[] = [
  { ...plain, folder: "ir/types", sees: groundFloor, says: belowInIr },
  { ...plain, folder: "ir/diagnostics", sees: groundFloor, says: belowInIr },
  { ...plain, folder: "ir/loop", sees: groundFloor, packages: ["ts-pattern"], says: belowInIr },
  { ...plain, folder: "ir/scalar", sees: [...groundFloor, "ir/loop"], says: belowInIr },
  { ...plain, folder: "ir/ops", sees: scalars, typesOf: ["fast-check"], says: belowInIr },
  { ...plain, folder: "ir/graph", sees: [...scalars, "ir/ops"], packages: ["immer"], says: belowInIr },
  { ...plain, folder: "ir/text", sees: [...scalars, "ir/ops", "ir/graph"], says: belowInIr },
  { ...plain, folder: "ir/functions", sees: [...scalars, "ir/ops", "ir/graph", "ir/text"], says: belowInIr },
  {
    ...plain,
    folder: "passes",
    sees: ir,
    packages: ["ts-pattern", "immer"],
    says: "passes rewrite programs: they see src/ir and nothing else",
  },
  {
    ...plain,
    folder: "backends",
    sees: scalars,
    packages: ["ts-pattern"],
    says: "backends run loop programs: they see ir/types, ir/diagnostics, ir/loop and ir/scalar, never graphs or passes",
  },
  {
    ...plain,
    folder: "backends/reference",
    sees: [...scalars, "ir/ops", "ir/graph", "backends"],
    says: "the reference backend interprets graphs: beside what a backend sees, it sees ir/ops and ir/graph, never passes",
  },
  {
    ...plain,
    folder: "model",
    sees: ir,
    says: "a model is a description: it sees src/ir, never the compiler or the layers",
  },
  {
    ...plain,
    folder: "formats",
    sees: groundFloor,
    onNode: ["src/formats/**/*-file.ts"],
    says: "formats read and write bytes: they see ir/types and ir/diagnostics alone; only *-file.ts may touch the disk",
  },
  {
    ...plain,
    folder: "compile",
    sees: [...ir, "passes", "backends", "model"],
    packages: ["immer"],
    says: "compile joins passes and backends: it sees src/ir, passes, backends and the model, and nothing above them",
  },
  {
    ...plain,
    folder: "codegen",
    sees: [...ir, "formats", "passes", "backends", "model", "compile"],
    packages: ["ts-pattern"],
    onNode: ["src/codegen/write*.ts"],
    says: "codegen prints compiled programs: it sees the compiler and nothing above it; only write*.ts may touch the disk",
  },
  {
    ...plain,
    folder: "nn",
    sees: [...groundFloor, "ir/functions", "model"],
    says: "layers are written as a user would write them: with ir/functions, ir/types, ir/diagnostics and src/model alone",
  },
  {
    ...plain,
    folder: "optim",
    sees: [...groundFloor, "ir/functions", "model"],
    says: "optimizers are written as a user would write them: with ir/functions, ir/types, ir/diagnostics and src/model alone",
  },
  {
    ...plain,
    folder: "training",
    sees: library,
    packages: ["immer"],
    onNode: ["src/training/checkpoint*.ts"],
    says: "training sees the compiler, nn and optim, not testing or the command line; only checkpoint*.ts may touch the disk",
  },
  {
    ...plain,
    folder: "testing",
    sees: [...library, "training"],
    packages: ["fast-check"],
    onNode: ["src/testing/**/*-file.ts"],
    says: "the test kit sees the library, not the command line; its one package is fast-check; only *-file.ts may touch the disk",
  },
  {
    ...plain,
    folder: "index",
    sees: [...library, "training"],
    says: "the main entry re-exports the library: the test kit (which needs fast-check) and the command line are no part of it",
  },
  {
    ...plain,
    folder: "loose",
    sees: [...library, "training", "index"],
    says: "the entries without shape types retype what the library exports: they see what the main entry sees, and the main entry",
  },
  {
    ...plain,
    folder: "cli",
    sees: [...surface, "index"],
    packages: ["citty", "cli-progress", "picocolors", "tsx/esm/api", "vega", "vega-lite", "ts-pattern", "immer"],
    onNode: ["src/cli/**"],
    says: "the command line imports only its own libraries: citty, cli-progress, picocolors, tsx, and vega for reports",
  },
];
