// The recurrent layers: RNN, LSTM and GRU, stacked and in both directions. A BiLSTM is `lstm(in, hidden, { bidirectional: true })`.
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { optionNames, requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import { atCaller, checkedChoice } from "../../ir/functions/argument.ts";
import type { Dim } from "../../ir/types/dim.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { Sentence } from "../../ir/types/sentences.ts";
import type { Check, PrintType } from "../../ir/types/static/check.ts";
import type { PrintDim, SameDim } from "../../ir/types/static/dims.ts";
import type { MultiplyNaturals } from "../../ir/types/static/natural.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { printType } from "../../ir/types/tensor-type.ts";
import { type Layer, layer } from "../../model/parameter.ts";
import { requireWhole } from "../../model/past.ts";
import { dropout } from "../dropout.ts";
import { requireSizes } from "../sizes.ts";
import { type Cell, elmanCell, gruCell, lstmCell } from "./cells.ts";
import {
  type RecurrentInputs,
  type RecurrentOptions,
  type RecurrentParams,
  recurrentParams,
  requireGiven,
  runRecurrent,
} from "./recurrent-layer.ts";

type Twice<N extends number, Bidirectional extends boolean> = Bidirectional extends true ? MultiplyNaturals<N, 2> : N;

/** The rule of a recurrent layer: sequences of as many features as it was made for. */
type SequenceShape<S extends Dims, D extends DType, In extends number> = number extends S["length"]
  ? S
  : S extends readonly [Dim, Dim, infer Features extends Dim]
    ? SameDim<Features, In> extends true
      ? S
      : OtherSequence<S, D, In>
    : OtherSequence<S, D, In>;

type OtherSequence<S extends Dims, D extends DType, In extends number> = Sentence<
  "W277",
  { inputs: PrintDim<In>; type: PrintType<S, D> }
>;

/** The shapes of what a recurrent layer gives. */
export interface RecurrentOutput<
  S extends Dims,
  D extends DType,
  Hidden extends number,
  Layers extends number,
  Bidirectional extends boolean,
  BatchFirst extends boolean,
> {
  /** The hidden state after each step, both directions side by side: [T, B, directions * hidden], [B, T, ...] with batch first. */
  readonly output: S extends readonly [infer A extends Dim, infer B extends Dim, Dim]
    ? Tensor<[A, B, Twice<Hidden, Bidirectional>], D>
    : Tensor<Dims, D>;
  /** The state after the last step: [layers * directions, B, hidden]. */
  readonly hidden: S extends readonly [infer A extends Dim, infer B extends Dim, Dim]
    ? Tensor<[Twice<Layers, Bidirectional>, BatchFirst extends true ? A : B, Hidden], D>
    : Tensor<Dims, D>;
}

/** What a recurrent layer does. The state before the first step is zeros unless it is given. */
export interface RecurrentFunction<
  In extends number,
  Hidden extends number,
  Layers extends number,
  Bidirectional extends boolean,
  BatchFirst extends boolean,
> {
  <S extends Dims, D extends DType>(
    x: Check<NoInfer<SequenceShape<S, D, In>>, Tensor<S, D>>,
    given?: Omit<RecurrentInputs, "cell">,
  ): RecurrentOutput<S, D, Hidden, Layers, Bidirectional, BatchFirst>;
}

/** What an LSTM does: its state has two parts, `hidden` and the conveyor belt `cell`, of one shape. */
export interface LstmFunction<
  In extends number,
  Hidden extends number,
  Layers extends number,
  Bidirectional extends boolean,
  BatchFirst extends boolean,
> {
  <S extends Dims, D extends DType>(
    x: Check<NoInfer<SequenceShape<S, D, In>>, Tensor<S, D>>,
    given?: RecurrentInputs,
  ): RecurrentOutput<S, D, Hidden, Layers, Bidirectional, BatchFirst> & {
    /** The conveyor belt after the last step: [layers * directions, B, hidden]. */
    readonly cell: RecurrentOutput<S, D, Hidden, Layers, Bidirectional, BatchFirst>["hidden"];
  };
}

const requireSequence = (x: Tensor, inputs: number): void => {
  if (x.shape.length !== 3 || x.shape[2] !== inputs) reject("W277", { type: printType(x.type), inputs });
};

const known = optionNames<RecurrentOptions>({
  layers: true,
  bidirectional: true,
  bias: true,
  batchFirst: true,
  dropout: true,
});

const recurrent = (
  name: string,
  cell: Cell,
  inputs: number,
  hidden: number,
  options: RecurrentOptions,
  names: readonly string[] = known,
): Layer<RecurrentParams> => {
  requireKnownOptions(name, options, names);
  requireSizes(name, { inputs, hidden, layers: options.layers ?? 1 });
  const drop = dropout(options.dropout ?? 0).bind({});
  return layer(recurrentParams(cell, inputs, hidden, options), (params) => (x: Tensor, given: RecurrentInputs = {}) => {
    requireSequence(x, inputs);
    requireWhole(name, "its state is not kept between the pieces");
    atCaller(() => requireGiven(name, hidden, options, x, given));
    return runRecurrent(cell, hidden, options, drop, params, x, given);
  });
};

const knownOfElman: readonly string[] = [...known, "nonlinearity"];

const nonlinearityOf = (options: { readonly nonlinearity?: "tanh" | "relu" }): "tanh" | "relu" => {
  requireKnownOptions("rnn", options, knownOfElman);
  const { nonlinearity = "tanh" } = options;
  return checkedChoice("rnn: nonlinearity", nonlinearity, ["tanh", "relu"], 'rnn(8, 16, { nonlinearity: "relu" })');
};

/**
 * A recurrent network: h[t] = f(W_ih x[t] + b_ih + W_hh h[t-1] + b_hh) with f tanh or relu (`nonlinearity`). Sequences
 * [T, B, in] give { output: [T, B, hidden], hidden: [layers, B, hidden] }; with two directions both are twice as large.
 *
 * @throws W277 sequences of another rank or of other features; W278 a layer of no size; W248 a state of another type;
 * W522 while decoding.
 * @see Elman 1990; `torch.nn.RNN`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["T", "B", 32]) },
 *   params: { recur: rnn(32, 64) },
 *   forward: ({ recur }, { x }) => {
 *     const y = recur(x).output; // Tensor<["T", "B", 64], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 4
 */
export const rnn = <
  const In extends number,
  const Hidden extends number,
  const Layers extends number = 1,
  const Bidirectional extends boolean = false,
  const BatchFirst extends boolean = false,
>(
  inputs: In,
  hidden: Hidden,
  options: RecurrentOptions<Layers, Bidirectional, BatchFirst> & { readonly nonlinearity?: "tanh" | "relu" } = {},
): Layer<RecurrentParams, RecurrentFunction<In, Hidden, Layers, Bidirectional, BatchFirst>> =>
  // What comes of which shapes is said by the signature; so it is for the other two.
  recurrent("rnn", elmanCell(nonlinearityOf(options)), inputs, hidden, options, knownOfElman) as Layer<
    RecurrentParams,
    RecurrentFunction<In, Hidden, Layers, Bidirectional, BatchFirst>
  >;

/**
 * Long short-term memory: gates i, f, g, o; c' = f * c + i * g; h' = o * tanh(c'). Sequences [T, B, in] give { output:
 * [T, B, hidden], hidden, cell: [layers, B, hidden] }; with two directions all are twice as large.
 *
 * @throws W277 sequences of another rank or of other features; W278 a layer of no size; W248 a state of another type;
 * W522 while decoding.
 * @see Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000; `torch.nn.LSTM`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["T", "B", 32]) },
 *   params: { recur: lstm(32, 64, { layers: 2 }) },
 *   forward: ({ recur }, { x }) => {
 *     const { output, hidden, cell } = recur(x);
 *     const y = output; // Tensor<["T", "B", 64], "f32">
 *     hidden; // Tensor<[2, "B", 64], "f32">
 *     cell; // Tensor<[2, "B", 64], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 8
 */
export const lstm = <
  const In extends number,
  const Hidden extends number,
  const Layers extends number = 1,
  const Bidirectional extends boolean = false,
  const BatchFirst extends boolean = false,
>(
  inputs: In,
  hidden: Hidden,
  options: RecurrentOptions<Layers, Bidirectional, BatchFirst> = {},
): Layer<RecurrentParams, LstmFunction<In, Hidden, Layers, Bidirectional, BatchFirst>> =>
  recurrent("lstm", lstmCell, inputs, hidden, options) as Layer<
    RecurrentParams,
    LstmFunction<In, Hidden, Layers, Bidirectional, BatchFirst>
  >;

/**
 * A gated recurrent unit: gates r, z, n; h' = (1 - z) * n + z * h, where as in PyTorch the reset gate multiplies W_hn h
 * + b_hn. Sequences [T, B, in] give { output: [T, B, hidden], hidden: [layers, B, hidden] }; with two directions both
 * are twice as large.
 *
 * @throws W277 sequences of another rank or of other features; W278 a layer of no size; W248 a state of another type;
 * W522 while decoding.
 * @see Cho et al. 2014; `torch.nn.GRU`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["T", "B", 32]) },
 *   params: { recur: gru(32, 64, { bidirectional: true }) },
 *   forward: ({ recur }, { x }) => {
 *     const y = recur(x).output; // Tensor<["T", "B", 128], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 8
 */
export const gru = <
  const In extends number,
  const Hidden extends number,
  const Layers extends number = 1,
  const Bidirectional extends boolean = false,
  const BatchFirst extends boolean = false,
>(
  inputs: In,
  hidden: Hidden,
  options: RecurrentOptions<Layers, Bidirectional, BatchFirst> = {},
): Layer<RecurrentParams, RecurrentFunction<In, Hidden, Layers, Bidirectional, BatchFirst>> =>
  recurrent("gru", gruCell, inputs, hidden, options) as Layer<
    RecurrentParams,
    RecurrentFunction<In, Hidden, Layers, Bidirectional, BatchFirst>
  >;
