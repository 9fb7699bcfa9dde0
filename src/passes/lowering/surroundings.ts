// What lowering a group may ask of the entry point around it.
import type { Graph, ValueId } from "../../ir/graph/graph.ts";
import type { Numerics } from "../../ir/loop/kernel.ts";
import type { Stmt } from "../../ir/loop/stmt.ts";
import type { DataArray, DType } from "../../ir/types/dtype.ts";

/** What is in memory, outside the group. */
export interface Surroundings {
  readonly graph: Graph;
  /** The buffer of a value that is in memory, if it is. */
  readonly bufferOf: (value: ValueId) => string | undefined;
}

/** What lowering a group needs of the entry point around it. */
export interface GroupSurroundings extends Surroundings {
  /** The buffer of a dense constant. */
  readonly constant: (dtype: DType, data: DataArray) => string;
  readonly scratch: (dtype: DType, length: number, hint: string) => string;
  readonly numerics: Numerics;
  /** Adds a kernel call. */
  readonly call: (name: string, body: readonly Stmt[]) => void;
  /** Values that become parameters: their buffer must not be used for anything before they are stored. */
  readonly isUpdate: (value: ValueId) => boolean;
}
