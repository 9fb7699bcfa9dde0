// What an expression needs to know of the code it is compiled into. There are two scopes: a block, whose code runs for one
// iteration at a time, and a chunk, whose code runs for many; expressions are compiled by the same functions for both.
import type { Expr, LoopType } from "../../ir/loop/expr.ts";
import type { DataArray } from "../../ir/types/dtype.ts";
import type { Registers } from "./registers.ts";
import type { Extent, Step, Value } from "./value.ts";

/** The memory a kernel parameter is bound to. */
export interface Binding {
  readonly array: DataArray;
  /** Parameters with the same region share memory. */
  readonly region: number;
  /** Whether all parameters of the region are one and the same buffer, as opposed to overlapping otherwise. */
  readonly exact: boolean;
}

/** What all code of one kernel call shares. */
export interface KernelContext {
  readonly bindings: ReadonlyMap<string, Binding>;
  readonly registers: Registers;
}

export interface Scope {
  readonly kernel: KernelContext;
  readonly extent: Extent;
  /** The code so far; compiling an expression adds the steps that compute it. */
  readonly code: Step[];
  /** The value of an expression that need not be computed in this scope. */
  readonly hoist: (expr: Expr) => Value | undefined;
  /** The value of a variable; `dense` asks for consecutive iterations side by side. */
  readonly read: (name: string, dense: boolean) => Value;
  /** The elements of a buffer at an index, where that index moves evenly from iteration to iteration. */
  readonly address: (buffer: string, index: Expr, type: LoopType) => Value | undefined;
  readonly allocate: (type: LoopType) => Value;
}
