// Recurrent layers over [time, batch, features], gate by gate, with PyTorch's order of gates.
import { gatesOf } from "../builder.ts";
import type { CellName, NodeOf } from "../network.ts";
import { product } from "./product.ts";
import { sigmoid } from "./scalars.ts";

/** What a cell makes of what the input and the state before say to each gate: the new hidden value, and the new cell. */
type Step = (
  input: readonly number[],
  hidden: readonly number[],
  before: number,
  cell: number,
) => readonly [number, number];

const sums = (a: readonly number[], b: readonly number[]): readonly number[] =>
  a.map((value, at) => value + (b[at] ?? 0));

const steps: { readonly [C in CellName]: Step } = {
  lstm: (input, hidden, _, cell) => {
    const [i = 0, f = 0, g = 0, o = 0] = sums(input, hidden);
    const conveyed = sigmoid(f) * cell + sigmoid(i) * Math.tanh(g);
    return [sigmoid(o) * Math.tanh(conveyed), conveyed];
  },
  gru: (input, hidden, before) => {
    const [r = 0, z = 0] = sums(input, hidden).map(sigmoid);
    const candidate = Math.tanh((input[2] ?? 0) + r * (hidden[2] ?? 0));
    return [(1 - z) * candidate + z * before, 0];
  },
  rnn: (input, hidden) => [Math.tanh(sums(input, hidden)[0] ?? 0), 0],
};

/** How a direction runs. */
interface Direction {
  readonly cell: CellName;
  readonly batch: number;
  readonly features: number;
  readonly hidden: number;
  readonly backwards: boolean;
}

const withBias = (x: Float64Array, bias: Float64Array): Float64Array =>
  x.map((value, at) => value + (bias[at % bias.length] ?? 0));

/** The hidden states after each step: [time, batch, hidden], each at its element's place. */
const runDirection = (x: Float64Array, weights: readonly Float64Array[], direction: Direction): Float64Array => {
  const { cell, batch, features, hidden, backwards } = direction;
  const gates = gatesOf[cell];
  const [inputWeight = x, hiddenWeight = x, inputBias = x, hiddenBias = x] = weights;
  const sizes = { columns: gates * hidden, transposed: true };
  const fromInput = withBias(product(x, inputWeight, { inner: features, ...sizes }), inputBias);
  const count = x.length / (batch * features);
  const result = new Float64Array(count * batch * hidden);
  let [states, cells] = [new Float64Array(batch * hidden), new Float64Array(batch * hidden)];
  for (let turn = 0; turn < count; turn++) {
    const time = backwards ? count - 1 - turn : turn;
    const fromHidden = withBias(product(states, hiddenWeight, { inner: hidden, ...sizes }), hiddenBias);
    const [nextStates, nextCells] = [new Float64Array(batch * hidden), new Float64Array(batch * hidden)];
    for (let unit = 0; unit < batch * hidden; unit++) {
      const [row, column] = [Math.floor(unit / hidden), unit % hidden];
      const gatesIn = (of: Float64Array, first: number): readonly number[] =>
        Array.from({ length: gates }, (_, gate) => of[(first + row) * gates * hidden + gate * hidden + column] ?? 0);
      const said = [gatesIn(fromInput, time * batch), gatesIn(fromHidden, 0)] as const;
      [nextStates[unit], nextCells[unit]] = steps[cell](...said, states[unit] ?? 0, cells[unit] ?? 0);
    }
    [states, cells] = [nextStates, nextCells];
    result.set(states, time * batch * hidden);
  }
  return result;
};

/** One direction, or both side by side. */
export const recurrent = (
  x: Float64Array,
  weights: readonly Float64Array[],
  { cell, operands: [{ shape }, ...{ length }], result }: NodeOf<"recurrent">,
): Float64Array => {
  const [, batch = 1, features = 1] = shape;
  const directions = length / 4;
  const hidden = (result.shape[2] ?? 1) / directions;
  const runs = Array.from({ length: directions }, (_, at) =>
    runDirection(x, weights.slice(at * 4, at * 4 + 4), { cell, batch, features, hidden, backwards: at === 1 }),
  );
  const joined = new Float64Array((runs[0]?.length ?? 0) * directions);
  for (const [at, run] of runs.entries())
    for (let row = 0; row * hidden < run.length; row++)
      joined.set(run.subarray(row * hidden, (row + 1) * hidden), (row * directions + at) * hidden);
  return joined;
};
