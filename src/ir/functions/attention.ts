// Attention: what each query makes of values, weighed by how well their keys fit. docs/attention.md has it on one page.

import { reject } from "../diagnostics/diagnostic.ts";
import { expect, isRecord } from "../diagnostics/expect.ts";
import { invariant } from "../diagnostics/invariant.ts";
import { optionNames, requireKnownOptions } from "../diagnostics/known-options.ts";
import { graphOf } from "../graph/body-graph.ts";
import { type CapturedBody, captureBody } from "../graph/captured-body.ts";
import type { Node } from "../graph/graph.ts";
import { notPointwise } from "../graph/pointwise-body.ts";
import { functionOf } from "../graph/print-node.ts";
import { emitMany, isTensor, traceOf } from "../graph/traced-tensor.ts";
import { withoutFunctions } from "../graph/write-functions.ts";
import { inferScores, requireOverScores, scoresShape } from "../ops/attention-typing.ts";
import { opOf } from "../ops/index.ts";
import { requireDType } from "../ops/typing.ts";
import { type Dim, isKnown, multiplyDims } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { AdditiveContext, AdditiveRules, AdditiveWeights } from "../types/static/additive-attention.ts";
import type {
  AttentionShape,
  BiasShape,
  KeysShape,
  OverScores,
  ValuesShape,
  WeightsShape,
} from "../types/static/attention.ts";
import type { Check } from "../types/static/check.ts";
import type { Dims, Tensor } from "../types/tensor.ts";
import { printType, type Shape, type TensorType, tensorType } from "../types/tensor-type.ts";
import { aboutOperands, atCaller, described, requireOperand, tensorOf } from "./argument.ts";
import { type AttentionOptions, logSumExpFrom, type Scoring, scoresFrom, scoringOf } from "./attention-scores.ts";
import { constant } from "./creation.ts";
import { softmax } from "./normalization.ts";

export type { AttentionOptions, ScorePositions } from "./attention-scores.ts";

/** What attention gives together with its weights. */
export interface Attended<S extends Dims, W extends Dims, D extends DType> {
  /** [..., Hq, Lq, E]. */
  readonly output: Tensor<S, D>;
  /** [..., heads, queries, keys]; rows sum to 1, or are 0 where all keys are masked. */
  readonly weights: Tensor<W, D>;
}

/** What attention gives together with the logarithms of its rows' sums. */
export interface Summed<S extends Dims, L extends Dims, D extends DType> {
  /** [..., Hq, Lq, E]. */
  readonly output: Tensor<S, D>;
  /** ln(sum(e^score)) over keys, [..., heads, queries]; -infinity where all keys are masked. */
  readonly logSumExp: Tensor<L, D>;
}

/** The output, or with `weights: true` the output and the weights. */
export type Attending<Weights extends boolean, S extends Dims, W extends Dims, D extends DType> = Weights extends true
  ? Attended<S, W, D>
  : Tensor<S, D>;

/** The axes but the last. */
type RowsOf<S extends Dims> = S extends readonly [...infer Rows extends Dims, Dim] ? Rows : Dims;

/** The output by itself, or with weights or logarithms of sums. */
export type AttentionResult<
  Weights extends boolean,
  Sums extends boolean,
  S extends Dims,
  W extends Dims,
  D extends DType,
> = Sums extends true
  ? Summed<S, RowsOf<S>, D> & (Weights extends true ? Attended<S, W, D> : unknown)
  : Attending<Weights, S, W, D>;

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
    const Sums extends boolean = false,
    Mask extends Tensor = never,
    Bias extends Tensor = never,
  >(
    queries: Tensor<Q, D>,
    keys: Check<NoInfer<KeysShape<Q, D, K, E>>, Tensor<K, E>>,
    values: Check<NoInfer<ValuesShape<K, E, V, F>>, Tensor<V, F>>,
    options?: AttentionOptions<
      NoInfer<WeightsShape<Q, K>>,
      NoInfer<D>,
      Check<NoInfer<OverScores<"attention", "mask", Mask, WeightsShape<Q, K>, readonly ["bool", "u8"]>>, Mask>,
      Check<NoInfer<BiasShape<Q, D, Bias, WeightsShape<Q, K>>>, Bias>
    > & {
      readonly weights?: Weights;
      readonly logSumExp?: Sums;
    },
  ): AttentionResult<Weights, Sums, AttentionShape<Q, V>, WeightsShape<Q, K>, D>;
}

