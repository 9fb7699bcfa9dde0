// The gradients of attention one row of scores at a time, for any element type, in the steps of attention-gradient-blocks.ts: each
// row adds what it gives to the gradients of keys, values and reads.
import { invariant } from "../diagnostics/invariant.ts";
import { add, type BlockBuilder, binary, flatten, i32, literal, load, loadType, multiply } from "../loop/build.ts";
import type { Expr, ScalarType } from "../loop/expr.ts";
import { type KnownType, sizeOf } from "../types/ndarray.ts";
import { flowsOf } from "./attention-gradient-passes.ts";
import { lowestFinite, operandsBeforeReads } from "./attention-meaning.ts";
import {
  type AttentionParts,
  attentionParts,
  bodyAt,
  copyFlow,
  exponentialOf,
  gradientBuffers,
  rowStart,
  sharedBatchAt,
} from "./attention-parts.ts";
import { dotOf, overRows, type Row, sumOf } from "./attention-rows.ts";
import type { AttentionGradientsAttrs } from "./attention-typing.ts";
import { repeatedIndex } from "./loop-nest.ts";
import type { KernelContext } from "./op.ts";

type Backward = KernelContext<AttentionGradientsAttrs, "many", "many">;

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

/** Scratch rows as long as there are keys. */
interface RowScratch {
  readonly products: string;
  readonly weights: string;
  readonly flows: string;
  /** The cotangent of one row of the result. */
  readonly flow: string;
}

/** What one row is made of. */
interface GradientRow extends Row {
  readonly context: Backward;
  readonly parts: AttentionParts;
  readonly kept: RowScratch;
}

const readersOf = (context: Backward) => context.operands.slice(operandsBeforeReads);

/** Score and factor of a pair, from its product. */
const scored = (context: Backward, body: BlockBuilder, product: Expr, index: readonly Expr[]) => {
  const zero = literal(product.type, 0);
  const given = [product, ...flowsOf(context, zero, zero)];
  const [score, factor] = bodyAt(context, context.attrs.body, given, readersOf(context));
  invariant(score !== undefined && factor !== undefined, "the body gives scores and more");
  return { score, factor: context.attrs.factors ? factor(body, index) : undefined };
};

/** Leaves weights, their cotangents and products in scratch rows; gives the sum of weights, and that of both multiplied. */
const sumRow = (body: BlockBuilder, { context, parts, batch, query, position, kept }: GradientRow) => {
  const { keys, features, valueFeatures, types } = parts;
  const type = loadType(types.queries.dtype);
  const names = gradientBuffers(context);
  const keyBatch = body.name(sharedBatchAt(batch, parts, types.keys));
  const valueBatch = body.name(sharedBatchAt(batch, parts, types.values));
  const most = body.mutable(literal(type, lowestFinite.f64), "most");
  const queryAt = body.name(multiply(position, features), "row");
  body.loop(keys, (key, inner) => {
    const keyAt = rowStart(keyBatch, keys, key, features);
    const product = dotOf(inner, type, features, [names.queries, queryAt], [names.keys, keyAt]);
    const index = [...batch, query, key];
    const score = inner.name(scored(context, inner, product, index).score(inner, index), "score");
    inner.store(kept.products, key, product);
    inner.store(kept.weights, key, score);
    inner.assign(most, binary("max", most, score));
  });
  const [total, mean] = [body.mutable(literal(type, 0), "total"), body.mutable(literal(type, 0), "mean")];
  body.loop(keys, (key, inner) => {
    const valueAt = rowStart(valueBatch, keys, key, valueFeatures);
    const flow = dotOf(inner, type, valueFeatures, [kept.flow, i32(0)], [names.values, valueAt]);
    const weight = inner.name(exponentialOf(inner, binary("sub", load(type, kept.weights, key), most)), "weight");
    const product = inner.name(load(type, kept.products, key), "product");
    const { factor } = scored(context, inner, product, [...batch, query, key]);
    const used = factor === undefined ? flow : binary("mul", flow, factor);
    inner.store(kept.weights, key, weight);
    inner.store(kept.flows, key, flow);
    inner.assign(total, binary("add", total, weight));
    inner.assign(mean, binary("add", mean, binary("mul", weight, used)));
  });
  return { total: body.name(binary("max", total, literal(type, 1)), "total"), mean: body.name(mean, "mean") };
};

