// Kernels and programs. A kernel is a loop nest over flat buffers passed by reference, so that layers of one shape share
// one kernel. A program is buffers, kernels, and for each entry point the list of kernel calls that computes it.
// After planning, every buffer has a byte offset in one memory.
import type { Location } from "../diagnostics/location.ts";
import type { DataArray, DType } from "../types/dtype.ts";
import type { TensorType } from "../types/tensor-type.ts";
import type { Stmt } from "./stmt.ts";

/** What a kernel does with a buffer it is given. `update` reads and writes. */
export type Access = "read" | "write" | "update";

/** A buffer argument: `length` elements of `dtype`. */
export interface KernelParameter {
  readonly name: string;
  readonly dtype: DType;
  readonly length: number;
  readonly access: Access;
}

/** A loop nest over its parameters. */
export interface Kernel {
  readonly name: string;
  readonly parameters: readonly KernelParameter[];
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
}

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
  readonly name: string;
  readonly type: TensorType;
  readonly buffer: string;
}

/** What one entry point needs, does and gives. */
export interface EntryPoint {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** The parameters that a call changes. */
  readonly updates: readonly string[];
  readonly calls: readonly Call[];
}

/** A lowered graph. */
export interface Program {
  readonly name: string;
  readonly buffers: ReadonlyMap<string, Buffer>;
  readonly kernels: ReadonlyMap<string, Kernel>;
  /** All parameters, whether or not an entry point uses them, in declaration order. */
  readonly parameters: readonly Port[];
  readonly entries: readonly EntryPoint[];
  /** What is computed from parameters alone: to be run before an entry point whenever a caller has set a parameter. */
  readonly prepare: readonly Call[];
}

/** The preparation as if it were an entry point, for whoever treats them alike. */
export const preparationOf = ({ prepare }: Program): EntryPoint => {
  return { name: "prepare", inputs: [], outputs: [], updates: [], calls: prepare };
};

/** Where each buffer lives: byte offsets in one memory of `bytes` bytes (a whole number of 64 KiB pages). */
export interface MemoryPlan {
  readonly bytes: number;
  readonly offsets: ReadonlyMap<string, number>;
  /** Sizes of the regions, in bytes, for reports. */
  readonly constantBytes: number;
  readonly parameterBytes: number;
  readonly preparedBytes: number;
  readonly arenaBytes: number;
}

/** A program whose buffers have their places: what backends take. */
export interface PlannedProgram extends Program {
  readonly memory: MemoryPlan;
}
