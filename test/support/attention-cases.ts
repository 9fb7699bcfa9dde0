// Uses of attention as data: which options are given and in which shapes, with random arrays for them, the call itself on
// tensors, and what it means: loops over queries and keys in double precision, written from the words of the options alone.
import { attention } from "../../src/ir/functions/index.ts";
import type { DType } from "../../src/ir/types/dtype.ts";
import { generate, type NdArray, positionOf, sizeOf } from "../../src/ir/types/ndarray.ts";
import type { Dims, Tensor } from "../../src/ir/types/tensor.ts";
import { randomArray } from "./op-meaning.ts";

/** Which arrays and options a use of attention has. */
export interface AttentionSetup {
  /** Batch axes of queries, heads last; those of keys and values divide them. */
  readonly batch: readonly number[];
  readonly keyBatch: readonly number[];
  readonly queries: number;
  readonly keys: number;
  readonly features: number;
  readonly valueFeatures: number;
  readonly dtype: "f32" | "f64";
  readonly scale?: number;
  readonly softcap?: number;
  readonly causal?: boolean;
  readonly window?: number;
  /** How many keys every query sees, or the shape of a tensor that says it. */
  readonly prefix?: number | readonly number[];
  readonly mask?: { readonly dtype: "bool" | "u8"; readonly shape: readonly number[] };
  /** With -infinity at one place in six if it forbids. */
  readonly bias?: { readonly shape: readonly number[]; readonly forbids: boolean };
  /** Slopes of the paper, or of a tensor. */
  readonly alibi?: "own" | "given";
  /** Documents of one sequence, or of two; with batch axes or without. */
  readonly segments?: { readonly of: "one" | "two"; readonly front: readonly number[] };
  /** A function of the score: each captures something that has a gradient. */
  readonly score?: ScoreKind;
  /** The shape of numbers that weights are multiplied by. */
  readonly gates?: readonly number[];
}

/** Functions of scores: a table of (distance, head), a bounded gain, rows of keys, and slopes along every axis. */
export type ScoreKind = "table" | "gain" | "row" | "positions";

export const scoreKinds: readonly ScoreKind[] = ["table", "gain", "row", "positions"];

/** Arrays, or tensors, by the names of what they are: q, k, v, mask, bias, prefix, ... */
export type Named<T> = Readonly<Record<string, T>>;

const buckets = 3;

/** The shape of the scores. */
export const scoresOf = ({ batch, queries, keys }: AttentionSetup): readonly number[] => [...batch, queries, keys];

const capturedShape = (setup: AttentionSetup): readonly number[] => {
  switch (setup.score) {
    case "table":
      return [buckets, setup.batch.at(-1) ?? 1];
    case "row":
      return [setup.keys];
    default:
      return [];
  }
};

/** Random arrays for a use; floats are rounded to what its element type holds. */
export const arraysFor = (setup: AttentionSetup, random: () => number): Named<NdArray> => {
  const { batch, keyBatch, queries, keys, features, valueFeatures, dtype, bias, mask, segments } = setup;
  const round = (value: number): number => (dtype === "f32" ? Math.fround(value) : value);
  const floats = (shape: readonly number[], next = () => 2 * random()): NdArray =>
    randomArray({ dtype, shape }, () => round(next()));
  const whole = (of: DType, shape: readonly number[], below: number): NdArray =>
    randomArray({ dtype: of, shape }, () => Math.floor(((random() + 1) / 2) * below));
  const documents = (length: number): NdArray => whole("i32", [...(segments?.front ?? []), length], 2);
  return {
    q: floats([...batch, queries, features]),
    k: floats([...keyBatch, keys, features]),
    v: floats([...keyBatch, keys, valueFeatures]),
    ...(mask === undefined ? {} : { mask: randomArray(mask, () => (random() < 0.3 ? 1 : 0)) }),
    ...(bias === undefined
      ? {}
      : { bias: floats(bias.shape, () => (bias.forbids && random() < -2 / 3 ? -Infinity : 2 * random())) }),
    ...(typeof setup.prefix === "object" ? { prefix: whole("i32", setup.prefix, keys + 2) } : {}),
    ...(setup.alibi === "given" ? { slopes: floats([batch.at(-1) ?? 1], () => 0.3 + 0.2 * random()) } : {}),
    ...(segments === undefined ? {} : { documents: documents(queries) }),
    ...(segments?.of === "two" ? { keyDocuments: documents(keys) } : {}),
    ...(setup.score === undefined ? {} : { captured: floats(capturedShape(setup)) }),
    ...(setup.gates === undefined ? {} : { gates: floats(setup.gates) }),
  };
};

