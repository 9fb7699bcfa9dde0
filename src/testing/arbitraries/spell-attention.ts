// Writes attention as a spelling says (attention-spellings.ts): in tensors, and as a graph with arrays to run it on.
import { randomBits } from "../../ir/functions/creation.ts";
import { einsum } from "../../ir/functions/einsum.ts";
import { logSoftmax, softmax } from "../../ir/functions/normalization.ts";
import { logSumExp } from "../../ir/functions/statistics.ts";
import { graphBuilder } from "../../ir/graph/builder.ts";
import { type Trace, withTrace } from "../../ir/graph/trace.ts";
import { traceOver } from "../../ir/graph/traced-tensor.ts";
import type { DType } from "../../ir/types/dtype.ts";
import { type NdArray, sizeOf } from "../../ir/types/ndarray.ts";
import { knownShape } from "../../ir/types/shape.ts";
import type { Tensor } from "../../ir/types/tensor.ts";
import type { AttentionSpelling } from "./attention-spellings.ts";
import type { GraphCase } from "./graph-case.ts";
import { input, lettersOf, rowsOf, scoresOf, swapped, termsOf, type Writing } from "./spell-scores.ts";
import { randomArray, randomFrom } from "./values.ts";

/** The weights, and what the result is to be divided by where that comes after the second product. */
const weightsOf = (writing: Writing, scores: Tensor): { readonly weights: Tensor; readonly divisor?: Tensor } => {
  const over = { axes: [-1], keepDims: true } as const;
  const dropped = (x: Tensor): Tensor => x.reshape([...x.shape, 1]);
  const shifted = scores.sub(scores.max(over)).exp();
  const { spelling, queries, keys } = writing;
  // The mask of the exponentials themselves.
  const open = () => input(writing, "maskOfWeights", [queries, keys], "bool");
  switch (spelling.softmax) {
    case "masked": {
      const kept = shifted.mul(open().cast(scores.dtype));
      return { weights: kept.div(kept.sum(over)) };
    }
    case "chosen": {
      const kept = open().select(shifted, 0);
      return { weights: kept.div(kept.sum(over)) };
    }
    case "composite":
      return { weights: softmax(scores) };
    case "overSum":
      return { weights: scores.exp().div(scores.exp().sum(over)) };
    case "overSumOfShifted":
      return { weights: shifted.div(shifted.sum(over)) };
    case "dropped": {
      const lower = scores.sub(dropped(scores.max({ axes: [-1] }))).exp();
      return { weights: lower.div(dropped(lower.sum({ axes: [-1] })).broadcastTo(scores.shape)) };
    }
    case "timesReciprocal":
      return { weights: shifted.sum(over).reciprocal().mul(shifted) };
    case "timesPower":
      return { weights: shifted.mul(shifted.sum(over).pow(-1)) };
    case "logSumExp":
      return { weights: scores.sub(dropped(logSumExp(scores, { axes: [-1] }))).exp() };
    case "logarithm":
      return { weights: scores.sub(scores.exp().sum(over).log()).exp() };
    case "logSoftmax":
      return { weights: logSoftmax(scores).exp() };
    case "afterProduct":
      return { weights: shifted, divisor: shifted.sum(over) };
    case "reciprocalAfterProduct":
      return { weights: shifted, divisor: shifted.sum(over).reciprocal() };
  }
};

const droppedOut = (writing: Writing, weights: Tensor): Tensor => {
  const { spelling, lead, queries, keys } = writing;
  switch (spelling.dropout) {
    case "none":
      return weights;
    case "where":
      return input(writing, "kept", [...lead, queries, keys], "bool").select(weights.mul(1.25), 0);
    case "unless":
      return input(writing, "dropped", [...lead, queries, keys], "bool").select(0, weights.mul(1.25));
    case "times":
      return weights.mul(input(writing, "factors", [queries, keys]));
    case "over":
      return weights.div(input(writing, "divisors", [queries, keys]).abs().add(1));
    case "random": {
      const bits = randomBits(input(writing, "key", [2], "i32") as Tensor<[2], "i32">, [
        ...lead,
        queries,
        keys,
      ]) as Tensor;
      return bits.greater(0).select(weights.mul(2), 0);
    }
  }
};