/** Leaves cotangents of products and used weights of one row in scratch rows, and adds those of reads where they belong. */
const buildGradientRow = (body: BlockBuilder, row: GradientRow): void => {
  const { context, parts, batch, query, position, kept } = row;
  const type = loadType(parts.types.queries.dtype);
  const { body: made, factors, wanted } = context.attrs;
  const { total, mean } = sumRow(body, row);
  const { sums } = gradientBuffers(context);
  const delta = body.name(binary("sub", binary("div", mean, total), load(type, sums, position)), "delta");
  body.loop(parts.keys, (key, inner) => {
    const index = [...batch, query, key];
    const product = inner.name(load(type, kept.products, key), "product");
    const toWeight = inner.name(load(type, kept.flows, key), "flow");
    const weight = inner.name(binary("div", load(type, kept.weights, key), total), "weight");
    const { factor } = scored(context, inner, product, index);
    const times = (x: Expr): Expr => (factor === undefined ? x : binary("mul", x, factor));
    const scoreFlow = inner.name(binary("mul", weight, binary("sub", times(toWeight), delta)), "flow");
    const given = [product, ...flowsOf(context, scoreFlow, binary("mul", weight, toWeight))];
    const [toProduct, ...toReads] = bodyAt(context, made, given, readersOf(context)).slice(factors ? 2 : 1);
    invariant(toProduct !== undefined, "the body gives the cotangent of the products");
    const gradient = toProduct(inner, index);
    for (const [number, read] of wanted.entries()) {
      const shape = context.operandTypes[operandsBeforeReads + read]?.shape ?? [];
      const element = toReads[number];
      if (element === undefined || !context.isWanted(3 + number)) continue;
      const place = flatten(repeatedIndex(index, shape), shape);
      addTo(inner, type, context.resultBuffer(3 + number), place, element(inner, index));
    }
    inner.store(kept.products, key, gradient);
    inner.store(kept.weights, key, times(weight));
  });
};

/** Builds `attentionGradients`. */
export const buildGradientRows = (context: Backward): void => {
  const parts = attentionParts(context);
  const { keys, features, valueFeatures, types } = parts;
  const { dtype } = types.queries;
  const type = loadType(dtype);
  const scratch = (hint: string): string => context.scratch(dtype, Math.max(keys, 1), hint);
  const kept = {
    products: scratch("products"),
    weights: scratch("weights"),
    flows: scratch("flows"),
    flow: context.scratch(dtype, Math.max(valueFeatures, 1), "flow"),
  };
  const { products, weights } = kept;
  const names = gradientBuffers(context);
  context.kernel("attentionGradients", (root) => {
    for (const { buffer, type: of } of cleared(context))
      root.loop(sizeOf(of.shape), (at, inner) => inner.store(buffer, at, literal(loadType(of.dtype), 0)), {
        mode: "vector",
      });
    overRows(root, parts, (body, row) => {
      const flowRow = { buffer: kept.flow, stride: valueFeatures };
      copyFlow(context, body, row, flowRow, 1, valueFeatures);
      buildGradientRow(body, { ...row, context, parts, kept });
      const keyBatch = body.name(sharedBatchAt(row.batch, parts, types.keys));
      const valueBatch = body.name(sharedBatchAt(row.batch, parts, types.values));
      const own = (columns: number, column: Expr): Expr => add(multiply(row.position, columns), column);
      if (context.isWanted(0))
        body.loop(features, (column, inner) => {
          const total = sumOf(inner, type, keys, (key) => {
            const element = load(type, names.keys, add(rowStart(keyBatch, keys, key, features), column));
            return binary("mul", load(type, products, key), element);
          });
          inner.store(context.resultBuffer(0), own(features, column), total);
        });
      const spread = (result: 1 | 2, from: string, scale: string, batch: Expr, columns: number): void => {
        const start = result === 1 ? multiply(row.position, columns) : i32(0);
        if (!context.isWanted(result)) return;
        body.loop(keys, (key, outer) =>
          outer.loop(columns, (column, inner) => {
            const term = binary("mul", load(type, scale, key), load(type, from, add(start, column)));
            addTo(inner, type, context.resultBuffer(result), add(rowStart(batch, keys, key, columns), column), term);
          }),
        );
      };
      spread(1, names.queries, products, keyBatch, features);
      spread(2, kept.flow, weights, valueBatch, valueFeatures);
    });
  });
};
