// Attention: what each query makes of values, weighed by how well their keys fit. docs/attention.md has it on one page.
import { reject } from "../diagnostics/diagnostic.ts";
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import { type AttentionAttrs, requireOverScores } from "../ops/attention-typing.ts";
import { type Dim, isKnown } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { AttentionShape, KeysShape, ValuesShape, WeightsShape } from "../types/static/attention.ts";
import type { Check } from "../types/static/check.ts";
import type { Dims, Operand, Tensor } from "../types/tensor.ts";
import { printType } from "../types/tensor-type.ts";
import { described, tensorOf } from "./argument.ts";
import { constant, iota } from "./creation.ts";
import { softmax } from "./normalization.ts";

/** Which keys a query may attend to, and what is added to its scores. */
export interface AttentionOptions {
  /** Where attending is allowed (true, or not 0): broadcasts to [..., heads, queries, keys]. */
  readonly mask?: Tensor<Dims, "bool" | "u8">;
  /** What is added to the scores, -infinity to forbid: broadcasts to [..., heads, queries, keys]. It has a gradient. */
  readonly bias?: Tensor<Dims, "f32" | "f64">;
  /** No query sees a key behind it: key j only where j <= i + keys - queries, so that the last ones stand together. */
  readonly causal?: boolean;
  /** Only keys less than this many positions away: with `causal`, the last `window` up to the query itself. */
  readonly window?: number;
  /** What products are multiplied by; 1 / sqrt(features) unless said. */
  readonly scale?: number;
  /** Bounds scores s to c tanh(s / c), before bias and slopes. */
  readonly softcap?: number;
  /**
   * ALiBi: subtracts slope |distance| from the scores. `true` for the slopes 2^(-8 (h + 1) / heads) of Press et al. 2022, or a
   * tensor [heads].
   */
  readonly alibi?: boolean | Tensor<Dims, "f32" | "f64">;
}

/** What attention gives together with its weights. */
export interface Attended<S extends Dims, W extends Dims, D extends DType> {
  readonly output: Tensor<S, D>;
  /** [..., heads, queries, keys]; rows sum to 1, or are 0 where all keys are masked. */
  readonly weights: Tensor<W, D>;
}

/** The output, or with `weights: true` the output and the weights. */
export type Attending<Weights extends boolean, S extends Dims, W extends Dims, D extends DType> = Weights extends true
  ? Attended<S, W, D>
  : Tensor<S, D>;

/** Scaled dot-product attention, with or without its weights. */
export interface AttentionFunction {
  <
    Q extends Dims,
    D extends DType,
    K extends Dims,
    E extends DType,
    V extends Dims,
    F extends DType,
    const Weights extends boolean = false,
  >(
    queries: Tensor<Q, D>,
    keys: Check<NoInfer<KeysShape<Q, D, K, E>>, Tensor<K, E>>,
    values: Check<NoInfer<ValuesShape<K, E, V, F>>, Tensor<V, F>>,
    options?: AttentionOptions & { readonly weights?: Weights },
  ): Attending<Weights, AttentionShape<Q, V>, WeightsShape<Q, K>, D>;
}

/** An extent as a number: a symbolic one, known only when compiling, is counted from a tensor of ones. */
const counted = (extent: Dim, { type }: Tensor): Operand =>
  isKnown(extent) ? extent : constant(1, [extent], type.dtype).sum();

/** 2^(-8 (h + 1) / heads) for each head (Press et al. 2022, section 3), in double precision until it is an element. */
const alibiSlopes = ({ shape, dtype }: Tensor): Tensor => {
  const heads = shape.at(-3) ?? 1;
  const position = iota([heads], 0, "f64").add(1);
  return position.mul(-8).div(counted(heads, position)).mul(Math.LN2).exp().cast(dtype);
};

/** Queries that need no further scale: their features are known only when compiling, so 1 / sqrt(features) is computed. */
const scaledQueries = (queries: Tensor): Tensor =>
  queries.div(constant(1, queries.shape.slice(-1), queries.dtype).sum().sqrt());

const positive = (attribute: "window" | "softcap", value: number | undefined): number => {
  if (value === undefined) return 0;
  const expected = attribute === "window" ? "a whole number of at least 1" : "a number above 0";
  return value > 0 ? value : reject("W283", { op: "attention", attribute, expected, given: value });
};

