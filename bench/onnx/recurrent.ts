// The recurrent ops of ONNX: all weights of a direction in one tensor each, gates in an order of their own.
import { extent } from "../networks/builder.ts";
import type { CellName, NodeOf } from "../networks/network.ts";
import type { Floats } from "../workloads/computation.ts";
import type { Attribute } from "./model.ts";
import type { ModelWriter } from "./writer.ts";

/** The op, where its gates are among PyTorch's, and what else must be said. */
const ops: {
  readonly [C in CellName]: {
    readonly op: string;
    readonly gates: readonly number[];
    readonly attributes?: Readonly<Record<string, Attribute>>;
  };
} = {
  lstm: { op: "LSTM", gates: [0, 3, 1, 2] },
  gru: { op: "GRU", gates: [1, 0, 2], attributes: { linear_before_reset: { integer: 1 } } },
  rnn: { op: "RNN", gates: [0] },
};

/** Blocks of equal size in another order. */
const reordered = (data: Floats, order: readonly number[]): Floats => {
  const block = data.length / order.length;
  const result = new Float32Array(data.length);
  for (const [to, from] of order.entries()) result.set(data.subarray(from * block, (from + 1) * block), to * block);
  return result;
};

const joined = (parts: readonly Floats[]): Floats => {
  const result = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
};

/** Writes a layer: [time, batch, directions * hidden]. `weightsOf` are those of each direction: two matrices, two biases. */
export const recurrent = (
  { node, initializer, transpose, reshape }: ModelWriter,
  x: string,
  weights: readonly Floats[],
  { cell, operands: [sequence], result }: NodeOf<"recurrent">,
): string => {
  const { op, gates, attributes = {} } = ops[cell];
  const directions = weights.length / 4;
  const hidden = extent(result, 2) / directions;
  const ordered = weights.map((each) => reordered(each, gates));
  const every = (...places: readonly number[]): Floats => joined(ordered.filter((_, at) => places.includes(at % 4)));
  const rows = gates.length * hidden;
  const features = extent(sequence, 2);
  const states = node(
    op,
    [
      x,
      initializer(`${result.name} W`, [directions, rows, features], every(0)),
      initializer(`${result.name} R`, [directions, rows, hidden], every(1)),
      initializer(`${result.name} B`, [directions, 2 * rows], every(2, 3)),
    ],
    {
      ...attributes,
      hidden_size: { integer: hidden },
      direction: { text: directions === 1 ? "forward" : "bidirectional" },
    },
  );
  return reshape(directions === 1 ? states : transpose(states, [0, 2, 1, 3]), result.shape);
};
