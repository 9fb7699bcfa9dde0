// Attention one row of scores at a time, for any element type: scores of a query in a buffer as long as there are keys, their
// softmax, and the sum of values. The gradients go over the rows in the same order and add what each row gives.
import { invariant } from "../diagnostics/invariant.ts";
import { add, type BlockBuilder, binary, flatten, literal, load, loadType, multiply } from "../loop/build.ts";
import type { Expr, ScalarType } from "../loop/expr.ts";
import { type KnownType, sizeOf } from "../types/ndarray.ts";
import { gradientOperands, lowestFinite } from "./attention-meaning.ts";
import {
  type AttentionParts,
  attentionParts,
  bodyAt,
  exponentialOf,
  logarithmOf,
  readIndex,
  rowStart,
  sharedBatchAt,
} from "./attention-parts.ts";
import type { AttentionAttrs, AttentionGradientsAttrs } from "./attention-typing.ts";
import { loopNest } from "./loop-nest.ts";
import type { KernelContext } from "./op.ts";

type Forward = KernelContext<AttentionAttrs, "many", "many">;
type Backward = KernelContext<AttentionGradientsAttrs, "many", "many">;

/** A sum over an axis, element by element. */
const sumOf = (
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
const dotOf = (
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
interface Row {
  readonly batch: readonly Expr[];
  readonly query: Expr;
  /** Its position among all rows. */
  readonly position: Expr;
}

/** Runs for every query of every batch. */
const overRows = (
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
      const most = body.mutable(literal(type, lowestFinite[type === "f64" ? "f64" : "f32"]), "most");
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

/** The results of the gradients that are added to: all but those of the queries. */
const cleared = (context: Backward): readonly { readonly buffer: string; readonly type: KnownType }[] =>
  context.resultTypes.flatMap((type, at) =>
    at > 0 && context.isWanted(at) ? [{ buffer: context.resultBuffer(at), type }] : [],
  );

/** Adds a number to an element. */
const addTo = (body: BlockBuilder, type: ScalarType, buffer: string, at: Expr, value: Expr): void => {
  const place = body.name(at, "at");
  body.store(buffer, place, binary("add", load(type, buffer, place), value));
};

/** The weights and cotangents of one row, left in scratch buffers. */
const buildGradientRow = (
  context: Backward,
  parts: AttentionParts,
  body: BlockBuilder,
  { batch, query, position }: Row,
  kept: { readonly products: string; readonly weights: string },
): void => {
  const { keys, features, valueFeatures, types } = parts;
  const type = loadType(types.queries.dtype);
  const { body: made, factors, wanted } = context.attrs;
  const names = gradientOperands(context.operands.map((_, at) => context.operandBuffer(at)));
  const readers = context.operands.slice(6);
  const keyBatch = body.name(sharedBatchAt(batch, parts, types.keys));
  const valueBatch = body.name(sharedBatchAt(batch, parts, types.values));
  const logSum = body.name(load(type, names.logSums, position), "l");
  const delta = body.name(load(type, names.delta, position), "delta");
  const zero = literal(type, 0);
  body.loop(keys, (key, inner) => {
    const index = [...batch, query, key];
    const at = (operand: number): Expr => multiply(position, operand);
    const product = dotOf(
      inner,
      type,
      features,
      [names.queries, at(features)],
      [names.keys, rowStart(keyBatch, keys, key, features)],
    );
    const toWeight = dotOf(
      inner,
      type,
      valueFeatures,
      [names.flow, at(valueFeatures)],
      [names.values, rowStart(valueBatch, keys, key, valueFeatures)],
    );
    const flows = (score: Expr, factor: Expr): readonly Expr[] => (factors ? [score, factor] : [score]);
    const [scoreAt, factorAt] = bodyAt(context, made, [product, ...flows(zero, zero)], readers);
    invariant(scoreAt !== undefined, "the body gives scores");
    const weight = inner.name(exponentialOf(inner, binary("sub", scoreAt(inner, index), logSum)), "weight");
    const factor = factors ? factorAt?.(inner, index) : undefined;
    const times = (x: Expr): Expr => (factor === undefined ? x : binary("mul", x, factor));
    const scoreFlow = inner.name(binary("mul", weight, binary("sub", times(toWeight), delta)), "flow");
    const given = bodyAt(context, made, [product, ...flows(scoreFlow, binary("mul", weight, toWeight))], readers);
    const [toProduct, ...toReads] = given.slice(factors ? 2 : 1);
    invariant(toProduct !== undefined, "the body gives the cotangent of the products");
    inner.store(kept.products, key, toProduct(inner, index));
    inner.store(kept.weights, key, times(weight));
    for (const [number, read] of wanted.entries()) {
      const shape = context.operandTypes[6 + read]?.shape ?? [];
      const gradient = toReads[number];
      if (gradient === undefined || !context.isWanted(3 + number)) continue;
      addTo(
        inner,
        type,
        context.resultBuffer(3 + number),
        flatten(readIndex(index, shape), shape),
        gradient(inner, index),
      );
    }
  });
};

/** Builds `attentionGradients`. */
export const buildGradientRows = (context: Backward): void => {
  const parts = attentionParts(context);
  const { keys, features, valueFeatures, types } = parts;
  const { dtype } = types.queries;
  const type = loadType(dtype);
  const [products, weights] = ["products", "weights"].map((hint) => context.scratch(dtype, Math.max(keys, 1), hint));
  invariant(products !== undefined && weights !== undefined, "two were asked for");
  const [q, k, flow] = [context.operandBuffer(0), context.operandBuffer(1), context.operandBuffer(5)];
  context.kernel("attentionGradients", (root) => {
    for (const { buffer, type: of } of cleared(context))
      root.loop(sizeOf(of.shape), (at, inner) => inner.store(buffer, at, literal(loadType(of.dtype), 0)), {
        mode: "vector",
      });
    overRows(root, parts, (body, row) => {
      buildGradientRow(context, parts, body, row, { products, weights });
      const keyBatch = body.name(sharedBatchAt(row.batch, parts, types.keys));
      const valueBatch = body.name(sharedBatchAt(row.batch, parts, types.values));
      const own = (columns: number, column: Expr): Expr => add(multiply(row.position, columns), column);
      if (context.isWanted(0))
        body.loop(features, (column, inner) => {
          const total = sumOf(inner, type, keys, (key) => {
            const element = load(type, k, add(rowStart(keyBatch, keys, key, features), column));
            return binary("mul", load(type, products, key), element);
          });
          inner.store(context.resultBuffer(0), own(features, column), total);
        });
      const spread = (result: 1 | 2, from: string, scale: string, batch: Expr, columns: number): void => {
        if (!context.isWanted(result)) return;
        body.loop(keys, (key, outer) =>
          outer.loop(columns, (column, inner) => {
            const term = binary("mul", load(type, scale, key), load(type, from, own(columns, column)));
            addTo(inner, type, context.resultBuffer(result), add(rowStart(batch, keys, key, columns), column), term);
          }),
        );
      };
      spread(1, q, products, keyBatch, features);
      spread(2, flow, weights, valueBatch, valueFeatures);
    });
  });
};
