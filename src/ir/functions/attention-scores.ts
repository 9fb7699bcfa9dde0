// From products of queries and keys to the scores that attention takes the softmax of: scale, soft cap, bias, ALiBi, a function of the
// user's, and masks. Written over tensors of scores, so that it serves as the body of the op and for weights written out alike.
import { reject } from "../diagnostics/diagnostic.ts";
import { applyBinary } from "../graph/traced-tensor.ts";
import { lowestFinite } from "../ops/attention-meaning.ts";
import { requireOverScores } from "../ops/attention-typing.ts";
import { requireSameDType } from "../ops/operand-types.ts";
import { requireDType } from "../ops/typing.ts";
import { type Dim, isKnown } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { Dims, Operand, Tensor } from "../types/tensor.ts";
import { printType, type Shape, sameShape } from "../types/tensor-type.ts";
import { requireOperand, tensorOf } from "./argument.ts";
import { constant, iota } from "./creation.ts";

/** Where a score stands: tensors that broadcast to the scores [batch, heads, queries, keys]. */
export interface ScorePositions {
  /** Which example, counted over all batch axes. */
  readonly batch: Tensor<Dims, "i32">;
  /** Which head of the queries. */
  readonly head: Tensor<Dims, "i32">;
  /** Which query, `past` included. */
  readonly query: Tensor<Dims, "i32">;
  /** Which key. */
  readonly key: Tensor<Dims, "i32">;
}

/**
 * Which keys a query may attend to, and what is done to its scores, in this order: scale, softcap, bias, alibi, score, masks. Scores
 * are of the shape S and the element type D, where these are known.
 */
export interface AttentionOptions<
  S extends Dims = Dims,
  D extends DType = DType,
  Mask = Tensor<Dims, "bool" | "u8">,
  Bias = Tensor<Dims, "f32" | "f64">,
> {
  /** Where attending is allowed (true, or not 0): broadcasts to [..., heads, queries, keys]. */
  readonly mask?: Mask;
  /** What is added to the scores, -infinity to forbid: broadcasts to [..., heads, queries, keys]. It has a gradient. */
  readonly bias?: Bias;
  /** No query sees a key behind it: key j only where j <= i + keys - queries, so that the last ones stand together. */
  readonly causal?: boolean;
  /** With `causal`: how many keys at the beginning every query sees (prefix language models); an i32 tensor broadcasts to the scores. */
  readonly prefix?: number | Tensor<Dims, "i32">;
  /** Only keys less than this many positions away: with `causal`, the last `window` up to the query itself. */
  readonly window?: number;
  /**
   * Which document each position is of, i32 [..., positions], its batch axes the first ones of queries: queries see keys of
   * their own document. One tensor where queries and keys are the same sequence.
   */
  readonly segments?:
    | Tensor<Dims, "i32">
    | {
        /** Of the queries, [..., Lq]. */
        readonly queries: Tensor<Dims, "i32">;
        /** Of the keys, [..., Lk]. */
        readonly keys: Tensor<Dims, "i32">;
      };
  /** What products are multiplied by; 1 / sqrt(features) unless said. */
  readonly scale?: number;
  /** Bounds scores s to c tanh(s / c), before bias and slopes. */
  readonly softcap?: number;
  /**
   * ALiBi: subtracts slope |distance| from the scores. `true` for the slopes 2^(-8 (h + 1) / heads) of Press et al. 2022, or a
   * tensor [heads].
   */
  readonly alibi?: boolean | Tensor<Dims, "f32" | "f64">;
  /**
   * How many keys stand before that of the first query, where keys of earlier pieces of a sequence are kept: `causal`, `window` and
   * `alibi` count from there, and so does the query that `score` is told. A tensor where it is known only when running; keys -
   * queries unless said.
   */
  readonly past?: number | Tensor<[], "i32">;
  /**
   * Any function of a score and of where it stands: `(score, { query, key }) => score.sub(penalty.gather(query.sub(key)))`.
   * It sees one score at a time, is part of the one loop over scores, and has a gradient (FlexAttention's `score_mod`).
   */
  readonly score?: (score: Tensor<S, D>, positions: ScorePositions) => Tensor;
  /** What is done to the weights: a dropout layer, which makes some of them 0. It multiplies each by a number of its own. */
  readonly drop?: (weights: Tensor<S, D>) => Tensor;
}

/** Options that were looked at: every tensor has the shape in which it meets the scores. */
export interface Scoring {
  readonly scale: Operand;
  readonly softcap: number;
  readonly bias: Tensor | undefined;
  readonly slopes: Tensor | undefined;
  readonly mask: Tensor | undefined;
  readonly causal: boolean;
  readonly prefix: Operand | undefined;
  readonly window: number;
  readonly past: Operand | undefined;
  readonly segments: { readonly queries: Tensor; readonly keys: Tensor } | undefined;
  readonly score: AttentionOptions["score"];
}

const op = "attention";

/** An extent as a number: a symbolic one, known only when compiling, is counted from a tensor of ones. */
const counted = (extent: Dim, { type }: Tensor): Operand =>
  isKnown(extent) ? extent : constant(1, [extent], type.dtype).sum();

