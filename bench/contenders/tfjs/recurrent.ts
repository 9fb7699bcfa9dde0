// Recurrent layers in TensorFlow.js, step by step; the product with the input is made for all steps at once.
import * as tf from "@tensorflow/tfjs";
import type { CellName, NodeOf } from "../../networks/network.ts";

/** What a cell makes of what input and state say to its gates: the new hidden state, and the new cell. */
type Step = (input: tf.Tensor, hidden: tf.Tensor, state: tf.Tensor, cell: tf.Tensor) => readonly [tf.Tensor, tf.Tensor];

const at = (parts: readonly tf.Tensor[], place: number): tf.Tensor => {
  const part = parts[place];
  if (part === undefined) throw new Error(`no part ${place}`);
  return part;
};

const steps: { readonly [C in CellName]: Step } = {
  lstm: (input, hidden, _, cell) => {
    const gates = tf.split(tf.add(input, hidden), 4, 1);
    const kept = tf.mul(tf.sigmoid(at(gates, 1)), cell);
    const conveyed = tf.add(kept, tf.mul(tf.sigmoid(at(gates, 0)), tf.tanh(at(gates, 2))));
    return [tf.mul(tf.sigmoid(at(gates, 3)), tf.tanh(conveyed)), conveyed];
  },
  gru: (input, hidden, state, cell) => {
    const [ofInput, ofHidden] = [tf.split(input, 3, 1), tf.split(hidden, 3, 1)];
    const r = tf.sigmoid(tf.add(at(ofInput, 0), at(ofHidden, 0)));
    const z = tf.sigmoid(tf.add(at(ofInput, 1), at(ofHidden, 1)));
    const candidate = tf.tanh(tf.add(at(ofInput, 2), tf.mul(r, at(ofHidden, 2))));
    return [tf.add(candidate, tf.mul(z, tf.sub(state, candidate))), cell];
  },
  rnn: (input, hidden, _, cell) => [tf.tanh(tf.add(input, hidden)), cell],
};

/** One direction: [time, batch, hidden]. */
const direction = (x: tf.Tensor, weights: readonly tf.Tensor[], cell: CellName, backwards: boolean): tf.Tensor => {
  const [inputWeight = x, hiddenWeight = x, inputBias = x, hiddenBias = x] = weights;
  const [time = 1, batch = 1, features = 1] = x.shape;
  const [hidden = 1] = hiddenWeight.shape;
  const rows = tf.reshape(x, [time * batch, features]);
  const projected = tf.split(tf.fused.matMul({ a: rows, b: inputWeight, bias: inputBias }), time, 0);
  const outputs: tf.Tensor[] = [];
  let state = tf.zeros([batch, hidden]);
  let conveyed = tf.zeros([batch, hidden]);
  for (let turn = 0; turn < time; turn++) {
    const place = backwards ? time - 1 - turn : turn;
    const fromHidden = tf.fused.matMul({ a: state, b: hiddenWeight, bias: hiddenBias });
    [state, conveyed] = steps[cell](at(projected, place), fromHidden, state, conveyed);
    outputs[place] = state;
  }
  return tf.stack(outputs);
};

/** One direction, or both side by side. */
export const recurrent = (x: tf.Tensor, weights: readonly tf.Tensor[], { cell }: NodeOf<"recurrent">): tf.Tensor => {
  const forwards = direction(x, weights.slice(0, 4), cell, false);
  return weights.length === 4 ? forwards : tf.concat([forwards, direction(x, weights.slice(4), cell, true)], 2);
};
