// What the kernels of attention share: extents, where rows of operands begin, and the body at one pair of query and key.
import { invariant } from "../diagnostics/invariant.ts";
import { add, type BlockBuilder, binary, flatten, type Index, i32, multiply } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { unary as scalarFunctions } from "../scalar/unary.ts";
import type { KnownType } from "../types/ndarray.ts";
import { type AttentionExtents, extentsOf, gradientOperands } from "./attention-meaning.ts";
import { copyElements } from "./attention-tiles.ts";
import type { Body } from "./body.ts";
import type { ElementReader, KernelContext } from "./op.ts";

/** The kernel context of attention or of its gradients. */
export type AttentionContext = KernelContext<object, "many", "many">;

/** The types of queries, keys and values, and the extents that follow from them. */
export interface AttentionParts extends AttentionExtents {
  readonly types: { readonly queries: KnownType; readonly keys: KnownType; readonly values: KnownType };
}

/** The operands' types, by name. */
export const attentionParts = ({ operandTypes }: AttentionContext): AttentionParts => {
  const [queries, keys, values] = operandTypes;
  invariant(queries !== undefined && keys !== undefined && values !== undefined, "there are queries, keys and values");
  return { ...extentsOf(queries, keys, values), types: { queries, keys, values } };
};

/** The position, among the batches of an operand that queries share, of the one that a batch of queries uses. */
export const sharedBatchAt = (
  at: readonly Expr[],
  { batch }: AttentionExtents,
  { shape }: { readonly shape: readonly number[] },
): Expr => {
  const own = shape.slice(0, -2);
  const index = at.map((position, axis) => binary("div", position, i32((batch[axis] ?? 1) / (own[axis] ?? 1))));
  return flatten(index, own);
};

/** Where a row of a matrix among many begins. */
export const rowStart = (batch: Expr, rows: number, row: Index, columns: number): Expr =>
  multiply(add(multiply(batch, rows), row), columns);

/** The operands of the gradients that lie in memory; the cotangent of the result is read element by element. */
export const gradientBuffers = (
  context: AttentionContext,
): { readonly queries: string; readonly keys: string; readonly values: string; readonly sums: string } => ({
  queries: context.operandBuffer(0),
  keys: context.operandBuffer(1),
  values: context.operandBuffer(2),
  sums: context.operandBuffer(4),
});

/** Copies rows of the cotangent of the result, from a query on, into rows of a padded width. */
export const copyFlow = (
  context: AttentionContext,
  body: BlockBuilder,
  { batch, query }: { readonly batch: readonly Expr[]; readonly query: Expr },
  to: { readonly buffer: string; readonly stride: number },
  count: Index,
  columns: number,
): void => {
  const { flow } = gradientOperands(context.operands);
  copyElements(
    body,
    (_, row) => (inner, column) => flow(inner, [...batch, add(query, row), column]),
    { ...to, start: i32(0) },
    count,
    columns,
  );
};

/** Elements of the body's outputs at one pair, given the product there (and what else comes before the captured values). */
export const bodyAt = (
  context: AttentionContext,
  body: Body,
  given: readonly Expr[],
  captured: readonly ElementReader[],
): readonly ElementReader[] =>
  context.bodyElements(body, [
    ...given.map(
      (value): ElementReader =>
        () =>
          value,
    ),
    ...captured,
  ]);

/** e^x in a kernel. */
export const exponentialOf = (body: BlockBuilder, x: Expr): Expr => scalarFunctions.exp.lower(body, body.name(x));

/** ln x in a kernel. */
export const logarithmOf = (body: BlockBuilder, x: Expr): Expr => scalarFunctions.log.lower(body, body.name(x));

/** A loop over a batch axis: over what keys have of it, or over the queries that share one of those. */
export interface BatchLoop {
  readonly axis: number;
  readonly extent: number;
  readonly isShared: boolean;
}

/** What is done for batches of queries. */
export interface BatchWork {
  /** Runs before the batches that use one batch of keys (given its position) and stand next to each other. */
  readonly prepare: (body: BlockBuilder, shared: Expr) => void;
  readonly fill: (body: BlockBuilder, at: readonly Expr[], position: Expr) => void;
  /** Whether the iterations of a loop write nothing in common but scratch. */
  readonly isParallel: (loop: BatchLoop) => boolean;
}

/** Runs for every batch of queries, heads last, in order. */
export const overBatches = (
  root: BlockBuilder,
  { batch }: AttentionExtents,
  { shape }: { readonly shape: readonly number[] },
  { prepare, fill, isParallel }: BatchWork,
): void => {
  const shared = shape.slice(0, -2);
  // Each axis is a loop over what keys have of it, around one over the queries that share it; loops of one are none.
  const loops = batch.flatMap((extent, axis): readonly BatchLoop[] => {
    const own = shared[axis] ?? 1;
    return [
      { axis, extent: own, isShared: true },
      { axis, extent: own === 0 ? 0 : extent / own, isShared: false },
    ];
  });
  const last = loops.findLastIndex(({ extent, isShared }) => isShared && extent !== 1);
  const nest = (body: BlockBuilder, depth: number, at: readonly (readonly [Expr, Expr])[]): void => {
    if (depth === last + 1)
      prepare(
        body,
        body.name(
          flatten(
            batch.map((_, axis) => at[axis]?.[0] ?? i32(0)),
            shared,
          ),
          "batch",
        ),
      );
    const loop = loops[depth];
    if (loop === undefined) {
      const index = batch.map((extent, axis) => {
        const [own, within] = at[axis] ?? [i32(0), i32(0)];
        return body.name(add(multiply(own, extent / (shared[axis] ?? 1)), within), "b");
      });
      fill(body, index, body.name(flatten(index, batch), "batch"));
      return;
    }
    const enter = (inner: BlockBuilder, position: Expr): void => {
      const [own, within] = at[loop.axis] ?? [i32(0), i32(0)];
      nest(inner, depth + 1, at.with(loop.axis, loop.isShared ? [position, within] : [own, position]));
    };
    if (loop.extent === 1) enter(body, i32(0));
    else
      body.loop(loop.extent, (position, inner) => enter(inner, position), {
        mode: isParallel(loop) ? "parallel" : "serial",
        hint: "b",
      });
  };
  nest(
    root,
    0,
    batch.map(() => [i32(0), i32(0)]),
  );
};
