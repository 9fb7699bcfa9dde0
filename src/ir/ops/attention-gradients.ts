// The derivative of `attention` as an op that keeps no scores either (as Dao et al. 2022, "FlashAttention", algorithm 4): products
// and weights are made again, for a block of queries at a time.
//
//   P = softmax(s),   g = c v^T,   dS = P (f g - sum(P f g) + e),   dF = P g,   dp = what the body gives of dS and dF
//   dq = dp k,   dk = dp^T q,   dv = (P f)^T c,   and the cotangents of wanted reads, summed to their shapes
//
// where c and e are the cotangents of the result and of the logarithms of sums.
import { reject } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import { type Dim, isKnown } from "../types/dim.ts";
import type { Tensor } from "../types/tensor.ts";
import { type Shape, type TensorType, tensorType } from "../types/tensor-type.ts";
import { arbitraryAttentionGradients } from "./attention-arbitrary.ts";
import { buildAttentionGradients } from "./attention-kernel.ts";
import { evaluateGradients, gradientOperands, operandsBeforeReads } from "./attention-meaning.ts";
import { type AttentionGradientsAttrs, inferScores, requireBody, requireOverScores } from "./attention-typing.ts";
import { softmax } from "./normalization.ts";
import { defineOp, type OpDefinition, type VjpContext } from "./op.ts";
import { requireOperand } from "./operand-types.ts";

type Context = VjpContext<AttentionGradientsAttrs, "many", "many">;

const infer = (operands: readonly TensorType[], attrs: AttentionGradientsAttrs): readonly TensorType[] => {
  const op = "attentionGradients";
  if (operands.length < operandsBeforeReads)
    reject("W108", { op, what: "operand", wanted: operandsBeforeReads, given: operands.length });
  const { queries, keys, values, flow, sums, reads } = gradientOperands(operands);
  const scores = inferScores(op, queries, keys, values);
  const rows = queries.shape.slice(0, -1);
  requireOperand(op, "flow", flow, tensorType(queries.dtype, [...rows, values.shape.at(-1) ?? 1]));
  requireOperand(op, "sums", sums, tensorType(queries.dtype, rows));
  const flows = attrs.factors ? [scores, scores] : [scores];
  const count = flows.length + 1 + attrs.wanted.length;
  requireBody(op, attrs.body, [scores, ...flows, ...reads], scores, { least: count, most: count });
  const wanted = attrs.wanted.map((at) => {
    const given = operands.length;
    const read = reads[at] ?? reject("W108", { op, what: "operand", wanted: given - reads.length + at + 1, given });
    requireOverScores(op, "bias", read, scores.shape);
    return read;
  });
  return [queries, keys, values, ...wanted];
};

/** How often a batch axis of queries repeats one of keys or values. */
const timesOf = (own: Dim, shared: Dim): Dim => (isKnown(own) && isKnown(shared) ? own / shared : own);

/** Batch axes of a shape, each followed by how often queries repeat it, and what they are together: those of the queries. */
const splitBatch = (queries: Shape, shared: Shape): { readonly one: Shape; readonly all: Shape } => {
  const pairs = queries.slice(0, -2).map((own, axis) => {
    const other = shared[axis] ?? 1;
    return own === other ? { one: [own], all: [own] } : { one: [other, 1], all: [other, timesOf(own, other)] };
  });
  return { one: pairs.flatMap(({ one }) => one), all: pairs.flatMap(({ all }) => all) };
};

/** Keys or values, written out for every batch of queries. */
const repeated = (x: Tensor, queries: Shape): Tensor => {
  const { one, all } = splitBatch(queries, x.shape);
  const rows = x.shape.slice(-2);
  return x
    .reshape([...one, ...rows])
    .broadcastTo([...all, ...rows])
    .reshape([...queries.slice(0, -2), ...rows]);
};

