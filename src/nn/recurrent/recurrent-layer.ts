// What RNN, LSTM and GRU share: layers on top of each other, each run in one direction or both, with PyTorch's parameter
// names and layouts. A direction of a layer is one `scan` over a cell.
import { requireOperand, tensorOf } from "../../ir/functions/argument.ts";
import {
  concat,
  constant,
  iota,
  less,
  reshape,
  scan,
  select,
  slice,
  stack,
  transpose,
} from "../../ir/functions/index.ts";
import type { Tensor } from "../../ir/types/tensor.ts";
import { tensorType } from "../../ir/types/tensor-type.ts";
import { fanInUniform } from "../../model/initializer.ts";
import { type ParamSpec, param } from "../../model/parameter.ts";
import type { DropoutFunction } from "../dropout.ts";
import type { Cell, CellState, CellWeights } from "./cells.ts";

/** How a recurrent network is built. */
export interface RecurrentOptions<
  Layers extends number = number,
  Bidirectional extends boolean = boolean,
  BatchFirst extends boolean = boolean,
> {
  /** Layers on top of each other, 1 unless said; each but the first reads the outputs of the one below. */
  readonly layers?: Layers;
  /** Whether each layer also runs from the end to the beginning, with weights of its own. */
  readonly bidirectional?: Bidirectional;
  /** Whether there are biases: yes unless said. */
  readonly bias?: boolean;
  /** Whether sequences are [batch, time, features] instead of [time, batch, features]. */
  readonly batchFirst?: BatchFirst;
  /** The rate of dropout in training, of the outputs of each layer but the last; 0 unless said. */
  readonly dropout?: number;
}

/** What a recurrent network may be given beside its sequence. */
export interface RecurrentInputs {
  /** The state before the first step, [layers * directions, batch, hidden]: zeros unless said. */
  readonly hidden?: Tensor;
  /** The same for the conveyor belt of an LSTM. */
  readonly cell?: Tensor;
  /**
   * How many steps of each row count, i32 [batch]. Outputs behind them are 0, the state is that after the last one, and the
   * way back begins there. All steps count unless said.
   */
  readonly lengths?: Tensor;
}

/** What a recurrent network gives. */
export interface RecurrentResult {
  /** The hidden state after each step, that of both directions side by side: [time, batch, directions * hidden]. */
  readonly output: Tensor;
  /** The state after the last step, [layers * directions, batch, hidden], at index layer * directions + direction. */
  readonly hidden: Tensor;
  /** The conveyor belt after the last step; only of an LSTM. */
  readonly cell?: Tensor;
}

/** Parameters by PyTorch's names: `weight_ih_l0`, `bias_hh_l1_reverse`. */
export type RecurrentParams = { readonly [name: string]: ParamSpec };

/** The parameters of one direction of one layer, in the order of the list. */
const parameterNames = (layer: number, backwards: boolean): readonly string[] =>
  ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map((name) => `${name}_l${layer}${backwards ? "_reverse" : ""}`);

const directionsOf = ({ bidirectional = false }: RecurrentOptions): readonly boolean[] =>
  bidirectional ? [false, true] : [false];

/** The parameters of all layers. Everything begins uniform in +-1/sqrt(hidden), as in PyTorch. */
export const recurrentParams = (
  { gates }: Cell,
  inputs: number,
  hidden: number,
  options: RecurrentOptions,
): RecurrentParams => {
  const { layers = 1, bias = true } = options;
  const directions = directionsOf(options);
  const params: Record<string, ParamSpec> = {};
  for (let layer = 0; layer < layers; layer++)
    for (const backwards of directions) {
      const features = layer === 0 ? inputs : hidden * directions.length;
      const shapes = [
        [gates * hidden, features],
        [gates * hidden, hidden],
        ...(bias ? [[gates * hidden], [gates * hidden]] : []),
      ];
      const names = parameterNames(layer, backwards);
      for (const [at, shape] of shapes.entries()) params[names[at] ?? ""] = param(shape, fanInUniform(hidden));
    }
  return params;
};

type Given = Readonly<Record<string, Tensor>>;

const weightsOf = (given: Given, layer: number, backwards: boolean): CellWeights => {
  const [inputWeight, hiddenWeight, inputBias, hiddenBias] = parameterNames(layer, backwards).map(
    (name) => given[name],
  );
  // A layer is bound to the very tree of parameters that `recurrentParams` made.
  return { inputWeight, hiddenWeight, inputBias, hiddenBias } as CellWeights;
};