/** Whether a shape has an element for every pair of query and key, in whichever order, or in one axis. */
const isOverPairs = (shape: Shape, scores: Shape): boolean => {
  const [queries = 1, keys = 1] = scores.slice(-2);
  const others = shape.toSpliced(Math.max(shape.indexOf(queries), 0), 1);
  return (shape.includes(queries) && others.includes(keys)) || shape.includes(multiplyDims(queries, keys));
};

/** What becomes part of the loop over scores rather than being written for all queries and keys before it. */
const isWithin =
  (scores: Shape) =>
  ({ op, results }: Node): boolean => {
    const { lower } = opOf(op);
    const loopless = lower.by === "alias" || op === "constant" || (lower.by === "element" && lower.work !== "loop");
    const [result] = results;
    return loopless && result !== undefined && isOverPairs(result.type.shape, scores);
  };

/** The body of attention, and what it captures. W288 for a score that looks at others. */
const bodyOf = (queries: Tensor, scores: Shape, options: AttentionOptions, scoring: Scoring): CapturedBody => {
  const captured = captureBody(
    traceOf(queries, "attention"),
    [["products", tensorType(queries.dtype, scores)]],
    ([products]) => {
      invariant(products !== undefined, "products are given");
      const factors = options.drop?.(constant(1, scores, queries.dtype) as Tensor);
      return [scoresFrom(products, scoring), ...(factors === undefined ? [] : [factors])];
    },
    isWithin(scores),
  );
  const made = { ...captured, body: withoutFunctions(captured.body) };
  const culprit = notPointwise(graphOf(made.body));
  if (culprit !== undefined)
    reject("W288", { op: "attention", inner: functionOf(culprit) ?? culprit.op }, { location: culprit.location });
  return made;
};

/** Only heads are shared: queries, keys and values have the batch axes before them in common, and keys and values their heads. */
const requireHeads = (queries: TensorType, keys: TensorType, values: TensorType): void => {
  const op = "attention";
  requireDType(op, queries, ["f32", "f64"]);
  if (queries.shape.length < 2) reject("W280", { op, type: printType(queries) });
  const [own, shared = own] = [queries.shape.at(-3), keys.shape.at(-3)];
  const front = own === undefined ? [] : [...queries.shape.slice(0, -3), shared ?? own];
  const expected = [...front, keys.shape.at(-2) ?? "keys", ...queries.shape.slice(-1)];
  requireOperand(op, "keys", keys, tensorType(queries.dtype, expected));
  const isEven = own === shared || (typeof own === "number" && typeof shared === "number" && own % shared === 0);
  if (!isEven)
    reject("W281", { op, queries: `${own}`, keys: `${shared}`, left: printType(queries), right: printType(keys) });
  const features = values.shape.at(-1) ?? "features";
  requireOperand(op, "values", values, tensorType(keys.dtype, [...keys.shape.slice(0, -1), features]));
};

/** [..., Hq, L, N] as [..., Hk, Hq / Hk * L, N]: the rows of all heads that share keys below each other. */
const grouped = (x: Tensor, keys: Tensor): Tensor => {
  const [own, shared, rows = 1, columns = 1] = [x.shape.at(-3), keys.shape.at(-3), ...x.shape.slice(-2)];
  if (own === undefined || shared === undefined || own === shared) return x;
  invariant(isKnown(own) && isKnown(shared), "heads that differ are known");
  return x.reshape([...x.shape.slice(0, -3), shared, multiplyDims(own / shared, rows), columns]);
};

