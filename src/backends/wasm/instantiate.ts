// The WebAssembly backend: a program becomes a module, its bytes an instance, synchronously. Code generation takes the
// same module as bytes and text.
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { PlannedProgram } from "../../ir/loop/kernel.ts";
import type { Backend, Instance } from "../backend.ts";
import { encodeModule, type NameDetail } from "./encode.ts";
import { type EngineInstance, type EngineModule, engine } from "./engine.ts";
import { emitModule, entryExport, type ModuleOptions, memoryExport, prepareExport } from "./module.ts";
import { printWat } from "./print-wat.ts";

/** A program in WebAssembly's two forms, and the exported function of each entry point. */
export interface AssembledModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The text form, printed when asked for. */
  readonly wat: () => string;
  readonly entries: ReadonlyMap<string, string>;
}

/** What may be chosen about a module without changing what it computes. */
export interface AssembleOptions extends ModuleOptions {
  readonly names?: NameDetail;
}

/** Generates and encodes the module of a program (W311 where its memory is too large). */
export const assembleModule = (
  program: PlannedProgram,
  { names, ...options }: AssembleOptions = {},
): AssembledModule => {
  const module = emitModule(program, options);
  return {
    bytes: encodeModule(module, names),
    wat: () => printWat(module),
    entries: new Map(program.entries.map(({ name }, position) => [name, entryExport(position)])),
  };
};

/** An instance with its memory; W315 where the engine has no addresses left for that. It looks for unused ones by itself. */
const newInstance = (module: EngineModule, bytes: number): EngineInstance => {
  try {
    return new engine.Instance(module);
  } catch (cause) {
    if (cause instanceof RangeError) return reject("W315", { bytes }, { cause });
    throw cause;
  }
};

const instanceOf = (module: EngineModule, entries: AssembledModule["entries"], bytes: number): Instance => {
  const { exports } = newInstance(module, bytes);
  const memory = exports[memoryExport];
  invariant(memory instanceof engine.Memory, "the module exports its memory");
  const functions = new Map<string, () => void>();
  for (const [name, exported] of entries) {
    const run = exports[exported];
    invariant(typeof run === "function", `the module exports ${exported}`);
    functions.set(name, run as () => void);
  }
  const prepare = exports[prepareExport];
  return {
    memory: memory.buffer,
    run: (entry) => {
      const run = functions.get(entry);
      invariant(run !== undefined, `the program has no entry point ${entry}`);
      run();
    },
    prepare: () => {
      if (typeof prepare === "function") (prepare as () => void)();
    },
  };
};

/** The module that this engine can run: exact where it knows no relaxed SIMD. */
export const runnableModule = (program: PlannedProgram, options: AssembleOptions = {}): AssembledModule => {
  const assembled = assembleModule(program, options);
  return program.numerics === "relaxed" && !engine.validate(assembled.bytes)
    ? assembleModule({ ...program, numerics: "exact" }, options)
    : assembled;
};

/** Runs programs as generated WebAssembly. */
export const wasmBackend: Backend = {
  name: "wasm",
  instantiate: (program) => {
    const { bytes, entries } = runnableModule(program);
    return instanceOf(new engine.Module(bytes), entries, program.memory.bytes);
  },
  instantiateAsync: async (program) => {
    const { bytes, entries } = runnableModule(program);
    return instanceOf(await engine.compile(bytes), entries, program.memory.bytes);
  },
};