/** 2^(-8 (h + 1) / heads) for each head (Press et al. 2022, section 3), in double precision until it is an element. */
const alibiSlopes = ({ shape, dtype }: Tensor): Tensor => {
  const heads = shape.at(-3) ?? 1;
  const position = iota([heads], 0, "f64").add(1);
  return position.mul(-8).div(counted(heads, position)).mul(Math.LN2).exp().cast(dtype);
};

const positive = (attribute: "window" | "softcap", value: number | undefined): number => {
  if (value === undefined) return 0;
  const expected = attribute === "window" ? "a whole number of at least 1" : "a number above 0";
  const fits = attribute === "window" ? Number.isSafeInteger(value) : Number.isFinite(value);
  return fits && value > 0 ? value : reject("W283", { op, attribute, expected, given: value });
};

const finite = (scale: number): number =>
  Number.isFinite(scale)
    ? scale
    : reject("W283", { op, attribute: "scale", expected: "a finite number", given: scale });

/** 1 / sqrt(features); computed where the features are known only when compiling. */
const defaultScale = ({ shape, dtype }: Tensor): Operand => {
  const features = shape.at(-1) ?? 1;
  return isKnown(features) ? 1 / Math.sqrt(features) : constant(1, [features], dtype).sum().rsqrt();
};

const checkedMask = (mask: Tensor | undefined, scores: Shape): Tensor | undefined => {
  if (mask === undefined) return undefined;
  const tensor = tensorOf(op, mask);
  requireDType(`${op}: mask`, tensor.type, ["bool", "u8"]);
  requireOverScores(op, "mask", tensor.type, scores);
  return tensor.cast("bool");
};

const checkedBias = (bias: Tensor | undefined, queries: Tensor, scores: Shape): Tensor | undefined => {
  if (bias === undefined) return undefined;
  const tensor = tensorOf(op, bias);
  requireSameDType(op, queries.type, tensor.type);
  requireOverScores(op, "bias", tensor.type, scores);
  return tensor;
};

const checkedSlopes = (alibi: AttentionOptions["alibi"], queries: Tensor, scores: Shape): Tensor | undefined => {
  if (alibi === undefined || alibi === false) return undefined;
  const slopes = alibi === true ? alibiSlopes(queries) : tensorOf(op, alibi);
  requireOperand(op, "slopes", slopes.type, { dtype: queries.dtype, shape: [scores.at(-3) ?? 1] });
  return slopes.reshape(scores.length < 3 ? [1, 1] : [...slopes.shape, 1, 1]);
};

/** Documents [batch..., positions] beside the scores: the axes of heads that are left out, and one for the other sequence. */
const besideScores = (segments: Tensor, scores: Shape, axis: -1 | -2): Tensor => {
  requireDType(`${op}: segments`, segments.type, ["i32"]);
  const length = segments.shape.at(-1) ?? 1;
  const front = segments.shape.slice(0, -1);
  const heads = front.length === 0 ? [] : Array.from({ length: scores.length - 2 - front.length }, () => 1);
  const placed = segments.reshape([...front, ...heads, ...(axis === -2 ? [length, 1] : [1, length])]);
  requireOverScores(op, "segments", placed.type, scores);
  return placed;
};

const checkedSegments = (segments: AttentionOptions["segments"], scores: Shape): Scoring["segments"] => {
  if (segments === undefined) return undefined;
  const { queries, keys } = "dtype" in segments ? { queries: segments, keys: segments } : segments;
  return {
    queries: besideScores(tensorOf(op, queries), scores, -2),
    keys: besideScores(tensorOf(op, keys), scores, -1),
  };
};

/** Further than any two positions are apart, and small enough to be added to one. */
const farthest = 2 ** 30;

const checkedPrefix = (prefix: AttentionOptions["prefix"], scores: Shape): Operand | undefined => {
  if (prefix === undefined) return prefix;
  if (typeof prefix === "number") {
    if (!Number.isSafeInteger(prefix))
      reject("W283", { op, attribute: "prefix", expected: "a whole number", given: prefix });
    return Math.min(Math.max(prefix, 0), farthest);
  }
  const tensor = tensorOf(op, prefix);
  requireDType(`${op}: prefix`, tensor.type, ["i32"]);
  requireOverScores(op, "prefix", tensor.type, scores);
  return tensor;
};

const checkedPast = (past: AttentionOptions["past"]): Operand | undefined => {
  if (typeof past === "number") {
    const expected = "a whole number from 0 up";
    return Number.isSafeInteger(past) && past >= 0
      ? past
      : reject("W283", { op, attribute: "past", expected, given: past });
  }
  if (past === undefined) return undefined;
  const tensor = tensorOf(op, past);
  requireOperand(op, "past", tensor.type, { dtype: "i32", shape: [] });
  return tensor;
};