/** softmax of all scores, written out: [..., heads, queries, keys]. */
const weightsOf = (queries: Tensor, keys: Tensor, scoring: Scoring): Tensor => {
  const products = grouped(queries, keys).matmul(keys, { transposeB: true });
  return softmax(scoresFrom(products.reshape(scoresShape(queries.shape, keys.shape)), scoring));
};

const known = optionNames<AttentionOptions & { readonly weights?: boolean; readonly logSumExp?: boolean }>({
  mask: true,
  bias: true,
  causal: true,
  prefix: true,
  window: true,
  segments: true,
  scale: true,
  softcap: true,
  alibi: true,
  past: true,
  score: true,
  drop: true,
  weights: true,
  logSumExp: true,
});

/**
 * softmax(scale q k^T + bias) v of queries [..., Hq, Lq, D], keys [..., Hk, Lk, D] and values [..., Hk, Lk, E]: [...,
 * Hq, Lq, E], without a tensor of queries times keys. Hq is a multiple of Hk: head h of the queries uses head floor(h /
 * (Hq / Hk)) of keys and values. A query that may attend to nothing gets 0, and no gradient flows through it. With
 * `weights: true` the result is { output, weights } (these are written out, before `drop`), with `logSumExp: true` {
 * output, logSumExp }.
 *
 * @throws W248 shapes that differ; W280 no axis of positions; W281 heads that are not shared evenly; W282 a mask or
 * bias that does not fit; W283 an option out of range; W287 and W288 what `score` gives.
 * @see Vaswani et al. 2017, equation 1; `torch.nn.functional.scaled_dot_product_attention`.
 * @example
 * const q = constant(Float32Array.of(1, 0), [1, 1, 2]);
 * const k = constant(Float32Array.of(1, 0, 0, 1), [1, 2, 2]);
 * const v = constant(Float32Array.of(10, 20), [1, 2, 1]);
 * attention(q, k, v); // Tensor<[1, 1, 1], "f32">: [[[13.3024]]]
 */
export const attention: AttentionFunction = ((
  given: unknown,
  givenKeys: unknown,
  givenValues: unknown,
  options: AttentionOptions & { readonly weights?: boolean; readonly logSumExp?: boolean } = {},
): unknown =>
  atCaller(() => {
    requireKnownOptions("attention", options, known);
    const operandsGiven = [given, givenKeys, givenValues].map((operand) => tensorOf("attention", operand));
    const [queries, keys, values] = operandsGiven as [Tensor, Tensor, Tensor]; // three were given
    const extras = [options.mask, options.bias].filter(isTensor);
    const { scores, scoring } = aboutOperands([...operandsGiven, ...extras], () => {
      requireHeads(queries.type, keys.type, values.type);
      const { shape } = inferScores("attention", queries.type, keys.type, values.type);
      return { scores: shape, scoring: scoringOf(options, queries, shape) };
    });
    const { body, captured } = bodyOf(queries, scores, options, scoring);
    const operands = [queries, keys, values, ...captured];
    const [output, sums] = emitMany(traceOf(queries, "attention"), "attention", operands, { body });
    invariant(output !== undefined && sums !== undefined, "attention has two results");
    if (options.weights !== true && options.logSumExp !== true) return output;
    return {
      output,
      ...(options.weights === true ? { weights: weightsOf(queries, keys, scoring) } : {}),
      ...(options.logSumExp === true ? { logSumExp: logSumExpFrom(sums) } : {}),
    };
    // What is given back of which shapes is said by the signature.
  })) as AttentionFunction;

/** The parameters of additive attention. */
export interface AdditiveAttentionParameters<W = Tensor, U = Tensor, V = Tensor> {
  /** [query features, hidden]. */
  readonly W: W;
  /** [key features, hidden]. */
  readonly U: U;
  /** [hidden]. */
  readonly v: V;
}

