// What a pass over kernels is: a name, a sentence, a function. Kernels are changed one by one; a program's pass applies
// the function to each.
import type { Kernel, Program } from "../../ir/loop/kernel.ts";

/** A rewrite of one kernel that keeps its parameters and its meaning. */
export interface KernelPass {
  /** What it is called. */
  readonly name: string;
  /** One line for the reference. */
  readonly summary: string;
  /** The kernel that means the same. */
  readonly run: (kernel: Kernel) => Kernel;
}

/** The program with every kernel rewritten. */
export const mapKernels = <P extends Program>(program: P, run: (kernel: Kernel) => Kernel): P => ({
  ...program,
  kernels: new Map([...program.kernels].map(([name, kernel]) => [name, run(kernel)] as const)),
});
