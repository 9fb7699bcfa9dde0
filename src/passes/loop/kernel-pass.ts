// What a pass over kernels is: a name, a sentence, a function. Kernels are changed one by one; a program's pass applies
// the function to each.
import type { Kernel, Program } from "../../ir/loop/kernel.ts";
import type { Pass, Pipeline } from "../pass.ts";

/** A rewrite of one kernel that keeps its parameters and its meaning. */
export interface KernelPass {
  readonly name: string;
  readonly summary: string;
  readonly run: (kernel: Kernel) => Kernel;
}

/** The program with every kernel rewritten. */
export const mapKernels = <P extends Program>(program: P, run: (kernel: Kernel) => Kernel): P => ({
  ...program,
  kernels: new Map([...program.kernels].map(([name, kernel]) => [name, run(kernel)] as const)),
});

/** A kernel pass as a pass over programs. */
export const onProgram = ({ name, summary, run }: KernelPass): Pass<Program, Program> => ({
  name,
  summary,
  run: (program) => mapKernels(program, run),
});

/** A pipeline followed by passes over the kernels of what it gives. */
export const onKernels = <From>(passes: readonly KernelPass[], before: Pipeline<From, Program>): Pipeline<From, Program> =>
  passes.reduce((pipeline, pass) => pipeline.andThen(onProgram(pass)), before);
