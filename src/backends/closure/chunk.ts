// What is known while the body of a chunked loop is compiled. Values that vary live in chunk registers; what is the same
// in every iteration is computed once: before the loop, or, where it depends on the index of a loop inside, once per turn
// of that loop. Each loop inside has a scope of its own, a level deeper.
import type { Expr } from "../../ir/loop/expr.ts";
import type { StmtOf } from "../../ir/loop/stmt.ts";
import type { BlockScope } from "./block-scope.ts";
import type { ChunkPlan } from "./chunk-plan.ts";
import type { Scope } from "./scope.ts";
import type { Cursor, Extent, Value } from "./value.ts";

/** A value that varies. */
export interface Definition {
  readonly expr: Expr;
  /** Absent until it is computed. */
  value: Value | undefined;
  /** How often it is still to be read. */
  mentions: number;
}

/** What the scopes of one chunked loop share. */
export interface Chunk {
  readonly loop: StmtOf<"for">;
  readonly plan: ChunkPlan;
  readonly extent: Extent;
  /** The loop's index in the chunk's first iteration, in a fixed register. */
  readonly first: Value;
  /** How often each name is read. */
  readonly mentions: ReadonlyMap<string, number>;
  /** How deep the names are declared that are the same in every iteration. */
  readonly depths: Map<string, number>;
  /** From the loop's own body to the body being compiled. */
  readonly scopes: ChunkScope[];
}

/** The body of a chunked loop, or of a loop inside it, under construction. */
export interface ChunkScope extends Scope {
  readonly chunk: Chunk;
  /** Computes what is the same in every iteration. */
  readonly uniform: BlockScope;
  /** The values of this body that vary. */
  readonly varying: Map<string, Definition>;
  /** The values of this body that do not, computed when first read. */
  readonly shared: Map<string, Expr>;
  readonly cursors: Map<string, Cursor>;
}
