// A decoding description: a model that reads its sequence in pieces, and keeps in its own memory what it has to know of the
// pieces before. What becomes of it is said in decoding-graph.ts.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { isRecord } from "../ir/diagnostics/expect.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import { captureLocation, type Location } from "../ir/diagnostics/location.ts";
import { symbolsOf } from "../ir/types/dim.ts";
import { requireRecord } from "../model/declaration.ts";
import type { AnyModel, InputSpecs, Model, Outputs } from "../model/model.ts";
import type { SpecTree } from "../model/parameter.ts";

/** Entry points by name, and how many positions a call of each reads. */
export type PieceLengths = Readonly<Record<string, number>>;

/** How a model is decoded. */
export interface DecodingOptions<E extends PieceLengths = PieceLengths> {
  /** The symbol that counts positions in the shapes of the model's inputs: "T" for tokens i32 [T]. */
  readonly positions: string;
  /** How many positions are kept, and so how long a sequence may become. */
  readonly capacity: number;
  /** Entry points, and how many positions a call of each reads; `{ decode: 1 }` unless said. */
  readonly entries?: E;
}

/** What `decode` is named unless said otherwise. */
export type TokenByToken = {
  /** One position. */
  readonly decode: 1;
};

/** A model with how it is decoded. */
export interface Decoding<
  P extends SpecTree = SpecTree,
  I extends InputSpecs = InputSpecs,
  O extends Outputs = Outputs,
  E extends PieceLengths = PieceLengths,
> {
  /** What kind of description it is. */
  readonly kind: "decoding";
  /** The model that is decoded. */
  readonly model: Model<P, I, O>;
  /** How. */
  readonly options: Required<DecodingOptions<E>>;
  /** Where it was described. */
  readonly location?: Location;
}

/** A decoding of which the exact types do not matter. */
export interface AnyDecoding {
  /** What kind of description it is. */
  readonly kind: "decoding";
  /** The model. */
  readonly model: AnyModel;
  /** How it is decoded. */
  readonly options: Required<DecodingOptions>;
  /** Where it was described. */
  readonly location?: Location;
}

/** What a decoder has beside its entry points, and what would make it look like a promise. */
const takenNames: readonly string[] = [
  "parameters",
  "state",
  "reset",
  "position",
  "executable",
  "profile",
  "program",
  "trace",
  "compiled",
  "then",
  "__proto__",
];

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 1;

const checkEntries = (entries: unknown, capacity: number, location: Location): void => {
  const write = "entries: { decode: 1, prefill: 16 }";
  const refuse = (what: string, expected: string, given: string): never =>
    reject("W140", { what: `decoding: ${what}`, expected, given, write }, { location });
  const count = isRecord(entries) ? Object.keys(entries).length : 0;
  if (count === 0) refuse("entries", "a record of lengths", isRecord(entries) ? "{}" : inWords(entries));
  for (const [name, length] of Object.entries(entries ?? {})) {
    if (name === "" || name.includes("/") || takenNames.includes(name))
      refuse("entries", "another name", JSON.stringify(name));
    if (!isCount(length) || length > capacity)
      refuse(
        `entries: ${JSON.stringify(name)}`,
        `a whole number from 1 to the capacity (${capacity})`,
        inWords(length),
      );
  }
};

const checkPositions = ({ inputs }: AnyModel, positions: unknown, location: Location): void => {
  if (typeof positions !== "string") {
    const [expected, write] = ["a symbol", 'positions: "T"'];
    return reject("W140", { what: "decoding: positions", expected, given: inWords(positions), write }, { location });
  }
  const shapes = Object.entries(inputs).map(([name, { shape }]) => ({ name, shape }));
  if (!shapes.some(({ shape }) => shape.some((extent) => symbolsOf(extent).includes(positions))))
    reject(
      "W523",
      { symbol: positions, inputs: shapes.map(({ name, shape }) => `${name} [${shape.join(", ")}]`) },
      { location },
    );
};

/**
 * Describes how a model reads a sequence in pieces: `compile` gives a decoder, whose entry points run `forward` on the
 * next positions of each input and keep what causal self-attention has to know of them. The results are those of
 * `forward` on the whole sequence, at these positions. `reject`s what is no count, symbol or name (W140), and a symbol
 * that no input has (W523).    const decoder = compileSync(decoding(model, { positions: "T", capacity: 256, entries: {
 * decode: 1, prefill: 16 } }));   decoder.prefill({ tokens: prompt });   const { logits } = decoder.decode({ tokens:
 * Int32Array.of(last) });
 *
 * @throws W140 options of another kind; W523 a model of which no input has so many positions. From the decoder, W520
 * where the sequence is full.
 * @see Pope et al. 2023, section 3.3, for the cache of keys and values.
 * @example
 * import { embedding, multiHeadAttention } from "weftgraph/nn";
 * const reader = defineModel({
 *   name: "reader",
 *   params: { table: embedding(10, 4), attend: multiHeadAttention(4, 1) },
 *   inputs: { tokens: spec("i32", ["T"]) },
 *   forward: ({ table, attend }, { tokens }) => ({ y: attend(table(tokens), { causal: true }) }),
 * });
 * const decoder = compileSync(decoding(reader, { positions: "T", capacity: 8 }));
 * decoder.decode({ tokens: Int32Array.of(3) }).y.shape; // [1, 4]
 * decoder.position(); // 1
 */
export const decoding = <
  P extends SpecTree,
  I extends InputSpecs,
  O extends Outputs,
  const E extends PieceLengths = TokenByToken,
>(
  model: Model<P, I, O>,
  options: DecodingOptions<E>,
): Decoding<P, I, O, E> => {
  const location = captureLocation();
  requireRecord("decoding", options, 'decoding(model, { positions: "T", capacity: 256 })', location);
  requireKnownOptions("decoding", options, ["positions", "capacity", "entries"]);
  if (!isRecord(model) || model.kind !== "model") {
    const [expected, write] = ["a model", 'decoding(defineModel({ ... }), { positions: "T", capacity: 256 })'];
    reject("W140", { what: "decoding", expected, given: inWords(model), write }, { location });
  }
  const { positions, capacity } = options;
  // Left out, the type is that of the default.
  const entries = options.entries ?? ({ decode: 1 } as unknown as E);
  if (!isCount(capacity)) {
    const [expected, write] = ["a whole number from 1 up", "capacity: 256"];
    reject("W140", { what: "decoding: capacity", expected, given: inWords(capacity), write }, { location });
  }
  checkPositions(model, positions, location);
  checkEntries(entries, capacity, location);
  return Object.freeze({
    kind: "decoding",
    model,
    options: Object.freeze({ positions, capacity, entries: Object.freeze({ ...entries }) }),
    location,
  });
};
