// What profiling an entry point finds: the time of each call of a kernel beside the work that it does, and the same summed
// by kernel and by layer. Data, with two ways to look at it: a table, and a file for trace viewers.
import type { Frame } from "../../ir/diagnostics/location.ts";
import type { Work } from "../../ir/loop/work.ts";

/** How an entry point is profiled. */
export interface ProfileOptions {
  /** How many runs are measured; 20 unless said otherwise. */
  readonly runs?: number;
  /** How many runs come before these; until the engine has compiled what it was going to, unless said otherwise. */
  readonly warmup?: number;
  /** The time in milliseconds; `performance.now` unless said otherwise. */
  readonly clock?: () => number;
  /** Called after each run: for showing progress. */
  readonly onRun?: () => void;
}

/** What something costs, for each run of the entry point. */
export interface Cost extends Pick<Work, "flops" | "bytes" | "accessedBytes" | "exact"> {
  /** The mean of the faster half of the runs: what disturbs a run only ever adds to its time. */
  readonly milliseconds: number;
  /** Of the time of all calls, from 0 to 1. */
  readonly share: number;
  /** 10^9 floating-point operations per second. */
  readonly gigaflopsPerSecond: number;
  /** 10^9 bytes per second. */
  readonly gigabytesPerSecond: number;
}

/** One call of a kernel. */
export interface CallProfile extends Cost {
  /** The kernel, as prints of the program name it. */
  readonly kernel: string;
  /** What it computes: `matmul`, `add`, `relu`. */
  readonly operations: readonly string[];
  /** The layer it is part of, forward or backward, by its path in the tree of parameters. */
  readonly layer: string | undefined;
  /** The parameters that it reads or writes, or of which it reads what another call has packed. */
  readonly parameters: readonly string[];
  /** Where the operation was written. */
  readonly location: Frame | undefined;
}

/** All calls of a kernel. */
export interface KernelProfile extends Cost {
  /** The kernel, as prints of the program name it. */
  readonly kernel: string;
  /** How often it is called in a run. */
  readonly calls: number;
  /** The layers that call it. */
  readonly layers: readonly string[];
}

/** All calls of a layer. */
export interface LayerProfile extends Cost {
  /** `undefined` for what belongs to none. */
  readonly layer: string | undefined;
  /** How many calls of kernels a run of it has. */
  readonly calls: number;
}

/** What the table of a profile shows. */
export interface TableOptions {
  /** What has a line: each kernel unless said otherwise, each call in the order in which they run, or each layer. */
  readonly by?: "kernel" | "call" | "layer";
  /** How many lines at most, those that took longest; the rest is summed up in one more. */
  readonly top?: number;
  /** How fast the machine multiplies and adds at most, in GFLOP/s: shows shares of it. */
  readonly peak?: number;
}

/** A slice (`X`: with a duration), or the name of a process or thread (`M`). Times are in microseconds. */
export interface TraceEvent {
  /** What is shown on the slice. */
  readonly name: string;
  /** The category by which viewers filter. */
  readonly cat: string;
  /** The kind of event. */
  readonly ph: "X" | "M";
  /** The process, a group of rows. */
  readonly pid: number;
  /** The thread, a row. */
  readonly tid: number;
  /** When it begins, in microseconds. */
  readonly ts: number;
  /** How long it takes, in microseconds. */
  readonly dur?: number;
  /** What is shown when the slice is chosen. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** What a trace viewer opens, once it is written as JSON. */
export interface TraceFile {
  /** The events, in any order. */
  readonly traceEvents: readonly TraceEvent[];
  /** The unit in which viewers show times. */
  readonly displayTimeUnit: "ms";
  /** Facts about the file. */
  readonly otherData: Readonly<Record<string, string>>;
}

/** The time of an entry point, and where it goes. */
export interface Profile {
  /** The name of the graph. */
  readonly program: string;
  /** The entry point that was run. */
  readonly entry: string;
  /** What it ran on. */
  readonly backend: string;
  /** How many runs were measured. */
  readonly runs: number;
  /** One run without stopping: the mean of the faster half. Without copying feeds in and results out. */
  readonly milliseconds: number;
  /** The fastest run. */
  readonly fastest: number;
  /** How much longer a run takes that looks at the clock between calls, as a share: 0.02 is 2 %. */
  readonly overhead: number;
  /** Work of a whole run. */
  readonly flops: number;
  /** 10^9 floating-point operations per second, of a whole run. */
  readonly gigaflopsPerSecond: number;
  /** In the order in which they run. */
  readonly calls: readonly CallProfile[];
  /** What has been prepared by then, each time after parameters were set: not part of a run's time. */
  readonly preparation: readonly CallProfile[];
  /** The slowest first. */
  readonly kernels: readonly KernelProfile[];
  /** The slowest first. */
  readonly layers: readonly LayerProfile[];
  /** A table, for a terminal. */
  readonly text: (options?: TableOptions) => string;
  /** The runs in Trace Event Format: written to a file as JSON, it opens in ui.perfetto.dev and in the performance panel. */
  readonly trace: () => TraceFile;
}
