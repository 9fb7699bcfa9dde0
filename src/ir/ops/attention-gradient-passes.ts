// The three times that the gradients of attention go over the keys of a block of queries (attention-gradient-blocks.ts says which
// they are), each over the pairs of a block, row by row.
import { invariant } from "../diagnostics/invariant.ts";
import { add, type BlockBuilder, binary, f32, flatten, i32, load, multiply } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { type Block, panelProducts } from "./attention-block.ts";
import type { Sums } from "./attention-gradient-sums.ts";
import { operandsBeforeReads } from "./attention-meaning.ts";
import { type AttentionParts, bodyAt, type gradientBuffers } from "./attention-parts.ts";
import { greater, largest, weigh } from "./attention-row.ts";
import { fillRow, roundUpIndex } from "./attention-tiles.ts";
import type { AttentionGradientsAttrs } from "./attention-typing.ts";
import { repeatedIndex } from "./loop-nest.ts";
import { panelColumns } from "./matmul-packing.ts";
import type { ElementReader, KernelContext } from "./op.ts";
import { type Rows } from "./register-tile.ts";

type Context = KernelContext<AttentionGradientsAttrs, "many", "many">;

/** The buffers that blocks live in, and how large blocks are. */
export interface GradientBlocks {
  readonly parts: AttentionParts;
  readonly names: ReturnType<typeof gradientBuffers>;
  readonly rows: number;
  /** Elements from one row of pairs to the next, those of a block of keys and some more. */
  readonly pitch: number;
  /** Widths of rows of queries and keys, and of values and cotangents, in whole tiles. */
  readonly features: number;
  readonly valueFeatures: number;
  /** Blocks of queries and cotangents; keys and values of a batch in panels. */
  readonly queries: string;
  readonly flow: string;
  readonly keyPanels: string;
  readonly valuePanels: string;
  /** Keys of a batch in panels of their columns. */
  readonly keyColumns: string;
  /** Products, then their cotangents; scores, then weights; cotangents of weights: [block][row][key]. */
  readonly products: string;
  readonly weights: string;
  readonly flows: string;
  /** For each row its largest score, the sum of its weights, and the sum of these times their cotangents. */
  readonly most: string;
  readonly total: string;
  readonly mean: string;
  readonly toQueries: string;
  /** Copies of a batch of dk and dv, where tiles cannot add to these. */
  readonly toKeys: string | undefined;
  readonly toValues: string | undefined;
}

/** What tiles of one batch read and add to, in rows of whole tiles. */
export interface BatchRows {
  readonly queries: Rows;
  readonly flow: Rows;
  readonly toQueries: Rows;
  readonly toKeys: Sums | undefined;
  readonly toValues: Sums | undefined;
}

/** A read that gets a gradient: of which operand, and into which buffer. */
interface WantedRead {
  readonly number: number;
  readonly buffer: string;
  readonly shape: readonly number[];
}

const wantedReads = (context: Context): readonly WantedRead[] =>
  context.attrs.wanted.flatMap((read, number) =>
    context.isWanted(3 + number)
      ? [
          {
            number,
            buffer: context.resultBuffer(3 + number),
            shape: context.operandTypes[operandsBeforeReads + read]?.shape ?? [],
          },
        ]
      : [],
  );

/** Whether all keys of a row share one element of the read. */
const isOfRow = ({ shape }: WantedRead): boolean => (shape.at(-1) ?? 1) === 1;

/** Cotangents that a body takes, as many as there are. */
export const flowsOf = ({ attrs: { factors } }: Context, score: Expr, factor: Expr): readonly Expr[] =>
  factors ? [score, factor] : [score];

/** Where the pairs of a row of a block begin, in all buffers of pairs. */
const rowOf = ({ rows, pitch }: GradientBlocks, { ordinal }: Block, row: Expr): Expr =>
  multiply(add(multiply(ordinal, rows), row), pitch);