/** The operands of the op behind queries, keys and values, and its attributes. */
const settled = (
  given: Tensor,
  options: AttentionOptions,
): { readonly queries: Tensor; readonly behind: readonly Tensor[]; readonly attrs: AttentionAttrs } => {
  const { mask, bias, alibi = false, causal = false } = options;
  const features = given.shape.at(-1) ?? 1;
  const computed = options.scale === undefined && !isKnown(features);
  const queries = computed ? scaledQueries(given) : given;
  const scale = options.scale ?? (isKnown(features) ? 1 / Math.sqrt(features) : 1);
  const slopes = alibi === true ? alibiSlopes(queries) : alibi === false ? undefined : alibi;
  const behind = [mask, bias, slopes].filter((operand) => operand !== undefined);
  const attrs: AttentionAttrs = {
    scale,
    causal,
    window: positive("window", options.window),
    softcap: positive("softcap", options.softcap),
    mask: mask !== undefined,
    bias: bias !== undefined,
    slopes: slopes !== undefined,
  };
  return { queries, behind: behind.map((operand) => tensorOf("attention", operand)), attrs };
};

/**
 * softmax(scale q k^T + bias) v (Vaswani et al. 2017, equation 1; PyTorch's scaled_dot_product_attention) of queries
 * [..., Hq, Lq, D], keys [..., Hk, Lk, D] and values [..., Hk, Lk, E]: [..., Hq, Lq, E]. Hq is a multiple of Hk: head h of the
 * queries uses head floor(h / (Hq / Hk)) of keys and values. A query that may attend to nothing gets 0, and no gradient flows
 * through it. With `weights: true` the result is { output, weights }. Refused: W248 (shapes that differ), W280, W281 (heads),
 * W282 (a mask or bias that does not fit), W283 (options).
 */
export const attention: AttentionFunction = ((
  given: unknown,
  keys: unknown,
  values: unknown,
  options: AttentionOptions & { readonly weights?: boolean } = {},
): unknown => {
  const attend = (withValues: boolean): Tensor =>
    described(() => {
      const { queries, behind, attrs } = settled(tensorOf("attention", given), options);
      const beside = [tensorOf("attention", keys), ...(withValues ? [tensorOf("attention", values)] : [])];
      const op = withValues ? "attention" : "attentionWeights";
      return emitOne(traceOf(queries, "attention"), op, [queries, ...beside, ...behind], { ...attrs });
    });
  const output = attend(true);
  return options.weights === true ? { output, weights: attend(false) } : output;
  // What is given back of which shapes is said by the signature.
}) as AttentionFunction;

/** The parameters of additive attention. */
export interface AdditiveAttentionParameters {
  /** [query features, hidden]. */
  readonly W: Tensor;
  /** [key features, hidden]. */
  readonly U: Tensor;
  /** [hidden]. */
  readonly v: Tensor;
}

/** What additive attention gives: the weighed sum of keys for each query, and the weights. */
export interface Context<S extends Dims, W extends Dims, D extends DType> {
  readonly context: Tensor<S, D>;
  readonly weights: Tensor<W, D>;
}

/**
 * Additive attention (Bahdanau et al. 2015, appendix A.1.2): scores v . tanh(query W + key U), weights by softmax over keys,
 * and as context the sum of keys by weight. Queries [..., Lq, Q] and keys [..., Lk, K] give a context [..., Lq, K] and weights
 * [..., Lq, Lk]; the mask (true = may attend) broadcasts to the weights, and a query whose keys are all masked gets 0.
 */
export const additiveAttention = <Q extends Dims, D extends DType, K extends Dims>(
  queries: Tensor<Q, D>,
  keys: Tensor<K, NoInfer<D>>,
  { W, U, v }: AdditiveAttentionParameters,
  options: { readonly mask?: Tensor<Dims, "bool" | "u8"> } = {},
): Context<AttentionShape<Q, K>, WeightsShape<Q, K>, D> => {
  const op = "additiveAttention";
  const weights = described<Tensor<WeightsShape<Q, K>, D>>(() => {
    const [query, key] = [tensorOf(op, queries), tensorOf(op, keys)];
    for (const { type } of [query, key]) if (type.shape.length < 2) reject("W280", { op, type: printType(type) });
    const asked = query.matmul(tensorOf(op, W));
    const held = key.matmul(tensorOf(op, U));
    const pairs = asked.reshape(asked.shape.toSpliced(-1, 0, 1)).add(held.reshape(held.shape.toSpliced(-2, 0, 1)));
    const scores = pairs
      .tanh()
      .mul(tensorOf(op, v))
      .sum({ axes: [-1] });
    if (options.mask === undefined) return softmax(scores);
    const mask = tensorOf(op, options.mask);
    requireOverScores(op, "mask", mask.type, scores.shape);
    return softmax(mask.cast("bool").select(scores, -Infinity));
  });
  const context = described<Tensor<AttentionShape<Q, K>, D>>(() => weights.matmul(tensorOf(op, keys)));
  return { context, weights };
};
