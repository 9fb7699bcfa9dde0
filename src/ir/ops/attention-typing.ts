// What fits what in attention: queries with keys and values, and the body with the scores, whose shape [..., heads, queries,
// keys] is worked out here. Heads (and any other batch axes) of queries may share those of keys and values in equal groups.
import { reject } from "../diagnostics/diagnostic.ts";
import { type Dim, isKnown } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import { printShape, printType, type Shape, sameType, type TensorType, tensorType } from "../types/tensor-type.ts";
import type { Body } from "./body.ts";
import { requireOperand, requireSameDType } from "./operand-types.ts";
import { requireDType } from "./typing.ts";

/** How scores come from products of queries and keys: (products, captured...) -> scores, or scores and factors. */
export interface AttentionAttrs {
  readonly body: Body;
}

/** What scores and cotangents are made of in the gradients of attention. */
export interface AttentionGradientsAttrs {
  /** (products, dS, dF, reads...) -> (scores, factors, cotangents of products and of the wanted reads). */
  readonly body: Body;
  /** Whether there are factors, and with them dF. */
  readonly factors: boolean;
  /** The positions of the reads that get a gradient. */
  readonly wanted: readonly number[];
}

const floats: readonly DType[] = ["f32", "f64"];

/** The shape of the scores: [..., query heads, queries, keys]. */
export const scoresShape = (queries: Shape, keys: Shape): Shape => [...queries.slice(0, -1), keys.at(-2) ?? 1];

/** Whether a batch axis of queries is shared evenly by one of keys or values; symbols only where they are the same, or 1. */
const isMultiple = (own: Dim, shared: Dim): boolean =>
  own === shared || shared === 1 || (isKnown(own) && isKnown(shared) && shared > 0 && own % shared === 0);

/** Whether a shape repeats to a larger one by NumPy's rule. */
const repeatsTo = (shape: Shape, larger: Shape): boolean =>
  shape.length <= larger.length &&
  shape.every((extent, axis) => extent === 1 || extent === larger[axis + larger.length - shape.length]);

/** An operand that is broadcast to the scores. */
export const requireOverScores = (op: string, operand: string, type: TensorType, scores: Shape): void => {
  if (!repeatsTo(type.shape, scores))
    reject("W282", { op, operand, type: printType(type), scores: printShape(scores) });
};

/** Batch axes of an operand beside those of the queries: as many, and each shared evenly. */
const requireBatch = (op: string, operand: string, queries: TensorType, actual: TensorType): void => {
  const [own, shared] = [queries.shape.slice(0, -2), actual.shape.slice(0, -2)];
  if (shared.length !== own.length)
    reject("W248", {
      op,
      operand,
      expected: printType(tensorType(queries.dtype, [...own, ...actual.shape.slice(-2)])),
      actual: printType(actual),
    });
  own.forEach((extent, axis) => {
    const other = shared[axis] ?? 1;
    if (!isMultiple(extent, other))
      reject("W281", {
        op,
        queries: `${extent}`,
        keys: `${other}`,
        left: printType(queries),
        right: printType(actual),
      });
  });
};

/** Queries [..., Lq, D], keys [..., Lk, D] and values [..., Lk, E] fit each other; the type of the scores. */
export const inferScores = (op: string, queries: TensorType, keys: TensorType, values: TensorType): TensorType => {
  requireDType(op, queries, floats);
  if (queries.shape.length < 2) reject("W280", { op, type: printType(queries) });
  const length = keys.shape.at(-2) ?? "keys";
  const beside = (operand: TensorType, features: Dim): TensorType =>
    tensorType(queries.dtype, [...operand.shape.slice(0, -2), length, features]);
  requireSameDType(op, queries, keys);
  requireOperand(op, "keys", keys, beside(keys, queries.shape.at(-1) ?? 1));
  requireOperand(op, "values", values, beside(values, values.shape.at(-1) ?? "features"));
  requireBatch(op, "keys", queries, keys);
  requireBatch(op, "values", queries, values);
  return tensorType(queries.dtype, scoresShape(queries.shape, keys.shape));
};

/** A type that a body takes or gives is the one it has to be. */
const requireOfBody = (op: string, what: string, actual: TensorType | undefined, expected: TensorType): void => {
  if (actual === undefined || !sameType(actual, expected))
    reject("W287", {
      op,
      what,
      actual: actual === undefined ? "nothing" : printType(actual),
      expected: printType(expected),
    });
};

/** A body takes these types, and gives at least one and at most so many tensors of the type of the scores. */
export const requireBody = (
  op: string,
  body: Body,
  inputs: readonly TensorType[],
  scores: TensorType,
  outputs: { readonly least: number; readonly most: number },
): void => {
  if (body.inputs.length !== inputs.length)
    reject("W108", { op, what: "operand", wanted: body.inputs.length, given: inputs.length });
  inputs.forEach((type, at) => requireOfBody(op, `input ${at + 1} of the body`, body.inputs[at], type));
  const wanted = Math.min(Math.max(body.outputs.length, outputs.least), outputs.most);
  for (let at = 0; at < Math.max(wanted, body.outputs.length); at++)
    requireOfBody(op, `output ${at + 1} of the body`, at < wanted ? body.outputs[at] : undefined, scores);
};

/** The typing rule of `attention`: the result, and the logarithm of the sum of exponentials of each row of scores. */
export const inferAttention = (operands: readonly TensorType[], { body }: AttentionAttrs): readonly TensorType[] => {
  const op = "attention";
  const [queries, keys, values, ...captured] = operands;
  if (queries === undefined || keys === undefined || values === undefined)
    return reject("W108", { op, what: "operand", wanted: 3, given: operands.length });
  const scores = inferScores(op, queries, keys, values);
  requireBody(op, body, [scores, ...captured], scores, { least: 1, most: 2 });
  return [
    tensorType(scores.dtype, [...queries.shape.slice(0, -1), values.shape.at(-1) ?? 1]),
    tensorType(scores.dtype, queries.shape.slice(0, -1)),
  ];
};
