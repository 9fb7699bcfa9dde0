// The thread that reads hostile inputs, so that another can watch it: it says before each input which one it is, in shared memory.
import { parentPort, workerData } from "node:worker_threads";
import { attack } from "./attack.ts";
import { harmful } from "./harmful.ts";
import type { ReaderName } from "./reader-names.ts";
import { readers } from "./readers.ts";

/** What the thread is to do. */
export interface Assignment {
  readonly reader: ReaderName | "harmful";
  readonly inputs: number;
  readonly seed: number;
  /** The input that is being read, counted from 1; 0 until the first. */
  readonly reading: Int32Array<SharedArrayBuffer>;
}

// What `guard.ts` gives.
const { reader, inputs, seed, reading } = workerData as Assignment;
const outcome = attack(reader === "harmful" ? harmful : await readers[reader](), {
  inputs,
  seed,
  before: (at) => void Atomics.store(reading, 0, at + 1),
});
parentPort?.postMessage(outcome, []);
