// Attention one row of scores at a time, for any element type: scores of a query in a buffer as long as there are keys, their
// softmax, and the sum of values.
import { invariant } from "../diagnostics/invariant.ts";
import { add, type BlockBuilder, binary, flatten, literal, load, loadType, multiply } from "../loop/build.ts";
import type { Expr, ScalarType } from "../loop/expr.ts";
import { lowestFinite } from "./attention-meaning.ts";
import {
  type AttentionParts,
  attentionParts,
  bodyAt,
  exponentialOf,
  logarithmOf,
  rowStart,
  sharedBatchAt,
} from "./attention-parts.ts";
import type { AttentionAttrs } from "./attention-typing.ts";
import { loopNest } from "./loop-nest.ts";
import type { KernelContext } from "./op.ts";

type Forward = KernelContext<AttentionAttrs, "many", "many">;

/** A sum over an axis, element by element. */
export const sumOf = (
  body: BlockBuilder,
  type: ScalarType,
  length: number,
  term: (at: Expr, inner: BlockBuilder) => Expr,
): Expr => {
  const sum = body.mutable(literal(type, 0), "sum");
  body.loop(length, (at, inner) => inner.assign(sum, binary("add", sum, term(at, inner))));
  return body.name(sum, "sum");
};

/** The product of two rows that begin at two places. */
export const dotOf = (
  body: BlockBuilder,
  type: ScalarType,
  length: number,
  [left, leftFrom]: readonly [string, Expr],
  [right, rightFrom]: readonly [string, Expr],
): Expr =>
  sumOf(body, type, length, (at) =>
    binary("mul", load(type, left, add(leftFrom, at)), load(type, right, add(rightFrom, at))),
  );

/** Where the rows of one query begin. */
export interface Row {
  readonly batch: readonly Expr[];
  readonly query: Expr;
  /** Its position among all rows. */
  readonly position: Expr;
}

/** Runs for every query of every batch. */
export const overRows = (
  root: BlockBuilder,
  { batch, queries }: AttentionParts,
  fill: (body: BlockBuilder, row: Row) => void,
): void =>
  loopNest(root, [...batch, queries], (body, index) => {
    const query = index.at(-1);
    invariant(query !== undefined, "rows have an index");
    fill(body, { batch: index.slice(0, -1), query, position: body.name(flatten(index, [...batch, queries]), "row") });
  });

/** Scores of one pair, and its factor if there are factors. */
interface Scored {
  readonly score: Expr;
  readonly factor: Expr | undefined;
}

/** Builds `attention`. */
export const buildRows = (context: Forward): void => {
  const parts = attentionParts(context);
  const { keys, features, valueFeatures, types } = parts;
  const { dtype } = types.queries;
  const type = loadType(dtype);
  const { body: made } = context.attrs;
  const [q, k, v] = [context.operandBuffer(0), context.operandBuffer(1), context.operandBuffer(2)];
  const scores = context.scratch(dtype, Math.max(keys, 1), "scores");
  const factors = made.outputs.length > 1 ? context.scratch(dtype, Math.max(keys, 1), "factors") : undefined;
  const scored = (body: BlockBuilder, product: Expr, index: readonly Expr[]): Scored => {
    const [score, factor] = bodyAt(context, made, [product], context.operands.slice(3));
    invariant(score !== undefined, "the body gives scores");
    return { score: body.name(score(body, index), "score"), factor: factor?.(body, index) };
  };
  context.kernel("attention", (root) =>
    overRows(root, parts, (body, { batch, query, position }) => {
      const keyBatch = body.name(sharedBatchAt(batch, parts, types.keys));
      const valueBatch = body.name(sharedBatchAt(batch, parts, types.values));
      const own = body.name(multiply(position, features), "q");
      const most = body.mutable(literal(type, lowestFinite.f64), "most");
      body.loop(keys, (key, inner) => {
        const product = dotOf(inner, type, features, [q, own], [k, rowStart(keyBatch, keys, key, features)]);
        const { score, factor } = scored(inner, product, [...batch, query, key]);
        inner.store(scores, key, score);
        if (factors !== undefined && factor !== undefined) inner.store(factors, key, factor);
        inner.assign(most, binary("max", most, score));
      });
      const sum = body.mutable(literal(type, 0), "sum");
      body.loop(keys, (key, inner) => {
        const weight = inner.name(exponentialOf(inner, binary("sub", load(type, scores, key), most)), "weight");
        inner.assign(sum, binary("add", sum, weight));
        inner.store(scores, key, factors === undefined ? weight : binary("mul", weight, load(type, factors, key)));
      });
      const whole = body.name(binary("max", sum, literal(type, 1)), "sum");
      if (context.isWanted(1))
        body.store(context.resultBuffer(1), position, binary("add", most, logarithmOf(body, whole)));
      if (!context.isWanted(0)) return;
      body.loop(valueFeatures, (column, inner) => {
        const total = sumOf(inner, type, keys, (key) => {
          const value = load(type, v, add(rowStart(valueBatch, keys, key, valueFeatures), column));
          return binary("mul", load(type, scores, key), value);
        });
        inner.store(
          context.resultBuffer(0),
          add(multiply(position, valueFeatures), column),
          binary("div", total, whole),
        );
      });
    }),
  );
};
