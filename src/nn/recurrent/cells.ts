// One step of each recurrent network, as the papers write it and with PyTorch's gates and biases. A step takes the element
// x [B, in] and the state [B, hidden], and gives the state after it. The product with x needs no state, so the compiler
// computes it for all steps at once, before the loop.
import { add, linear, mul, neg, relu, sigmoid, slice, tanh } from "../../ir/functions/index.ts";
import type { Tensor } from "../../ir/types/tensor.ts";

/** The weights of one layer in one direction: gates * hidden rows, stacked gate by gate. */
export interface CellWeights {
  /** W_ih [gates * hidden, in] and b_ih. */
  readonly inputWeight: Tensor;
  readonly inputBias: Tensor | undefined;
  /** W_hh [gates * hidden, hidden] and b_hh. */
  readonly hiddenWeight: Tensor;
  readonly hiddenBias: Tensor | undefined;
}

/** The state of a cell; the LSTM alone has a second part, its conveyor belt. */
export interface CellState {
  readonly hidden: Tensor;
  readonly cell?: Tensor;
}

/** A recurrent cell. */
export interface Cell {
  /** How many gates are stacked in the weights. */
  readonly gates: number;
  readonly hasCellState: boolean;
  readonly step: (x: Tensor, state: CellState, weights: CellWeights) => CellState;
}

/** Columns [at * size, (at + 1) * size) of [B, gates * size]. */
const gate = (gates: Tensor, at: number, size: number): Tensor => {
  const columns: Tensor = slice(gates, [{}, { start: at * size, end: (at + 1) * size }]);
  return columns;
};

const fromInput = (x: Tensor, { inputWeight, inputBias }: CellWeights): Tensor => linear(x, inputWeight, inputBias);

const fromHidden = (h: Tensor, { hiddenWeight, hiddenBias }: CellWeights): Tensor =>
  linear(h, hiddenWeight, hiddenBias);

const extentOf = ({ hiddenWeight }: CellWeights): number => Number(hiddenWeight.shape[1]);

/** h' = f(W_ih x + b_ih + W_hh h + b_hh): the network of Elman (Finding structure in time, 1990). */
export const elmanCell = (nonlinearity: "tanh" | "relu"): Cell => ({
  gates: 1,
  hasCellState: false,
  step: (x, { hidden: h }, weights) => {
    const f = nonlinearity === "tanh" ? tanh : relu;
    return { hidden: f(add(fromInput(x, weights), fromHidden(h, weights))) };
  },
});

/**
 * i, f, g, o = sigmoid, sigmoid, tanh, sigmoid of W_ih x + b_ih + W_hh h + b_hh;  c' = f * c + i * g;  h' = o * tanh(c').
 * (Hochreiter and Schmidhuber, Long short-term memory, 1997; the forget gate by Gers and others, 2000.)
 */
export const lstmCell: Cell = {
  gates: 4,
  hasCellState: true,
  step: (x, { hidden: h, cell: c }, weights) => {
    const size = extentOf(weights);
    const gates = add(fromInput(x, weights), fromHidden(h, weights));
    const i = sigmoid(gate(gates, 0, size));
    const f = sigmoid(gate(gates, 1, size));
    const g = tanh(gate(gates, 2, size));
    const o = sigmoid(gate(gates, 3, size));
    const conveyed = c === undefined ? mul(i, g) : add(mul(f, c), mul(i, g));
    return { hidden: mul(o, tanh(conveyed)), cell: conveyed };
  },
};

/**
 * r, z = sigmoid(W x + b + W_h h + b_h);  n = tanh(W_in x + b_in + r * (W_hn h + b_hn));  h' = (1 - z) * n + z * h.
 * (Cho and others, Learning phrase representations, 2014, with the reset gate behind the product, as in PyTorch and cuDNN.)
 */
export const gruCell: Cell = {
  gates: 3,
  hasCellState: false,
  step: (x, { hidden: h }, weights) => {
    const size = extentOf(weights);
    const [ofInput, ofHidden] = [fromInput(x, weights), fromHidden(h, weights)];
    const r = sigmoid(add(gate(ofInput, 0, size), gate(ofHidden, 0, size)));
    const z = sigmoid(add(gate(ofInput, 1, size), gate(ofHidden, 1, size)));
    const n = tanh(add(gate(ofInput, 2, size), mul(r, gate(ofHidden, 2, size))));
    return { hidden: add(mul(add(neg(z), 1), n), mul(z, h)) };
  },
};
