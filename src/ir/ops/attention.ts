// Scaled dot-product attention (Vaswani et al. 2017, "Attention Is All You Need", equation 1) and its weights, as composites:
// passes see the mathematics, and the whole may be replaced by one kernel. With scores
//
//   s = scale q k^T,  then c tanh(s / c) under a softcap,  + bias,  - slope |distance| (ALiBi, Press et al. 2022)
//
// and -infinity where the mask, causality or the window forbid, weights are softmax(s) and the result is weights v. A row in
// which everything is forbidden has weights 0, and no gradient. Heads of queries share heads of keys and values in equal
// groups (Ainslie et al. 2023): the queries of a group are rows of one product.
import { invariant } from "../diagnostics/invariant.ts";
import { multiplyDims } from "../types/dim.ts";
import type { Tensor } from "../types/tensor.ts";
import type { Shape } from "../types/tensor-type.ts";
import { arbitraryAttention } from "./attention-arbitrary.ts";
import {
  type AttentionAttrs,
  type Extras,
  extrasOf,
  groupSize,
  inferAttention,
  inferAttentionWeights,
  scoresShape,
} from "./attention-typing.ts";
import type { AttributeSchema } from "./attributes.ts";
import { type IotaAttrs, iota } from "./indexing.ts";
import { softmax } from "./normalization.ts";
import { defineOp, type Emitter, type OpDefinition } from "./op.ts";

/** The operands by name. */
interface Parts extends Extras<Tensor> {
  readonly queries: Tensor;
  readonly keys: Tensor;
}

/** Takes the operands of `attentionWeights` apart; the typing rule has counted them. */
const partsOf = (operands: readonly Tensor[], attrs: AttentionAttrs): Parts => {
  const [queries, keys, ...behind] = operands;
  invariant(queries !== undefined && keys !== undefined, "attention has queries and keys");
  return { queries, keys, ...extrasOf(behind, attrs) };
};

/** The operands of `attention` without the values, which are those of `attentionWeights`, and the values. */
const splitValues = (operands: readonly Tensor[]): { readonly scored: readonly Tensor[]; readonly values: Tensor } => {
  const values = operands[2];
  invariant(values !== undefined, "attention has values");
  return { scored: operands.toSpliced(2, 1), values };
};

/** [..., Hq, L, N] as [..., Hk, Hq / Hk * L, N]: the rows of all heads of a group below each other. */
const grouped = (x: Tensor, keys: Tensor): Tensor => {
  const [heads, rows = 1, columns = 1] = [keys.shape.at(-3), ...x.shape.slice(-2)];
  if (heads === undefined) return x;
  return x.reshape([...x.shape.slice(0, -3), heads, multiplyDims(groupSize(x.shape, keys.shape), rows), columns]);
};

/** What `grouped` did, undone: the shape of the queries with another last extent. */
const ungrouped = (x: Tensor, queries: Tensor): Tensor =>
  x.reshape([...queries.shape.slice(0, -1), x.shape.at(-1) ?? 1]);

/** scale q k^T: [..., Hq, Lq, Lk]. */
const products = ({ queries, keys }: Parts, { scale }: AttentionAttrs): Tensor =>
  ungrouped(grouped(queries, keys).matmul(keys, { transposeB: true }), queries).mul(scale);

/** tanh(scale q k^T / c), the scores under a softcap c as parts of it. */
const bounded = (parts: Parts, attrs: AttentionAttrs): Tensor => products(parts, attrs).div(attrs.softcap).tanh();

/** How many positions each key stands before each query, i32 [Lq, Lk]; counted from the ends, where the last ones meet. */
const distances = ({ queries, keys }: Parts, { emit }: Emitter): Tensor => {
  const shape: Shape = scoresShape(queries.shape, keys.shape).slice(-2);
  const fromEnd = (axis: number): Tensor =>
    emit(iota, [], { axis, dtype: "i32", shape } satisfies IotaAttrs)[0].flip([axis]);
  return fromEnd(1).sub(fromEnd(0));
};