/** The block of a buffer of pairs. */
export const pairsOf = ({ rows, pitch }: GradientBlocks, buffer: string, { ordinal }: Block): Rows => ({
  buffer,
  start: multiply(ordinal, rows * pitch),
  stride: pitch,
});

/** Runs for the pairs of a row, four at a time where it can be. */
const overPairs = (
  body: BlockBuilder,
  block: Block,
  row: Expr,
  start: Expr,
  fill: (body: BlockBuilder, at: Expr, index: readonly Expr[]) => void,
): void =>
  body.loop(
    block.width,
    (column, inner) =>
      fill(inner, inner.name(add(start, column), "at"), [
        ...block.batch,
        add(block.query, row),
        add(block.key, column),
      ]),
    { mode: "vector", hint: "j" },
  );

/** Score and factor of a pair, from its product. */
const scored = (
  context: Context,
  { products }: GradientBlocks,
  body: BlockBuilder,
  at: Expr,
  index: readonly Expr[],
): { readonly product: Expr; readonly score: ElementReader; readonly factor: Expr | undefined } => {
  const product = body.name(load("f32", products, at), "product");
  const given = [product, ...flowsOf(context, f32(0), f32(0))];
  const [score, factor] = bodyAt(context, context.attrs.body, given, context.operands.slice(operandsBeforeReads));
  invariant(score !== undefined && factor !== undefined, "the body gives scores and more");
  return { product, score, factor: context.attrs.factors ? body.name(factor(body, index), "factor") : undefined };
};

/** The first time over the keys: products, scores, and the largest of each row. */
export const findLargest = (
  context: Context,
  blocks: GradientBlocks,
  rows: BatchRows,
  body: BlockBuilder,
  block: Block,
): void => {
  const { parts, products, weights, most } = blocks;
  const panels = { buffer: blocks.keyPanels, depth: parts.features };
  panelProducts(body, rows.queries, panels, block, pairsOf(blocks, products, block));
  const whole = body.name(roundUpIndex(block.width, panelColumns), "whole");
  body.loop(
    block.rows,
    (row, inner) => {
      const start = inner.name(rowOf(blocks, block, row), "start");
      overPairs(inner, block, row, start, (innermost, at, index) => {
        const { score } = scored(context, blocks, innermost, at, index);
        innermost.store(weights, at, score(innermost, index));
      });
      fillRow(inner, weights, start, block.width, whole, -Infinity);
      const before = load("f32", most, row);
      inner.store(most, row, greater(inner.name(before, "before"), largest(inner, weights, start, whole)));
    },
    { hint: "r" },
  );
};

/** The second time: weights and their cotangents, and the sums of each row. */
export const sumWeights = (
  context: Context,
  blocks: GradientBlocks,
  rows: BatchRows,
  body: BlockBuilder,
  block: Block,
): void => {
  const { parts, weights, flows, most, total, mean } = blocks;
  const panels = { buffer: blocks.valuePanels, depth: parts.valueFeatures };
  panelProducts(body, rows.flow, panels, block, pairsOf(blocks, flows, block));
  const whole = body.name(roundUpIndex(block.width, panelColumns), "whole");
  body.loop(
    block.rows,
    (row, inner) => {
      const start = inner.name(rowOf(blocks, block, row), "start");
      const sum = weigh(inner, weights, start, whole, inner.name(load("f32", most, row), "most"));
      inner.store(total, row, binary("add", load("f32", total, row), sum));
      const weighed = inner.mutable(f32(0), "mean");
      overPairs(inner, block, row, start, (innermost, at, index) => {
        const factor = context.attrs.factors ? scored(context, blocks, innermost, at, index).factor : undefined;
        const flow = binary("mul", load("f32", weights, at), load("f32", flows, at));
        innermost.assign(weighed, binary("add", weighed, factor === undefined ? flow : binary("mul", flow, factor)));
      });
      inner.store(mean, row, binary("add", load("f32", mean, row), weighed));
    },
    { hint: "r" },
  );
};

