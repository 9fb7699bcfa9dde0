// Nested loops over a shape, as lowerings of several families write them.
import { type BlockBuilder, i32 } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import type { LoopMode } from "../loop/stmt.ts";

/** How the loops of a nest run. */
export interface LoopNestOptions {
  /** The mode of the innermost loop; all others are serial. */
  readonly innermost?: LoopMode;
  readonly hint?: string;
}

/** Runs `fill` for each index of a shape in row-major order; once, with an empty index, where there are no axes. */
export const loopNest = (
  body: BlockBuilder,
  extents: readonly number[],
  fill: (body: BlockBuilder, index: readonly Expr[]) => void,
  { innermost = "serial", hint = "i" }: LoopNestOptions = {},
): void => {
  const nest = (block: BlockBuilder, index: readonly Expr[]): void => {
    const extent = extents[index.length];
    if (extent === undefined) return fill(block, index);
    const mode = index.length === extents.length - 1 ? innermost : "serial";
    block.loop(extent, (at, inner) => nest(inner, [...index, at]), { mode, hint });
  };
  nest(body, []);
};

/** Where an operand that repeats by NumPy's rule is read: axes that it lacks are dropped, axes of extent 1 stay at 0. */
export const repeatedIndex = (index: readonly Expr[], shape: readonly number[]): readonly Expr[] =>
  index.slice(index.length - shape.length).map((at, axis) => (shape[axis] === 1 ? i32(0) : at));
