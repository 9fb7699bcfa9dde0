// A program on the WebAssembly backend, as something to time: kernels alone, without copies in and out.
import { wasmBackend } from "../src/backends/wasm/instantiate.ts";
import type { PlannedProgram } from "../src/ir/loop/kernel.ts";
import { dtypes } from "../src/ir/types/dtype.ts";

/** A piece of work and how many floating-point operations it is. */
export interface Workload {
  readonly name: string;
  readonly operations: number;
  readonly run: () => void;
}

/** One entry point of a program; its parameters are filled with numbers in [-1, 1], since denormals would be slow. */
export const workloadOf = (name: string, operations: number, program: PlannedProgram, entry: string): Workload => {
  const instance = wasmBackend.instantiate(program);
  for (const { buffer } of program.parameters) {
    const declared = program.buffers.get(buffer);
    const offset = program.memory.offsets.get(buffer);
    if (declared === undefined || offset === undefined) continue;
    const data = dtypes[declared.dtype].view(instance.memory, offset, declared.length);
    for (const at of data.keys()) data[at] = Math.sin(at);
  }
  return { name, operations, run: () => instance.run(entry) };
};
