// What the kernels of attention share: extents, where rows of operands begin, and the body at one pair of query and key.
import { invariant } from "../diagnostics/invariant.ts";
import { add, type BlockBuilder, binary, flatten, type Index, i32, multiply } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { unary as scalarFunctions } from "../scalar/unary.ts";
import type { KnownType } from "../types/ndarray.ts";
import { type AttentionExtents, extentsOf } from "./attention-meaning.ts";
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
