// One step of each recurrent network, as the papers write it and with PyTorch's gates and biases. A step takes the element
// x [B, in] and the state [B, hidden], and gives the state after it. The product with x needs no state, so the compiler
// computes it for all steps at once, before the loop.
import { add, chunk, linear, mul, neg, relu, sigmoid, tanh } from "../../ir/functions/index.ts";
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

const fromInput = (x: Tensor, { inputWeight, inputBias }: CellWeights): Tensor => linear(x, inputWeight, inputBias);

const fromHidden = (h: Tensor, { hiddenWeight, hiddenBias }: CellWeights): Tensor =>
  linear(h, hiddenWeight, hiddenBias);

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
    const gates = chunk(add(fromInput(x, weights), fromHidden(h, weights)), 4, 1);
    const [i, f, g, o] = [sigmoid(gates[0]), sigmoid(gates[1]), tanh(gates[2]), sigmoid(gates[3])];
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
    const ofInput = chunk(fromInput(x, weights), 3, 1);
    const ofHidden = chunk(fromHidden(h, weights), 3, 1);
    const r = sigmoid(add(ofInput[0], ofHidden[0]));
    const z = sigmoid(add(ofInput[1], ofHidden[1]));
    const n = tanh(add(ofInput[2], mul(r, ofHidden[2])));
    return { hidden: add(mul(add(neg(z), 1), n), mul(z, h)) };
  },
};
