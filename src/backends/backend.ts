// What a backend is: it turns a planned program into something that runs. Whatever the backend, a program owns one block
// of memory at the planned offsets; the runtime copies inputs in, runs an entry point, and copies outputs out.
import type { PlannedProgram } from "../ir/loop/kernel.ts";

/** A program made runnable. */
export interface Instance {
  /** The program's whole memory; never grows, never moves. Constants are already in place. */
  readonly memory: ArrayBuffer;
  /** Runs one entry point: synchronous, allocates nothing. */
  readonly run: (entry: string) => void;
  /** Computes what entry points take ready from parameters: before the first run, and after parameters were set. */
  readonly prepare: () => void;
  /** How many threads the next run uses; one where this is missing. */
  readonly threads?: () => number;
  /** Ends what runs beside the caller. */
  readonly dispose?: () => void;
}

/** A way to run programs. */
export interface Backend {
  /** What it is called. */
  readonly name: string;
  /** A planned program made runnable. */
  readonly instantiate: (program: PlannedProgram) => Instance;
  /** The same without blocking, for backends whose engine compiles in the background. */
  readonly instantiateAsync?: (program: PlannedProgram) => Promise<Instance>;
}
