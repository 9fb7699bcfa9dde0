// What fits what in attention: queries with keys and values, masks and biases with scores, and what the attributes may be.
// The shape of the scores, [..., query heads, queries, keys], is worked out here.
import { reject } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import { type Dim, isKnown } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import { printShape, printType, type Shape, type TensorType, tensorType } from "../types/tensor-type.ts";
import { requireOperand, requireSameDType } from "./operand-types.ts";
import { requireDType } from "./typing.ts";

/** How scores are made from queries and keys, and which operands follow them (in the order of the flags). */
export interface AttentionAttrs {
  /** What products of queries and keys are multiplied by. */
  readonly scale: number;
  /** Whether a query sees no key behind its own position; the last query stands at the last key. */
  readonly causal: boolean;
  /** How far away a key may stand: less than this many positions; 0 for any distance. */
  readonly window: number;
  /** The bound c of c tanh(score / c); 0 for none. */
  readonly softcap: number;
  /** Whether an operand says where attending is allowed: bool or u8. */
  readonly mask: boolean;
  /** Whether an operand is added to the scores. */
  readonly bias: boolean;
  /** Whether an operand [heads] says how fast scores fall with distance (ALiBi). */
  readonly slopes: boolean;
}

const floats: readonly DType[] = ["f32", "f64"];

/** How many heads of queries share one head of keys and values. 1 where there is no axis of heads. */
export const groupSize = (queries: Shape, keys: Shape): number => {
  const [own, shared] = [queries.at(-3), keys.at(-3)];
  return typeof own === "number" && typeof shared === "number" && own !== shared ? own / shared : 1;
};

/** Whether heads of queries share heads of keys in equal groups; symbols only where they are the same. */
const isMultiple = (own: Dim, shared: Dim): boolean =>
  own === shared || (isKnown(own) && isKnown(shared) && own % shared === 0);

/** The shape of the scores: [..., query heads, queries, keys]. */
export const scoresShape = (queries: Shape, keys: Shape): Shape => [...queries.slice(0, -1), keys.at(-2) ?? 1];

const requireHeads = (op: string, queries: TensorType, keys: TensorType): void => {
  const [own, shared] = [queries.shape.at(-3), keys.shape.at(-3)];
  if (own === undefined || shared === undefined || isMultiple(own, shared)) return;
  const types = `${printType(queries)} and ${printType(keys)}`;
  reject("W281", { op, queries: `${own}`, keys: `${shared}`, types });
};

const requireAttributes = (op: string, { scale, window, softcap }: AttentionAttrs): void => {
  if (!Number.isFinite(scale)) reject("W283", { op, attribute: "scale", expected: "a finite number", given: scale });
  if (!Number.isSafeInteger(window) || window < 0)
    reject("W283", { op, attribute: "window", expected: "a whole number of at least 1", given: window });
  if (!(softcap >= 0 && Number.isFinite(softcap)))
    reject("W283", { op, attribute: "softcap", expected: "a number above 0", given: softcap });
};

/** Whether a shape repeats to a larger one by NumPy's rule. */
const repeatsTo = (shape: Shape, larger: Shape): boolean =>
  shape.length <= larger.length &&
  shape.every((extent, axis) => extent === 1 || extent === larger[axis + larger.length - shape.length]);

/** An operand that is broadcast to the scores. */
export const requireOverScores = (op: string, operand: string, type: TensorType, scores: Shape): void => {
  if (!repeatsTo(type.shape, scores))
    reject("W282", { op, operand, type: printType(type), scores: printShape(scores) });
};

/** The operands behind queries and keys (and values), by what they are for. */
export interface Extras<T> {
  readonly mask: T | undefined;
  readonly bias: T | undefined;
  readonly slopes: T | undefined;
}

/** Takes the operands behind queries and keys (and values) apart. */
export const extrasOf = <T>(operands: readonly T[], attrs: AttentionAttrs): Extras<T> => {
  const rest = [...operands];
  const next = (given: boolean): T | undefined => (given ? rest.shift() : undefined);
  return { mask: next(attrs.mask), bias: next(attrs.bias), slopes: next(attrs.slopes) };
};

const requireExtras = (op: string, queries: TensorType, scores: Shape, extras: Extras<TensorType>): void => {
  const { mask, bias, slopes } = extras;
  if (mask !== undefined) {
    requireDType(`${op}: mask`, mask, ["bool", "u8"]);
    requireOverScores(op, "mask", mask, scores);
  }
  if (bias !== undefined) {
    requireSameDType(op, queries, bias);
    requireOverScores(op, "bias", bias, scores);
  }
  if (slopes !== undefined) requireOperand(op, "slopes", slopes, tensorType(queries.dtype, [scores.at(-3) ?? 1]));
};

/** As many operands as the attributes say. */
const requireCount = (op: string, least: number, given: number, { mask, bias, slopes }: AttentionAttrs): void => {
  const wanted = least + Number(mask) + Number(bias) + Number(slopes);
  if (given !== wanted) reject("W108", { op, what: "operand", wanted, given });
};

/** Queries [..., Hq, Lq, D] and keys [..., Hk, Lk, D] fit each other, and what is behind them; the type of the scores. */
const inferScores = (
  op: string,
  queries: TensorType,
  keys: TensorType,
  behind: readonly TensorType[],
  attrs: AttentionAttrs,
): TensorType => {
  requireDType(op, queries, floats);
  if (queries.shape.length < 2) reject("W280", { op, type: printType(queries) });
  const [length = "keys", ownHeads] = [keys.shape.at(-2), queries.shape.at(-3)];
  const heads = ownHeads === undefined ? [] : [keys.shape.at(-3) ?? ownHeads];
  const expected = [...queries.shape.slice(0, -3), ...heads, length];
  requireOperand(op, "keys", keys, tensorType(queries.dtype, [...expected, ...queries.shape.slice(-1)]));
  requireHeads(op, queries, keys);
  if (length === 0) reject("W212", { op, axes: printShape([keys.shape.length - 2]), type: printType(keys) });
  requireAttributes(op, attrs);
  const scores = scoresShape(queries.shape, keys.shape);
  requireExtras(op, queries, scores, extrasOf(behind, attrs));
  return tensorType(queries.dtype, scores);
};

/** The typing rule of `attentionWeights`. */
export const inferAttentionWeights = (operands: readonly TensorType[], attrs: AttentionAttrs): TensorType => {
  const op = "attentionWeights";
  requireCount(op, 2, operands.length, attrs);
  const [queries, keys, ...behind] = operands;
  invariant(queries !== undefined && keys !== undefined, "they were counted");
  return inferScores(op, queries, keys, behind, attrs);
};

/** The typing rule of `attention`. */
export const inferAttention = (operands: readonly TensorType[], attrs: AttentionAttrs): TensorType => {
  const op = "attention";
  requireCount(op, 3, operands.length, attrs);
  const [queries, keys, values, ...behind] = operands;
  invariant(queries !== undefined && keys !== undefined && values !== undefined, "they were counted");
  const scores = inferScores(op, queries, keys, behind, attrs);
  const features = values.shape.at(-1) ?? "features";
  requireOperand(op, "values", values, tensorType(keys.dtype, [...keys.shape.slice(0, -1), features]));
  return tensorType(scores.dtype, [...scores.shape.slice(0, -1), features]);
};