/** Row `at` of the first axis. */
const rowOf = (rows: Tensor, at: number): Tensor => {
  const row: Tensor = slice(rows, [{ start: at, end: at + 1 }]);
  return reshape(row, row.shape.slice(1));
};

/** What is given beside a sequence is of the shapes that the sequence and the layer leave, or W248. */
export const requireGiven = (
  name: string,
  hidden: number,
  options: RecurrentOptions,
  x: Tensor,
  given: RecurrentInputs,
): void => {
  const batch = x.shape[options.batchFirst === true ? 0 : 1] ?? 1;
  const state = tensorType(x.dtype, [(options.layers ?? 1) * directionsOf(options).length, batch, hidden]);
  const expected = [
    ["hidden", given.hidden, state],
    ["cell", given.cell, state],
    ["lengths", given.lengths, tensorType("i32", [batch])],
  ] as const;
  for (const [what, tensor, type] of expected)
    if (tensor !== undefined) requireOperand(name, what, tensorOf(name, tensor).type, type);
};

/** The state in which a direction of a layer begins. */
const beginning = (cell: Cell, given: RecurrentInputs, at: number, x: Tensor, hidden: number): CellState => {
  const zeros = (): Tensor => constant(0, [x.shape[1] ?? 1, hidden], x.dtype);
  const first = given.hidden === undefined ? zeros() : rowOf(given.hidden, at);
  if (!cell.hasCellState) return { hidden: first };
  return { hidden: first, cell: given.cell === undefined ? zeros() : rowOf(given.cell, at) };
};

/** The new state where the row still has steps, the old one where it is at its end. */
const kept = (counts: Tensor, next: CellState, before: CellState): CellState => {
  const hidden: Tensor = select(counts, next.hidden, before.hidden);
  if (next.cell === undefined || before.cell === undefined) return { hidden };
  return { hidden, cell: select(counts, next.cell, before.cell) };
};

/** One direction of one layer over x [T, B, in]: outputs [T, B, hidden] and the last state. */
const runDirection = (
  cell: Cell,
  x: Tensor,
  first: CellState,
  weights: CellWeights,
  backwards: boolean,
  lengths: Tensor | undefined,
): { readonly output: Tensor; readonly last: CellState } => {
  // Without lengths there is no clock, and the step is the cell's alone.
  const clock = lengths === undefined ? {} : { time: iota([x.shape[0] ?? 0]) };
  const { carry, outputs } = scan({
    carry: { ...first },
    over: { x, ...clock },
    reverse: backwards,
    step: (state, { x: element, time }: { readonly x: Tensor; readonly time?: Tensor }) => {
      const before: CellState = { ...state };
      const next = cell.step(element, before, weights);
      if (lengths === undefined || time === undefined) return { carry: { ...next }, output: { y: next.hidden } };
      const counts: Tensor = reshape(less(time, lengths), [...lengths.shape, 1]);
      const y: Tensor = select(counts, next.hidden, 0);
      return { carry: { ...kept(counts, next, before) }, output: { y } };
    },
  });
  return { output: outputs.y, last: { ...carry } };
};

const swapTimeAndBatch = (x: Tensor): Tensor => transpose(x, [1, 0, 2]);

/** Runs all layers in all directions, with `drop` on the way from one layer to the next. */
export const runRecurrent = (
  cell: Cell,
  hidden: number,
  options: RecurrentOptions,
  drop: DropoutFunction,
  params: Given,
  x: Tensor,
  given: RecurrentInputs,
): RecurrentResult => {
  const { layers = 1, batchFirst = false } = options;
  const directions = directionsOf(options);
  const lasts: CellState[] = [];
  let sequence = batchFirst ? swapTimeAndBatch(x) : x;
  for (let layer = 0; layer < layers; layer++) {
    if (layer > 0) sequence = drop(sequence);
    const outputs = directions.map((backwards, direction) => {
      const first = beginning(cell, given, layer * directions.length + direction, sequence, hidden);
      const weights = weightsOf(params, layer, backwards);
      const { output, last } = runDirection(cell, sequence, first, weights, backwards, given.lengths);
      lasts.push(last);
      return output;
    });
    sequence = outputs.length === 1 ? (outputs[0] ?? sequence) : concat(outputs, 2);
  }
  const cells = lasts.flatMap((last) => last.cell ?? []);
  return {
    output: batchFirst ? swapTimeAndBatch(sequence) : sequence,
    hidden: stack(lasts.map((last) => last.hidden)),
    ...(cells.length === 0 ? {} : { cell: stack(cells) }),
  };
};