/** What all pairs of a row have in common in their cotangents. */
interface RowFacts {
  /** One over the sum of weights. */
  readonly inverse: Expr;
  /** sum(P f g) - e. */
  readonly delta: Expr;
}

/** Cotangents of one pair, in place of its product and weight; gives those of the wanted reads. */
const buildPair = (
  context: Context,
  blocks: GradientBlocks,
  body: BlockBuilder,
  at: Expr,
  index: readonly Expr[],
  { inverse, delta }: RowFacts,
): readonly Expr[] => {
  const { body: made, factors } = context.attrs;
  const { products, weights, flows } = blocks;
  const { product, factor } = scored(context, blocks, body, at, index);
  const weight = body.name(binary("mul", load("f32", weights, at), inverse), "weight");
  const toWeight = body.name(load("f32", flows, at), "flow");
  const times = (x: Expr): Expr => (factor === undefined ? x : binary("mul", x, factor));
  const scoreFlow = body.name(binary("mul", weight, binary("sub", times(toWeight), delta)), "flow");
  const factorFlow = factors ? body.name(binary("mul", weight, toWeight), "flow") : f32(0);
  const given = [product, ...flowsOf(context, scoreFlow, factorFlow)];
  const outputs = bodyAt(context, made, given, context.operands.slice(operandsBeforeReads));
  const [toProduct, ...toReads] = outputs.slice(factors ? 2 : 1);
  invariant(toProduct !== undefined, "the body gives the cotangent of the products");
  const gradients = wantedReads(context).map(({ number }) => body.name(toReads[number]?.(body, index) ?? f32(0), "g"));
  body.store(products, at, toProduct(body, index));
  body.store(weights, at, times(weight));
  return gradients;
};

/** The third time: cotangents of products and reads; the latter are added where they belong. */
export const buildPairs = (
  context: Context,
  blocks: GradientBlocks,
  body: BlockBuilder,
  block: Block,
  first: Expr,
): void => {
  const { names, products, total, mean } = blocks;
  const reads = wantedReads(context);
  const whole = body.name(roundUpIndex(block.width, panelColumns), "whole");
  body.loop(
    block.rows,
    (row, inner) => {
      const start = inner.name(rowOf(blocks, block, row), "start");
      const inverse = inner.name(binary("div", f32(1), binary("max", load("f32", total, row), f32(1))), "inverse");
      const own = binary("mul", load("f32", mean, row), inverse);
      const delta = inner.name(binary("sub", own, load("f32", names.sums, add(first, row))), "delta");
      const placeOf = ({ shape }: WantedRead, index: readonly Expr[]): Expr =>
        flatten(repeatedIndex(index, shape), shape);
      const sums = reads.map((read) => (isOfRow(read) ? inner.mutable(f32(0), "sum") : undefined));
      const addAt = (at: BlockBuilder, { buffer }: WantedRead, position: Expr, value: Expr): void => {
        const place = at.name(position, "place");
        at.store(buffer, place, binary("add", load("f32", buffer, place), value));
      };
      overPairs(inner, block, row, start, (innermost, at, index) => {
        const gradients = buildPair(context, blocks, innermost, at, index, { inverse, delta });
        for (const [position, read] of reads.entries()) {
          const [sum, gradient] = [sums[position], gradients[position]];
          if (gradient === undefined) continue;
          if (sum !== undefined) innermost.assign(sum, binary("add", sum, gradient));
          else addAt(innermost, read, placeOf(read, index), gradient);
        }
      });
      fillRow(inner, products, start, block.width, whole, 0);
      for (const [position, read] of reads.entries()) {
        const sum = sums[position];
        if (sum !== undefined) addAt(inner, read, placeOf(read, [...block.batch, add(block.query, row), i32(0)]), sum);
      }
    },
    { hint: "r" },
  );
};