/** The functions of scores, as users write them. */
const scoreFunction = (
  kind: ScoreKind,
  captured: Tensor,
  dtype: DType,
): NonNullable<NonNullable<Parameters<typeof attention>[3]>["score"]> => {
  switch (kind) {
    case "table": {
      const [rows = 1, heads = 1] = captured.shape.map(Number);
      const entries = captured.reshape([rows * heads]);
      return (score, { head, query, key }) =>
        score.add(
          entries.gather(
            query
              .sub(key)
              .abs()
              .minimum(rows - 1)
              .mul(heads)
              .add(head),
          ),
        );
    }
    case "gain":
      return (score) => score.mul(captured.sigmoid()).tanh().mul(2).add(score.mul(captured));
    case "row":
      return (score) => score.mul(captured.exp()).sub(captured);
    case "positions":
      return (score, { batch, head, query, key }) =>
        score.sub(
          batch.mul(8).add(head.mul(4)).add(query.mul(2)).sub(key).cast(dtype).mul(captured.mul(0.1)).mul(score.sin()),
        );
  }
};

/** What a use gives. */
export interface AttentionResults<T> {
  readonly output: T;
  readonly logSumExp: T;
  /** Written out; absent where there is no key. */
  readonly weights?: T;
}

/** The call, on tensors by name. */
export const attend = (setup: AttentionSetup, tensors: Named<Tensor>): AttentionResults<Tensor> => {
  const { q, k, v, mask, bias, prefix, slopes, documents, keyDocuments, captured, gates } = tensors;
  if (q === undefined || k === undefined || v === undefined) throw new Error("queries, keys and values");
  const { scale, softcap, causal, window, score, alibi } = setup;
  // Each tensor was made of the type that its option takes.
  const options = {
    ...(scale === undefined ? {} : { scale }),
    ...(softcap === undefined ? {} : { softcap }),
    ...(causal === undefined ? {} : { causal }),
    ...(window === undefined ? {} : { window }),
    ...(mask === undefined ? {} : { mask: mask as Tensor<Dims, "bool" | "u8"> }),
    ...(bias === undefined ? {} : { bias: bias as Tensor<Dims, "f32" | "f64"> }),
    ...(typeof setup.prefix === "number" ? { prefix: setup.prefix } : {}),
    ...(prefix === undefined ? {} : { prefix: prefix as Tensor<Dims, "i32"> }),
    ...(alibi === undefined ? {} : { alibi: alibi === "own" || (slopes as Tensor<Dims, "f32" | "f64">) }),
    ...(documents === undefined ? {} : { segments: documents as Tensor<Dims, "i32"> }),
    ...(keyDocuments === undefined
      ? {}
      : { segments: { queries: documents as Tensor<Dims, "i32">, keys: keyDocuments as Tensor<Dims, "i32"> } }),
    ...(score === undefined || captured === undefined ? {} : { score: scoreFunction(score, captured, setup.dtype) }),
    ...(gates === undefined ? {} : { drop: (weights: Tensor) => weights.mul(gates) }),
  };
  const results = attention(q, k, v, { ...options, weights: setup.keys > 0, logSumExp: true });
  // Which results there are is said by the options; weights written out are refused where there is no key (W212).
  const { output, logSumExp, weights } = results as unknown as AttentionResults<Tensor>;
  return { output, logSumExp, ...(weights === undefined ? {} : { weights }) };
};

/** The element at an index, of an array that repeats to it; 0-based positions of the last axes. */
const at = ({ shape, data }: NdArray, index: readonly number[]): number => {
  const own = index.slice(index.length - shape.length).map((position, axis) => (shape[axis] === 1 ? 0 : position));
  return data[positionOf(shape, own)] ?? Number.NaN;
};

const given = (arrays: Named<NdArray>, name: string): NdArray => {
  const array = arrays[name];
  if (array === undefined) throw new Error(`${name} is given`);
  return array;
};

/** The function of the user's, on numbers. */
const scoredByUser = (setup: AttentionSetup, captured: NdArray, score: number, index: readonly number[]): number => {
  const [batch = 0, head = 0, query = 0, key = 0] = [0, 0, ...index].slice(-4);
  const number = captured.data[0] ?? Number.NaN;
  switch (setup.score) {
    case "table":
      return score + at(captured, [Math.min(Math.abs(query - key), buckets - 1), head]);
    case "gain":
      return 2 * Math.tanh(score / (1 + Math.exp(-number))) + score * number;
    case "row":
      return score * Math.exp(at(captured, [key])) - at(captured, [key]);
    default:
      return score - (8 * batch + 4 * head + 2 * query - key) * number * 0.1 * Math.sin(score);
  }
};