/** Where attending is allowed, as bool that broadcasts to the scores; undefined where it is everywhere. */
const allowed = (parts: Parts, { causal, window }: AttentionAttrs, emitter: Emitter): Tensor | undefined => {
  const before = causal || window > 0 ? distances(parts, emitter) : undefined;
  const conditions = [
    parts.mask?.cast("bool"),
    causal ? before?.greaterEqual(0) : undefined,
    window > 0 ? (causal ? before : before?.abs())?.less(window) : undefined,
  ].filter((condition) => condition !== undefined);
  return conditions.reduce<Tensor | undefined>((all, condition) => all?.logicalAnd(condition) ?? condition, undefined);
};

/** |distance| of each key, in the type of the scores: [Lq, Lk]. */
const lengths = (parts: Parts, emitter: Emitter): Tensor => distances(parts, emitter).abs().cast(parts.queries.dtype);

/** slope |distance|: [heads, Lq, Lk], or [Lq, Lk] where there is no axis of heads. */
const penalties = (slopes: Tensor, parts: Parts, emitter: Emitter): Tensor =>
  slopes
    .reshape([...slopes.shape, 1, 1])
    .mul(lengths(parts, emitter))
    .reshape(scoresShape(parts.queries.shape, parts.keys.shape).slice(-3));

/** The scores that the softmax is taken of. */
const scores = (parts: Parts, attrs: AttentionAttrs, emitter: Emitter): Tensor => {
  const capped = attrs.softcap > 0 ? bounded(parts, attrs).mul(attrs.softcap) : products(parts, attrs);
  const biased = parts.bias === undefined ? capped : capped.add(parts.bias);
  const sloped = parts.slopes === undefined ? biased : biased.sub(penalties(parts.slopes, parts, emitter));
  return allowed(parts, attrs, emitter)?.select(sloped, -Infinity) ?? sloped;
};

const weightsOf = (parts: Parts, attrs: AttentionAttrs, emitter: Emitter): Tensor => {
  const s = scores(parts, attrs, emitter);
  return emitter.emit(softmax, [s], { axis: s.shape.length - 1 })[0];
};

/** d c tanh(s / c) / ds = 1 - tanh(s / c)^2. */
const capSlope = (parts: Parts, attrs: AttentionAttrs): Tensor => {
  const part = bounded(parts, attrs);
  return part.mul(part).neg().add(1);
};

const slopesGradient = (slopes: Tensor, parts: Parts, emitter: Emitter, flow: Tensor): Tensor => {
  const fall = flow.mul(lengths(parts, emitter)).neg();
  const byHead = fall.shape.length < 3 ? fall.reshape([1, ...fall.shape]) : fall;
  return byHead.sumTo([...slopes.shape, 1, 1]).reshape(slopes.shape);
};

/**
 * Gradients of the operands of `attentionWeights` from the cotangent of the weights P: with dS = P (dP - sum(dP P)), which is
 * 0 wherever P is, by the chain rule from the scores on.
 */
const scoreGradients = (
  parts: Parts,
  attrs: AttentionAttrs,
  emitter: Emitter,
  weights: Tensor,
  cotangent: Tensor,
): readonly (Tensor | null)[] => {
  const { queries, keys, mask, bias, slopes } = parts;
  const flow = weights.mul(cotangent.sub(weights.mul(cotangent).sum({ axes: [-1], keepDims: true })));
  const throughCap = attrs.softcap > 0 ? flow.mul(capSlope(parts, attrs)) : flow;
  const toProducts = grouped(throughCap.mul(attrs.scale), keys);
  return [
    ungrouped(toProducts.matmul(keys), queries),
    toProducts.matmul(grouped(queries, keys), { transposeA: true }),
    ...(mask === undefined ? [] : [null]),
    ...(bias === undefined ? [] : [flow.sumTo(bias.shape)]),
    ...(slopes === undefined ? [] : [slopesGradient(slopes, parts, emitter, flow)]),
  ];
};

// What both ops say of themselves.
const scoreFormula =
  "s = scale q k^T, then softcap tanh(s / softcap), + bias, - slope |distance|, -infinity where forbidden";