/** The types of all operands under their names. */
interface TypesOf<
  Q extends Dims,
  D extends DType,
  K extends Dims,
  E extends DType,
  W extends Dims,
  F extends DType,
  U extends Dims,
  G extends DType,
  V extends Dims,
  H extends DType,
> {
  readonly queries: readonly [Q, D];
  readonly keys: readonly [K, E];
  readonly W: readonly [W, F];
  readonly U: readonly [U, G];
  readonly v: readonly [V, H];
}

/** What additive attention gives: the weighed sum of keys for each query, and the weights. */
export interface Context<S extends Dims, W extends Dims, D extends DType> {
  /** [..., Lq, K]. */
  readonly context: Tensor<S, D>;
  /** [..., Lq, Lk]. */
  readonly weights: Tensor<W, D>;
}

/** The type of `additiveAttention`. */
export interface AdditiveAttentionFunction {
  <
    Q extends Dims,
    D extends DType,
    K extends Dims,
    E extends DType,
    W extends Dims,
    F extends DType,
    U extends Dims,
    G extends DType,
    V extends Dims,
    H extends DType,
  >(
    queries: Check<NoInfer<AdditiveRules<TypesOf<Q, D, K, E, W, F, U, G, V, H>>["queries"]>, Tensor<Q, D>>,
    keys: Check<NoInfer<AdditiveRules<TypesOf<Q, D, K, E, W, F, U, G, V, H>>["keys"]>, Tensor<K, E>>,
    parameters: AdditiveAttentionParameters<
      Check<NoInfer<AdditiveRules<TypesOf<Q, D, K, E, W, F, U, G, V, H>>["W"]>, Tensor<W, F>>,
      Check<NoInfer<AdditiveRules<TypesOf<Q, D, K, E, W, F, U, G, V, H>>["U"]>, Tensor<U, G>>,
      Check<NoInfer<AdditiveRules<TypesOf<Q, D, K, E, W, F, U, G, V, H>>["v"]>, Tensor<V, H>>
    >,
    options?: { readonly mask?: Tensor<Dims, "bool" | "u8"> },
  ): Context<
    AdditiveContext<TypesOf<Q, D, K, E, W, F, U, G, V, H>>,
    AdditiveWeights<TypesOf<Q, D, K, E, W, F, U, G, V, H>>,
    D
  >;
}

/**
 * Scores v . tanh(query W + key U), weights by softmax over keys, and as context the sum of keys by weight. Queries
 * [..., Lq, Q] and keys [..., Lk, K] give a context [..., Lq, K] and weights [..., Lq, Lk]; the mask (true = may
 * attend) broadcasts to the weights, and a query whose keys are all masked gets 0.
 *
 * @throws W280 no axis of positions; W282 a mask that does not fit; W203 matrices that do not fit the features; W202
 * element types that differ.
 * @see Bahdanau et al. 2015, appendix A.1.2.
 * @example
 * const queries = constant(Float32Array.of(1, 0), [1, 2]);
 * const keys = constant(Float32Array.of(1, 0, 0, 1), [2, 2]);
 * const [W, U, v] = [constant(1, [2, 3]), constant(1, [2, 3]), constant(1, [3])];
 * const { context, weights } = additiveAttention(queries, keys, { W, U, v });
 * context; // Tensor<[1, 2], "f32">: [[0.5, 0.5]]
 * weights; // Tensor<[1, 2], "f32">: [[0.5, 0.5]]
 */
export const additiveAttention: AdditiveAttentionFunction = (queries, keys, parameters, options = {}) => {
  const op = "additiveAttention";
  atCaller(() => expect(isRecord(parameters), op, "a record of weights", parameters, "{ W, U, v }"));
  const { W, U, v } = parameters;
  const weights = described(() => {
    requireKnownOptions(op, options, ["mask"]);
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
  const context = described(() => tensorOf(op, weights).matmul(tensorOf(op, keys)));
  // Of the types that the signature says.
  return { context, weights } as never;
};