/** Whether a query may attend to a key, by every option that forbids. */
const mayAttend = (setup: AttentionSetup, arrays: Named<NdArray>, index: readonly number[]): boolean => {
  const [query = 0, key = 0] = index.slice(-2);
  const before = query + setup.keys - setup.queries - key;
  const early =
    setup.prefix === undefined
      ? false
      : key < (typeof setup.prefix === "number" ? setup.prefix : at(given(arrays, "prefix"), index));
  if (setup.causal === true && before < 0 && !early) return false;
  if (setup.window !== undefined && (setup.causal === true ? before : Math.abs(before)) >= setup.window) return false;
  if (setup.mask !== undefined && at(given(arrays, "mask"), index) === 0) return false;
  if (setup.segments === undefined) return true;
  const front = index.slice(0, setup.segments.front.length);
  const keyDocuments = setup.segments.of === "one" ? "documents" : "keyDocuments";
  return at(given(arrays, "documents"), [...front, query]) === at(given(arrays, keyDocuments), [...front, key]);
};

/** The position in the batch of keys or values that one in the batch of queries uses. */
const sharedAt = (front: readonly number[], own: readonly number[], shared: readonly number[]): readonly number[] =>
  front.map((position, axis) => Math.floor((position * (shared[axis] ?? 1)) / (own[axis] ?? 1)));

/** One score, by the options in the order in which they are said to apply. */
const naiveScore = (setup: AttentionSetup, arrays: Named<NdArray>, index: readonly number[]): number => {
  const { batch, keyBatch, features, softcap } = setup;
  const [front, query = 0, key = 0] = [index.slice(0, -2), ...index.slice(-2)];
  const shared = sharedAt(front, batch, keyBatch);
  let score = 0;
  for (let f = 0; f < features; f++)
    score += at(given(arrays, "q"), [...front, query, f]) * at(given(arrays, "k"), [...shared, key, f]);
  score *= setup.scale ?? 1 / Math.sqrt(features);
  if (softcap !== undefined) score = softcap * Math.tanh(score / softcap);
  if (setup.bias !== undefined) score += at(given(arrays, "bias"), index);
  if (setup.alibi !== undefined) {
    const [head, heads] = [front.at(-1) ?? 0, batch.at(-1) ?? 1];
    const slope = setup.alibi === "own" ? 2 ** ((-8 * (head + 1)) / heads) : at(given(arrays, "slopes"), [head]);
    score -= slope * Math.abs(query + setup.keys - setup.queries - key);
  }
  if (setup.score !== undefined) score = scoredByUser(setup, given(arrays, "captured"), score, index);
  return mayAttend(setup, arrays, index) ? score : -Infinity;
};

/** What a use means: every number by its definition. */
export const naiveAttention = (setup: AttentionSetup, arrays: Named<NdArray>): AttentionResults<NdArray> => {
  const { batch, keyBatch, queries, keys, valueFeatures } = setup;
  const scores = generate("f64", [...batch, queries, keys], (index) => naiveScore(setup, arrays, index));
  const rowAt = (row: readonly number[]): readonly number[] =>
    Array.from({ length: keys }, (_, key) => at(scores, [...row, key]));
  const logSumExp = generate("f64", [...batch, queries], (row) => {
    const own = rowAt(row);
    const largest = Math.max(...own);
    return largest === -Infinity
      ? -Infinity
      : largest + Math.log(own.reduce((sum, score) => sum + Math.exp(score - largest), 0));
  });
  const weights = generate("f64", [...batch, queries, keys], (index) => {
    const sum = at(logSumExp, index.slice(0, -1));
    return sum === -Infinity ? 0 : Math.exp(at(scores, index) - sum);
  });
  const gate = (index: readonly number[]): number =>
    setup.gates === undefined ? 1 : at(given(arrays, "gates"), index);
  const output = generate("f64", [...batch, queries, valueFeatures], (index) => {
    const [row, column = 0] = [index.slice(0, -1), index.at(-1)];
    const shared = sharedAt(row.slice(0, -1), batch, keyBatch);
    let sum = 0;
    for (let key = 0; key < keys; key++)
      sum += at(weights, [...row, key]) * gate([...row, key]) * at(given(arrays, "v"), [...shared, key, column]);
    return sum;
  });
  return { output, logSumExp, weights };
};

/** How many scores there are. */
export const countOfScores = (setup: AttentionSetup): number => sizeOf(scoresOf(setup));
