// A compiled model as the files of a standalone module, in memory: what `emit` writes, and what others may put anywhere.

import type { Executable } from "../backends/runtime/executable.ts";
import { assembleModule } from "../backends/wasm/instantiate.ts";
import type { PlannedGraph } from "../compile/plan-graph.ts";
import { encodeSafetensors } from "../formats/safetensors.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { indexFacts } from "../ir/graph/index-ranges.ts";
import { declarationText } from "./declarations.ts";
import { interfaceTable } from "./interface-table.ts";
import { type ModuleFormat, type ModuleParts, moduleText } from "./module-text.ts";

/** What is emitted: something compiled, with the parameters it has now. */
export interface Emittable {
  readonly compiled: PlannedGraph;
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
}

/** A file of a module. */
export interface GeneratedFile {
  readonly name: string;
  readonly contents: string | Uint8Array<ArrayBuffer>;
}

const filePattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** What the model of a module has beside its entry points, and what would make it look like a promise. */
const takenNames: readonly string[] = ["parameters", "then", "__proto__"];

/** The files of a standalone module. `reject`s a name that cannot be a file name (W404), or an entry's that is taken (W405). */
export const generate = (
  { compiled: { graph, program }, executable }: Emittable,
  { name = program.name, format = "wasm", names = false }: GenerateOptions = {},
): readonly GeneratedFile[] => {
  if (!filePattern.test(name)) reject("W404", { name });
  for (const entry of program.entries) if (takenNames.includes(entry.name)) reject("W405", { name: entry.name });
  const isTrainer = program.entries.some(
    (entry) => entry.name === "step" && entry.outputs.some((output) => output.name === "finite"),
  );
  const parts: ModuleParts = {
    program,
    table: interfaceTable(program, indexFacts(graph)),
    format,
    file: name,
    isTrainer,
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
  const { bytes, wat } = assembleModule(program, { names: names ? "functions" : "none" });
  return [...common, { name: `${name}.wasm`, contents: bytes }, { name: `${name}.wat`, contents: wat() }];
};
