// A compiled model as the files of a standalone module, in memory: what `emit` writes, and what others may put anywhere.

import type { Executable } from "../backends/runtime/executable.ts";
import { assembleModule } from "../backends/wasm/instantiate.ts";
import { type PlannedGraph, planGraph } from "../compile/plan-graph.ts";
import { checkThreadCount } from "../compile/thread-count.ts";
import { encodeSafetensors } from "../formats/safetensors.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { expect, isRecord } from "../ir/diagnostics/expect.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import { indexFacts } from "../ir/graph/index-ranges.ts";
import type { PlannedProgram } from "../ir/loop/kernel.ts";
import { declarationText } from "./declarations.ts";
import { emittedSharing } from "./emitted-sharing.ts";
import { interfaceTable } from "./interface-table.ts";
import { type ModuleFormat, type ModuleParts, moduleText } from "./module-text.ts";
import { workerText } from "./threads-runtime.ts";

/** What is emitted: something compiled, with the parameters it has now. */
export interface Emittable {
  /** The graph and the program that were compiled. */
  readonly compiled: PlannedGraph;
  /** Where its parameters live. */
  readonly executable: Executable;
}

/** How a module is generated. */
export interface GenerateOptions {
  /** Of the files, without extension; the model's own name unless given. */
  readonly name?: string;
  /** `wasm` unless said otherwise. */
  readonly format?: ModuleFormat;
  /**
   * Whether the WebAssembly holds the names of kernels, for stack traces and profilers; not unless said otherwise, since they are a
   * tenth of a small module. The text form and JavaScript have them anyway.
   */
  readonly names?: boolean;
  /** On how many threads the module may run, WebAssembly only; 1 unless said otherwise. There is one more file then, for workers. */
  readonly threads?: number;
}

/** A file of a module. */
export interface GeneratedFile {
  /** Its name, without a folder. */
  readonly name: string;
  /** Text, or bytes. */
  readonly contents: string | Uint8Array<ArrayBuffer>;
}

const emitOptions = ["name", "format", "names", "threads"] as const satisfies readonly (keyof GenerateOptions)[];

const filePattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** What the model of a module has beside its entry points, and what would make it look like a promise. */
const takenNames: readonly string[] = ["parameters", "then", "__proto__"];

/** What it has besides where several threads may run it. */
const takenByThreads: readonly string[] = [...takenNames, "threads", "dispose"];

/** The program for so many threads: the one that was compiled, or if that is for another number, one planned for it. */
const programFor = ({ graph, program }: PlannedGraph, threads: number): PlannedProgram =>
  (program.sharing?.threads ?? 1) === threads
    ? program
    : planGraph(graph, { threads, numerics: program.numerics ?? "exact" }).program;

const checkThreads = (threads: number, format: ModuleFormat): void => {
  checkThreadCount("emit: threads", threads);
  if (threads > 1 && format === "js") {
    const details = { what: "emit: threads", expected: "the format wasm", given: inWords(format) };
    reject("W140", { ...details, write: 'format: "wasm"' });
  }
};

/**
 * The files of a standalone module in memory: a module (`.mjs`) that needs no package, its declarations, its parameters
 * as safetensors, and the WebAssembly with its text. `emit` writes them.
 *
 * @throws W404 a name that cannot be a file name; W405 an entry point of a name that modules keep for themselves; W140
 * threads that cannot be; W142 another option.
 * @example
 * const files = generate(compileSync(classifier, { dims: { B: 1 } }), { format: "js" });
 * files.map(({ name }) => name); // ["classifier.mjs", "classifier.d.ts", "classifier.d.mts", "classifier.safetensors"]
 */
export const generate = (model: Emittable, options: GenerateOptions = {}): readonly GeneratedFile[] => {
  const isCompiled = (typeof model === "function" || isRecord(model)) && "compiled" in model;
  expect(isCompiled, "emit", "a compiled model", model, 'emit(await compile(model), { directory: "dist" })');
  requireKnownOptions("emit", options, emitOptions);
  const { compiled, executable } = model;
  const { name = compiled.program.name, format = "wasm", names = false, threads = 1 } = options;
  checkThreads(threads, format);
  const { graph } = compiled;
  const program = programFor(compiled, threads);
  if (!filePattern.test(name)) reject("W404", { name });
  const taken = program.sharing === undefined ? takenNames : takenByThreads;
  for (const entry of program.entries) if (taken.includes(entry.name)) reject("W405", { name: entry.name });
  const isTrainer = program.entries.some(
    (entry) => entry.name === "step" && entry.outputs.some((output) => output.name === "finite"),
  );
  const isShared = program.sharing !== undefined;
  // Names of functions are in the text; in the bytes they would be a tenth of a small module.
  const { bytes, wat } = assembleModule(program, { names: names ? "functions" : "none", shared: isShared });
  const parts: ModuleParts = {
    program,
    table: interfaceTable(program, indexFacts(graph)),
    format,
    file: name,
    isTrainer,
    ...(isShared ? { sharing: emittedSharing(program, bytes) } : {}),
  };
  const parameters = Object.fromEntries(parts.table.parameters.map(({ name }) => [name, executable.read(name)]));
  const declarations = declarationText(parts);
  const common: readonly GeneratedFile[] = [
    { name: `${name}.mjs`, contents: moduleText(parts) },
    { name: `${name}.d.ts`, contents: declarations },
    { name: `${name}.d.mts`, contents: declarations },
    { name: `${name}.safetensors`, contents: encodeSafetensors(parameters) },
  ];
  if (format === "js") return common;
  const workers = isShared ? [{ name: `${name}.worker.mjs`, contents: workerText(name) }] : [];
  return [...common, ...workers, { name: `${name}.wasm`, contents: bytes }, { name: `${name}.wat`, contents: wat() }];
};
