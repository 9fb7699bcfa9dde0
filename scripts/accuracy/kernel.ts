// A function of numbers as users get it: a graph of one op, through all passes, on one of the backends.
import type { Instance } from "../../src/backends/backend.ts";
import { closureBackend } from "../../src/backends/closure/closure-backend.ts";
import { instantiateJavaScript } from "../../src/backends/javascript/instantiate-javascript.ts";
import { wasmBackend } from "../../src/backends/wasm/instantiate.ts";
import { planGraph } from "../../src/compile/plan-graph.ts";
import { invariant } from "../../src/ir/diagnostics/invariant.ts";
import type { PlannedProgram } from "../../src/ir/loop/kernel.ts";
import { parseGraph } from "../../src/ir/text/parse.ts";
import type { Subject } from "./subjects.ts";

/** Where a function can be run. */
export type BackendName = "wasm" | "javascript" | "closure";

/** The program that applies a function to `length` numbers, one by one. */
export const programOf = ({ name, arity }: Subject, length: number): PlannedProgram => {
  const type = `f32[${length}]`;
  const operands = ["%x", "%y"].slice(0, arity);
  const op = arity === 1 ? "unary" : "binary";
  const text = `graph @sweep(${operands.map((operand) => `${operand}: ${type}`).join(", ")}) {
  %0 = ${op} ${operands.join(", ")} {fn = ${name}} : ${type}
  entry @main(z = %0)
}
`;
  return planGraph(parseGraph(text)).program;
};

/** A compiled function: numbers are put into `inputs`, and `run` leaves what it makes of them in `output`. */
export interface Kernel {
  readonly inputs: readonly Float32Array[];
  readonly output: Float32Array;
  readonly run: () => void;
}

const instantiate: { readonly [B in BackendName]: (program: PlannedProgram) => Instance | Promise<Instance> } = {
  wasm: wasmBackend.instantiate,
  javascript: instantiateJavaScript,
  closure: closureBackend.instantiate,
};

/** Compiles a function for `length` numbers at a time. */
export const kernelOf = async (subject: Subject, backend: BackendName, length: number): Promise<Kernel> => {
  const program = programOf(subject, length);
  const instance = await instantiate[backend](program);
  instance.prepare();
  const view = ({ buffer }: { readonly buffer: string }): Float32Array =>
    new Float32Array(instance.memory, program.memory.offsets.get(buffer), length);
  const [entry] = program.entries;
  const [output] = entry?.outputs ?? [];
  invariant(entry !== undefined && output !== undefined, "the program has an entry point with a result");
  return { inputs: entry.inputs.map(view), output: view(output), run: () => instance.run(entry.name) };
};