const secondProduct = (writing: Writing, weights: Tensor, v: Tensor): Tensor => {
  const { spelling, lead, queries, keys } = writing;
  const [result, values] = termsOf(writing, "e");
  if (spelling.layout === "behind" || spelling.second === "einsum")
    return einsum(
      `${lettersOf(lead)}qk,${values}->${spelling.joinedResult ? result : `${lettersOf(lead)}qe`}`,
      weights,
      v,
    );
  if (spelling.layout === "shared") {
    const [batch = 1, heads = 1] = lead;
    const product = weights.reshape([batch, heads * queries, keys]).matmul(v);
    return product.reshape([batch, heads, queries, v.shape.at(-1) ?? 1]);
  }
  if (spelling.second === "matmul") return weights.matmul(v);
  return spelling.second === "flag"
    ? weights.matmul(swapped(v), { transposeB: true })
    : swapped(v.matmul(weights, { transposeA: true, transposeB: true }));
};

const lengthsOf = ({ sizes }: AttentionSpelling) => ({
  queries: sizes.queries,
  keys: sizes.queries + sizes.moreKeys - (sizes.queries > 1 ? 1 : 0),
});

/** The extents in front, apart and as the scores have them, and whether heads are shared. */
const frontOf = ({ layout, sizes, repeated }: AttentionSpelling) => {
  const { batch, heads } = sizes;
  const isRepeated = repeated !== "no" && layout !== "behind" && layout !== "shared";
  const all = heads * (isRepeated ? 2 : 1);
  switch (layout) {
    case "rows":
      return { apart: [], lead: [] };
    case "batch":
      return { apart: [batch], lead: [batch] };
    case "heads":
    case "joined":
    case "behind":
    case "shared":
      return { apart: [batch, all], lead: [batch, all] };
    case "merged":
      return { apart: [batch, all], lead: [batch * all] };
  }
};

/** Attention in the graph being described. */
export const spellAttention = (
  spelling: AttentionSpelling,
  trace: Trace,
  leaf: Trace["input"] = trace.input,
): Tensor => {
  const writing: Writing = { spelling, trace, leaf, ...frontOf(spelling), ...lengthsOf(spelling) };
  const { valueFeatures } = spelling.sizes;
  const { apart, queries } = writing;
  const values = rowsOf(writing, "v", writing.keys, valueFeatures, true);
  const scores = scoresOf(writing);
  const { weights, divisor } = weightsOf(
    writing,
    spelling.wider && spelling.dtype === "f32" ? scores.cast("f64") : scores,
  );
  const y = secondProduct(writing, droppedOut(writing, weights.cast(spelling.dtype)), values);
  const [batch = 1, heads = 1] = apart;
  const isBehind = spelling.layout === "behind" && spelling.joinedResult;
  const own = divisor?.cast(spelling.dtype);
  const beside = isBehind ? own?.transpose([0, 2, 1, 3]) : own;
  const whole = beside === undefined ? y : spelling.softmax === "afterProduct" ? y.div(beside) : y.mul(beside);
  if (!spelling.joinedResult || apart.length < 2) return whole;
  const rows = isBehind ? whole : whole.reshape([...apart, queries, valueFeatures]).transpose([0, 2, 1, 3]);
  return rows.reshape([batch, queries, heads * valueFeatures]);
};

/** Arrays for inputs: masks and choices of 0 and 1, in which the first key is open. */
export const feedOf = (
  name: string,
  { dtype, shape }: { dtype: DType; shape: readonly number[] },
  seed: number,
): NdArray => {
  if (!name.startsWith("mask")) return randomArray({ dtype, shape }, seed, "normal");
  const random = randomFrom(seed);
  const keys = shape.at(-1) ?? 1;
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, at) => (at % keys === 0 || random() < 0.6 ? 1 : 0));
  return { dtype, shape, data };
};

/**
 * A spelling of attention as a graph with one entry `main`, its result `y`, and arrays for its inputs; `seed` draws
 * these.
 *
 * @example
 * import fc from "fast-check";
 * const cases = fc.sample(attentionSpellings(), { numRuns: 1, seed: 1 }).map((spelling) => attentionCase(spelling, 7));
 * cases.map(({ graph }) => graph.entries.map(({ name }) => name)); // [["main"]]
 */
export const attentionCase = (spelling: AttentionSpelling, seed: number): GraphCase => {
  const trace = traceOver(graphBuilder());
  const y = withTrace(trace, () => spellAttention(spelling, trace));
  const graph = trace.builder.finish("spelt", [
    { name: "main", outputs: [{ name: "y", value: trace.value(y) }], updates: [] },
  ]);
  const feeds = [...graph.nodes.values()].flatMap((node): [string, NdArray][] => {
    if (node.op !== "input") return [];
    const { name, dtype, shape } = node.attrs;
    return [[name, feedOf(name, { dtype, shape: knownShape(shape) }, seed + node.id * 131)]];
  });
  return { graph, feeds: Object.fromEntries(feeds), parameters: {} };
};