/** The gradients in ops that write scores: what derivatives of the derivative are taken of. */
const unfused = ({ operands, attrs, bodies, emit }: Context): readonly Tensor[] => {
  const { queries, keys, values, flow, sums, reads } = gradientOperands(operands);
  const [allKeys, allValues] = [repeated(keys, queries.shape), repeated(values, queries.shape)];
  const products = queries.matmul(allKeys, { transposeB: true });
  const toWeights = flow.matmul(allValues, { transposeB: true });
  const flows = (scores: Tensor, factors: Tensor): readonly Tensor[] => (attrs.factors ? [scores, factors] : [scores]);
  // Scores and factors depend on no cotangent.
  const [scores, ...others] = bodies.inline(attrs.body, [products, ...flows(products, products), ...reads]).outputs;
  invariant(scores !== undefined, "the body gives scores");
  const factor = attrs.factors ? others[0] : undefined;
  // Nothing has no largest.
  const [weights] = keys.shape.at(-2) === 0 ? [scores] : emit(softmax, [scores], { axis: scores.shape.length - 1 });
  const factored = factor === undefined ? toWeights : toWeights.mul(factor);
  const mean = weights.mul(factored).sum({ axes: [-1], keepDims: true });
  const scoreFlow = weights.mul(factored.sub(mean).add(sums.reshape([...sums.shape, 1])));
  const given = bodies.inline(attrs.body, [products, ...flows(scoreFlow, weights.mul(toWeights)), ...reads]).outputs;
  const [toProducts, ...toReads] = given.slice(attrs.factors ? 2 : 1);
  invariant(toProducts !== undefined, "the body gives the cotangent of the products");
  const shared = (x: Tensor, like: Tensor): Tensor => {
    const { one, all } = splitBatch(queries.shape, like.shape);
    const rows = like.shape.slice(-2);
    return x
      .reshape([...all, ...rows])
      .sumTo([...one, ...rows])
      .reshape(like.shape);
  };
  return [
    toProducts.matmul(allKeys),
    shared(toProducts.matmul(queries, { transposeA: true }), keys),
    shared((factor === undefined ? weights : weights.mul(factor)).matmul(flow, { transposeA: true }), values),
    ...attrs.wanted.map((at, position) => {
      const [read, gradient] = [reads[at], toReads[position]];
      invariant(read !== undefined && gradient !== undefined, "each wanted read has a gradient");
      return gradient.sumTo(read.shape);
    }),
  ];
};

/** Queries, keys, values, cotangents [..., Lq, E] and [..., Lq], reads -> dq, dk, dv, cotangents of the wanted reads. */
export const attentionGradients: OpDefinition<AttentionGradientsAttrs, "many", "many"> = defineOp({
  kind: "attentionGradients",
  summary: "The gradients of attention, whose scores are made again and never kept.",
  formula:
    "P = softmax(s), g = c v^T, dS = P (f g - sum(P f g) + e), dp = body(dS, P g), dq = dp k, dk = dp^T q, dv = (P f)^T c, and those of wanted reads",
  shapes:
    "q [A..., Lq, D], k [C..., Lk, D], v [E..., Lk, N], c [A..., Lq, N], e [B_i...], ... -> [A..., Lq, D], [C..., Lk, D], [R_k...], ...; e [A..., Lq]; last what the body reads; wanted reads broadcast to the scores, and their gradients come last",
  gradient:
    "with h the sum of the results times their cotangents, scores written out: dq = dh/dq, dk = dh/dk, dv = dh/dv, dc = dh/dc, de = dh/de",
  arity: "many",
  resultArity: "many",
  attributes: { body: "body", factors: "boolean", wanted: "integers" },
  infer,
  evaluate: (operands, attrs, run) => evaluateGradients(operands, attrs, run),
  vjp: (context) => {
    const made = unfused(context);
    const flowing = made.flatMap((gradient, at) => {
      const cotangent = context.flows[at] === true ? context.cotangents[at] : undefined;
      return cotangent === undefined ? [] : [[gradient, cotangent] as const];
    });
    return context.bodies.pullBack(flowing, context.operands);
  },
  // The cotangent of the result is copied block by block, or row by row: what makes it may be computed there.
  lower: { by: "kernel", buffers: { allBut: [3] }, build: buildAttentionGradients },
  arbitrary: arbitraryAttentionGradients,
});