/** Looks at the options of attention over these queries. */
export const scoringOf = (options: AttentionOptions, queries: Tensor, scores: Shape): Scoring => ({
  scale: options.scale === undefined ? defaultScale(queries) : finite(options.scale),
  softcap: positive("softcap", options.softcap),
  bias: checkedBias(options.bias, queries, scores),
  slopes: checkedSlopes(options.alibi, queries, scores),
  mask: checkedMask(options.mask, scores),
  causal: options.causal ?? false,
  prefix: checkedPrefix(options.prefix, scores),
  window: Math.min(positive("window", options.window), farthest),
  past: checkedPast(options.past),
  segments: checkedSegments(options.segments, scores),
  score: options.score,
});

/** Positions along one axis of the scores, counted from its end: which key stands where then needs no extent as a number. */
const fromEnd = (scores: Shape, axis: -1 | -2): Tensor => {
  const extent = scores.at(axis) ?? 1;
  const shape = axis === -1 ? [1, extent] : [extent, 1];
  return iota(shape, axis === -1 ? 1 : 0, "i32").flip([axis]);
};

/** How many positions each key stands before each query, i32 [Lq, Lk]; the last ones meet unless there is a past. */
const distances = ({ shape }: Tensor, { past }: Scoring): Tensor => {
  if (past === undefined) return fromEnd(shape, -1).sub(fromEnd(shape, -2));
  const { query, key } = positionsOf(shape);
  return query.sub(key).add(past);
};

/** A condition on positions alone: causality, or a window. */
type Band = (scores: Tensor, scoring: Scoring) => Tensor;

/**
 * key <= query + past. A past that is known only when running stands on a side of its own, here and below: sums with it might
 * wrap, and then it would not follow which keys are seen at all.
 */
const notAfter: Band = (scores, scoring) => {
  if (scoring.past === undefined) return distances(scores, scoring).greaterEqual(0);
  const { query, key } = positionsOf(scores.shape);
  return key.sub(query).lessEqual(scoring.past);
};

/** |query + past - key| < window, of which causality says one half. */
const within: Band = (scores, scoring) => {
  const { past, causal, window } = scoring;
  if (past === undefined) {
    const before = distances(scores, scoring);
    return (causal ? before : before.abs()).less(window);
  }
  const { query, key } = positionsOf(scores.shape);
  const offset = key.sub(query);
  const recent = offset.add(window).greater(past);
  return causal ? recent : recent.logicalAnd(offset.sub(window).less(past));
};

/** Where attending is allowed, as bool that broadcasts to the scores; undefined where it is everywhere. */
const allowed = (scores: Tensor, scoring: Scoring): Tensor | undefined => {
  const { mask, causal, prefix, window, segments } = scoring;
  const past = causal ? notAfter(scores, scoring) : undefined;
  const early = prefix === undefined ? undefined : positionsOf(scores.shape).key.less(prefix);
  const conditions = [
    mask,
    past !== undefined && early !== undefined ? applyBinary("or", past, early) : past,
    window > 0 ? within(scores, scoring) : undefined,
    segments?.queries.equal(segments.keys),
  ].filter((condition) => condition !== undefined);
  return conditions.reduce<Tensor | undefined>((all, condition) => all?.logicalAnd(condition) ?? condition, undefined);
};

/** Where scores of a shape stand. */
const positionsOf = (scores: Shape): ScorePositions => {
  const along = (fromLast: number): Tensor<Dims, "i32"> => {
    const axis = scores.length - fromLast;
    if (axis < 0) return constant(0, [], "i32");
    const extent = scores[axis] ?? 1;
    return iota([extent, ...Array.from({ length: fromLast - 1 }, () => 1)], 0, "i32");
  };
  return { batch: along(4), head: along(3), query: along(2), key: along(1) };
};

const byUser = (scores: Tensor, { score, past }: Scoring): Tensor => {
  if (score === undefined) return scores;
  const positions = positionsOf(scores.shape);
  const query = past === undefined ? positions.query : positions.query.add(past);
  const placed = { ...positions, query };
  const made = tensorOf(op, score(scores, placed));
  if (!sameShape(made.shape, scores.shape) || made.dtype !== scores.dtype)
    reject("W287", { op, what: "what score gives", actual: printType(made.type), expected: printType(scores.type) });
  return made;
};

/** The scores that the softmax is taken of, from products [..., heads, queries, keys]. */
export const scoresFrom = (products: Tensor, scoring: Scoring): Tensor => {
  const { scale, softcap, bias, slopes } = scoring;
  const scaled = products.mul(scale);
  const capped = softcap > 0 ? scaled.div(softcap).tanh().mul(softcap) : scaled;
  const biased = bias === undefined ? capped : capped.add(bias);
  const lengths = slopes === undefined ? undefined : distances(products, scoring).abs().cast(products.dtype);
  const sloped = slopes === undefined || lengths === undefined ? biased : biased.sub(slopes.mul(lengths));
  const made = byUser(sloped, scoring);
  return allowed(products, scoring)?.select(made, -Infinity) ?? made;
};

/** What stands for ln(0) in the sums that the op leaves, as the -infinity that is meant. */
export const logSumExpFrom = (sums: Tensor): Tensor =>
  sums.lessEqual(lowestFinite[sums.dtype === "f64" ? "f64" : "f32"]).select(constant(-Infinity, [], sums.dtype), sums);
