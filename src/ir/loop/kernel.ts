// Kernels and programs. A kernel is a loop nest over flat buffers passed by reference, so that layers of one shape share
// one kernel. A program is buffers, kernels, and for each entry point the list of kernel calls that computes it.
// After planning, every buffer has a byte offset in one memory.
import type { Location } from "../diagnostics/location.ts";
import { type DataArray, type DType, dtypes } from "../types/dtype.ts";
import type { TensorType } from "../types/tensor-type.ts";
import type { Stmt } from "./stmt.ts";

/** What a kernel does with a buffer it is given. `update` reads and writes. */
export type Access = "read" | "write" | "update";

/** A buffer argument: `length` elements of `dtype`. */
export interface KernelParameter {
  /** What the body calls it. */
  readonly name: string;
  /** Its element type. */
  readonly dtype: DType;
  /** How many elements it has. */
  readonly length: number;
  /** Whether it is read, written, or both. */
  readonly access: Access;
}

/** A loop nest over its parameters. */
export interface Kernel {
  /** What it is called, after what it computes. */
  readonly name: string;
  /** The buffers that it is given. */
  readonly parameters: readonly KernelParameter[];
  /** Its loops. */
  readonly body: readonly Stmt[];
  /**
   * Pairs [written, read] of parameter positions that may be one and the same buffer: each element is read for the last
   * time in the very iteration that writes it.
   */
  readonly inPlace: readonly (readonly [written: number, read: number])[];
}

/**
 * `input` is filled by the caller before a run and `output` read after it; `parameter` persists between runs (weights,
 * optimizer state); `constant` is filled once with `data`; `prepared` is what the program's preparation makes of parameters
 * and constants, and persists too; `temporary` lives within one run.
 */
export type BufferRole = "input" | "output" | "parameter" | "constant" | "prepared" | "temporary";

/** A flat region of memory. */
export interface Buffer {
  readonly name: string;
  readonly dtype: DType;
  readonly length: number;
  readonly role: BufferRole;
  /** Contents of a constant; initial contents are the caller's affair for the other roles. */
  readonly data?: DataArray;
  /** How many there are of it, one for each thread that may run at once; they lie one after the other. 1 if not given. */
  readonly copies?: number;
}

/** Every buffer, and every copy of one, starts at a multiple of so many bytes: a cache line, and more than any vector needs. */
export const bufferAlignment = 64;

/** The bytes of one copy of a buffer, with what is left free behind it. */
export const copyBytes = ({ dtype, length }: Buffer): number =>
  Math.ceil((dtypes[dtype].bytes * length) / bufferAlignment) * bufferAlignment;

/** Where a call comes from. For reports: nothing that runs depends on it. */
export interface Origin {
  /** The operations that it computes, operands before users. */
  readonly operations: readonly string[];
  /** Where the foremost of them was written. */
  readonly location?: Location;
}

/** One kernel applied to buffers, in the order of the kernel's parameters. */
export interface Call {
  readonly kernel: string;
  readonly buffers: readonly string[];
  readonly origin?: Origin;
}

/** A named tensor at the border of a program and the buffer that holds it. */
export interface Port {
  /** What callers call it. */
  readonly name: string;
  /** Its element type and shape. */
  readonly type: TensorType;
  /** The buffer that holds it. */
  readonly buffer: string;
}

/** What one entry point needs, does and gives. */
export interface EntryPoint {
  /** What it is called. */
  readonly name: string;
  /** What is fed. */
  readonly inputs: readonly Port[];
  /** What it gives. */
  readonly outputs: readonly Port[];
  /** The parameters that a call changes. */
  readonly updates: readonly string[];
  /** The kernels that run, in order, and on which buffers. */
  readonly calls: readonly Call[];
}

/**
 * `exact`: every operation of f32 rounds by itself, so that all engines give the same bits. `relaxed`: a sum with a product may round
 * once for both, where the engine is faster that way.
 */
export type Numerics = "exact" | "relaxed";

/** A lowered graph. */
export interface Program {
  /** The name of the graph. */
  readonly name: string;
  /** Regions of memory by name. */
  readonly buffers: ReadonlyMap<string, Buffer>;
  /** Loop nests by name. */
  readonly kernels: ReadonlyMap<string, Kernel>;
  /** All parameters, whether or not an entry point uses them, in declaration order. */
  readonly parameters: readonly Port[];
  /** The ways to run it. */
  readonly entries: readonly EntryPoint[];
  /** What is computed from parameters alone: to be run before an entry point whenever a caller has set a parameter. */
  readonly prepare: readonly Call[];
  /** What its kernels are written for: `exact` unless said otherwise. */
  readonly numerics?: Numerics;
  /** Only where several threads may run the program. */
  readonly sharing?: Sharing;
}

/**
 * How threads share the work of a program. Every thread runs the calls that are given `buffer`, each with its own copy of it, which holds
 * [the thread's number, how many threads there are], and of other buffers that have copies; all other calls are for one
 * thread. The constant says [0, 1]: whoever knows nothing of threads runs everything on one.
 */
export interface Sharing {
  readonly buffer: string;
  /** The most threads that there are copies for. */
  readonly threads: number;
  /** For each entry point, and last for the preparation, whether it has so much to share that other threads should be called. */
  readonly worthwhile: readonly boolean[];
}

/** Every call of a program: those of its entry points, and its preparation. */
export const callsOf = ({ entries, prepare }: Program): readonly Call[] => [
  ...entries.flatMap(({ calls }) => calls),
  ...prepare,
];

/** The buffers that a call or a port of a program names: what became superfluous takes no memory. */
export const usedBuffers = (program: Program): ReadonlyMap<string, Buffer> => {
  const { buffers, entries, parameters } = program;
  const ports = [...parameters, ...entries.flatMap(({ inputs, outputs }) => [...inputs, ...outputs])];
  const used = new Set(
    [...ports, ...callsOf(program)].flatMap((each) => ("buffer" in each ? [each.buffer] : each.buffers)),
  );
  return new Map([...buffers].filter(([name]) => used.has(name)));
};

/** The preparation as if it were an entry point, for whoever treats them alike. */
export const preparationOf = ({ prepare }: Program): EntryPoint => {
  return { name: "prepare", inputs: [], outputs: [], updates: [], calls: prepare };
};

/** Where each buffer lives: byte offsets in one memory of `bytes` bytes (a whole number of 64 KiB pages). */
export interface MemoryPlan {
  /** The whole memory. */
  readonly bytes: number;
  /** Where each buffer starts. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Sizes of the regions, in bytes, for reports. */
  readonly constantBytes: number;
  /** Bytes of parameters. */
  readonly parameterBytes: number;
  /** Bytes of what is prepared from them. */
  readonly preparedBytes: number;
  /** Bytes of everything that lives within a run. */
  readonly arenaBytes: number;
}

/** A program whose buffers have their places: what backends take. */
export interface PlannedProgram extends Program {
  /** Where everything lies. */
  readonly memory: MemoryPlan;
}
