// Recurrent layers in jax-js, which has no scan: all steps are written one after the other. The product with the input is made for
// all of them at once.
import { type Array as JaxArray, nn, numpy } from "@jax-js/jax";
import type { CellName, NodeOf } from "../../networks/network.ts";

/** What a cell makes of what input and state say to its gates: the new hidden state, and the new cell. */
type Step = (input: JaxArray, hidden: JaxArray, state: JaxArray, cell: JaxArray) => readonly [JaxArray, JaxArray];

const gates = (x: JaxArray, count: number): readonly JaxArray[] => numpy.split(x, count, 1);

const gate = (parts: readonly JaxArray[], at: number): JaxArray => {
  const part = parts[at];
  if (part === undefined) throw new Error(`no gate ${at}`);
  return part;
};

const steps: { readonly [C in CellName]: Step } = {
  lstm: (input, hidden, _, cell) => {
    const parts = gates(input.add(hidden), 4);
    const kept = nn.sigmoid(gate(parts, 1)).mul(cell);
    const conveyed = kept.add(nn.sigmoid(gate(parts, 0)).mul(numpy.tanh(gate(parts, 2))));
    return [nn.sigmoid(gate(parts, 3)).mul(numpy.tanh(conveyed.ref)), conveyed];
  },
  gru: (input, hidden, state, cell) => {
    const [ofInput, ofHidden] = [gates(input, 3), gates(hidden, 3)];
    const r = nn.sigmoid(gate(ofInput, 0).add(gate(ofHidden, 0)));
    const z = nn.sigmoid(gate(ofInput, 1).add(gate(ofHidden, 1)));
    const candidate = numpy.tanh(gate(ofInput, 2).add(r.mul(gate(ofHidden, 2))));
    return [z.ref.mul(-1).add(1).mul(candidate).add(z.mul(state.ref)), cell];
  },
  rnn: (input, hidden, _, cell) => [numpy.tanh(input.add(hidden)), cell],
};

/** One direction: [time, batch, hidden]. */
const direction = (x: JaxArray, weights: readonly JaxArray[], cell: CellName, backwards: boolean): JaxArray => {
  const [inputWeight = x, hiddenWeight = x, inputBias = x, hiddenBias = x] = weights;
  const [time = 1, batch = 1, features = 1] = x.shape;
  const [hidden = 1, rows = 1] = hiddenWeight.shape;
  const projected = numpy
    .matmul(x.ref.reshape([time * batch, features]), inputWeight.ref)
    .add(inputBias.ref)
    .reshape([time, batch, rows]);
  const outputs: JaxArray[] = [];
  let state = numpy.zeros([batch, hidden]);
  let conveyed = numpy.zeros([batch, hidden]);
  for (let turn = 0; turn < time; turn++) {
    const at = backwards ? time - 1 - turn : turn;
    const fromHidden = numpy.matmul(state.ref, hiddenWeight.ref).add(hiddenBias.ref);
    [state, conveyed] = steps[cell](projected.ref.slice(at), fromHidden, state, conveyed);
    outputs[at] = state;
  }
  return numpy.stack(outputs.map((output) => output.ref));
};

/** One direction, or both side by side. */
export const recurrent = (
  x: JaxArray,
  weights: readonly JaxArray[],
  { cell, operands }: NodeOf<"recurrent">,
): JaxArray => {
  const forwards = direction(x, weights.slice(0, 4), cell, false);
  if (operands.length === 5) return forwards;
  return numpy.concatenate([forwards, direction(x, weights.slice(4), cell, true)], 2);
};