const extraShapes =
  "k [B..., Hk, Lk, D] beside q [B..., Hq, Lq, D], Hq a multiple of Hk; last, where the attributes say so, mask and bias, which broadcast to [B..., Hq, Lq, Lk], and slopes [Hq]";
const scoreGradientFormula =
  "t = f (1 - tanh(s / softcap)^2), dq = scale t k, dk = scale t^T q; the bias gets f, slopes -sum(f |distance|)";

const attributes: AttributeSchema<AttentionAttrs> = {
  scale: "number",
  causal: "boolean",
  window: "integer",
  softcap: "number",
  mask: "boolean",
  bias: "boolean",
  slopes: "boolean",
};

/** Queries [..., Hq, Lq, D], keys [..., Hk, Lk, D], then mask, bias and slopes -> [..., Hq, Lq, Lk]. */
export const attentionWeights: OpDefinition<AttentionAttrs, "many"> = defineOp({
  kind: "attentionWeights",
  summary: "How much each query attends to each key: softmax(scale q k^T) with softcap, bias, slopes and masks.",
  formula: `P = softmax(s) over keys, 0 where every s is -infinity; ${scoreFormula}`,
  shapes: `q [A..., Lq, D], k [B_i...], ... -> [A..., Lq, Lk]; ${extraShapes}`,
  gradient: `f = P (c - sum(c P)), ${scoreGradientFormula}`,
  arity: "many",
  resultArity: 1,
  attributes,
  infer: (operands, attrs) => [inferAttentionWeights(operands, attrs)],
  vjp: (context) => {
    const { operands, attrs, results, cotangents } = context;
    return scoreGradients(partsOf(operands, attrs), attrs, context, results[0], cotangents[0]);
  },
  lower: {
    by: "ops",
    decompose: (operands, attrs, emitter) => [weightsOf(partsOf(operands, attrs), attrs, emitter)],
  },
  arbitrary: (fc) =>
    arbitraryAttention(fc).map(({ operands, attrs }) => ({ operands: operands.toSpliced(2, 1), attrs })),
});

/** Queries [..., Hq, Lq, D], keys [..., Hk, Lk, D], values [..., Hk, Lk, E], then mask, bias and slopes -> [..., Hq, Lq, E]. */
export const attention: OpDefinition<AttentionAttrs, "many"> = defineOp({
  kind: "attention",
  summary: "softmax(scale q k^T) v with softcap, bias, slopes and masks; heads of queries may share keys and values.",
  formula: `y = P v, P = softmax(s) over keys, 0 where every s is -infinity; ${scoreFormula}`,
  shapes: `q [A..., Lq, D], k [C..., Lk, D], v [B_i...], ... -> [A..., Lq, E]; v [B..., Hk, Lk, E] and ${extraShapes}`,
  gradient: `dv = P^T c, g = c v^T, f = P (g - sum(g P)), ${scoreGradientFormula}`,
  arity: "many",
  resultArity: 1,
  attributes,
  infer: (operands, attrs) => [inferAttention(operands, attrs)],
  vjp: (context) => {
    const { operands, attrs, cotangents } = context;
    const { scored, values } = splitValues(operands);
    const parts = partsOf(scored, attrs);
    const [weights] = context.emit(attentionWeights, scored, attrs);
    const flow = grouped(cotangents[0], parts.keys);
    const toWeights = ungrouped(flow.matmul(values, { transposeB: true }), parts.queries);
    const toValues = grouped(weights, parts.keys).matmul(flow, { transposeA: true });
    return scoreGradients(parts, attrs, context, weights, toWeights).toSpliced(2, 0, toValues);
  },
  lower: {
    by: "ops",
    decompose: (operands, attrs, emitter) => {
      const { scored, values } = splitValues(operands);
      const { queries, keys } = partsOf(scored, attrs);
      const [weights] = emitter.emit(attentionWeights, scored, attrs);
      return [ungrouped(grouped(weights, keys).matmul(values), queries)];
    },
  },
  arbitrary: arbitraryAttention,
});

/** Attention, said in other ops. */
export const attending: {
  readonly attentionWeights: typeof attentionWeights;
  readonly attention: typeof attention;
} = { attentionWeights, attention };
